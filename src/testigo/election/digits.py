"""Whole numbers as people write them: what is too long for any count is said so, and not called no number."""

from testigo.errors import InvalidInput
from testigo.words import Value

MOST_DIGITS = 15
"""Of a whole number: all of them are exact in JSON, and no limit of an election is anywhere near."""

_SHOWN = 60


def is_whole(text: str) -> bool:
    """Whether a text is of the digits 0 to 9 alone, however many."""
    return text.isascii() and text.isdecimal()


def read_digits(text: str, *, most: int = MOST_DIGITS, place: Value = "") -> int:
    """The number of a text that `is_whole`, with or without a minus before it; raises `InvalidInput` where it has more
    digits than that.
    """
    digits = len(text.lstrip("-"))
    if digits > most:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise InvalidInput("number.too-long", place=place, text=shown, count=digits, most=most)
    return int(text)
