"""The counters of a station, each declared once: on the struct of the machine that counts and signs it.

A declaration says what the counter is (`Counter`). Everything else follows from it: what must be zero before opening,
what the tally sheet must say again, the rules that the witness holds a station to, the lines of screens, paper and
results page, the exports. So a new counter is a field here, what counts it in its machine (`station.check_in.day`,
`station.booth.day`), and its words (`words/LANGUAGE/counters.po`). `make schemas` writes what follows from it.

A field that a later version adds has a default and raises its struct's `VERSION`; the versions of reports, tally sheets
and zero reports follow (docs/adr/2026-11-28-counters-are-declared-once.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal, Self, get_type_hints

import msgspec

from testigo.ballot.reasons import (
    REFUSAL_REASONS,
    RELEASE_KINDS,
    RELEASE_REASONS,
    SPOIL_REASONS,
    UNDO_REASONS,
    VOID_REASONS,
    ReleaseKind,
    release_kind,
)
from testigo.canonical import SignedValue
from testigo.words import Message, Value, message

CounterMachine = Literal["check-in", "booth"]
CounterOutput = Literal["sheet", "results", "screen"]
"""Where people see counters: the printed tally sheet, the results page's table, the chair's and the machine's own
screen. Exports have all of them."""


@dataclass(frozen=True)
class Counter:
    """What one counter is. It counts events and is zero before opening, or is a figure `fixed` before opening.

    `shown`: where. `part_of`: the sum that it belongs to, shown before its parts; `less`: whether it is taken from that
    sum. `at_most`: the counter of the same machine that it may not exceed. `reasons`: for counts by reason, all that
    there can be. `explains`: for those, the counter of the same machine that they must add up to, "" where there is
    none. `quiet`: not shown while it is zero. `machine`, `name`: filled in by `MachineCounters.declared`.
    """

    fixed: bool = False
    shown: tuple[CounterOutput, ...] = ()
    part_of: str = ""
    less: bool = False
    at_most: str = ""
    reasons: tuple[str, ...] = ()
    explains: str = ""
    quiet: bool = False
    machine: CounterMachine = "check-in"
    name: str = ""

    @property
    def label(self) -> Message:
        """What people call it; a count by reason is called as what it explains."""
        return message("counters", self.explains or self.name)

    def figures_value(self, figures: Mapping[str, int]) -> Value:
        """Its figures as a value of a sentence; `figures` as in `MachineCounters.figures`."""
        if not self.reasons:
            return figures[""]
        return [message("term", "figure", what=reason, figure=count) for reason, count in figures.items()] or 0


class CounterRow(msgspec.Struct, frozen=True):
    """A counter, or a sum of some, as people see it. `name`: key of its words. `count`: of all reasons together.

    `part`: whether the sum before it contains it. `at_most`: what it may be, None without a limit. `by_reason`: counts
    of each reason; empty for a counter without.
    """

    name: str
    count: int
    is_sum: bool = False
    part: bool = False
    at_most: int | None = None
    by_reason: dict[str, int] = {}


class MachineCounters(SignedValue, frozen=True):
    """Base of what one machine counts. Every field is annotated with its `Counter`."""

    MACHINE: ClassVar[CounterMachine]

    @classmethod
    def declared(cls) -> tuple[Counter, ...]:
        """Its counters, in the order of the fields."""
        return _declared(cls)

    @classmethod
    def zero(cls) -> Self:
        """Nothing counted, nothing fixed."""
        return msgspec.convert({one.name: {} if one.reasons else 0 for one in cls.declared()}, cls)

    def figures(self, counter: Counter) -> dict[str, int]:
        """Reason → count; a counter without reasons has one figure, under ""."""
        value: int | dict[str, int] = getattr(self, counter.name)
        return value if isinstance(value, dict) else {"": value}

    @classmethod
    def summed(cls, machines: Iterable[Self]) -> Self:
        """What several machines counted together; zero of none."""
        sums: dict[str, Any] = {one.name: {} if one.reasons else 0 for one in cls.declared()}
        for machine in machines:
            for one in cls.declared():
                figures = machine.figures(one)
                if one.reasons:
                    for reason, count in figures.items():
                        sums[one.name][reason] = sums[one.name].get(reason, 0) + count
                else:
                    sums[one.name] += figures[""]
        return msgspec.convert(sums, cls)

    def total(self, counter: Counter) -> int:
        """The counter, of all reasons together."""
        return sum(self.figures(counter).values())

    def sum_of(self, name: str) -> int:
        """The sum of that name: all counters that are `part_of` it, without those that are taken from it."""
        parts = [one for one in self.declared() if one.part_of == name]
        return sum(-self.total(one) if one.less else self.total(one) for one in parts)

    def rows(self, output: CounterOutput) -> list[CounterRow]:
        """What is shown there, each sum before its first part."""
        rows: list[CounterRow] = []
        for one in self.declared():
            if output not in one.shown or (one.quiet and not self.total(one)):
                continue
            if one.part_of and one.part_of not in {row.name for row in rows}:
                rows.append(CounterRow(one.part_of, self.sum_of(one.part_of), is_sum=True))
            by_reason: dict[str, int] = getattr(self, one.name) if one.reasons else {}
            most: int | None = getattr(self, one.at_most) if one.at_most else None
            rows.append(CounterRow(one.name, self.total(one), False, bool(one.part_of), most, by_reason))
        return rows

    def unlisted_reasons(self) -> list[Message]:
        """What is counted for a reason that is on no list; empty if nothing."""
        unknown = [(one, sorted(set(self.figures(one)) - set(one.reasons))) for one in self.declared() if one.reasons]
        return [
            message("finding", "counters.reason-not-on-list", counter=one.label, reasons=reasons)
            for one, reasons in unknown
            if reasons
        ]

    def broken_rules(self) -> list[Message]:
        """Which declared rules the figures break: limits, lists of reasons, sums of reasons. Empty if none."""
        broken = self.unlisted_reasons()
        for one in self.declared():
            count = self.total(one)
            if one.at_most and count > getattr(self, one.at_most):
                limit, most = message("counters", one.at_most), getattr(self, one.at_most)
                broken.append(
                    message("finding", "counters.over-limit", counter=one.label, found=count, limit=limit, most=most)
                )
            if one.explains and count != (explained := getattr(self, one.explains)):
                broken.append(
                    message(
                        "finding", "counters.reasons-do-not-add-up", found=count, counter=one.label, expected=explained
                    )
                )
        return broken


class CheckInCounters(MachineCounters, frozen=True):
    """`registered`: on the poll book. `matched`: their finger matched. `released`: let through by the chair.
    `refused`, `released_reasons`: how many for which reason. `cards_handed`: trays offered.

    `release_cap`: how many releases the rules take for usual, as the definition gives them. From then on, of each kind
    apart (`reasons.release_kind`), `released_by_two` or `released_by_allowance` counts every further one: a second
    person agreed, or the authority had allowed it. `release_alarm`: the same figure, 0 on counters of a version that
    did not tell kinds apart.

    `without_finger`: voters on the poll book of whom no finger was ever taken. `undone`: check-ins that were taken back
    before a card was handed over; `matched` and `released` still count them.

    Of a station with several desks: `from_list`: voters with a card whose home desk could not be asked, admitted from
    the printed sign-in list. `entered`: those of whom it has heard since. `doubles`: documents with which somebody was
    admitted from the list, and somebody else besides.
    """

    MACHINE = "check-in"
    VERSION = 2

    registered: Annotated[int, Counter(fixed=True, shown=("sheet", "screen"))]
    matched: Annotated[int, Counter(part_of="checked_in", shown=("sheet", "results", "screen"))]
    released: Annotated[int, Counter(part_of="checked_in", shown=("sheet", "results", "screen"))]
    release_cap: Annotated[int, Counter(fixed=True, shown=("sheet",))]
    refused: Annotated[dict[str, int], Counter(reasons=REFUSAL_REASONS, shown=("sheet", "results", "screen"))]
    released_reasons: Annotated[dict[str, int], Counter(reasons=RELEASE_REASONS, explains="released", shown=("sheet",))]
    cards_handed: Annotated[int, Counter(shown=("sheet",))]
    release_alarm: Annotated[int, Counter(fixed=True)] = 0
    without_finger: Annotated[int, Counter(fixed=True, shown=("sheet", "screen"))] = 0
    released_by_two: Annotated[int, Counter(shown=("sheet", "results", "screen"))] = 0
    released_by_allowance: Annotated[int, Counter(shown=("sheet", "results", "screen"))] = 0
    undone: Annotated[
        dict[str, int],
        Counter(part_of="checked_in", less=True, reasons=UNDO_REASONS, shown=("sheet", "results", "screen")),
    ] = msgspec.field(default_factory=dict)
    from_list: Annotated[int, Counter(shown=("sheet", "screen"), quiet=True)] = 0
    entered: Annotated[int, Counter(at_most="from_list", shown=("sheet", "screen"), quiet=True)] = 0
    doubles: Annotated[int, Counter(shown=("sheet", "screen"), quiet=True)] = 0

    @property
    def checked_in(self) -> int:
        """Voters who were let through to the booth."""
        return self.sum_of("checked_in")

    def releases_of_kind(self, kind: ReleaseKind) -> int:
        """How many were released for a reason of this kind."""
        return sum(count for reason, count in self.released_reasons.items() if release_kind(reason) == kind)

    @property
    def beyond_alarm(self) -> int:
        """How many releases there were beyond the alarm, of each kind apart."""
        if not self.release_alarm:
            return max(0, self.released - self.release_cap)
        return sum(max(0, self.releases_of_kind(kind) - self.release_alarm) for kind in RELEASE_KINDS)

    def broken_rules(self) -> list[Message]:
        """Of releases beyond the alarm each needs a second person or the authority's allowance; else as declared."""
        agreed, broken = self.released_by_two + self.released_by_allowance, super().broken_rules()
        if self.beyond_alarm > agreed:
            usual = self.released - self.beyond_alarm + agreed
            broken.insert(0, _over("released", self.released, "release_cap", usual))
        if agreed > self.released:
            broken.append(_over("released_by_two", agreed, "released", self.released))
        return broken


def _over(counter: str, found: int, limit: str, most: int) -> Message:
    label, of = message("counters", counter), message("counters", limit)
    return message("finding", "counters.over-limit", counter=label, found=found, limit=of, most=most)


class BoothCounters(MachineCounters, frozen=True):
    """`recorded`: votes found in the ballot box itself; all others are the booth's events. `voided`: sessions ended
    without a vote, by reason. `misprinted`: those of the spoiled papers that were badly printed, which is the machine's
    doing. `prints_allowed`: prints beyond a voter's limit that the chair and one more person allowed.
    """

    MACHINE = "booth"
    VERSION = 2

    cards_made: Annotated[int, Counter(fixed=True, shown=("sheet",))]
    cards_used: Annotated[int, Counter(at_most="cards_made", shown=("sheet", "results"))]
    printed: Annotated[int, Counter(shown=("sheet", "results", "screen"))]
    spoiled: Annotated[int, Counter(shown=("sheet", "results", "screen"))]
    spoiled_reasons: Annotated[dict[str, int], Counter(reasons=SPOIL_REASONS, explains="spoiled")]
    voided: Annotated[dict[str, int], Counter(reasons=VOID_REASONS, shown=("sheet",))]
    deposited: Annotated[int, Counter(shown=("sheet", "results"))]
    recorded: Annotated[int, Counter(shown=("sheet", "results"))]
    misprinted: Annotated[int, Counter(at_most="spoiled", shown=("sheet", "results", "screen"))] = 0
    prints_allowed: Annotated[int, Counter(shown=("sheet", "results", "screen"))] = 0

    @property
    def chain(self) -> tuple[tuple[str, int], ...]:
        """What must be equal at one booth, each by its name."""
        return (
            ("cards_used", self.cards_used),
            ("printed-spoiled", self.printed - self.spoiled),
            ("deposited", self.deposited),
            ("recorded", self.recorded),
        )


@cache
def _declared(kind: type[MachineCounters]) -> tuple[Counter, ...]:
    hints: dict[str, Any] = get_type_hints(kind, include_extras=True)
    return tuple(
        replace(hints[name].__metadata__[0], machine=kind.MACHINE, name=name) for name in kind.__struct_fields__
    )


COUNTERS: Final = (*CheckInCounters.declared(), *BoothCounters.declared())
"""Every counter of a station, in the order in which people read them."""
