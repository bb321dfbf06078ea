"""What is voted on: contests and their options."""

from typing import Literal

from testigo.election.majority import Majority
from testigo.election.methods import MethodName
from testigo.election.nobody import NoneOfTheAbove
from testigo.election.referendum import Referendum
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


class Agreement(Value, frozen=True):
    """Lists of one contest that pool their votes: seats go to the agreement first, then to its `options`."""

    id: str
    options: tuple[str, ...]


class Contest(Value, frozen=True):
    """One office to fill in one district. `choose`: how many options a voter may mark. `roll`: who may vote on it.

    `body`: the id of the body whose seats these are, if it is one of several contests or has levelling seats.
    `majority`: the votes that are enough in the first round; where there is none, most votes are.
    `referendum`: what a proposal needs, where the contest fills no office. `none_of_the_above`: which option is that,
    and the effect of its votes. `after_signing`: what becomes of the votes of an option that withdraws or dies after
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

    @property
    def offices(self) -> int:
        """How many seats it fills: none where it is a referendum."""
        return 0 if self.referendum is not None else self.seats

    @property
    def standing(self) -> tuple[Option, ...]:
        """The options that can win: all but *none of the above*."""
        nobody = self.none_of_the_above.option if self.none_of_the_above is not None else ""
        return tuple(option for option in self.options if option.id != nobody)

    def option(self, option_id: str) -> Option:
        """The option of that id; raises `InvalidInput`."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise InvalidInput("contest.unknown-option", contest=self.id, option=option_id[:60])
