"""Slip numbers: the name of one paper vote. Drawn at random, so they tell nothing of order, station or voter."""

import secrets

from testigo.ballot.check_character import ALPHABET, check_character
from testigo.errors import InvalidInput

NUMBER_LENGTH = 12
"""Characters of a slip number, without the hyphens between groups of four."""

_SHOWN = 40
"""Characters that an error quotes of what was typed."""


def new_slip_number() -> str:
    """A random slip number such as `7K3M-9QXT-RB2W`; it has nothing to do with any order. Its last character is the
    check."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH - 1))
    return _in_groups(random + check_character(random))


def check_slip_number(number: str) -> str:
    """The number in its printed form; white space, hyphens and letter case do not matter. Raises `InvalidInput`."""
    plain = "".join(number.split()).replace("-", "").upper()
    if len(plain) != NUMBER_LENGTH or set(plain) - set(ALPHABET):
        raise InvalidInput("slip-number.malformed", number=number[:_SHOWN], length=NUMBER_LENGTH)
    if check_character(plain[:-1]) != plain[-1]:
        raise InvalidInput("slip-number.wrong-character", number=number[:_SHOWN])
    return _in_groups(plain)


def _in_groups(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
