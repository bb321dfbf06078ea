"""The code of each check. A new check adds it here, and what holds where it is `ok` to the catalogues (`verify`,
`check.CODE`); docs/verify.md lists them.
"""

from typing import Final

from testigo.record import RECORD_CODES

CODES: Final = (
    *RECORD_CODES,
    "root-key",
    "statements",
    "newer-version",
    "definition",
    "log-key",
    "keys-replaced",
    "option-status",
    "order-of-day",
    "tested",
    "zero-report",
    "tally-sheet",
    "hours",
    "machine-reports",
    "reconciliation",
    "limits",
    "event-logs",
    "annulment",
    "correction",
    "manual-tally",
    "incident",
    "stations-counted",
    "result",
    "seats",
    "audit-seed",
    "audit-sample",
    "closing-count",
    "audited",
)
"""Of all checks, in their order."""
