"""The test before opening as the chair runs it: in short steps, each kept before the next.

The chair has parts of the deck cast by the booth, a few ballots a step, compares each with what it was to be
(`ballot.test_deck`), and has each part counted. How the run stands is in the file `test-run.json`: a chair that was
started again goes on there. A booth that was started again has lost its part, and the part is cast from its beginning.

Every run ends in a signed statement with its number, from 1: passed, failed or abandoned. Booths are tested one after
the other, each in a run of its own; where one passed, the run of the next begins.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from testigo.ballot import (
    DeckBallot,
    DeckDifference,
    DeckPart,
    LogicAndAccuracy,
    Marks,
    Tally,
    count_differences,
    deck_digest,
    outcome_differences,
)
from testigo.canonical import why_refused
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.station.booth.deck_orders import CastOrder, CastReport, PlainBallot
from testigo.station.chair.state import require_state, state_of
from testigo.station.chair.statement_store import StatementStore
from testigo.station.machine.folder import MachineFolder, exclusive
from testigo.station.machine.lineup import Lineup
from testigo.station.machine.order_sender import OrderSender
from testigo.stored import StoredFormat

BALLOTS_A_STEP = 10
"""The most that one order brings; the booth casts as many as it can in its time."""

Outcome = Literal["passed", "failed", "abandoned"]

EVENTS: Final[dict[Outcome, str]] = {"passed": "tested", "failed": "test-failed", "abandoned": "test-abandoned"}
"""Outcome of a run → event of the chair's log."""

STARTED = "test-started"

PART = "booth-tested"
"""Event of the chair's log: a booth passed, and others are still to be tested."""

STATEMENT = "logic-and-accuracy"


class RunState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run under way. `number`: of the run, from 1. `run`: what orders call it. `deck`: digest; `total`: ballots in
    the deck.

    `booth`: number of the booth that is tested. `part`: the part being cast, from 0; `first`: how many of its ballots
    are done. `before`: ballots of finished parts. `counted`: what finished parts were counted as. `found`,
    `differences`: of finished parts; `part_found`, `part_differences`: of this one, which may be cast again.
    """

    number: int
    run: str
    deck: str
    total: int
    part: int = 0
    first: int = 0
    before: int = 0
    counted: tuple[Tally, ...] = ()
    found: int = 0
    differences: tuple[DeckDifference, ...] = ()
    part_found: int = 0
    part_differences: tuple[DeckDifference, ...] = ()
    booth: int = 1

    @property
    def done(self) -> int:
        """How many ballots are cast and compared."""
        return self.before + self.first

    @property
    def all_found(self) -> int:
        """How many differences there are so far."""
        return self.found + self.part_found

    def with_differences(self, new: Sequence[DeckDifference]) -> "RunState":
        """The same with some more of this part."""
        kept = (*self.part_differences, *new)[: LogicAndAccuracy.MOST_DIFFERENCES]
        return replace(self, part_found=self.part_found + len(new), part_differences=kept)

    def part_again(self) -> "RunState":
        """This part from its beginning."""
        return replace(self, first=0, part_found=0, part_differences=())

    def next_part(self, counted: Tally) -> "RunState":
        """The next part, after this one was counted."""
        kept = (*self.differences, *self.part_differences)[: LogicAndAccuracy.MOST_DIFFERENCES]
        done = replace(self, counted=(*self.counted, counted), found=self.all_found, differences=kept, before=self.done)
        return replace(done, part=self.part + 1).part_again()


RUN_FORMAT = StoredFormat("test-run.json", RunState, lambda first: {**first, "booth": 1})


class DeckRuns:
    """The runs of one chair. `under_way`: the run that has not ended; None if there is none."""

    def __init__(self, folder: MachineFolder, statements: StatementStore, sender: OrderSender, lineup: Lineup) -> None:
        self.folder = folder
        self._lineup = lineup
        self._statements = statements
        self._sender = sender
        self._file = folder.path / RUN_FORMAT.name
        self._checked: Sequence[DeckPart] = ()
        self.under_way = RUN_FORMAT.read(self._file) if self._file.exists() else None
        if self.under_way is not None and self.under_way.number <= self._ended():
            self._forget()  # power failed after the statement

    @exclusive
    def begin(self, parts: Sequence[DeckPart]) -> RunState:
        """Begin a run of the test deck (`audit.station_deck`, which shares no code with the booth). `step` does the
        rest.

        Raises `IllegalStep` after the zero report, or while a run is under way.
        """
        require_state(self.folder, "installed", "tested")
        if self.under_way is not None:
            raise IllegalStep("test-run.under-way", place=self.folder.place)
        return self._start(parts)

    def _start(self, parts: Sequence[DeckPart]) -> RunState:
        number, total = self._ended() + 1, sum(len(part.ballots) for part in parts)
        booth = (self._untested() or self._lineup.booths)[0]
        self._keep(RunState(number, secrets.token_hex(8), deck_digest(parts), total, booth=booth.number))
        self.folder.log.append("test-started", run=number, deck=deck_digest(parts), **of_booth(booth.number))
        return self._now()

    @exclusive
    def step(self, parts: Sequence[DeckPart]) -> bool:
        """Cast some ballots, or count a part, or end the run and begin that of the next booth; whether all have ended.

        Only if every ballot and every count came out is the station tested. The step may be taken again after any
        error. Raises `IllegalStep` where no run is under way or its deck was another, and what the booth refuses with.
        """
        state = self._now()
        if parts is not self._checked and deck_digest(parts) != state.deck:
            raise IllegalStep("test-run.another-deck", place=self.folder.place)
        self._checked = parts
        if state.part == len(parts):
            self._sender.give(StationMachine("booth", state.booth), "test", deck=state.deck, ballots=state.total)
            passed = not state.found and bool(state.total)
            self._state_end("passed" if passed else "failed")
            if not passed or not self._untested():
                self._forget()
                return True
            self._start(parts)  # in the place of the run that ended: nobody finds none in between
            return False
        part = parts[state.part]
        self._keep(self._cast(state, part) if state.first < len(part.ballots) else self._count(state, part))
        return False

    def run(self, parts: Sequence[DeckPart], *, on_step: Callable[[int, int], None] = lambda done, of: None) -> bool:
        """A whole run, or the rest of the one under way; whether it passed. `on_step`: is told how many ballots are
        done, of how many.
        """
        if self.under_way is None:
            self.begin(parts)
        while not self.step(parts):
            if self.under_way is not None:
                on_step(self.under_way.done, self.under_way.total)
        return state_of(self.folder.log) == "tested"

    @exclusive
    def abandon(self) -> None:
        """End the run under way without its end; that is stated, too. Raises `IllegalStep` where none is under way."""
        self._state_end("abandoned")
        self._forget()

    def names(self) -> list[str]:
        """The statements of all runs, in their order; of a folder that release 0.2 tested, the one that it made."""
        numbered = [f"{STATEMENT}-{number}" for number in range(1, self._ended() + 1)]
        return numbered or ([STATEMENT] if self._statements.has(STATEMENT) else [])

    @exclusive
    def last(self) -> LogicAndAccuracy | None:
        """What the last run that has ended came to; None before the first."""
        number = self._ended()
        if not number:
            return None
        return msgspec.convert(self._statements.own(f"{STATEMENT}-{number}").statement.body, LogicAndAccuracy)

    def _cast(self, state: RunState, part: DeckPart) -> RunState:
        report = self._order(state, part, ballots=part.ballots[state.first : state.first + BALLOTS_A_STEP])
        if report.cast < state.first:
            return state.part_again()
        for number, outcome in enumerate(report.outcomes, state.first):
            found = outcome_differences(
                self.folder.definition, part.ballots[number], outcome, part=state.part + 1, ballot=number + 1
            )
            state = state.with_differences(found)
        return replace(state, first=state.first + len(report.outcomes))

    def _count(self, state: RunState, part: DeckPart) -> RunState:
        counted = self._order(state, part, count=True).counted
        if counted is None:
            return state.part_again()
        found = count_differences(self.folder.definition, part.expected, counted, part=state.part + 1)
        return state.with_differences(found).next_part(counted)

    def _order(
        self, state: RunState, part: DeckPart, *, ballots: Sequence[DeckBallot] = (), count: bool = False
    ) -> CastReport:
        plain = tuple(PlainBallot(Marks(one.ballot.style, one.ballot.choices), one.language) for one in ballots)
        order = CastOrder(state.run, state.part, len(part.ballots), state.first, plain, count)
        booth = StationMachine("booth", state.booth)
        answer = self._sender.give(booth, "test-ballots", **msgspec.to_builtins(order))
        try:
            return msgspec.convert(answer.data, CastReport, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("report.no-tally", why=why_refused(error)) from None

    def _state_end(self, outcome: Outcome) -> None:
        state = self._now()
        body = LogicAndAccuracy(
            state.number, state.deck, state.total, state.done, outcome, state.counted, state.all_found,
            (*state.differences, *state.part_differences)[: LogicAndAccuracy.MOST_DIFFERENCES], state.booth,
        )  # fmt: skip
        name = f"{STATEMENT}-{state.number}"
        own = StationMachine("booth", state.booth)
        event = PART if outcome == "passed" and any(one != own for one in self._untested()) else EVENTS[outcome]
        self._statements.sign(STATEMENT, body, event, name=name, run=state.number, **of_booth(state.booth))

    def _untested(self) -> tuple[StationMachine, ...]:
        """The booths whose last run did not pass. Once all have passed none; a run that then begins is the first of all
        again."""
        booths, passed = {booth.number for booth in self._lineup.booths}, set[int]()
        for event in self.folder.log:
            booth = event.data.get("booth", 1)
            if event.event == STARTED and passed >= booths:
                passed = set()
            elif event.event in (PART, EVENTS["passed"]):
                passed.add(booth)
            elif event.event in EVENTS.values():
                passed.discard(booth)
        return tuple(booth for booth in self._lineup.booths if booth.number not in passed)

    def _ended(self) -> int:
        """How many runs have ended in a statement of their own."""
        ended = (*EVENTS.values(), PART)
        return sum("run" in event.data for name in ended for event in self._statements.events(name))

    def _now(self) -> RunState:
        if self.under_way is None:
            raise IllegalStep("test-run.none", place=self.folder.place)
        return self.under_way

    def _keep(self, state: RunState) -> None:
        RUN_FORMAT.write(self._file, state)
        self.under_way = state

    def _forget(self) -> None:
        self.under_way = None
        self._checked = ()
        self._file.unlink(missing_ok=True)


def of_booth(number: int) -> dict[str, int]:
    """What the log says of a run's booth: nothing of the first."""
    return {"booth": number} if number > 1 else {}
