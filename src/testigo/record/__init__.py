"""The public record: signed statements in a tiled transparency log; append, publish, prove, check.

- `statement`: the shape of what is said; `package`: that in which a station's statements travel.
- `log`: the authority's side, `Log.append` and `Log.publish`; `reading`: everybody's side, `read_record`, which gives a
  `published` record and a `finding` for each check.
- `merkle`, `note`, `checkpoint`, `tiles`, `entry`: the log's format, one module per noun (RFC 6962, C2SP signed-note,
  tlog-checkpoint, tlog-tiles), so that other people's checkers can read it. `source`: folders and web servers.

A new statement type needs nothing here: this room never looks into a body. docs/record.md is the format for people.
"""

from testigo.record.checkpoint import Checkpoint, open_checkpoint
from testigo.record.entry import file_subject
from testigo.record.finding import RECORD_CODES, Finding, Grade
from testigo.record.log import Log
from testigo.record.package import Package, PackageClaim, open_package, pack
from testigo.record.published import Absent, PublishedRecord
from testigo.record.reading import read_record
from testigo.record.statement import PAYLOAD_TYPE, SignedStatement, Statement, open_statement, peek

__all__ = [
    "PAYLOAD_TYPE",
    "RECORD_CODES",
    "Absent",
    "Checkpoint",
    "Finding",
    "Grade",
    "Log",
    "Package",
    "PackageClaim",
    "PublishedRecord",
    "SignedStatement",
    "Statement",
    "file_subject",
    "open_checkpoint",
    "open_package",
    "open_statement",
    "pack",
    "peek",
    "read_record",
]
