"""The public record: signed statements in a tiled transparency log.

`statement` is the shape of what is said.
"""

from testigo.record.statement import PAYLOAD_TYPE, SignedStatement, Statement, open_statement, peek

__all__ = ["PAYLOAD_TYPE", "SignedStatement", "Statement", "open_statement", "peek"]
