"""A message: a sentence's address and the values for its gaps, said in any language when somebody reads it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import Union

from testigo.words.catalogues import CHOOSES, FALLBACK, catalogue_of, speaks
from testigo.words.locales import instant, listed, number

Value = Union[str, int, float, PurePath, datetime, "Message", Sequence["Value"], None]
"""What may stand in a gap. Numbers and times are spelled in the reader's way; a year or a code is given as `str`."""


class Either(tuple["Value", ...]):
    """Several values of which one is meant: `A, B or C` where a list would say `A, B and C`."""


@dataclass(frozen=True)
class Message:
    """`section` and `key`: the sentence's address in every catalogue. `values`: for its gaps, by name."""

    section: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def text(self, language: str, *, bracketed: bool = False) -> str:
        """The sentence in that language; in English where it does not speak it, the bare key where English has none.

        `bracketed`: it will stand in parentheses, so that its own are square brackets: `(… [missing])`.
        """
        for code in (language if speaks(language, self.section, self.key) else FALLBACK, FALLBACK):
            sentence = catalogue_of(code).sentence(self.section, self.key, self.values.get(CHOOSES))
            if sentence is not None:
                inside = _gaps_in_parentheses(sentence) if "(" in sentence else ()
                texts = {
                    name: value_text(value, code, bracketed=bracketed or name in inside)
                    for name, value in self.values.items()
                }
                return (sentence.translate(_SQUARE) if bracketed else sentence).format(**texts)
        return self.key

    def speaks(self, language: str) -> bool:
        """Whether all of it is said in that language, the messages among its values too."""
        own = not self.known or speaks(language, self.section, self.key)
        return own and all(_speaks(value, language) for value in self.values.values())

    @property
    def known(self) -> bool:
        """Whether there is such a sentence."""
        return (self.section, self.key) in catalogue_of(FALLBACK).forms

    def __str__(self) -> str:
        return self.text(_process.language)


_SQUARE = str.maketrans("()", "[]")
_GAP = re.compile(r"\{(\w+)\}")


@cache
def _gaps_in_parentheses(sentence: str) -> frozenset[str]:
    depth, found = 0, set()
    for part in re.split(r"([()])", sentence):
        depth += (part == "(") - (part == ")")
        if depth > 0:
            found.update(_GAP.findall(part))
    return frozenset(found)


def _speaks(value: Value, language: str) -> bool:
    if isinstance(value, Message):
        return value.speaks(language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(_speaks(one, language) for one in value)
    return True


def message(section: str, key: str, **values: Value) -> Message:
    """A message whose values are given by name."""
    return Message(section, key, values)


def first_of(parts: Sequence[str], most: int) -> Value:
    """A value that lists them, of more than `most` the first ones and how many others there are."""
    if len(parts) <= most:
        return tuple(parts)
    return message("term", "and-others", first=", ".join(parts[:most]), count=len(parts) - most)


def value_text(value: Value, language: str, *, bracketed: bool = False) -> str:
    """A value as that language writes it; `bracketed` as in `Message.text`."""
    if isinstance(value, Message):
        return value.text(language, bracketed=bracketed)
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return number(value, language)
    if isinstance(value, datetime):
        return instant(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        texts = [value_text(one, language, bracketed=bracketed) for one in value]
        return listed(texts, language, either=isinstance(value, Either))
    return str(value)


@dataclass
class _Process:
    language: str = FALLBACK


_process = _Process()


def set_language(language: str) -> None:
    """The language in which this process says what is not said to a page's reader: errors on the command line, logs."""
    _process.language = language


def current_language() -> str:
    """The language of this process; English at first."""
    return _process.language
