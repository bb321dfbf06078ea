"""Bodies of the statements that a station's machines sign besides the tally sheet: before opening, and at closing.

They live here, below `station` and `count`, because stations make them, the centre refuses what is none of them, and
the witness compares them with the tally sheet.
"""

from typing import ClassVar, Literal

import msgspec

from testigo.ballot.counters import BoothCounters, CheckInCounters
from testigo.ballot.tally import Difference, Reconciliation, Tally, differences_in
from testigo.ballot.test_deck import DeckDifference
from testigo.canonical import SignedValue


class LogicAndAccuracy(SignedValue, frozen=True):
    """Body of `logic-and-accuracy`, signed by the chair: one run of the test deck before opening.

    `run`: from 1; every run of a station is stated, also one that failed or was abandoned. `deck`: its digest
    (`test_deck.deck_digest`). `ballots`: in the deck. `cast`: how many of them were cast and compared. `counted`: what
    the booth counted of each part. `found`: how many differences there were; `differences`: the first of them. `booth`:
    number of the booth that was tested.
    """

    VERSION = 3
    MOST_DIFFERENCES: ClassVar[int] = 50

    run: int
    deck: str
    ballots: int
    cast: int
    outcome: Literal["passed", "failed", "abandoned"]
    counted: tuple[Tally, ...]
    found: int
    differences: tuple[DeckDifference, ...]
    booth: int = 1


class ZeroReport(SignedValue, frozen=True):
    """Body of `zero-report`, signed by the chair: right before opening every count is zero, the boxes are empty, and
    the cards are made. `booths`: of a station with several, booth → its own counters, of which the others are the sums.
    """

    VERSION = Reconciliation.VERSION

    tally: Tally
    reconciliation: Reconciliation
    booths: dict[str, BoothCounters] = msgspec.field(default_factory=dict)

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
        own = [
            figure
            for booth in self.booths.values()
            for counter in booth.declared()
            if not counter.fixed
            for figure in booth.figures(counter).values()
        ]
        return not any((*votes, *self.tally.ballots.values(), *events, *own))


class EventLogs(SignedValue, frozen=True):
    """Body of `event-log`, signed by the chair: where each machine's log stood when the tally sheet was made.

    `heads`: role → SHA-256 of the last line, as on the tally sheet. `entries`: role → how many lines there were.
    """

    heads: dict[str, str]
    entries: dict[str, int]


class BoothReport(SignedValue, frozen=True):
    """Body of `booth-report`, signed by the booth at closing: what was in the box, so that the chair alone cannot say.

    `head`, `entries`: SHA-256 of the last line of the booth's event log at that moment, and how many lines it has; the
    same as on the tally sheet and in `event-log`. `number`: of the booth, among those of the station.
    """

    VERSION = BoothCounters.VERSION + 1

    station: str
    tally: Tally
    counters: BoothCounters
    head: str
    entries: int
    number: int = 1


class CheckInReport(SignedValue, frozen=True):
    """Body of `check-in-report`, signed by the check-in at closing: how many voters came. `head`, `entries`: as in
    `BoothReport`. `number`: of the desk.
    """

    VERSION = CheckInCounters.VERSION

    station: str
    counters: CheckInCounters
    head: str
    entries: int
    number: int = 1


class BoothSheet(SignedValue, frozen=True):
    """Body of `booth-sheet`, signed by the chair: what one booth of several counted, for its paper to be compared with.

    `number`: of the booth. `reasons`: what the chair wrote about a difference, as in `Reconciliation`. `lost`: why the
    booth signed nothing, "" where it did; `counters` are then what the chair heard last, and nothing was recorded.
    """

    VERSION = BoothCounters.VERSION - 1  # the first came with counters of version 2

    station: str
    number: int
    tally: Tally
    counters: BoothCounters
    reasons: dict[str, str]
    lost: str = ""

    @property
    def spoiled(self) -> int:
        """Papers that are void, and in the envelope of this booth."""
        return self.counters.spoiled

    def differences(self) -> tuple[Difference, ...]:
        """Every step of the booth's chain that does not hold: cards used = printed − spoiled = deposited = recorded."""
        return differences_in(self.counters.chain, self.reasons)
