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


def find_anomalies(station: Station, sheet: TallySheet, mistakes: list[str]) -> list[Anomaly]:
    """All anomalies of a station's sheet. `mistakes`: why it cannot be counted; if any, nothing else in it is looked
    at.
    """
    if mistakes:
        return [Anomaly("sums", station.id, 0, 0, mistake) for mistake in mistakes]
    counters = sheet.reconciliation
    ballots = sum(sheet.tally.ballots.values())
    released = sum(counters.released_reasons.values())
    checks: list[tuple[AnomalyKind, int, int, bool]] = [
        ("turnout-over-100", counters.checked_in, counters.registered, counters.checked_in > counters.registered),
        ("more-ballots-than-voters", ballots, counters.checked_in, ballots > counters.checked_in),
        ("tally-not-recorded", ballots, counters.recorded, ballots != counters.recorded),
        ("register-differs", counters.registered, station.register_size, counters.registered != station.register_size),
        ("released-over-cap", counters.released, counters.release_cap, counters.released > counters.release_cap),
        ("reasons-do-not-add-up", released, counters.released, released != counters.released),
    ]
    return [Anomaly(kind, station.id, found, allowed, "") for kind, found, allowed, odd in checks if odd]
