"""The machines of one station: one chair, one to six check-in desks, one to six booths.

A machine is a role and a number. The first of a role has no number in its name: `check-in`, `check-in-2`, `booth`.
docs/adr/2026-11-28-more-desks-and-booths.md.
"""

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Final, Literal, Self

from testigo.errors import InvalidInput
from testigo.words import Message, message

Role = Literal["root", "centre", "auditor", "log", "chair", "booth", "check-in"]

STATION_ROLES: Final[tuple[Role, ...]] = ("chair", "booth", "check-in")
"""The roles of a station's machines, in the order in which they are installed."""

MOST_OF_A_ROLE: Final = 6
"""Check-in desks, and booths, that a station may have. It has one chair."""

_NAME = re.compile(r"(chair|booth|check-in)(?:-([2-6]))?")


@total_ordering
@dataclass(frozen=True)
class StationMachine:
    """One machine of a station. `number`: among those of its role, from 1."""

    role: Role
    number: int = 1

    @classmethod
    def named(cls, name: str) -> Self:
        """The machine of that name; raises `InvalidInput` for what names none."""
        found = _NAME.fullmatch(name)
        if found is None or (found[1] == "chair" and found[2]):
            raise InvalidInput("machine.no-such-name", name=name[:40])
        role = next(role for role in STATION_ROLES if role == found[1])
        return cls(role, int(found[2] or 1))

    @property
    def name(self) -> str:
        """`booth`, `booth-2`: of its folder, in logs, on tally sheets."""
        return self.role if self.number == 1 else f"{self.role}-{self.number}"

    @property
    def label(self) -> Message:
        """What it is called inside a sentence: the first of a role has no number."""
        if self.number == 1:
            return message("term", f"role.{self.role}")
        return message("term", f"role-numbered.{self.role}", number=self.number)

    def __lt__(self, other: "StationMachine") -> bool:
        return (STATION_ROLES.index(self.role), self.number) < (STATION_ROLES.index(other.role), other.number)


CHAIR: Final = StationMachine("chair")


@dataclass(frozen=True)
class StationMachines:
    """How many machines a station has. Raises `InvalidInput` for numbers that it cannot have."""

    desk_count: int = 1
    booth_count: int = 1

    def __post_init__(self) -> None:
        if not (1 <= self.desk_count <= MOST_OF_A_ROLE and 1 <= self.booth_count <= MOST_OF_A_ROLE):
            raise InvalidInput(
                "station.machines-out-of-range", desks=self.desk_count, booths=self.booth_count, most=MOST_OF_A_ROLE
            )

    @property
    def desks(self) -> tuple[StationMachine, ...]:
        """The check-in desks."""
        return tuple(StationMachine("check-in", number) for number in range(1, self.desk_count + 1))

    @property
    def booths(self) -> tuple[StationMachine, ...]:
        """The booths, each with a ballot box of its own."""
        return tuple(StationMachine("booth", number) for number in range(1, self.booth_count + 1))

    @property
    def all(self) -> tuple[StationMachine, ...]:
        """Every machine of the station, as they are installed: the chair first."""
        return (CHAIR, *self.booths, *self.desks)

    @property
    def is_plain(self) -> bool:
        """One of each."""
        return self.desk_count == self.booth_count == 1
