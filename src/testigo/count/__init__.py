"""Counting, without any act: which statements may follow which, and from tally sheets to the result.

- `kinds`: the table of statement kinds, and the reading of their bodies. `statements`: the bodies of what auditors say;
  `authority`: of what root and centre say of stations.
- `record_rules`: which statement may follow which, by what the record says so far (`record_state`): of its body
  `body_rules`, of keys `key_rules`, after what could not be read `unread`; `rulings` (which may follow:
  `rulings_check`) is what was annulled, corrected and counted on paper, `count_log` the closing counts, `numbered` what
  is numbered; `definition_parts` puts the definition together from its statements, `reading` reads the rules of a
  published record.
- `boxes`: the ballot boxes of an election, and the sums of a station with several.
- `result`: what a result says. `counting`: `count_result`, the pure function from tally sheets to it, which the witness
  computes again; `station_count`, `totals` and `anomalies` are its parts. A new anomaly goes into `anomalies`.

The authority's side is the room `centre`; the result as a page and as tables is the room `results`.
"""

from testigo.count.anomalies import Anomaly, find_anomalies
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.boxes import Box, boxes_of
from testigo.count.conflict import Conflict
from testigo.count.counting import count_result
from testigo.count.kinds import KINDS, Kind, NewerVersion, body_of, kind_label, kind_of
from testigo.count.reading import read_rules
from testigo.count.record_rules import RecordRules
from testigo.count.result import ContestResult, DistrictResult, OptionResult, Result, StationResult
from testigo.count.rulings import NO_RULINGS, Rulings
from testigo.count.sheet_errors import sheet_errors
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
from testigo.count.unread import NeedsUnread

__all__ = [
    "KINDS",
    "NO_RULINGS",
    "Annulment",
    "Anomaly",
    "AuditSample",
    "AuditSeed",
    "Box",
    "ClosingCount",
    "Conflict",
    "ContestResult",
    "Correction",
    "CountDifference",
    "DistrictResult",
    "Kind",
    "ManualTallyAccepted",
    "NeedsUnread",
    "NewerVersion",
    "OptionResult",
    "PublicDraw",
    "RecordRules",
    "Result",
    "Rulings",
    "StationResult",
    "Ticket",
    "Turnout",
    "UnsettledPaper",
    "body_of",
    "boxes_of",
    "check_dice",
    "count_result",
    "find_anomalies",
    "kind_label",
    "kind_of",
    "percent",
    "read_rules",
    "sheet_errors",
]
