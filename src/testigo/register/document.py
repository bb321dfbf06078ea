"""One spelling for document numbers and names, so that the same person is the same row however it was typed.

A document number is what the identity card shows: `V-12.345.678`, `12 345 678-k`, `１２３`, `١٢٣`. How people write it
is not part of it, by these rules:

- Capital and small letters are the same. Digits of every script are the digits that they are, all of one script.
- Hyphens, slashes and spaces stand singly between letters or digits. Two groups of six digits or more are two numbers,
  and no number.
- Dots stand between groups of three digits alone: `12.345.678`. `12345678.0` is what a computer makes of a number, and
  without its dot it would be another person's.
- Characters that nobody sees (marks of direction, joiners, soft hyphens) do not count.

Leading zeros are part of the number and stay. Nothing else is left out or replaced: what has more in it is refused.
"""

import re
import unicodedata

from testigo.errors import InvalidInput, Place, is_printable

MAX_DOCUMENT = 24
MAX_NAME = 120
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
"""Marks that copying between programs leaves: they show nothing, and spell nothing in any script."""

_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN = re.compile(rf"[A-Za-z0-9]{{1,{MAX_DOCUMENT}}}")
_WRITTEN = re.compile(r"[A-Za-z0-9]+(?:(?: ?[-/] ?|[ .])[A-Za-z0-9]+)*")
_KNOWN = re.compile(r"[A-Za-z0-9 ./-]+")
_DOTTED = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+")
_GROUPS_OF_THREE = re.compile(r"[A-Za-z]*[0-9]{1,3}(?:\.[0-9]{3})+[A-Za-z]*")
_TWO_NUMBERS = re.compile(r"[0-9]{6}(?: ?[-/] ?| )[0-9]{6}")


def normalise_document(text: str, *, place: Place = "") -> str:
    """The document number in its one spelling: `A`–`Z` and `0`–`9`, at most 24 characters; raises `InvalidInput`."""
    if _PLAIN.fullmatch(text):
        return text.upper()
    if len(text) > 10 * MAX_DOCUMENT:
        raise InvalidInput("document.far-too-long", place=place, hint="write-the-document-number")
    written = _in_ascii(text)
    if not any(one.isalnum() for one in written):
        raise InvalidInput("document.missing", place=place, hint="write-the-document-number")
    if not _KNOWN.fullmatch(written):
        raise InvalidInput("document.malformed", place=place, hint="write-the-document-number", text=text)
    if not all(_GROUPS_OF_THREE.fullmatch(dotted) for dotted in _DOTTED.findall(written)):
        raise InvalidInput("document.dots", place=place, hint="write-it-without-separators", text=text)
    if not _WRITTEN.fullmatch(written):
        raise InvalidInput("document.separators", place=place, hint="write-it-without-separators", text=text)
    if _TWO_NUMBERS.search(written):
        raise InvalidInput("document.two-numbers", place=place, hint="write-it-without-separators", text=text)
    plain = re.sub("[ ./-]", "", written)
    if len(plain) > MAX_DOCUMENT:
        raise InvalidInput(
            "document.too-long", place=place, hint="write-the-document-number", text=text, most=MAX_DOCUMENT
        )
    return plain.upper()  # ASCII only: "ı" and "ß" would become other letters, and two persons one


def normalise_name(text: str, *, place: Place = "") -> str:
    """A person's name in composed form with single spaces, at most 120 characters; raises `InvalidInput`."""
    name = " ".join(unicodedata.normalize("NFC", text.translate(INVISIBLE)).split())
    if not name:
        raise InvalidInput("name.missing", place=place)
    if len(name) > MAX_NAME:
        raise InvalidInput("name.too-long", place=place, most=MAX_NAME)
    if not is_printable(name, MAX_NAME):
        raise InvalidInput("name.unprintable", place=place)
    return name


def _in_ascii(text: str) -> str:
    """The text with digits, hyphens and spaces of other scripts as those of ASCII, where they are of one script."""
    plain = text.translate(INVISIBLE | _JOINERS | _HYPHENS | _FULL_WIDTH).strip()
    if plain.isascii():
        return re.sub(" +", " ", plain)
    digits = {one: str(unicodedata.decimal(one)) for one in set(plain) if _is_digit(one)}
    if len({ord(one) - int(value) for one, value in digits.items()}) == 1:  # of one script
        plain = "".join(digits.get(one, one) for one in plain)
    return re.sub(" +", " ", "".join(" " if unicodedata.category(one) == "Zs" else one for one in plain))


def _is_digit(one: str) -> bool:
    """Whether it is a digit of some script; superscripts and digits of mathematics are something else."""
    return unicodedata.category(one) == "Nd" and not unicodedata.decomposition(one)
