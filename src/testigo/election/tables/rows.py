"""Reading rows of a table by the columns of the map, each error with its row and column, each value with its row."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testigo.election.digits import is_whole
from testigo.election.load import MOST_LISTED
from testigo.election.tables.cells import (
    id_part,
    is_scientific,
    reading_key,
    spoiled,
    unprotected,
    whole_number,
)
from testigo.election.tables.column_map import (
    AnyColumns,
    Columns,
    Names,
    PlaceOf,
    as_tuple,
    named_columns,
    names_by_language,
)
from testigo.election.tables.csv_table import Row, Table, row_place
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import Message, Value, first_of, message

_LOOKED_AT = 200
"""Columns of a table that are compared with a name that none of them has."""

_NEAR_LOOKED_FOR = 50
"""Near ids are looked for so many times in one table: with more wrong references the column is the wrong one."""

_SHOWN, _NAMED = 60, 12
"""Characters of a column that an error names, and how many it names."""

_SPOILED = {
    "formula": "table.formula",
    "error-value": "table.error-value",
    "broken-letters": "table.broken-letters",
}

Payload = dict[str, Any]
"""A part of the definition as its file says it: plain values by key."""


@dataclass(frozen=True)
class Source:
    """The row that said a part of the definition. `columns`: header of each key that it has from there."""

    file: Path
    row: int
    columns: Mapping[str, str]

    def place(self, key: str = "") -> Message:
        """The place of an error in it, with the column where that is known."""
        if column := self.columns.get(key):
            return message("place", "cell", file=self.file, number=self.row, column=column[:60])
        return row_place(self.file, self.row)


@dataclass
class Item:
    """One part of the definition that a table says. `list_sources`: of `candidates`, which have rows of their own."""

    value: Payload
    source: Source
    list_sources: list[Source] = field(default_factory=list)


class ErrorList:
    """Errors up to a bound, and the number of all: a wrong column makes one of each of 100,000 rows."""

    def __init__(self) -> None:
        self.listed: list[TestigoError] = []
        self.count = 0

    def has_room(self) -> bool:
        """Count one more; whether it is listed, too."""
        self.count += 1
        return len(self.listed) < MOST_LISTED


class RowReader:
    """Takes values out of the rows of one table and notes what is wrong with them."""

    def __init__(self, table: Table, part: AnyColumns, errors: ErrorList) -> None:
        self.table = table
        self.errors = errors
        self.columns = dict(reversed(named_columns(part)))

    def add_error(self, code: str, row: Row, column: str = "", **values: Value) -> None:
        """Keep an error of a row."""
        if self.errors.has_room():
            self.errors.listed.append(InvalidInput(code, place=self._place(row, column), **values))

    def source(self, row: Row) -> Source:
        return Source(self.table.file, row.number, self.columns)

    def text(self, row: Row, columns: Columns, *, required: bool = False) -> str:
        """The text of one or several columns, those that are not empty joined by `, `."""
        named = as_tuple(columns)
        text = ", ".join(filter(None, (self._cell(row, column) for column in named)))
        if required and not text and named and not any(row.cells[column] for column in named):
            self.add_error("table.cell-empty", row, named[0])
        return text

    def names(self, row: Row, names: Names, languages: tuple[str, ...], *, required: bool = True) -> dict[str, str]:
        """A name by language; one without a language is that of all."""
        found: dict[str, str] = {}
        for language, columns in names_by_language(names).items():
            if text := self.text(row, columns):
                found |= {language: text} if language else dict.fromkeys(languages, text)
        every = [column for columns in names_by_language(names).values() for column in columns]
        if required and not found and not any(row.cells[column] for column in every):
            self.add_error("table.cell-empty", row, every[0])
        return found

    def id(self, row: Row, columns: Columns, *, required: bool = True) -> str:
        """The id that the cells make; empty ones at the end are left out."""
        named = as_tuple(columns)
        parts = [self._id_part(row, column) for column in named]
        while parts and not parts[-1]:
            parts.pop()
        if not all(parts):
            self.add_error("table.cell-empty", row, named[parts.index("")])
            return ""
        if required and not parts and not any(row.cells[column] for column in named):
            self.add_error("table.cell-empty", row, named[0])
        return "-".join(parts)

    def number(self, row: Row, column: str) -> int | None:
        """The whole number of a column; where there is none, an error is noted."""
        text = self._cell(row, column)
        if not text:
            if not row.cells[column]:
                self.add_error("table.cell-empty", row, column)
            return None
        number = whole_number(text)
        if number is None:
            code = "table.number-too-long" if is_whole(text) else "table.not-a-number"
            self.add_error(code, row, column, text=text[:60])
        return number

    def _cell(self, row: Row, column: str) -> str:
        text = row.cells[column]
        if how := spoiled(text):
            self.add_error(_SPOILED[how], row, column, text=text[:60])
            return ""
        return unprotected(text)

    def _id_part(self, row: Row, column: str) -> str:
        text = self._cell(row, column)
        if is_scientific(text):
            self.add_error("table.rounded-code", row, column, text=text[:60])
            return ""
        part = id_part(text)
        if text and not part:
            self.add_error("table.no-id", row, column, text=text[:60])
        return part

    def _place(self, row: Row, column: str) -> Message:
        if not column:
            return row_place(self.table.file, row.number)
        return message("place", "cell", file=self.table.file, number=row.number, column=column[:60])


def require_columns(table: Table, name: str, part: AnyColumns, place: PlaceOf) -> None:
    """Raise `SeveralErrors` where the map names columns that the table lacks."""
    errors: list[TestigoError] = []
    for key, column in named_columns(part):
        if column not in table.header:
            near = difflib.get_close_matches(column[:_SHOWN], table.header[:_LOOKED_AT], n=1)
            code = "table.column-missing-near" if near else "table.column-missing"
            known = near[0][:_SHOWN] if near else first_of([one[:_SHOWN] for one in table.header], _NAMED)
            where = place(name, key)
            errors.append(InvalidInput(code, place=where, column=column[:_SHOWN], file=table.file, known=known))
    if errors:
        raise SeveralErrors("map.errors", errors, place=table.file, count=len(errors))


class References:
    """What rows may name: by its id as codes make it, else by a name that no other one has."""

    def __init__(self, what: str, known: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._what = what
        self._names: dict[str, set[str]] = {}
        self._ids: set[str] = set()
        self._missed: dict[str, str] = {}
        for identifier, names in known:
            self._ids.add(identifier)
            for name in names:
                self._names.setdefault(reading_key(name), set()).add(identifier)

    def find(self, reader: RowReader, row: Row, columns: Columns) -> str:
        """The id that a row names; "", with an error noted, where there is none."""
        wanted = reader.id(row, columns)
        if wanted in self._ids or not wanted:
            return wanted
        named = as_tuple(columns)
        text = ", ".join(filter(None, (row.cells[column] for column in named)))
        meant = self._names.get(reading_key(text), set()) if len(named) == 1 else set()
        if len(meant) == 1:
            return next(iter(meant))
        what = message("term", self._what)
        if meant:
            several = first_of([one[:_SHOWN] for one in sorted(meant)], _NAMED)
            reader.add_error("table.name-of-several", row, named[-1], what=what, text=text[:60], several=several)
            return ""
        if wanted not in self._missed and len(self._missed) < _NEAR_LOOKED_FOR:
            self._missed[wanted] = self._near(wanted)
        near = self._missed.get(wanted, "")
        code = "table.unknown-near" if near else "table.unknown"
        reader.add_error(code, row, named[-1], what=what, text=text[:60], id=wanted[:60], near=near)
        return ""

    def _near(self, wanted: str) -> str:
        without_zeros = _without_zeros(wanted)
        found = [one for one in self._ids if _without_zeros(one) == without_zeros]
        found = found or difflib.get_close_matches(wanted[:60], sorted(self._ids), n=1, cutoff=0.75)
        return found[0] if len(found) == 1 else ""


def _without_zeros(identifier: str) -> str:
    return "-".join(part.lstrip("0") or "0" for part in identifier.split("-"))


def merged(old: Iterable[Any], items: Iterable[Item]) -> Iterator[Item]:
    """The items, each with the keys that the definition has of the same id and the table does not say."""
    before = {one["id"]: one for one in old if isinstance(one, dict) and isinstance(one.get("id"), str)}
    for item in items:
        kept = before.get(item.value["id"], {})
        value = {**kept, **item.value}
        if isinstance(kept.get("name"), dict) and isinstance(value.get("name"), dict):
            value["name"] = {**kept["name"], **value["name"]}
        item.value = {key: one for key, one in value.items() if one not in ("", None, [], {}, ())}
        yield item
