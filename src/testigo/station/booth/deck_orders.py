"""The test before opening as the booth carries it out, order by order.

All that it knows is in memory: a booth that was started again in the middle of a part has an empty box, says so, and
the chair has that part cast from its beginning. An order that comes again (its answer was lost) is answered with what
was kept: no ballot is cast twice into one box.
"""

import time
from typing import TYPE_CHECKING, Any

import msgspec

from testigo.ballot import DeckBallot, DeckOutcome, Marks, Tally
from testigo.canonical import why_refused
from testigo.errors import IllegalStep, InvalidInput
from testigo.station.booth.votes import discard_test_box, test_box_paths
from testigo.station.booth.voting import MakeScreen
from testigo.station.machine.folder import MachineFolder

if TYPE_CHECKING:
    from testigo.station.booth.deck_booth import DeckBooth

STEP_SECONDS = 1.0
"""After so long an order is answered, with what is done so far; the chair then orders the rest."""


class PlainBallot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test ballot on its way to the booth; nothing is checked."""

    ballot: Marks
    language: str


class CastOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the chair orders: from a part with `slots` ballots, cast those from number `first` on (from 0), or count.

    `run`: names the run of the test, so that no part of another is meant.
    """

    run: str
    part: int
    slots: int
    first: int
    ballots: tuple[PlainBallot, ...] = ()
    count: bool = False


class CastReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The booth's answer. `cast`: ballots of this part that are in its box. `outcomes`: of those from the order's
    `first` on. `counted`: the part's count, where it was ordered and all is there.
    """

    cast: int
    outcomes: tuple[DeckOutcome, ...] = ()
    counted: Tally | None = None


class BoothTest:
    """The test of one booth. `make_screen`: as `Booth` has it."""

    def __init__(self, folder: MachineFolder, make_screen: MakeScreen | None) -> None:
        self._folder = folder
        self._make_screen = make_screen
        self._paths = test_box_paths(folder.path)
        self._booth: DeckBooth | None = None
        self._part = ("", 0)
        self._outcomes: list[DeckOutcome] = []
        self._counted: Tally | None = None
        discard_test_box(self._paths)

    def cast(self, data: dict[str, Any]) -> CastReport:
        """Cast some ballots of a part, or count it."""
        order = self._order(data)
        ballots = [
            DeckBallot(one.ballot.ballot(self._folder.definition, self._folder.station_id), one.language)
            for one in order.ballots
        ]
        booth = self._ready(order)
        if order.first > len(self._outcomes):
            return CastReport(len(self._outcomes))
        until = time.monotonic() + STEP_SECONDS
        for one in ballots[len(self._outcomes) - order.first :]:
            self._outcomes.append(booth.cast(one))
            if time.monotonic() > until:
                break
        if order.count and self._counted is None:
            self._counted = booth.count()
        outcomes = tuple(self._outcomes[order.first :])
        return CastReport(len(self._outcomes), outcomes, self._counted if order.count else None)

    def conclude(self, data: dict[str, Any]) -> None:
        """The run is over: nothing stays of it but a line in the log."""
        self.discard()
        self._folder.log.append(
            "deck-counted", deck=str(data.get("deck", ""))[:64], ballots=int(data.get("ballots", 0))
        )

    def discard(self) -> None:
        """Destroy what there is of a test."""
        if self._booth is not None:
            self._booth.close()
        self._booth, self._part, self._outcomes, self._counted = None, ("", 0), [], None

    def _ready(self, order: CastOrder) -> "DeckBooth":
        """The booth of this run, at this part."""
        if self._booth is None:
            if self._make_screen is None:
                raise IllegalStep("test-deck.no-screen", place=self._folder.place)
            from testigo.station.booth.deck_booth import DeckBooth  # loads OpenCV, which a booth needs in its test only

            folder = self._folder
            self._booth = DeckBooth(folder.definition, folder.station_id, self._paths, folder.place, self._make_screen)
        if self._part != (order.run, order.part):
            self._booth.begin_part(order.slots)
            self._part, self._outcomes, self._counted = (order.run, order.part), [], None
        return self._booth

    def _order(self, data: dict[str, Any]) -> CastOrder:
        try:
            return msgspec.convert(data, CastOrder, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("test-deck.malformed", place=self._folder.place, why=why_refused(error)) from None
