"""The catalogues: gettext files, one folder per language, and which languages are complete.

A sentence's address is its section (gettext's context: `screens`, `error`) and its key (`booth.print`, `pin.wrong`).
All languages have the same addresses and the same named gaps (`{chosen}`). A sentence with plural forms chooses by its
gap `{count}`.
"""

import gettext
import io
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import UnknownLocaleError
from babel.messages.pofile import PoFileError, read_po

FIRST = "es"
"""The language that says which sentences there are."""
FALLBACK = "en"
"""Whose words stand where a language has none."""

FOLDER = Path(__file__).parent

CHOOSES = "count"
"""The gap whose number chooses the plural form."""

_REVIEWED = re.compile(r'^"X-Reviewed-By:(.*)\\n"$', re.MULTILINE)

MOST_BYTES = 4 << 20
"""Ours have a tenth of it."""

_MAY_LEAVE_OUT = ("error", "hint", "finding")
"""Sections whose sentences may leave some of the values out."""

Address = tuple[str, str]
Forms = tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """One language's sentences, each as its plural forms, by section and key. `rule`: how many forms there are, and the
    expression in C that chooses one, as `plural` does. `reviewed_by`: "" where nobody has reviewed it.
    """

    forms: Mapping[Address, Forms]
    rule: tuple[int, str]
    plural: Callable[[int], int]
    reviewed_by: str

    def sentence(self, section: str, key: str, count: object = None) -> str | None:
        """The sentence with its gaps, in the plural form for `count`; None where there is none."""
        forms = self.forms.get((section, key))
        if forms is None:
            return None
        if len(forms) == 1 or not isinstance(count, int):
            return forms[-1]
        return forms[self.plural(abs(count))]


_NOTHING = Catalogue({}, (2, "(n != 1)"), lambda count: 0, "")


_added: dict[str, Catalogue] = {}
"""Catalogues of the election's own, by language: they stand in place of ours."""


def add(language: str, catalogue: Catalogue) -> None:
    """Let this process speak a language as an election's own catalogue has it."""
    _added[language] = catalogue
    for cached in (catalogue_of, languages, missing):
        cached.cache_clear()


def forget_added() -> None:
    """Speak only what this release has."""
    _added.clear()
    for cached in (catalogue_of, languages, missing):
        cached.cache_clear()


def parse(text: str) -> Catalogue:
    """The catalogue in a gettext file's text, of at most `MOST_BYTES`. Raises `ValueError` for what is not one, with
    the line where it is known.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"longer than {MOST_BYTES}")
    try:
        read = read_po(io.StringIO(text), abort_invalid=True)
        plural = gettext.c2py(read.plural_expr)
        if not all(0 <= plural(count) < read.num_plurals for count in range(1001)):
            raise ValueError("the rule for plurals names a form that is not there")
    except PoFileError as error:
        raise ValueError(f"line {error.lineno}: {error}") from None
    except (LookupError, TypeError, ArithmeticError, RecursionError, UnknownLocaleError) as error:
        raise ValueError(type(error).__name__) from None
    forms = {(str(one.context), _key(one.id)): _forms(one.string) for one in read if one.id}
    return Catalogue(forms, (read.num_plurals, read.plural_expr), plural, _reviewer(text))


def _key(said: object) -> str:
    return str(said[0]) if isinstance(said, tuple | list) else str(said)


def _forms(said: object) -> Forms:
    return tuple(said) if isinstance(said, tuple | list) else (str(said),)


def _reviewer(text: str) -> str:
    found = _REVIEWED.search(text)
    return found[1].strip() if found else ""


@cache
def catalogue_of(language: str) -> Catalogue:
    """All sentences of a language's folder; none for a language without one, or with a file that cannot be read."""
    if language in _added:
        return _added[language]
    parts = []
    for file in sorted((FOLDER / language).glob("*.po")):
        try:
            parts.append(parse(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return _NOTHING
    if not parts:
        return _NOTHING
    forms = {address: own for part in parts for address, own in part.forms.items()}
    reviewers = {part.reviewed_by for part in parts}
    return Catalogue(forms, parts[0].rule, parts[0].plural, "" if "" in reviewers else ", ".join(sorted(reviewers)))


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages whose catalogues are complete, Spanish first."""
    folders = {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} | _added.keys()
    codes = sorted(code for code in folders if not missing(code))
    return tuple(sorted(codes, key=lambda code: code != FIRST))


@cache
def missing(language: str) -> tuple[str, ...]:
    """What a language lacks, as `slip: blank`: a sentence that is not there, is empty, lacks a plural form, or has
    other gaps than the Spanish one. Empty if it is complete.
    """
    own = catalogue_of(language)
    return lacking(own) if own.forms else ("*",)


def lacking(own: Catalogue) -> tuple[str, ...]:
    """What a catalogue lacks, as `missing` says it."""
    return tuple(
        f"{section}: {key}"
        for (section, key), forms in catalogue_of(FIRST).forms.items()
        if not _says_the_same(section, forms, own, own.forms.get((section, key), ()))
    )


def _says_the_same(section: str, first: Forms, own: Catalogue, forms: Forms) -> bool:
    wanted = set().union(*(gaps(form) or set() for form in first))
    if not forms or not all(form.strip() for form in forms) or (len(forms) > 1) != (len(first) > 1):
        return False
    if len(forms) not in (1, own.rule[0]):
        return False
    given = [gaps(form) for form in forms]
    optional = wanted if section in _MAY_LEAVE_OUT else wanted & {CHOOSES} if len(forms) > 1 else set()
    return all(there is not None and wanted - optional <= there <= wanted for there in given)


def gaps(sentence: str) -> set[str] | None:
    """The names of a sentence's gaps; None where its braces do not match, or say more than a name."""
    try:
        parts = [part[1:] for part in string.Formatter().parse(sentence) if part[1] is not None]
    except ValueError:
        return None
    if any(width or conversion or not name for name, width, conversion in parts):
        return None
    return {str(name) for name, _, _ in parts}
