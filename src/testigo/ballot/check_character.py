"""Codes that people copy by hand, and the character that shows when they copied one wrong."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters, none of which is read as another (no 0 O 1 I L)."""


def check_character(characters: str) -> str:
    """The check over up to 29 characters of the alphabet: their numbers, weighted by 2, 3, …, added modulo 31.

    31 is a prime, all weights differ and none is 0, so one wrong character and two exchanged ones always change the
    sum. Raises `ValueError` for a character that is not of the alphabet.
    """
    weighed = sum(weight * ALPHABET.index(one) for weight, one in enumerate(characters, start=2))
    return ALPHABET[weighed % len(ALPHABET)]
