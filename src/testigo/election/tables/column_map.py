"""Which column of a council's tables is what: the map that a person looks at once and that is kept as TOML.

    format = 1

    [stations]
    file = "mesas.csv"
    id = ["COD_MUN", "MESA"]
    name = "RECINTO"
    district = ["COD_DEP", "COD_MUN"]
    register-size = "HABILITADOS"

Columns are named as the header names them. Where several may be given, ids and references are joined with hyphens,
texts with `, `. A name is one column, or one for each language: `{es = "NOMBRE", en = "NAME"}`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from testigo.canonical import why_refused
from testigo.election.tables.csv_table import ENCODINGS, SEPARATORS, Shape
from testigo.election.value import Text
from testigo.errors import InvalidInput
from testigo.words import Either, Value

FORMAT: Final = 1

Columns = str | tuple[str, ...]
Names = str | tuple[str, ...] | dict[str, str]

PlaceOf = Callable[..., Value]
"""Where a key of the map stands, given in its parts: for errors."""

_AT = re.compile(r"`\$\.?([^`]*)`")
_FIELD = re.compile(r"field `([^`]*)`")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What every table says of its file. `file`: beside the map, if it is not absolute."""

    file: str
    encoding: str = ""
    separator: str = ""
    header_row: int = 0

    @property
    def shape(self) -> Shape:
        return Shape(self.encoding, self.separator, self.header_row)


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level of the tree of districts, in columns of its own."""

    id: Columns
    name: Names


class DistrictColumns(_Part, frozen=True, kw_only=True):
    """Districts: `levels` from the top down, each with its columns; or `id`, `name` and `parent`, a row for each.

    `under`: id of a district of the definition under which they stand, which is kept.
    """

    under: str = ""
    levels: tuple[Level, ...] = ()
    id: Columns = ()
    name: Names = ()
    parent: Columns = ()


class StationColumns(_Part, frozen=True, kw_only=True):
    """Stations, a row for each. `roll_sizes`: roll → column."""

    id: Columns
    name: Columns
    district: Columns
    register_size: str
    address: Columns = ()
    utc_offset: str = ""
    roll_sizes: dict[str, str] = {}


class PartyColumns(_Part, frozen=True, kw_only=True):
    """Parties, a row for each."""

    id: Columns
    name: Names
    abbreviation: str
    kind: str = ""
    members: str = ""


class PersonColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column with somebody who is chosen together with the option, and as what."""

    column: str
    role: Text


class CandidateColumns(_Part, frozen=True, kw_only=True):
    """Candidates, a row for each. In a contest of lists the rows of one list are its candidates, and `list_name` is
    what the list is called, if not like its party.

    `id`: of the option; where there is none it is that of the party in a list, and made of the name elsewhere.
    """

    contest: Columns
    name: Names
    id: Columns = ()
    order: str = ""
    party: str = ""
    list_name: Names = ()
    people: tuple[PersonColumn, ...] = ()


class ImportMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The map: the tables that it names are imported, the others stay as they are."""

    format: int
    districts: DistrictColumns | None = None
    stations: StationColumns | None = None
    parties: PartyColumns | None = None
    candidates: CandidateColumns | None = None

    @property
    def tables(self) -> dict[str, "AnyColumns"]:
        """Those that it names, by name, in the order in which they are imported."""
        found = {name: getattr(self, name) for name in TABLES}
        return {name: part for name, part in found.items() if part is not None}


AnyColumns = DistrictColumns | StationColumns | PartyColumns | CandidateColumns

TABLES: Final = ("districts", "stations", "parties", "candidates")


def read_map(values: dict[str, Any], place: PlaceOf) -> ImportMap:
    """The map that a TOML file's values say; raises `InvalidInput` with the place of what is wrong."""
    found = values.get("format")
    if found != FORMAT:
        if type(found) is int and found > FORMAT:
            raise InvalidInput("file.newer-format", place=place("format"), found=str(found)[:20], known=str(FORMAT))
        raise InvalidInput("map.no-format", place=place("format"), known=str(FORMAT))
    try:
        map_ = msgspec.convert(values, ImportMap, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        key = [*_key_of(str(error))]
        raise InvalidInput("map.malformed", place=place(*key), why=why_refused(error)) from None
    if not map_.tables:
        raise InvalidInput("map.empty", place=place(), known=Either(TABLES))
    for name, part in map_.tables.items():
        _check_part(name, part, place)
    return map_


def _key_of(said: str) -> Iterator[str]:
    """The parts of the key that msgspec complains of."""
    if at := _AT.search(said.rpartition(" - at ")[2]) if " - at " in said else None:
        yield from re.findall(r"[^.\[\]]+", at[1])
    if "unknown field" in said and (field := _FIELD.search(said)):
        yield field[1]


def _check_part(name: str, part: AnyColumns, place: PlaceOf) -> None:
    if part.encoding and part.encoding not in ENCODINGS:
        known, where = Either(ENCODINGS), place(name, "encoding")
        raise InvalidInput("table.unknown-encoding", place=where, encoding=part.encoding[:40], known=known)
    if part.separator and part.separator not in SEPARATORS:
        raise InvalidInput("map.separator", place=place(name, "separator"))
    if isinstance(part, DistrictColumns) and bool(part.levels) == bool(part.id and part.name and part.parent):
        raise InvalidInput("map.levels-or-parent", place=place(name))
    empty = [key for key, column in _columns(part) if not column]
    empty += [
        field.encode_name for field in msgspec.structs.fields(part) if field.required and not getattr(part, field.name)
    ]
    levels = part.levels if isinstance(part, DistrictColumns) else ()
    empty += ["levels" for level in levels if not level.id or not level.name]
    if empty:
        raise InvalidInput("map.no-column", place=place(name, empty[0]), key=empty[0])


def _columns(part: AnyColumns) -> Iterator[tuple[str, str]]:
    """Every column that the map names, with the key under which it does."""
    for key, value in msgspec.to_builtins(part).items():
        if key not in ("file", "encoding", "separator", "header-row", "under"):
            yield from ((key, column) for column in _named(value))


def _named(value: Any) -> Iterator[str]:
    match value:
        case str() if value:
            yield value
        case list() | tuple():
            for one in value:
                yield from _named(one) if one else ("",)
        case {"column": str(column), **_rest}:
            yield column
        case dict():
            for one in value.values():
                yield from _named(one) if one else ("",)


def named_columns(part: AnyColumns) -> list[tuple[str, str]]:
    """Key and column of all columns that a table's part of the map names."""
    return [(key, column) for key, column in _columns(part) if column]


def as_tuple(columns: Columns) -> tuple[str, ...]:
    """The columns of a key that names one or several."""
    return ((columns,) if columns else ()) if isinstance(columns, str) else columns


def names_by_language(names: Names) -> dict[str, tuple[str, ...]]:
    """The columns of a name by language; "" where it is the same in all."""
    if isinstance(names, dict):
        return {language: (column,) for language, column in names.items()}
    return {"": as_tuple(names)} if names else {}
