"""Candidates who withdraw or die after the definition is signed: what the root says of them, and what it does.

Each `OptionStatus` is a statement of its own, with the next number of the election; none is ever taken out, a later one
of the same candidate ends it. What a contest does with the votes of an option that is out stands in its definition
(`Contest.after_signing`), so that nobody chooses it once figures are known; for the same reason a status that comes
after the first tally sheet never makes votes void. Who is out takes no seat in any case.

Station and count read these by the same rules (`StatusLog`), so both live above this module.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from testigo.canonical import SignedValue
from testigo.election.contests import Contest, Option
from testigo.election.definition import Definition
from testigo.election.thresholds import VoteTotals
from testigo.errors import IllegalStep, InvalidInput, is_printable

Status = Literal["withdrawn", "deceased", "restored"]

LONGEST_REASON = 200


class OptionStatus(SignedValue, frozen=True):
    """Body of an `option-status` statement. `number`: 1 for the first of the election, each next one higher.

    `person`: whom of a list's candidates or of the people named with an option; "" for the option itself. `restored`
    ends what was said before. `reason`: in words, such as the decision of a court. `counting`: whether a tally sheet is
    in the record before it.
    """

    contest: str
    option: str
    status: Status
    reason: str
    number: int
    person: str = ""
    counting: bool = False

    @property
    def about(self) -> tuple[str, str, str]:
        """Of whom it speaks."""
        return self.contest, self.option, self.person


class OptionState(SignedValue, frozen=True):
    """Who is out, by the last statement, of that `number`. `votes`: whether those for the option count or are void."""

    contest: str
    option: str
    person: str
    status: Literal["withdrawn", "deceased"]
    reason: str
    number: int
    votes: Literal["count", "void"]


class StatusLog:
    """What the root has said so far, in order."""

    def __init__(self, said: Iterable[OptionStatus] = ()) -> None:
        self._said: list[OptionStatus] = []
        self._last: dict[tuple[str, str, str], OptionStatus] = {}
        for status in said:
            self.add(status)

    @property
    def said(self) -> tuple[OptionStatus, ...]:
        """All of it."""
        return tuple(self._said)

    def check(self, definition: Definition, status: OptionStatus, *, place: str = "") -> None:
        """Return if this may be said next.

        Raises `InvalidInput` for an unknown contest, option or person, one that cannot withdraw, or a reason that is
        not one line of 1 to 200 characters; `IllegalStep` for another number than the next, or where nothing changes.
        """
        if status.number != self.next_number:
            raise IllegalStep(
                "option-status.number", place=place, number=str(status.number), expected=str(self.next_number)
            )
        contest = definition.contest(status.contest)
        _check_person(contest, contest.option(status.option), status.person, place)
        if not status.reason.strip() or not is_printable(status.reason, LONGEST_REASON):
            raise InvalidInput("option-status.reason", place=place, most=LONGEST_REASON)
        last = self._last.get(status.about)
        if (last.status if last else "restored") == status.status:
            raise IllegalStep("option-status.nothing-changes", place=place, option=status.option)

    def add(self, status: OptionStatus) -> None:
        """One more, which `check` has passed."""
        self._said.append(status)
        self._last[status.about] = status

    @property
    def next_number(self) -> int:
        """The number of the next statement."""
        return len(self._said) + 1

    def states(self, definition: Definition) -> tuple[OptionState, ...]:
        """Who is out, in the order of their last statements."""
        since: dict[tuple[str, str, str], bool] = {}
        last: dict[tuple[str, str, str], OptionStatus] = {}
        for status in self._said:
            last.pop(status.about, None)
            if status.status == "restored":
                since.pop(status.about, None)
                continue
            since.setdefault(status.about, status.counting)
            last[status.about] = status
        return tuple(
            _state(status, void=not since[about] and not status.person and _voids(definition, status))
            for about, status in last.items()
        )


@dataclass(frozen=True)
class Standing:
    """What states do to the count: `definition` without the candidates who are out, `totals` without void votes, and
    `out`, the options of each contest that take no seat. On an open list the place of such a candidate stays, with no
    name: preferences are for places.
    """

    definition: Definition
    totals: Mapping[str, VoteTotals]
    out: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, definition: Definition, totals: Mapping[str, VoteTotals], states: Iterable[OptionState]) -> "Standing":
        """From the votes as they were marked."""
        gone: dict[str, set[str]] = {}
        persons: dict[str, dict[str, set[str]]] = {}
        for state in states:
            if state.person:
                persons.setdefault(state.contest, {}).setdefault(state.option, set()).add(state.person)
            else:
                gone.setdefault(state.contest, set()).add(state.option)
        if persons:
            contests = tuple(_without(contest, persons.get(contest.id, {})) for contest in definition.contests)
            definition = msgspec.structs.replace(definition, contests=contests)
        void = {(state.contest, state.option) for state in states if state.votes == "void"}
        counted = {
            contest: replace(own, votes={**own.votes, **{one: 0 for of, one in void if of == contest}})
            for contest, own in totals.items()
        }
        return cls(definition, counted, {contest: frozenset(options) for contest, options in gone.items()})


def _without(contest: Contest, persons: Mapping[str, set[str]]) -> Contest:
    options = tuple(_without_persons(contest, option, persons.get(option.id, set())) for option in contest.options)
    return msgspec.structs.replace(contest, options=options)


def _without_persons(contest: Contest, option: Option, out: set[str]) -> Option:
    left = tuple("" if one in out else one for one in option.candidates)
    if contest.preferences is None:
        left = tuple(one for one in left if one)
    return msgspec.structs.replace(option, candidates=left)


def _check_person(contest: Contest, option: Option, person: str, place: str) -> None:
    if contest.referendum is not None or option not in contest.standing:
        raise InvalidInput("option-status.not-a-candidate", place=place, contest=contest.id, option=option.id)
    if person and person not in (*option.candidates, *(one.name for one in option.people)):
        raise InvalidInput("option-status.unknown-person", place=place, option=option.id, person=person[:60])


def _state(status: OptionStatus, *, void: bool) -> OptionState:
    return OptionState(
        contest=status.contest,
        option=status.option,
        person=status.person,
        status="deceased" if status.status == "deceased" else "withdrawn",
        reason=status.reason,
        number=status.number,
        votes="void" if void else "count",
    )


def _voids(definition: Definition, status: OptionStatus) -> bool:
    return definition.contest(status.contest).after_signing == "votes-void"
