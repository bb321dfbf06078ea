"""What people read: one folder of gettext catalogues per language, Spanish first.

    words/LANGUAGE/screens.po       pages of the station, the enrolment desk, the centre
                   counters.po      what counters are called, everywhere
                   results.po       the results page
                   slip.po          the paper vote
                   cards.po         the voting cards
                   tally_sheet.po   tally sheet and zero report
                   retirement.po    the page of a retired machine
                   errors.po        what is wrong (section `error`), what to do about it (`hint`), by the error's code

A catalogue maps a key (`booth.print`) to a sentence with named gaps (`"{chosen} of {allowed}"`). All languages have the
same keys and the same gaps. A new language is a new folder and nothing else; one that lacks a sentence (`missing` says
which) is in none of the interfaces, because it would fail on voting day.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from testigo.words import catalogues
from testigo.words.catalogues import (
    FALLBACK,
    FIRST,
    FOLDER,
    MOST_BYTES,
    catalogue_of,
    lacking,
    languages,
    missing,
    parse,
)
from testigo.words.files import catalogue_file
from testigo.words.locales import clock, day, instant, listed, number, percent, zone
from testigo.words.message_line import from_line, to_line
from testigo.words.messages import Either, Message, Value, current_language, first_of, message, set_language, value_text

__all__ = [
    "FALLBACK",
    "FIRST",
    "FOLDER",
    "MOST_BYTES",
    "Either",
    "Message",
    "Value",
    "Words",
    "add",
    "catalogue",
    "catalogue_file",
    "clock",
    "counter_words",
    "current_language",
    "day",
    "first_of",
    "from_line",
    "instant",
    "lacking",
    "language_name",
    "languages",
    "listed",
    "message",
    "missing",
    "number",
    "or_itself",
    "parse",
    "percent",
    "reviewed_by",
    "say",
    "section",
    "set_language",
    "to_line",
    "value_text",
    "words",
    "zone",
]  # fmt: skip

Words = Callable[..., str]


def add(language: str, text: str) -> None:
    """Let this process speak a language as an election's own catalogue (a gettext file's text) has it.

    Raises `ValueError` for what is not a complete catalogue.
    """
    own = catalogues.parse(text)
    if lacks := lacking(own):
        raise ValueError(f"lacks {lacks[0]}")
    catalogues.add(language, own)
    for cached in (section, catalogue):
        cached.cache_clear()


def language_name(language: str) -> str:
    """A language's name in that language; its code where it has no complete catalogue."""
    return section(language, "screens")["language.name"] if language in languages() else language


def reviewed_by(language: str) -> str:
    """Who has reviewed the catalogue of a language; "" where nobody has."""
    return catalogue_of(language).reviewed_by


@cache
def section(language: str, name: str) -> Mapping[str, str]:
    """One section of one language, by key; the fallback's where that language's are not complete. A sentence with
    plural forms stands in its last one; `say` chooses.
    """
    own = catalogue_of(language if language in languages() else FALLBACK)
    return MappingProxyType({key: forms[-1] for (context, key), forms in own.forms.items() if context == name})


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every sentence of the screens in one language, counters included; the first language's where it has none."""
    code = language if language in languages() else FIRST
    counters = {f"count.{key}": text for key, text in counter_words(code).items()}
    return MappingProxyType({**counters, **section(code, "screens")})


def counter_words(language: str) -> Mapping[str, str]:
    """What counters are called, for screens, paper and results page alike.

    A key is a counter's name (`matched`), a sum's (`checked_in`), or a counter and a reason (`refused.impostor`).
    """
    return section(language, "counters")


def words(language: str) -> Words:
    """The function templates call as `t("key", gap=value)`. An unknown key is a defect and raises `KeyError`."""
    code = language if language in languages() else FIRST
    own = catalogue_of(code)

    def translate(key: str, **gaps: Value) -> str:
        sentence = own.sentence("screens", key, gaps.get("count"))
        if sentence is None and key.startswith("count."):
            sentence = own.sentence("counters", key.removeprefix("count."))
        if sentence is None:
            raise KeyError(key)
        return sentence.format(**{name: value_text(value, code) for name, value in gaps.items()})

    return translate


def say(language: str, key: str, **gaps: Value) -> str:
    """One sentence of the screens in one language."""
    return words(language)(key, **gaps)


def or_itself(language: str, key: str, itself: str) -> str:
    """The sentence of `key`, or `itself` where the catalogue has none: for names that a definition or station may
    extend.
    """
    return catalogue(language).get(key, itself)
