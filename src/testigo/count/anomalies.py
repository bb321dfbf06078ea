"""What is odd about one tally sheet, ground floor: figures that cannot or should not be, each with its two numbers.

A new kind of anomaly is a name in `AnomalyKind`, a line in `find_anomalies`, and its words in the results page's
catalogue (`results`, `anomaly_KIND`).
"""

from typing import Literal

from testigo.ballot import TallySheet
from testigo.canonical import SignedValue
from testigo.election import Station
from testigo.words import Message, Value, message

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
    """One odd thing about one station. `found` against `allowed`: the two figures; `detail`: of kind `sums`, the code
    of what is wrong (`sums.choices`), and after a space the contest, where it is one's.
    """

    kind: AnomalyKind
    station: str
    found: int
    allowed: int
    detail: str

    @property
    def message(self) -> Message:
        """What is odd, in a sentence."""
        code, _, contest = self.detail.partition(" ")
        wrong = message("finding", code, contest=contest, found=self.found, allowed=self.allowed)
        return message("results", f"anomaly_{self.kind}", found=self.found, allowed=self.allowed, detail=wrong)


def find_anomalies(station: Station, sheet: TallySheet, errors: list[Message]) -> list[Anomaly]:
    """All anomalies of a station's sheet. `errors`: why it cannot be counted; if any, nothing else in it is looked
    at.
    """
    if errors:
        return [_of_error(station, error) for error in errors]
    check_in, recorded = sheet.reconciliation.check_in, sheet.reconciliation.booth.recorded
    registered, checked_in, ballots = check_in.registered, check_in.checked_in, sum(sheet.tally.ballots.values())
    explained, beyond = sum(check_in.released_reasons.values()), check_in.beyond_alarm
    checks: list[tuple[AnomalyKind, int, int, bool]] = [
        ("turnout-over-100", checked_in, registered, checked_in > registered),
        ("more-ballots-than-voters", ballots, checked_in, ballots > checked_in),
        ("tally-not-recorded", ballots, recorded, ballots != recorded),
        ("register-differs", registered, station.register_size, registered != station.register_size),
        ("released-over-cap", check_in.released, check_in.released - beyond, beyond > 0),
        ("reasons-do-not-add-up", explained, check_in.released, explained != check_in.released),
    ]
    return [Anomaly(kind, station.id, found, allowed, "") for kind, found, allowed, odd in checks if odd]


def _of_error(station: Station, error: Message) -> Anomaly:
    given = error.values
    detail = f"{error.key} {given.get('contest', '')}".rstrip()
    return Anomaly("sums", station.id, _figure(given.get("found")), _figure(given.get("allowed")), detail)


def _figure(value: Value) -> int:
    return value if isinstance(value, int) else 0
