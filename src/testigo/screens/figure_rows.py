"""The figures of a hand count as rows of a form: names beside ids, in the order of the paper form; and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from testigo.ballot import BALLOTS, BLANK, NULL, numbered
from testigo.election import Definition, is_preference, list_of
from testigo.errors import InvalidInput, SeveralErrors
from testigo.web.double_entry import DoubleEntry, EntryGroup, EntryRow
from testigo.words import message

_Key = tuple[str, str]
_Made = TypeVar("_Made")
_MAY_BE_MISSING = "(spoiled)"

LARGEST_FORM: Final = 1024 * 1024
"""Bytes of a form with such rows."""

UNDER_WAY: Final = "under-way"
"""Folder of what was entered and is not signed, in that of the signed statements."""


def groups_of(definition: Definition, keys: Sequence[_Key]) -> tuple[EntryGroup, ...]:
    """One group for the whole box, then one a contest. Names are in the election's first language."""
    by_contest: dict[str, list[str]] = {}
    for contest, what in keys:
        by_contest.setdefault(contest, []).append(what)
    return tuple(_group(definition, contest, names) for contest, names in by_contest.items())


def made_of(entry: DoubleEntry, make: Callable[[Mapping[_Key, int]], _Made]) -> _Made:
    """What `make` makes of the figures entered into `groups_of`, by contest and figure; rows of other groups are left
    out. Raises `InvalidInput` with the first of the sums that do not come out (`SeveralErrors`).
    """
    named = ((field.partition("/"), count) for field, count in entry.figures.items() if "/" in field)
    try:
        return make({(contest, what): count for (contest, _, what), count in named})
    except SeveralErrors as several:
        raise InvalidInput("double-entry.sums", cause=several.errors[0].message) from None


def _group(definition: Definition, contest_id: str, names: list[str]) -> EntryGroup:
    first = definition.languages[0]
    if not contest_id:
        rows = [EntryRow(f"/{what}", _figure(what, first), what, required=what != _MAY_BE_MISSING) for what in names]
        return EntryGroup(message("screens", "audit.whole-box").text(first), tuple(rows))
    contest = definition.contest(contest_id)
    made = []
    for what in names:
        if what in (BLANK, NULL, BALLOTS):
            label, role = _figure(what, first), "sum" if what == BALLOTS else "part"
        elif is_preference(what):
            label, role = f"– {numbered(contest, what)}", "other"
        else:
            label, role = definition.words(contest.option(list_of(what)).name, first), "part"
        made.append(EntryRow(f"{contest_id}/{what}", label, what, role))  # type: ignore[arg-type]
    return EntryGroup(definition.words(contest.title, first), tuple(made), contest.choose)


def _figure(what: str, language: str) -> str:
    if what.startswith("("):
        return message("term", f"figure.{what[1:-1]}").text(language)
    return what
