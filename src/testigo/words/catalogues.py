"""The catalogues: gettext files, one folder per language, and which languages are complete.

A sentence's address is its section (gettext's context: `screens`, `error`) and its key (`booth.print`, `pin.wrong`).
All languages have the same addresses and the same named gaps (`{chosen}`). A sentence with plural forms chooses by its
gap `{count}`.
"""

import gettext
import io
import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, PoFileParser

from testigo.words.voters import is_for_voters

FIRST = "es"
"""The language that says which sentences there are."""
FALLBACK = "en"
"""Whose words stand where a language has none."""

FOLDER = Path(__file__).parent

CHOOSES = "count"
"""The gap whose number chooses the plural form."""

_REVIEWED_BY = re.compile(r'^"X-Reviewed-By:(.*)\\n"$', re.MULTILINE)
_LANGUAGE = re.compile(r'^"Language: *([A-Za-z]+)', re.MULTILINE)
"""Lines of a file's head that Babel does not keep as they stand."""

MOST_BYTES = 4 << 20
"""Ours have a tenth of it."""

MOST_FORMS = 6
"""Plural forms of a language; Arabic has six, and no language of CLDR more."""

_MORE = 30
"""So many characters more than three times the Spanish sentence's are too many; ours have at most six more than twice
as many."""

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})

_MAY_LEAVE_OUT = ("error", "hint", "finding")
"""Sections whose sentences may leave some of the values out."""

Address = tuple[str, str]
Forms = tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """One language's sentences, each as its plural forms, by section and key. `rule`: how many forms there are, and the
    expression in C that chooses one, as `plural` does. `reviewed_by`: "" where nobody has reviewed it. `names`: the
    language that the file itself names, without its country; "" where it names none.
    """

    forms: Mapping[Address, Forms]
    rule: tuple[int, str]
    plural: Callable[[int], int]
    reviewed_by: str
    names: str = ""

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
    _forget_found()


def forget_added() -> None:
    """Speak only what this release has."""
    _added.clear()
    _forget_found()


def _forget_found() -> None:
    for cached in (languages, voter_languages, missing):
        cached.cache_clear()


def parse(text: str) -> Catalogue:
    """The catalogue in a gettext file's text, of at most `MOST_BYTES`. Raises `ValueError` for what is not one, with
    the line where it is known. A sentence that is marked `fuzzy`, which editors do where it is not sure, is left out.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"longer than {MOST_BYTES}")
    read = _Read()
    try:
        PoFileParser(read, abort_invalid=True).parse(io.StringIO(text.removeprefix("\ufeff")))
        plural = _total(gettext.c2py(read.plural_expr), read.num_plurals)
    except PoFileError as error:
        raise ValueError(f"line {error.lineno + 1}: {str(error).removesuffix(f' on {error.lineno}')[:80]}") from None
    except (LookupError, TypeError, AssertionError, ArithmeticError, RecursionError, UnknownLocaleError) as error:
        raise ValueError(type(error).__name__) from None
    forms = {(str(one.context), _key(one.id)): _forms(one.string) for one in read if one.id and not one.fuzzy}
    rule = (read.num_plurals, read.plural_expr)
    return Catalogue(forms, rule, plural, _in_head(_REVIEWED_BY, text), _in_head(_LANGUAGE, text))


class _Read(Catalog):
    """What Babel reads into. It makes a list of as many forms as the file says that there are, so that many would fill
    the memory."""

    @property
    def num_plurals(self) -> int:
        number = super().num_plurals
        if not 1 <= number <= MOST_FORMS:
            raise ValueError(f"nplurals={number}, not 1 to {MOST_FORMS}")
        return number


def _total(plural: Callable[[int], int], number: int) -> Callable[[int], int]:
    """The rule, for any count whatever: the last form where it fails or names one that is not there. Raises
    `ValueError` where it does so for a count up to 1000.
    """
    if not all(0 <= plural(count) < number for count in range(1001)):
        raise ValueError("the rule for plurals names a form that is not there")

    def choose(count: int) -> int:
        try:
            form = plural(count)
        except ArithmeticError:
            return number - 1
        return form if 0 <= form < number else number - 1

    return choose


def _key(said: object) -> str:
    return str(said[0]) if isinstance(said, tuple | list) else str(said)


def _forms(said: object) -> Forms:
    return tuple(said) if isinstance(said, tuple | list) else (str(said),)


def _in_head(line: re.Pattern[str], text: str) -> str:
    found = line.search(text)
    return found[1].strip() if found else ""


def catalogue_of(language: str) -> Catalogue:
    """All sentences of a language: of the election's own catalogue, else of this release."""
    return _added[language] if language in _added else of_release(language)


_CODE = re.compile(r"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,5}")
"""Of a language, as a folder may be called."""


@cache
def of_release(language: str) -> Catalogue:
    """All sentences of a language's folder; none for a language without one, or with a file that cannot be read, or for
    what cannot be a language.
    """
    if not _CODE.fullmatch(language):
        return _NOTHING
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
    """Codes of all languages whose catalogues are complete, Spanish first: those of officers."""
    return _first_ahead(code for code in _folders() if not missing(code))


@cache
def voter_languages() -> tuple[str, ...]:
    """Codes of all languages that have what voters meet (`voters`), Spanish first; those of officers are among them."""
    return _first_ahead(code for code in _folders() if not missing(code, for_voters=True))


def _folders() -> set[str]:
    return {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} | _added.keys()


def _first_ahead(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (code != FIRST, code)))


def speaks(language: str, section: str, key: str) -> bool:
    """Whether a sentence may be said in a language: it is a language of officers, or one of voters who meet that. No
    other language's catalogue is read for it: a booth that was just started prints with its own alone."""
    return not missing(language) or (is_for_voters(section, key) and not missing(language, for_voters=True))


@cache
def missing(language: str, *, for_voters: bool = False) -> tuple[str, ...]:
    """What a language lacks, as `slip: blank`: a sentence that is not there, is empty, lacks a plural form, or has
    other gaps than the Spanish one. Empty if it is complete, or has at least what voters meet (`for_voters`).
    """
    own = catalogue_of(language)
    return lacking(own, for_voters=for_voters) if own.forms else ("*",)


def lacking(own: Catalogue, *, for_voters: bool = False) -> tuple[str, ...]:
    """What a catalogue lacks, as `missing` says it."""
    return tuple(
        f"{section}: {key}"
        for (section, key), forms in of_release(FIRST).forms.items()
        if (is_for_voters(section, key) or not for_voters)
        and not _says_the_same(section, forms, own, own.forms.get((section, key), ()))
    )


def unfit(own: Catalogue) -> tuple[str, ...]:
    """Which sentences that a catalogue has are not for screens and paper, named as by `missing`: with characters that
    control a terminal or turn the direction of what follows, nothing to be seen, or so long that no room is left for
    them (a slip, a button and a line of the tally sheet grow with them).
    """
    return tuple(
        f"{section}: {key}"
        for (section, key), first in of_release(FIRST).forms.items()
        for forms in [own.forms.get((section, key), ())]
        if any(len(form) > 3 * max(map(len, first)) + _MORE for form in forms)
        or not all(_can_be_shown(form, "\n" in first[0]) for form in forms)
    )


def _can_be_shown(form: str, lines: bool) -> bool:
    text = form.replace("\n", "") if lines else form
    kinds = [unicodedata.category(one) for one in text]
    return not _TURNS.search(text) and not _CONTROL & set(kinds) and any(kind[0] in "LNPS" for kind in kinds)


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
