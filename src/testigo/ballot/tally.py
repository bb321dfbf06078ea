"""What many ballots add up to, and what one station signs of it: tallies, reconciliation, the tally sheet.

The station makes tally sheets, the centre counts them, audits compare them, the witness recomputes them: so their
shape lives here, below all four.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import msgspec

from testigo.ballot.counters import BoothCounters, CheckInCounters, Counter, CounterOutput, CounterRow, MachineCounters
from testigo.ballot.marks import Ballot, preferences_in, unused
from testigo.ballot.reasons import HoursAct
from testigo.canonical import SignedValue
from testigo.election import Contest, Definition
from testigo.errors import InvalidInput
from testigo.words import Message, message

BLANK, NULL, UNDERVOTES, BALLOTS = "(blank)", "(null)", "(undervotes)", "(ballots)"
"""Names of the figures of a contest that do not belong to an option, whose id never has brackets."""


class ContestTally(SignedValue, frozen=True):
    """Votes of one contest. With `choose` = k: sum(votes) + undervotes + k·(blank + null) = k·ballots.

    `ballots`: those whose style has the contest. `blank`: no option chosen. `null`: on paper, not readable as a vote (a
    booth makes none). `undervotes`: choices left unused on ballots that are neither blank nor null. `preferences`: for
    candidates of open lists, by name (`OPTION/NUMBER`); empty in all other contests.
    """

    contest: str
    votes: dict[str, int]
    blank: int
    null: int
    undervotes: int
    ballots: int
    preferences: dict[str, int] = msgspec.field(default_factory=dict)

    @classmethod
    def from_figures(cls, contest: Contest, figures: Mapping[str, int]) -> "ContestTally":
        """The tally with these figures, each under its name as in `figures`; raises `KeyError` where one is missing."""
        votes = {option.id: figures[option.id] for option in contest.options}
        preferences = {name: figures[name] for name in preferences_in(contest.marks)}
        rest = figures[BLANK], figures[NULL], figures[UNDERVOTES], figures[BALLOTS]
        return cls(contest.id, votes, *rest, preferences)

    def figures(self, contest: Contest | None = None) -> list[tuple[str, int]]:
        """Every figure with its name: each option's votes by the option's id, with the preferences of its candidates
        after it, then blank, null, undervotes, ballots.

        With the contest, exactly its options in its order, 0 for one that is missing here. Without, those that are
        here in any order: a tally read from JSON has lost the contest's.
        """
        order = contest.marks if contest else (*self.votes, *self.preferences)
        counts = {**self.votes, **self.preferences}
        rest = [(BLANK, self.blank), (NULL, self.null), (UNDERVOTES, self.undervotes), (BALLOTS, self.ballots)]
        return [*((name, counts.get(name, 0)) for name in order), *rest]


class Tally(SignedValue, frozen=True):
    """Votes of several contests, in the order of the definition. `ballots`: how many ballots of each style."""

    ballots: dict[str, int]
    contests: tuple[ContestTally, ...]

    def contest(self, contest_id: str) -> ContestTally:
        """The tally of that contest; raises `InvalidInput`."""
        for tally in self.contests:
            if tally.contest == contest_id:
                return tally
        raise InvalidInput("tally.no-such-contest", contest=contest_id)


def tally_ballots(definition: Definition, station_id: str, ballots: Iterable[Ballot]) -> Tally:
    """Count ballots of one station. Every contest and option of its styles is named, with 0 where nobody chose it.

    Raises `InvalidInput` for a ballot of a style the station does not have.
    """
    by_style = {style.id: 0 for style in definition.styles_of_station(station_id)}
    counts = {contest.id: ContestCount(contest) for contest in definition.contests_of_station(station_id)}
    for ballot in ballots:
        if ballot.style not in by_style:
            definition.style_of(station_id, ballot.style)  # raises
        by_style[ballot.style] += 1
        for contest_id, chosen in ballot.choices.items():
            counts[contest_id].add_ballot(chosen)
    return Tally(by_style, tuple(count.tally() for count in counts.values()))


class ContestCount:
    """The running count of one contest: from ballots, or from tallies of parts."""

    def __init__(self, contest: Contest) -> None:
        self._contest = contest
        names = [*contest.marks, BLANK, NULL, UNDERVOTES, BALLOTS]
        self._figures = dict.fromkeys(names, 0)

    def add_ballot(self, chosen: tuple[str, ...]) -> None:
        """Count one ballot's choices in this contest."""
        self._figures[BALLOTS] += 1
        self._figures[UNDERVOTES if chosen else BLANK] += unused(self._contest, chosen) if chosen else 1
        for name in chosen:
            self._figures[name] += 1

    def add(self, tally: ContestTally) -> None:
        """Add a tally of this contest; its options must be the contest's (`tally_errors` tells)."""
        for name, count in tally.figures(self._contest):
            self._figures[name] += count

    def tally(self) -> ContestTally:
        """What was counted so far."""
        return ContestTally.from_figures(self._contest, self._figures)


class Difference(SignedValue, frozen=True):
    """Two counters that should be equal and are not. `reason`: what the chair wrote about it, or "" if nothing."""

    left: str
    right: str
    left_count: int
    right_count: int
    reason: str


def differences_in(chain: Iterable[tuple[str, int]], reasons: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every step of a chain of counters that does not hold, with its reason, "" where there is none."""
    return tuple(
        Difference(left, right, left_count, right_count, reasons.get(f"{left}={right}", ""))
        for (left, left_count), (right, right_count) in itertools.pairwise(chain)
        if left_count != right_count
    )


class Reconciliation(SignedValue, frozen=True):
    """A station's counters, as both machines signed them. Invariant 3: checked in = cards used = printed − spoiled =
    deposited = recorded.

    `reasons`: what the chair wrote about a difference, by the name of its step (`checked_in=cards_used`, …). `VERSION`:
    of all that holds one; it grows with either machine's. `NOT_CARRIED`: counters that it does not say, whatever stands
    in their fields; only what was read from version 1 has some.
    """

    VERSION = CheckInCounters.VERSION + BoothCounters.VERSION
    NOT_CARRIED: ClassVar[frozenset[str]] = frozenset()

    check_in: CheckInCounters
    booth: BoothCounters
    reasons: dict[str, str]

    @property
    def machines(self) -> tuple[MachineCounters, ...]:
        """Both machines' counters."""
        return self.check_in, self.booth

    @classmethod
    def zero(cls) -> "Reconciliation":
        """Nothing counted, nothing fixed."""
        return cls(CheckInCounters.zero(), BoothCounters.zero(), {})

    def figures(self) -> list[tuple[Counter, dict[str, int]]]:
        """Every counter that it carries with its figures, by reason; under "" for one without reasons."""
        return [
            (one, machine.figures(one))
            for machine in self.machines
            for one in machine.declared()
            if one.name not in self.NOT_CARRIED
        ]

    @property
    def fixed(self) -> dict[str, int]:
        """Every figure that was fixed before opening, by name."""
        return {one.name: sum(figures.values()) for one, figures in self.figures() if one.fixed}

    def rows(self, output: CounterOutput) -> list[CounterRow]:
        """The counters that it carries and that are shown in that place."""
        rows = [row for machine in self.machines for row in machine.rows(output)]
        return [row for row in rows if row.name not in self.NOT_CARRIED]

    def contradictions(self, signed: MachineCounters) -> list[Message]:
        """Every counter of it that is not what the machine itself signed; empty if none."""
        mine = {one.name: figures for one, figures in self.figures()}
        return [
            message(
                "finding",
                "counters.machine-says-otherwise",
                counter=one.label,
                machine=one.figures_value(signed.figures(one)),
                sheet=one.figures_value(mine[one.name]),
            )
            for one in signed.declared()
            if one.name in mine and signed.figures(one) != mine[one.name]
        ]

    @property
    def chain(self) -> tuple[tuple[str, int], ...]:
        """What must be equal, each by its name."""
        return ("checked_in", self.check_in.checked_in), *self.booth.chain

    def differences(self) -> tuple[Difference, ...]:
        """Every step of the chain that does not hold, in its order; empty if all hold. Beside it stands the check-in's
        own step, from voters who were let through to cards that were handed over."""
        handed = (self.chain[0], ("cards_handed", self.check_in.cards_handed))
        own = differences_in(handed, self.reasons) if "cards_handed" not in self.NOT_CARRIED else ()
        return (*differences_in(self.chain, self.reasons), *own)

    @property
    def is_consistent(self) -> bool:
        """Whether the counters of every step of the chain are equal."""
        return not self.differences()


class ClockNote(SignedValue, frozen=True):
    """What a station noticed of a machine's clock. `kind`: `set-back`, between two steps of the chair it went back by
    `seconds`; `differs`, when the station was closed it was `seconds` ahead of the chair's, or behind it (below 0);
    `set`, two persons set it during the day. `number`: of the
    machine among those of its role.
    """

    machine: Literal["chair", "booth", "check-in"]
    kind: Literal["set-back", "differs", "set"]
    seconds: int
    number: int = 1

    def said(self) -> Message:
        """In words, the span as hours and minutes."""
        role = message("screens", f"{self.machine}.role")
        machine = message("term", "machine-numbered", role=role, number=self.number) if self.number > 1 else role
        minutes = -(-abs(self.seconds) // 60)
        how = ("ahead" if self.seconds > 0 else "behind") if self.kind == "differs" else self.kind
        span = f"{minutes // 60}:{minutes % 60:02}"
        return message("tally_sheet", f"clock.{how}", machine=machine, span=span)


class TallySheet(SignedValue, frozen=True):
    """Body of a `tally-sheet` statement: one station's counts, signed and printed before anything is sent.

    `opened`, `closed`: UTC. `event_logs`: machine (`chair`, `booth`, `check-in`, `booth-2`) → digest of the last entry
    of its event log. `opened_outside`: why it was opened on another day or outside the hours of voting, one of
    `reasons.OPENING_REASONS`. `closed_early`: why it was closed before their end, one of `reasons.CLOSING_REASONS`.
    `steps`: step (`STEPS`) → number of its line in the chair's event log, which is the order of the day, whatever its
    clock said. `clocks`: what the station noticed of its machines' clocks.

    `booth_sheets`: of a station with several booths, booth → digest of its `booth-sheet` statement; all figures are
    sums over desks and booths. `out`: machine → why it was taken out of a station with others of its role.
    """

    VERSION = Reconciliation.VERSION
    STEPS: ClassVar[tuple[str, ...]] = ("tested", "zero-reported", "opened", "closed")

    station: str
    opened: str
    closed: str
    tally: Tally
    reconciliation: Reconciliation
    event_logs: dict[str, str]
    opened_outside: str = ""
    closed_early: str = ""
    steps: dict[str, int] = msgspec.field(default_factory=dict)
    clocks: tuple[ClockNote, ...] = ()
    booth_sheets: dict[str, str] = msgspec.field(default_factory=dict)
    out: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def spoiled(self) -> int:
        """Papers that are void, and in the envelope of spoiled votes."""
        return self.reconciliation.booth.spoiled

    @property
    def clock_told(self) -> bool:
        """Whether it tells of a wrong clock, or of a reason for an act at an unusual time."""
        return bool(self.clocks or self.opened_outside or self.closed_early)

    def steps_hold(self) -> bool:
        """Whether the steps, where it says them, came one after the other."""
        numbers = [self.steps.get(step, -1) for step in self.STEPS]
        return not self.steps or (set(self.steps) == set(self.STEPS) and numbers == sorted({*numbers}))

    def hours(self) -> tuple[tuple[HoursAct, str], ...]:
        """Each act that may be outside the hours of voting, with the reason given for it, "" for none."""
        return ("opened_outside", self.opened_outside), ("closed_early", self.closed_early)


def summed_tally(definition: Definition, station_id: str, tallies: Iterable[Tally]) -> Tally:
    """What several booths of a station counted together. Each must be a tally of the station (`tally_errors` tells)."""
    empty = tally_ballots(definition, station_id, ())
    ballots = dict(empty.ballots)
    counts = {contest.contest: ContestCount(definition.contest(contest.contest)) for contest in empty.contests}
    for tally in tallies:
        for style, count in tally.ballots.items():
            ballots[style] += count
        for contest in tally.contests:
            counts[contest.contest].add(contest)
    return Tally(ballots, tuple(count.tally() for count in counts.values()))


def tally_errors(definition: Definition, station_id: str, tally: Tally) -> list[Message]:
    """What in a tally cannot be: wrong contests or options, negative counts, sums that do not come out. Empty if
    none."""
    expected = tally_ballots(definition, station_id, ())
    if tally.ballots.keys() != expected.ballots.keys():
        return [message("finding", "sums.other-ballot-styles")]
    if [one.contest for one in tally.contests] != [one.contest for one in expected.contests]:
        return [message("finding", "sums.other-contests")]
    if any(count < 0 for count in tally.ballots.values()):
        return [message("finding", "sums.negative-ballots")]
    return [
        error
        for one, empty in zip(tally.contests, expected.contests, strict=True)
        for error in _contest_errors(definition, station_id, tally, one, empty)
    ]


def _contest_errors(
    definition: Definition, station_id: str, tally: Tally, one: ContestTally, empty: ContestTally
) -> list[Message]:
    contest, name = definition.contest(one.contest), one.contest
    if one.votes.keys() != empty.votes.keys() or one.preferences.keys() != empty.preferences.keys():
        return [message("finding", "sums.other-options", contest=name)]
    if any(count < 0 for _, count in one.figures()):
        return [message("finding", "sums.negative-count", contest=name)]
    errors = []
    with_contest = sum(
        tally.ballots[style.id] for style in definition.styles_of_station(station_id) if one.contest in style.contests
    )
    if one.ballots != with_contest:
        errors.append(message("finding", "sums.ballots", contest=name, found=one.ballots, allowed=with_contest))
    most, chosen = max(one.votes.values(), default=0), one.ballots - one.blank - one.null
    if most > chosen:
        errors.append(message("finding", "sums.more-votes-than-ballots", contest=name, found=most, allowed=chosen))
    # Whoever chose somebody left at most all but one of the choices unused; more would be votes taken away.
    most_unused = (contest.choose - 1) * chosen
    if one.undervotes > most_unused:
        errors.append(
            message("finding", "sums.unused-choices", contest=name, found=one.undervotes, allowed=most_unused)
        )
    made = sum(one.votes.values()) + one.undervotes + contest.choose * (one.blank + one.null)
    if made != (due := contest.choose * one.ballots):
        errors.append(message("finding", "sums.choices", contest=name, found=made, allowed=due))
    return [*errors, *_preference_errors(contest, one)]


def _preference_errors(contest: Contest, one: ContestTally) -> Iterator[Message]:
    """No candidate has more preferences than the list has votes, and no list more than its voters may mark."""
    most = contest.preferences.most if contest.preferences is not None else 0
    for option in contest.options if most else ():
        counts, votes = {name: one.preferences[name] for name in option.preferences}, one.votes[option.id]
        for name, count in counts.items():
            if count > votes:
                yield message("finding", "sums.preferences", contest=contest.id, who=name, found=count, allowed=votes)
        if (found := sum(counts.values())) > most * votes:
            who, allowed = option.id, most * votes
            yield message("finding", "sums.preferences", contest=contest.id, who=who, found=found, allowed=allowed)
