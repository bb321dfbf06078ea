"""The counting centre: tally sheets in, result out.

- `result`: `count_result`, the pure function from tally sheets to the result, which the witness computes again;
  `totals` and `anomalies` are its parts. A new anomaly goes into `anomalies`.
- `kinds`: the table of statement kinds, and the reading of their bodies. `statements`: the bodies of what auditors say.
- `ledger`: what a record says, statement by statement, and which may follow which; `centre` keeps the record of one
  election and takes packages in; `keys` the authority's keys.
- `results_page`, `view`, `hemicycle`, `exports`: the result as a page, JSON and CSV. Their words are in
  `page/LANGUAGE.json`.
"""

from testigo.count.anomalies import Anomaly, find_anomalies
from testigo.count.centre import Centre, Receipt, RefusedPackage
from testigo.count.conflict import Conflict
from testigo.count.keys import AUTHORITY_ROLES, authority_key, only_auditor
from testigo.count.kinds import KINDS, Kind, NewerVersion, body_of, kind_of
from testigo.count.ledger import Ledger, NeedsUnread, read_ledger
from testigo.count.result import (
    ContestResult,
    DistrictResult,
    OptionResult,
    Result,
    StationResult,
    count_result,
    sheet_mistakes,
)
from testigo.count.results_page import publish_results, write_results
from testigo.count.statements import (
    AuditSample,
    AuditSeed,
    ClosingCount,
    CountDifference,
    PublicDraw,
    Ticket,
    UnsettledPaper,
    check_dice,
)
from testigo.count.totals import Turnout, percent
from testigo.count.view import RecordInfo, Refused

__all__ = [
    "AUTHORITY_ROLES",
    "KINDS",
    "Anomaly",
    "AuditSample",
    "AuditSeed",
    "Centre",
    "ClosingCount",
    "Conflict",
    "ContestResult",
    "CountDifference",
    "DistrictResult",
    "Kind",
    "Ledger",
    "NeedsUnread",
    "NewerVersion",
    "OptionResult",
    "PublicDraw",
    "Receipt",
    "RecordInfo",
    "Refused",
    "RefusedPackage",
    "Result",
    "StationResult",
    "Ticket",
    "Turnout",
    "UnsettledPaper",
    "authority_key",
    "body_of",
    "check_dice",
    "count_result",
    "find_anomalies",
    "kind_of",
    "only_auditor",
    "percent",
    "publish_results",
    "read_ledger",
    "sheet_mistakes",
    "write_results",
]
