"""Document numbers in what the barcode of an identity card says.

A scanner types a card's text like a keyboard, with or without the control characters between its fields, and every
country prints another text. So nothing is parsed by the country: fields that are known to hold the number come first
(AAMVA's `DAQ`, the `RUN=` or `id=` of an address, the lines of a machine readable zone, the fields between `@`), then
every word and every row of digits that a number could be. Whether one is a voter's the poll book tells (`lookup`).
"""

import re
from collections.abc import Iterator
from typing import Final

from testigo.register.document import MAX_DOCUMENT

LONGEST: Final = 4000
"""Characters of a card's text that are looked at; the codes of identity cards have fewer."""
MOST: Final = 200
"""Numbers that are taken from one card."""

_LEAST_DIGITS: Final = 5
_NAMED: Final = (
    re.compile(
        r"(?:RUN|RUT|DNI|CI|ID|DOC(?:UMENTO)?|CEDULA|NUMERO|NUM|NRO|NO)\s*[=:#]\s*([A-Z0-9.\-/]{4,30})", re.IGNORECASE
    ),
    re.compile(r"\b[A-Z][A-Z<;.>?][A-Z]{3}([A-Z0-9]{4,9})[<;.>?]{0,5}[0-9]"),
)
"""Fields with a name, and the first line of a machine readable zone (ICAO 9303): type, country, number, check digit.
For its filler, `<`, scanners type what stands on that key of the computer's keyboard."""
_AAMVA: Final = re.compile(r"DAQ([A-Z0-9][A-Z0-9\-]{3,24})")
_DATE: Final = re.compile(r"\b(?:[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./-])[0-9]{2}\2[0-9]{2})\b")
_WORD: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9.\-/]*[A-Z0-9])?", re.IGNORECASE)
_ROW: Final = re.compile(rf"[A-Z]{{0,2}}-?[0-9]{{{_LEAST_DIGITS},}}[A-Z]?", re.IGNORECASE)
_DIGITS: Final = re.compile(rf"[0-9]{{{_LEAST_DIGITS},}}")


def is_card_text(text: str) -> bool:
    """Whether it is too long, or too strange, for something that a clerk typed."""
    return len(text.strip()) > 60 or any(mark in text for mark in ("\n", "@", "<<", "=", "\x1e", "\x1d", "ANSI "))


def numbers_in(text: str) -> list[str]:
    """Everything that may be the card's number, the likeliest first; empty where nothing may."""
    numbers = dict.fromkeys(one for one in _candidates(text[:LONGEST]) if _digits(one) >= _LEAST_DIGITS)
    return [one for one in numbers if len(one) <= MAX_DOCUMENT + 6][:MOST]


def _candidates(text: str) -> Iterator[str]:
    for named in _NAMED:
        yield from (found[1] for found in named.finditer(text))
    for found in _AAMVA.finditer(text):
        # Where a scanner leaves the line ends out, the next field's name and value follow without a gap.
        whole = found[1]
        yield whole
        yield from (whole[:length] for length in range(len(whole) - 1, 3, -1))
    words = [found[0] for found in _WORD.finditer(_DATE.sub(" ", text))]
    yield from (word for word in words if len(word) <= MAX_DOCUMENT + 6)
    for word in words:
        rows = [row[0] for row in _ROW.finditer(word)]
        yield from rows
        yield from (digits[0] for row in rows for digits in _DIGITS.finditer(row))


def _digits(number: str) -> int:
    return sum(one.isdecimal() for one in number)
