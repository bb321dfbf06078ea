"""What people read: one folder of catalogues per language, Spanish first.

    words/LANGUAGE/screens.json       pages of the station, the enrolment desk, the centre
                   counters.json      what counters are called, everywhere
                   results.json       the results page
                   slip.json          the paper vote
                   cards.json         the voting cards
                   tally_sheet.json   tally sheet and zero report
                   retirement.json    the page of a retired machine
                   errors.json        errors that people meet on a voting day (all but English, which the rooms speak)

A catalogue maps a key (`booth.print`) to a sentence with named gaps (`"{chosen} of {allowed}"`). All languages have the
same keys and the same gaps. A new language is a new folder and nothing else; one that lacks a sentence (`missing` says
which) is in none of the interfaces, because it would fail on voting day.

The rooms' errors speak English. `errors.json` maps the parts of those that people meet on a voting day, gaps and all,
to its language; a sentence it does not know stays English.
"""

import json
import re
import string
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from testigo.errors import TestigoError

FIRST = "es"
FALLBACK = "en"
"""Whose words stand where a language has none."""

FOLDER = Path(__file__).parent

_ERRORS = "errors"

Words = Callable[..., str]


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages whose catalogues are complete, Spanish first."""
    codes = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and not missing(folder.name))
    return tuple(sorted(codes, key=lambda code: code != FIRST))


@cache
def missing(language: str) -> tuple[str, ...]:
    """What a language lacks, as `slip.json` (a whole catalogue) or `slip.json: blank` (a sentence that is not there, is
    empty, or has other gaps than the Spanish one); empty if it is complete.
    """
    lacks: list[str] = []
    for file in sorted((FOLDER / FIRST).glob("*.json")):
        if file.stem == _ERRORS and language == FALLBACK:
            continue
        first, own = _read(FIRST, file.stem), _read(language, file.stem)
        wrong = [key for key, text in first.items() if not _says_the_same(file.stem, text, own.get(key))]
        lacks += [f"{file.name}: {key}" for key in wrong] if own else [file.name]
    return tuple(lacks)


def _says_the_same(name: str, first: str, own: object) -> bool:
    """Whether a sentence is there, with the gaps of the Spanish one (an error's sentence may leave some out)."""
    if not isinstance(own, str) or not own.strip():
        return False
    wanted, there = _gaps(first), _gaps(own)
    return there is not None and wanted is not None and (there == wanted or (name == _ERRORS and there <= wanted))


def _gaps(sentence: str) -> set[str] | None:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    except ValueError:
        return None


def _read(language: str, name: str) -> dict[str, str]:
    """A catalogue as it is; empty where there is none that can be read."""
    try:
        found = json.loads((FOLDER / language / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def language_name(language: str) -> str:
    """A language's name in that language; its code where it has no complete catalogue."""
    return section(language, "screens")["language.name"] if language in languages() else language


@cache
def section(language: str, name: str) -> Mapping[str, str]:
    """One catalogue of one language, by key; the fallback's where that language's are not complete."""
    return MappingProxyType(_read(language if language in languages() else FALLBACK, name))


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
    sentences = catalogue(language)

    def translate(key: str, **gaps: object) -> str:
        return sentences[key].format(**gaps)

    return translate


def say(language: str, key: str, **gaps: object) -> str:
    """One sentence in one language."""
    return words(language)(key, **gaps)


def or_itself(language: str, key: str, itself: str) -> str:
    """The sentence of `key`, or `itself` where the catalogue has none: for names that a definition or station may
    extend.
    """
    return catalogue(language).get(key, itself)


@cache
def _sentences(language: str) -> list[tuple[re.Pattern[str], str]]:
    known = _read(language, _ERRORS) if language in languages() else {}
    return [(_pattern(english), own) for english, own in known.items()]


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)))


def sentence(language: str, error: TestigoError) -> str:
    """An error in that language, or "" where not every part of it is known. Places (files, addresses) stay as they
    are."""
    if language == "en":
        return str(error)
    parts = [_part(language, part) for part in (error.problem, error.hint) if part]
    if not all(parts):
        return ""
    said = "; ".join(parts)
    return f"{error.place}: {said}." if error.place else f"{said[0].upper()}{said[1:]}."


def _part(language: str, english: str) -> str:
    for pattern, own in _sentences(language):
        found = pattern.fullmatch(english)
        if found:
            return own.format(**{gap: _value(language, said) for gap, said in found.groupdict().items()})
    return ""


def _value(language: str, english: str) -> str:
    names = catalogue(language)
    return names.get(f"state.{english}") or names.get(f"unit.{english}") or english


def clock(utc: str) -> str:
    """A UTC instant (`YYYY-MM-DDTHH:MM:SSZ`) as hours and minutes on this machine's clock; other texts as they are."""
    try:
        return datetime.fromisoformat(utc).astimezone().strftime("%H:%M")
    except ValueError:
        return utc
