"""How many marks a letter has one upon the other, for templates whose lines have to leave room for them."""

import unicodedata
from collections.abc import Iterable
from typing import Final

_ABOVE: Final = 230
_BELOW: Final = 220
"""Canonical combining classes of marks each of which stands farther from the letter than the one before."""


def most_stacked(texts: Iterable[str]) -> tuple[int, int]:
    """How many marks stand above, and how many below the letters that have most of them.

    Composed letters are passed over: for their marks there is room in any line. So are vowel points of Hebrew, Arabic
    and Thai, which fonts draw within the line.
    """
    above = below = 0
    for text in texts:
        letter = ""
        for one in unicodedata.normalize("NFC", text):
            if not unicodedata.combining(one):
                letter = one
                continue
            letter += one
            marks = [unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", letter)]
            above, below = max(above, marks.count(_ABOVE)), max(below, marks.count(_BELOW))
    return above, below
