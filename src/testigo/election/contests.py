"""What is voted on: contests and their options."""

from typing import Literal

from testigo.election.majority import Majority
from testigo.election.methods import MethodName
from testigo.election.nobody import NoneOfTheAbove
from testigo.election.referendum import Referendum
from testigo.election.shares import Share
from testigo.election.thresholds import Threshold
from testigo.election.value import Text, Value
from testigo.errors import InvalidInput

Kind = Literal["choose-one", "choose-up-to", "party-list", "referendum"]

GENERAL_ROLL = "general"


class Person(Value, frozen=True):
    """Somebody who is chosen together with an option. `role`: as what, such as vice-president or substitute."""

    role: Text
    name: str


class Option(Value, frozen=True):
    """What a voter can choose: a candidate, or in a party list a party with its `candidates` in order.

    `people`: who is elected together with it, a ticket's others or substitutes.
    """

    id: str
    name: Text
    party: str = ""
    candidates: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def preferences(self) -> tuple[str, ...]:
        """The names of its candidates, in order, by which votes and tallies name them (`preferences`)."""
        return tuple(f"{self.id}/{number}" for number in range(1, len(self.candidates) + 1))


class Preferences(Value, frozen=True):
    """Open lists: a voter may mark up to `most` candidates of the list voted for.

    `threshold`: the share of the list's votes with which a candidate comes before the order of the list; where there is
    none, everybody does, and the order is that of the preferences alone. `equal`: in which order those with equally
    many stand: as `listed`, or as in the public `draw`.
    """

    most: int
    threshold: Share | None = None
    equal: Literal["listed", "draw"] = "listed"


class Agreement(Value, frozen=True):
    """Lists of one contest that pool their votes: seats go to the agreement first, then to its `options`."""

    id: str
    options: tuple[str, ...]


class Contest(Value, frozen=True):
    """One office to fill in one district. `choose`: how many options a voter may mark. `roll`: who may vote on it.

    `body`: the id of the body whose seats these are, if it is one of several contests or has levelling seats.
    `majority`: the votes that are enough in the first round; where there is none, most votes are.
    `referendum`: what a proposal needs, where the contest fills no office. `none_of_the_above`: which option is that,
    and the effect of its votes. `preferences`: that voters may mark candidates of the list, and how its order follows.
    `after_signing`: what becomes of the votes of an option that withdraws or dies after
    the definition is signed.
    """

    id: str
    district: str
    title: Text
    kind: Kind
    options: tuple[Option, ...]
    seats: int = 1
    choose: int = 1
    method: MethodName = "plurality"
    threshold: Threshold | None = None
    roll: str = GENERAL_ROLL
    body: str = ""
    agreements: tuple[Agreement, ...] = ()
    majority: Majority | None = None
    referendum: Referendum | None = None
    none_of_the_above: NoneOfTheAbove | None = None
    after_signing: Literal["counts", "votes-void"] = "counts"
    preferences: Preferences | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """The names of everything that a voter may mark: each option, and with preferences its candidates after it."""
        if self.preferences is None:
            return tuple(option.id for option in self.options)
        return tuple(name for option in self.options for name in (option.id, *option.preferences))

    @property
    def rows(self) -> int:
        """How many marks a ballot has room for."""
        return self.choose + (self.preferences.most if self.preferences is not None else 0)

    @property
    def offices(self) -> int:
        """How many seats it fills: none where it is a referendum."""
        return 0 if self.referendum is not None else self.seats

    @property
    def standing(self) -> tuple[Option, ...]:
        """The options that can win: all but *none of the above*."""
        nobody = self.none_of_the_above.option if self.none_of_the_above is not None else ""
        return tuple(option for option in self.options if option.id != nobody)

    @property
    def independents(self) -> tuple[Option, ...]:
        """The options that can win and are of no party, where others are of one."""
        without = tuple(option for option in self.standing if not option.party)
        return without if len(without) < len(self.standing) else ()

    def option(self, option_id: str) -> Option:
        """The option of that id; raises `InvalidInput`."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise InvalidInput("contest.unknown-option", contest=self.id, option=option_id[:60])
