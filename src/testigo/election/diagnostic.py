"""An error or warning about a definition, and the checks that every part of it shares: ids, texts, uniqueness."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from testigo.election.definition import Definition
from testigo.election.limits import ID, TEXT
from testigo.election.places import field_name, place_words
from testigo.election.value import Text
from testigo.errors import InvalidInput
from testigo.words import Value, message

DefinitionPath = tuple[str | int, ...]
"""Keys and list positions (from 0) from the top of the file down to a value, spelled as in the file."""

_ID = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{ID - 2}}}[a-z0-9])?")

# Controls that reorder text: a name written with them is read differently on screen and on paper.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_TEXT = frozenset("\ufff9\ufffa\ufffb\ufffc\ufffd")
"""What stands for something else: annotations, objects, and letters that were lost on the way."""
_UNPRINTABLE = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))


@dataclass(frozen=True)
class Diagnostic:
    """An error, or with `warning` what is allowed and still worth a second look. `place`: where in the definition."""

    place: DefinitionPath
    error: InvalidInput
    warning: bool = False


def diagnose(code: str, place: DefinitionPath, *, warning: bool = False, **values: Value) -> Diagnostic:
    """A diagnostic of that code; `values` for the gaps of its sentences."""
    return Diagnostic(place, InvalidInput(code, place=place_words(place), **values), warning)


def check_id(place: DefinitionPath, identifier: str) -> Iterator[Diagnostic]:
    """Ids are what tally sheets, votes and file names say: short, plain, the same on every machine."""
    if not _ID.fullmatch(identifier):
        yield diagnose("definition.not-an-id", place, id=identifier[:60])


def check_text(definition: Definition, place: DefinitionPath, text: Text) -> Iterator[Diagnostic]:
    """A text must be there in every language of the election; it may be in others, which screens do not speak."""
    for language in definition.languages:
        if language not in text:
            yield diagnose("definition.text-missing", place, language=language)
    for language, words in text.items():
        if language not in definition.languages:
            yield diagnose("definition.text-not-shown", (*place, language), warning=True, language=language[:60])
        yield from check_words((*place, language), words, TEXT)


def check_words(place: DefinitionPath, words: str, longest: int) -> Iterator[Diagnostic]:
    """Words that will be printed: not empty, not too long, of characters that paper shows as the screen does."""
    if not words.strip():
        yield diagnose("definition.text-empty", place)
    elif words != words.strip():
        yield diagnose("definition.text-with-space", place, text=words[:60])
    elif len(words) > longest:
        yield diagnose("definition.text-too-long", place, count=len(words), most=longest)
    bad = next(filter(_is_unprintable, words), None)
    if bad:
        yield diagnose("definition.text-not-printable", place, character=f"U+{ord(bad):04X}")


def _is_unprintable(one: str) -> bool:
    return one in _REORDERING or one in _NOT_TEXT or unicodedata.category(one) in _UNPRINTABLE


def check_unique(what: str, found: Iterable[tuple[DefinitionPath, str]]) -> Iterator[Diagnostic]:
    """Every identifier, with its place, only once."""
    seen: set[str] = set()
    for place, identifier in found:
        if identifier in seen:
            yield diagnose("definition.twice", place, what=message("term", what), id=identifier[:60])
        seen.add(identifier)


def unknown(place: DefinitionPath, what: str, identifier: str) -> Diagnostic:
    """A reference to something that is not there."""
    listed = field_name({"district": "districts", "party": "parties", "roll": "rolls"}[what])
    return diagnose("definition.unknown", place, what=message("term", what), id=identifier[:60], key=listed)
