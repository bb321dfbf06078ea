"""What is voted on: contests, their options, the parties behind them.

Percentages are decimal strings (`"2.5"`), because floats are never signed.
"""

import re
from fractions import Fraction
from typing import Literal

from testigo.election.methods import MethodName
from testigo.election.value import Text, Value
from testigo.errors import InvalidInput

Kind = Literal["choose-one", "choose-up-to", "party-list"]

GENERAL_ROLL = "general"

_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")


class Party(Value, frozen=True):
    """A party or alliance. `abbreviation` is what fits on a narrow slip."""

    id: str
    name: Text
    abbreviation: str


class Option(Value, frozen=True):
    """What a voter can choose: a candidate, or in a party list a party with its `candidates` in order."""

    id: str
    name: Text
    party: str = ""
    candidates: tuple[str, ...] = ()


class Threshold(Value, frozen=True):
    """Lists under `percent` get no seat. `of`: the percentage is of all valid votes, or of all ballots cast."""

    percent: str
    of: Literal["valid", "cast"] = "valid"

    def share(self) -> Fraction:
        """The percentage as an exact share, 0 to 1; raises `InvalidInput` where `percent` is none."""
        if not _PERCENT.fullmatch(self.percent) or Fraction(self.percent) > 100:
            raise InvalidInput("definition.not-a-percentage", text=self.percent[:60])
        return Fraction(self.percent) / 100


class Contest(Value, frozen=True):
    """One office to fill in one district. `choose`: how many options a voter may mark. `roll`: who may vote on it."""

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

    def option(self, option_id: str) -> Option:
        """The option of that id; raises `InvalidInput`."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise InvalidInput("contest.unknown-option", contest=self.id, option=option_id[:60])
