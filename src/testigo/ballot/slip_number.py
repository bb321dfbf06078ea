"""Slip numbers: the name of one paper vote. Drawn at random, so they tell nothing of order, station or voter."""

import secrets

from testigo.errors import InvalidInput

NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters, none of which is read as another (no 0 O 1 I L). 31 is a prime, so the check character below finds
every single wrong character and every exchange of two."""

NUMBER_SIGNS = 12


def new_slip_number() -> str:
    """A random slip number such as `7K3M-9QXT-RB2W`; it has nothing to do with any order. The last sign is a check."""
    signs = [secrets.randbelow(len(NUMBER_ALPHABET)) for _ in range(NUMBER_SIGNS - 1)]
    signs.append(_check_sign(signs))
    return _in_groups("".join(NUMBER_ALPHABET[sign] for sign in signs))


def check_slip_number(number: str) -> str:
    """The number in its printed form; white space, hyphens and letter case do not matter. Raises `InvalidInput`."""
    plain = "".join(number.split()).replace("-", "").upper()
    values = [NUMBER_ALPHABET.find(sign) for sign in plain]
    if len(plain) != NUMBER_SIGNS or min(values) < 0:
        raise InvalidInput(f"{number!r} is no slip number", hint="type the twelve signs as printed")
    if _check_sign(values[:-1]) != values[-1]:
        raise InvalidInput(f"the slip number {number!r} has a wrong sign in it", hint="type it again as printed")
    return _in_groups(plain)


def _check_sign(values: list[int]) -> int:
    """Weights 2, 3, … 12 modulo 31: all differ and none is 0, so one wrong or two exchanged signs change the sum."""
    return sum(weight * value for weight, value in enumerate(values, start=2)) % len(NUMBER_ALPHABET)


def _in_groups(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
