"""Bodies of the statements that a station's machines sign besides the tally sheet: before opening, and at closing.

They live here, below `station` and `count`, because stations make them, the centre refuses what is none of them, and
the witness compares them with the tally sheet.
"""

from typing import ClassVar, Literal

from testigo.ballot.counters import BoothCounters, CheckInCounters
from testigo.ballot.tally import Reconciliation, Tally
from testigo.ballot.test_deck import DeckDifference
from testigo.canonical import SignedValue


class LogicAndAccuracy(SignedValue, frozen=True):
    """Body of `logic-and-accuracy`, signed by the chair: one run of the test deck before opening.

    `run`: from 1; every run of a station is stated, also one that failed or was abandoned. `deck`: its digest
    (`test_deck.deck_digest`). `ballots`: in the deck. `cast`: how many of them were cast and compared. `counted`: what
    the booth counted of each part. `found`: how many differences there were; `differences`: the first of them.
    """

    VERSION = 2
    MOST_DIFFERENCES: ClassVar[int] = 50

    run: int
    deck: str
    ballots: int
    cast: int
    outcome: Literal["passed", "failed", "abandoned"]
    counted: tuple[Tally, ...]
    found: int
    differences: tuple[DeckDifference, ...]


class ZeroReport(SignedValue, frozen=True):
    """Body of `zero-report`, signed by the chair: right before opening every count is zero, the box is empty, and the
    cards are made.
    """

    VERSION = Reconciliation.VERSION

    tally: Tally
    reconciliation: Reconciliation

    @property
    def is_zero(self) -> bool:
        """Whether nothing at all has been counted."""
        votes = [count for one in self.tally.contests for _, count in one.figures()]
        events = [
            figure
            for counter, figures in self.reconciliation.figures()
            if not counter.fixed
            for figure in figures.values()
        ]
        return not any((*votes, *self.tally.ballots.values(), *events))


class EventLogs(SignedValue, frozen=True):
    """Body of `event-log`, signed by the chair: where each machine's log stood when the tally sheet was made.

    `heads`: role → SHA-256 of the last line, as on the tally sheet. `entries`: role → how many lines there were.
    """

    heads: dict[str, str]
    entries: dict[str, int]


class BoothReport(SignedValue, frozen=True):
    """Body of `booth-report`, signed by the booth at closing: what was in the box, so that the chair alone cannot say.

    `head`, `entries`: SHA-256 of the last line of the booth's event log at that moment, and how many lines it has; the
    same as on the tally sheet and in `event-log`.
    """

    VERSION = BoothCounters.VERSION

    station: str
    tally: Tally
    counters: BoothCounters
    head: str
    entries: int


class CheckInReport(SignedValue, frozen=True):
    """Body of `check-in-report`, signed by the check-in at closing: how many voters came. `head`, `entries`: as in
    `BoothReport`.
    """

    VERSION = CheckInCounters.VERSION

    station: str
    counters: CheckInCounters
    head: str
    entries: int
