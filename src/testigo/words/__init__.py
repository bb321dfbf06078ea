"""What people read: one folder of catalogues per language, Spanish first.

    words/LANGUAGE/screens.json       pages of the station, the enrolment desk, the centre
                   counters.json      what counters are called, everywhere
                   results.json       the results page
                   slip.json          the paper vote
                   tally_sheet.json   tally sheet and zero report
                   errors.json        errors that people meet on a voting day (all but English, which the rooms speak)

A catalogue maps a key (`booth.print`) to a sentence with named gaps (`"{chosen} of {allowed}"`). All languages have the
same keys and the same gaps; `tests/words/test_catalogues.py` holds them to it.

The rooms' errors speak English. `errors.json` maps the parts of those that people meet on a voting day, gaps and all,
to its language; a sentence it does not know stays English.
"""

import json
import re
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

LANGUAGE_NAMES = {"es": "Español", "en": "English"}
"""Each language in its own name; a new language is a folder and a new line here."""

Words = Callable[..., str]


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages that have catalogues, Spanish first."""
    codes = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "screens.json").is_file())
    return tuple(sorted(codes, key=lambda code: code != FIRST))


@cache
def section(language: str, name: str) -> Mapping[str, str]:
    """One catalogue of one language, by key; the fallback's where that language has none of that name."""
    file = FOLDER / language / f"{name}.json"
    if not file.is_file():
        file = FOLDER / FALLBACK / f"{name}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(found)


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
    file = FOLDER / language / "errors.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
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
