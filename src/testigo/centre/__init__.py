"""The authority's side: its keys, its public record, packages in.

`centre` keeps the record of one election and takes packages in; `keys` holds the authority's keys.
"""

from testigo.centre.centre import Centre, Receipt, RefusedPackage
from testigo.centre.keys import AUTHORITY_ROLES, authority_key, only_auditor

__all__ = ["AUTHORITY_ROLES", "Centre", "Receipt", "RefusedPackage", "authority_key", "only_auditor"]
