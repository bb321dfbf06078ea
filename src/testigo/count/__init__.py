"""The counting centre: tally sheets in, result out.

- `result`: `count_result`, the pure function from tally sheets to the result, which the witness computes again;
  `totals` and `anomalies` are its parts. A new anomaly goes into `anomalies`.
- `ledger`: what a record says, statement by statement; `centre` keeps the record of one election and takes packages in;
  `keys` the authority's keys; `statements` the bodies of what others say and the centre publishes.
- `results_page`, `view`, `hemicycle`, `exports`: the result as a page, JSON and CSV. Their words are in
  `page/LANGUAGE.json`.
"""

from testigo.count.anomalies import Anomaly
from testigo.count.centre import Centre, Receipt, RefusedPackage
from testigo.count.keys import AUTHORITY_ROLES, authority_key
from testigo.count.ledger import Conflict, Ledger, body_of, read_ledger
from testigo.count.result import (
    ContestResult,
    DistrictResult,
    OptionResult,
    Result,
    StationResult,
    count_result,
    sheet_digest,
    sheet_mistakes,
)
from testigo.count.results_page import publish_results, write_results
from testigo.count.statements import ClosingCount, CountDifference, PublicDraw, UnsettledPaper
from testigo.count.totals import Turnout, percent
from testigo.count.view import RecordInfo, Refused

__all__ = [
    "AUTHORITY_ROLES",
    "Anomaly",
    "Centre",
    "ClosingCount",
    "Conflict",
    "ContestResult",
    "CountDifference",
    "DistrictResult",
    "Ledger",
    "OptionResult",
    "PublicDraw",
    "Receipt",
    "RecordInfo",
    "Refused",
    "RefusedPackage",
    "Result",
    "StationResult",
    "Turnout",
    "UnsettledPaper",
    "authority_key",
    "body_of",
    "count_result",
    "percent",
    "publish_results",
    "read_ledger",
    "sheet_digest",
    "sheet_mistakes",
    "write_results",
]
