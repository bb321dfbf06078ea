"""Chance that matters: a seed rolled with dice in public, and samples that anyone can draw again from it.

Every id gets a *ticket*, a number in (0, 1) made by SHA-256 from seed and id; the lowest tickets are the sample. A
larger sample only adds to a smaller one, and no other id's presence changes an id's ticket. Source: R. L. Rivest,
"Consistent sampling with replacement" (2018), in the form of his `consistent_sampler` 1.0.10 (drawing without
replacement), so that any copy of that program confirms a draw: ticket = the decimal digits, last first, of
SHA-256(hex(SHA-256(seed)) + id).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from testigo.count import AuditSample, Box, Ticket, check_dice
from testigo.election import Definition
from testigo.errors import InvalidInput

TICKET_DIGITS = 18
"""Of a ticket's 78 digits, how many are shown and kept in statements."""


@dataclass(frozen=True)
class Seed:
    """Dice as they were rolled, in order. `digits`: at least 20 characters 1 to 6; raises `InvalidInput` for others."""

    digits: str

    def __post_init__(self) -> None:
        check_dice(self.digits, place="seed")

    @classmethod
    def parse(cls, text: str) -> "Seed":
        """The seed as a person types it: white space, hyphens and commas between digits are left out."""
        return cls("".join(character for character in text if character not in " \t\r\n-,"))


def ticket_number(seed: str, id_: str) -> str:
    """The whole ticket of one id, `0.` and some 78 decimals, uniform in (0, 1); `seed` may be any text."""
    seed_hash = hashlib.sha256(seed.encode()).hexdigest()
    number = int.from_bytes(hashlib.sha256((seed_hash + id_).encode()).digest())
    # The low digits of a 256-bit number are uniform, its high ones are not: so the last digit goes first.
    return "0." + f"{number:064d}"[::-1]


def sample(seed: Seed, ids: Iterable[str], count: int) -> tuple[Ticket, ...]:
    """The `count` ids with the lowest tickets, lowest first, without replacement.

    Raises `InvalidInput` where an id is named twice or `count` is not between 0 and the number of ids.
    """
    population = list(ids)
    if len(set(population)) != len(population):
        raise InvalidInput("sample.id-twice")
    if not 0 <= count <= len(population):
        raise InvalidInput("sample.too-large", wanted=count, there=len(population))
    tickets = sorted((ticket_number(seed.digits, id_), id_) for id_ in population)
    return tuple(Ticket(number[: 2 + TICKET_DIGITS], id_) for number, id_ in tickets[:count])


def boxes_to_count(definition: Definition, boxes: int) -> int:
    """How many of all boxes the closing count opens: the definition's percentage, rounded up."""
    return -(-boxes * definition.rules.closing_count_percent // 100)


def closing_sample(definition: Definition, boxes: Sequence[Box], seed: Seed) -> AuditSample:
    """The boxes of the closing count, drawn from these, one of each booth (`RecordRules.boxes_of_sample`)."""
    population = tuple(box.id for box in boxes)
    return AuditSample(
        purpose="closing-count",
        seed=seed.digits,
        population=population,
        drawn=sample(seed, population, boxes_to_count(definition, len(population))),
    )
