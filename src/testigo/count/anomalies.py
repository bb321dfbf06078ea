"""What is odd about one tally sheet, ground floor: figures that cannot or should not be, each with its two numbers.

A new kind of anomaly is a name in `AnomalyKind`, a line in `find_anomalies`, and its words in the results page's
catalogue.
"""

from typing import Literal

from testigo.ballot import TallySheet
from testigo.canonical import SignedValue
from testigo.election import Station

AnomalyKind = Literal[
    "sums",
    "turnout-over-100",
    "more-ballots-than-voters",
    "tally-not-recorded",
    "register-differs",
    "released-over-cap",
    "reasons-do-not-add-up",
]


class Anomaly(SignedValue, frozen=True):
    """One odd thing about one station. `found` against `allowed`: the two figures; `detail`: of kind `sums`, what is
    wrong.
    """

    kind: AnomalyKind
    station: str
    found: int
    allowed: int
    detail: str


def find_anomalies(station: Station, sheet: TallySheet, errors: list[str]) -> list[Anomaly]:
    """All anomalies of a station's sheet. `errors`: why it cannot be counted; if any, nothing else in it is looked
    at.
    """
    if errors:
        return [Anomaly("sums", station.id, 0, 0, error) for error in errors]
    check_in, recorded = sheet.reconciliation.check_in, sheet.reconciliation.booth.recorded
    registered, checked_in, ballots = check_in.registered, check_in.checked_in, sum(sheet.tally.ballots.values())
    explained = sum(check_in.released_reasons.values())
    checks: list[tuple[AnomalyKind, int, int, bool]] = [
        ("turnout-over-100", checked_in, registered, checked_in > registered),
        ("more-ballots-than-voters", ballots, checked_in, ballots > checked_in),
        ("tally-not-recorded", ballots, recorded, ballots != recorded),
        ("register-differs", registered, station.register_size, registered != station.register_size),
        ("released-over-cap", check_in.released, check_in.release_cap, check_in.released > check_in.release_cap),
        ("reasons-do-not-add-up", explained, check_in.released, explained != check_in.released),
    ]
    return [Anomaly(kind, station.id, found, allowed, "") for kind, found, allowed, odd in checks if odd]
