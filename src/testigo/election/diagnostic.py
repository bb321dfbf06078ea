"""An error or warning about a definition, and the checks that every part of it shares: ids, texts, uniqueness."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import msgspec

from testigo.election.definition import Definition
from testigo.election.value import Text

DefinitionPath = tuple[str | int, ...]
"""Keys and list positions (from 0) from the top of the file down to a value, spelled as in the file."""

MAX_TEXT = 160
MAX_ABBREVIATION = 12

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")

# Controls that reorder text: a name written with them is read differently on screen and on paper.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))


class Diagnostic(msgspec.Struct, frozen=True):
    """An error, or with `warning` what is allowed and still worth a second look. `place`: where in the definition."""

    place: DefinitionPath
    problem: str
    hint: str
    warning: bool = False


def spelled(place: DefinitionPath) -> str:
    """A place for people, positions counted from 1: `contests[2].options[1].id`."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def check_id(place: DefinitionPath, identifier: str) -> Iterator[Diagnostic]:
    """Ids are what tally sheets, votes and file names say: short, plain, the same on every machine."""
    if not _ID.fullmatch(identifier):
        hint = "use 1 to 48 of a-z, 0-9 and hyphens, with no hyphen at either end"
        yield Diagnostic(place, f"{identifier[:60]!r} cannot be an id", hint)


def check_text(definition: Definition, place: DefinitionPath, text: Text) -> Iterator[Diagnostic]:
    """A text must be there in every language of the election; it may be in others, which screens do not speak."""
    for language in definition.languages:
        if language not in text:
            yield Diagnostic(place, f"the text is missing in {language!r}", f"add '{language}: …'")
    for language, words in text.items():
        if language not in definition.languages:
            problem = f"{language!r} is not a language of this election: screens and paper will not show the text"
            yield Diagnostic((*place, language), problem, "add it to languages if that is meant", warning=True)
        yield from check_words((*place, language), words, MAX_TEXT)


def check_words(place: DefinitionPath, words: str, longest: int) -> Iterator[Diagnostic]:
    """Words that will be printed: not empty, not too long, of characters that paper shows as the screen does."""
    if not words.strip():
        yield Diagnostic(place, "the text is empty", "write it")
    elif words != words.strip():
        yield Diagnostic(place, f"{words[:60]!r} begins or ends with a space", "take the space away")
    elif len(words) > longest:
        yield Diagnostic(
            place, f"the text has {len(words)} characters", f"shorten it to {longest}: it must fit on paper"
        )
    bad = next(
        (one for one in words if one in _REORDERING or unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn")), None
    )
    if bad:
        yield Diagnostic(place, f"the text holds U+{ord(bad):04X}, which cannot be printed", "take the character away")


def check_unique(what: str, found: Iterable[tuple[DefinitionPath, str]]) -> Iterator[Diagnostic]:
    """Every identifier, with its place, only once."""
    seen: set[str] = set()
    for place, identifier in found:
        if identifier in seen:
            yield Diagnostic(place, f"{what} {identifier[:60]!r} is there twice", "give each its own")
        seen.add(identifier)


def check_read_differently(
    what: str, language: str, found: Iterable[tuple[DefinitionPath, str]]
) -> Iterator[Diagnostic]:
    """Every text that a voter reads, with its place, only once; texts come folded."""
    seen: set[str] = set()
    for place, words in found:
        if words in seen:
            problem = f"two {what} read the same in {language!r}"
            yield Diagnostic(
                (*place, "name"), problem, "say in the name what tells them apart: the printed text is the vote"
            )
        seen.add(words)


def folded(words: str) -> str:
    """As a hurried reader sees it: without case, accents or double spaces."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", words) if not unicodedata.combining(one))
    return " ".join(plain.casefold().split())


def unknown(place: DefinitionPath, what: str, identifier: str) -> Diagnostic:
    """A reference to something that is not there."""
    kind = {"district": "districts", "party": "parties", "roll": "rolls"}[what]
    return Diagnostic(place, f"there is no {what} {identifier[:60]!r}", f"repair the id, or add it to {kind}")
