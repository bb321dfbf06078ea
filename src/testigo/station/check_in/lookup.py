"""Finding a voter in the poll book by what a clerk types: a document number, a name, or parts of one.

Nothing here decides anything. A number that is not in the book is compared with those that are, as people mistype them:
without the letters before it, O for 0 and I for 1, zeros at the beginning, one digit wrong, missing or too many, two
swapped. A name is found by the beginnings of its words in any order, without accents and case, in any script.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from testigo.election.printed import folded
from testigo.errors import TestigoError
from testigo.register import PollBook, normalise_document

LONGEST: Final = 120
"""Characters of what is looked up; more is cut off."""
MOST: Final = 20
"""Voters that are listed; who types more finds fewer."""

_MOST_BEGINNINGS: Final = 40
_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LIKE_DIGITS: Final = str.maketrans("OQILl", "00111")
_LETTERS_BEFORE: Final = re.compile(r"[A-Z]{1,3}(?=[0-9])")
_WITHOUT_SPACES: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts that write words without spaces: every character may begin one."""

How = Literal["exact", "near", "name"]


class Found(msgspec.Struct, frozen=True):
    """One entry of the poll book. `name`: "" for who is barred or votes elsewhere. `how`: what it was found by."""

    document: str
    name: str
    how: How


class LookedUp(msgspec.Struct, frozen=True):
    """What was found. `document`: the number that was typed, in its one spelling, "" where it was a name. `more`: how
    many are not listed."""

    document: str
    found: tuple[Found, ...] = ()
    more: int = 0

    @property
    def exact(self) -> Found | None:
        """The entry of exactly this number."""
        return next((one for one in self.found if one.how == "exact"), None)


class Lookup:
    """The poll book's numbers and names, made ready for searching once."""

    def __init__(self, book: PollBook) -> None:
        self._book = book
        self._numbers: dict[str, list[str]] = defaultdict(list)
        self._lengths: set[int] = set()
        self._before: set[str] = {""}
        for document in (*book.voters, *book.barred):
            self._numbers[core(document)].append(document)
            before = _LETTERS_BEFORE.match(document)
            self._before.add(before[0] if before else "")
            self._lengths.add(len(document) - (len(before[0]) if before else 0))
        self._names = [(_words(voter.name), voter.document) for voter in book.voters.values()]

    def look_up(self, text: str) -> LookedUp:
        """Everybody whom this may mean, the likeliest first."""
        text = text[:LONGEST].strip()
        document = _number(text)
        if self._is_known(document):
            return LookedUp(document, (self._entry(document, "exact"),))
        if not any(one.isdecimal() for one in text):
            return self._listed("", self._of_name(text))
        return self._listed(document, [*self._near(document), *(self._of_name(text) if " " in text else ())])

    def exact(self, numbers: Iterable[str]) -> LookedUp:
        """Those of several numbers that are in the book as they are, else as without letters and zeros before them."""
        read = list(dict.fromkeys(filter(None, map(_number, numbers))))
        known = [one for one in read if self._is_known(one)]
        if known:
            return self._listed(known[0] if len(known) == 1 else "", [self._entry(one, "exact") for one in known])
        alike = [other for one in read for other in self._numbers.get(core(one), ())]
        return self._listed(read[0] if read else "", [self._entry(one, "near") for one in alike])

    def _listed(self, document: str, found: Iterable[Found]) -> LookedUp:
        once = list({one.document: one for one in reversed(list(found))}.values())[::-1]
        return LookedUp(document, tuple(once[:MOST]), max(0, len(once) - MOST))

    def _entry(self, document: str, how: How) -> Found:
        voter = self._book.voters.get(document)
        return Found(document, voter.name if voter else "", how)

    def _is_known(self, document: str) -> bool:
        return document in self._book.voters or document in self._book.barred or self._is_elsewhere(document)

    def _is_elsewhere(self, document: str) -> bool:
        return bool(document) and self._book.elsewhere(document) is not None

    # ---- numbers

    def _near(self, document: str) -> Iterator[Found]:
        if not document:
            return
        for one in self._spellings(document):
            yield from (self._entry(other, "near") for other in self._numbers.get(one, ()))
        for other in self._written_otherwise(document):
            if self._is_elsewhere(other):
                yield self._entry(other, "near")

    def _spellings(self, document: str) -> Iterator[str]:
        """What the number may have been meant to be, without letters and zeros before it; nearest first."""
        number = core(document)
        yield number
        yield document.translate(_LIKE_DIGITS).lstrip("0")  # what stood before it may have been a digit
        if number[-1:].isalpha():
            yield number[:-1]
        yield from (number + letter for letter in _LETTERS)
        places = range(len(number))
        yield from (number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in places[:-1])
        yield from (number[:at] + digit + number[at + 1 :] for at in places for digit in _DIGITS)
        yield from (number[:at] + number[at + 1 :] for at in places)
        yield from (number[:at] + digit + number[at:] for at in range(len(number) + 1) for digit in _DIGITS)

    def _written_otherwise(self, document: str) -> Iterator[str]:
        """The same number with other letters and zeros before it, as this book writes them: of numbers elsewhere the
        book knows only whether a whole one is among them."""
        number = core(document)
        for before in sorted(self._before)[:_MOST_BEGINNINGS]:
            for length in sorted({len(number), *self._lengths}):
                yield before + number.rjust(length, "0")

    # ---- names

    def _of_name(self, text: str) -> Iterator[Found]:
        wanted = [one for one in _words(text) if len(one) > 1 or _WITHOUT_SPACES.match(one)]
        if not wanted:
            return
        for words, document in self._names:
            if all(any(_begins(word, one) for word in words) for one in wanted):
                yield self._entry(document, "name")


def core(document: str) -> str:
    """A document number as careless hands write it: digits for the letters that look like them, nothing before it."""
    number = _LETTERS_BEFORE.sub("", document, count=1) if _LETTERS_BEFORE.match(document) else document
    return number.translate(_LIKE_DIGITS).lstrip("0") or "0"


def _number(text: str) -> str:
    """A document number in its one spelling, "" for what is none; digits of any script are digits."""
    plain = "".join(str(unicodedata.decimal(one, one)) for one in text)
    try:
        return normalise_document(plain)
    except TestigoError:
        return ""


def _words(name: str) -> Sequence[str]:
    return [word for one in re.split(r"[\s\-'’.]+", name) if (word := folded(one))]


def _begins(word: str, wanted: str) -> bool:
    return wanted in word if _WITHOUT_SPACES.match(wanted) else word.startswith(wanted)
