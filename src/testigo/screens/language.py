"""Words on the screens: one flat JSON catalogue per language in `translations/`, Spanish first.

A catalogue maps a key (`booth.print`) to a sentence with named gaps (`"{chosen} of {allowed}"`). All catalogues have
the same keys and the same gaps; `tests/screens/test_language.py` holds them to it. What counters are called
(`count.…`) is said in `ballot.counter_words`, on every screen, paper and page alike.

The rooms' mistakes speak English. `translations/sentences/LANGUAGE.json` maps the parts of those that people meet on a
voting day, gaps and all, to that language; a sentence it does not know stays English.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from testigo.ballot import counter_words
from testigo.errors import TestigoError

FIRST = "es"
FOLDER = Path(__file__).with_name("translations")

TONGUES = {"es": "Español", "en": "English"}
"""Each language in its own name; a new catalogue is a new line here."""

Words = Callable[..., str]


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages that have a catalogue, Spanish first."""
    codes = sorted(file.stem for file in FOLDER.glob("*.json"))
    return tuple(sorted(codes, key=lambda code: code != FIRST))


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its key; the first language's where there is no such catalogue."""
    code = language if language in languages() else FIRST
    counters = {f"count.{key}": text for key, text in counter_words(code).items()}
    own: dict[str, str] = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    return counters | own


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
    file = FOLDER / "sentences" / f"{language}.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return [(_pattern(english), own) for english, own in known.items()]


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)))


def sentence(language: str, error: TestigoError) -> str:
    """A mistake in that language, or "" where not every part of it is known. Places (files, addresses) stay as they
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
