"""One voter's choices: which options of which contests, and the rules that make them a valid ballot.

In an open list they name candidates, too, as `OPTION/NUMBER` (`election.preferences`), after the list that is chosen.
"""

import msgspec

from testigo.election import BallotStyle, Contest, Definition, candidate_of, is_preference, list_of
from testigo.errors import InvalidInput

_SHOWN = 60
"""Characters that an error quotes of an id from outside."""


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page, a code, a record or a person says is on one ballot; nothing is checked. Contest → chosen options."""

    style: str
    choices: dict[str, tuple[str, ...]]

    def ballot(self, definition: Definition, station_id: str) -> "Ballot":
        """The valid ballot of that station with these marks; raises `InvalidInput` where there is none."""
        return Ballot.mark(definition, definition.style_of(station_id, self.style), self.choices)


class Ballot(Marks, frozen=True):
    """The choices on one ballot: for each contest of `style`, in its order, what is chosen in the order it has: option
    ids, and preferences after the list whose they are.

    An empty tuple is a blank vote in that contest. Nothing here says who, when, or which in line.

    Made by `mark` and by nothing else, so whoever is given a `Ballot` need not check it again. What comes from outside
    (a page, a code on paper, a record in the box, a person's entry) is `Marks`, or plain choices, until it is marked.
    """

    @classmethod
    def mark(cls, definition: Definition, style: BallotStyle, choices: dict[str, tuple[str, ...]]) -> "Ballot":
        """A valid ballot of that style; contests left out are blank, option order is made the contest's.

        Raises `InvalidInput` for a contest not of this style, an option not of its contest, one chosen twice, too many,
        or a preference of a list that is not chosen.
        """
        marked = {
            contest_id: mark_contest(definition, style, contest_id, chosen)
            for contest_id, chosen in sorted(choices.items())
        }
        return cls(style.id, {contest_id: marked.get(contest_id, ()) for contest_id in style.contests})


def mark_contest(
    definition: Definition, style: BallotStyle, contest_id: str, chosen: tuple[str, ...]
) -> tuple[str, ...]:
    """Valid choices in one contest of that style, in the contest's order; raises `InvalidInput` as `Ballot.mark`
    does."""
    if contest_id not in style.contests:
        raise InvalidInput("ballot.contest-not-on-style", contest=contest_id[:_SHOWN], style=style.id)
    return _check_marks(definition.contest(contest_id), chosen)


def too_many(contest: Contest, chosen: tuple[str, ...]) -> bool:
    """Whether more options are chosen than the contest allows."""
    return len(options_in(chosen)) > contest.choose


def unused(contest: Contest, chosen: tuple[str, ...]) -> int:
    """How many more options the voter could still choose."""
    return contest.choose - len(options_in(chosen))


def options_in(chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The options among the choices in one contest."""
    return tuple(name for name in chosen if not is_preference(name))


def preferences_in(chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The candidates among the choices in one contest."""
    return tuple(name for name in chosen if is_preference(name))


def numbered(contest: Contest, name: str) -> str:
    """How paper, screens and tables name a candidate of an open list: number on the list, and name."""
    return f"{name.partition('/')[2]} · {candidate_of(contest, name)}"


def _check_marks(contest: Contest, chosen: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(chosen)) != len(chosen):
        raise InvalidInput("ballot.option-twice", contest=contest.id)
    for option_id in options_in(chosen):
        contest.option(option_id)
    if too_many(contest, chosen):
        count = len(options_in(chosen))
        raise InvalidInput("ballot.too-many-options", count=count, contest=contest.id, most=contest.choose)
    _check_preferences(contest, chosen)
    order = {name: place for place, name in enumerate(contest.marks)}
    return tuple(sorted(chosen, key=order.__getitem__))


def _check_preferences(contest: Contest, chosen: tuple[str, ...]) -> None:
    preferences = preferences_in(chosen)
    most = contest.preferences.most if contest.preferences is not None else 0
    if preferences and not most:
        raise InvalidInput("contest.unknown-option", contest=contest.id, option=preferences[0][:_SHOWN])
    for name in preferences:
        candidate_of(contest, name)
        if list_of(name) not in chosen:
            raise InvalidInput("ballot.preference-of-another-list", contest=contest.id, candidate=name[:_SHOWN])
    if len(preferences) > most:
        raise InvalidInput("ballot.too-many-preferences", count=len(preferences), contest=contest.id, most=most)
