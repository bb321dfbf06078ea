"""The authority's side: its keys, its public record, packages in.

`centre` keeps the record of one election and takes packages in; `keys` holds the authority's keys; `newest` notices an
old copy of the folder, `restore` brings one up to its public record.
"""

from testigo.centre.centre import Centre, Receipt, RefusedPackage, is_log_key_lost, named_log_key
from testigo.centre.keys import AUTHORITY_ROLES, authority_key, only_auditor
from testigo.centre.restore import restore_centre

__all__ = [
    "AUTHORITY_ROLES",
    "Centre",
    "Receipt",
    "RefusedPackage",
    "authority_key",
    "is_log_key_lost",
    "named_log_key",
    "only_auditor",
    "restore_centre",
]
