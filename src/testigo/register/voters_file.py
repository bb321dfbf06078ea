"""Reading a CSV file of voters, row by row, so that a file of any size needs little memory.

Columns `document`, `name`, `station` and, where the election has more than one, `roll`; in any order, separated by
commas, semicolons, tabs or `|`, as spreadsheets write them; UTF-8 with or without a byte order mark, UTF-16 with one,
or what `encoding` says. Empty rows are passed over, and so are empty cells behind the last column. Row numbers are
those that a spreadsheet shows: the header is row 1, also where Excel's line `sep=;`, which it does not show, stands
above it.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TextIO

from testigo import storage
from testigo.election import GENERAL_ROLL, Definition
from testigo.errors import InvalidInput
from testigo.register.document import INVISIBLE
from testigo.register.voter_cells import CellNote, document_cell, name_cell, notes_on
from testigo.words import Either, Message, message

REQUIRED = ("document", "name", "station")
OPTIONAL = ("roll",)
ENCODINGS: Final = ("utf-8", "utf-16", "windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "mac-roman")
SEPARATORS: Final = ",;\t|"
_LONGEST_HEADER = 4096
_LONGEST_LINE = 1 << 20
_PIECE = 1 << 20
_LONGEST_SHOWN = 40
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = {
    b"PK\x03\x04": "voters-file.is-a-spreadsheet",
    b"\xd0\xcf\x11\xe0": "voters-file.is-a-spreadsheet",
    b"\xff\xfe\x00\x00": "voters-file.is-utf-16",
    b"\x00\x00\xfe\xff": "voters-file.is-utf-16",
    b"%PDF": "voters-file.is-something-else",
    b"\x1f\x8b": "voters-file.is-something-else",
    b"SQLite format 3": "voters-file.is-something-else",
    b"{": "voters-file.is-something-else",
    b"[": "voters-file.is-something-else",
    b"<": "voters-file.is-something-else",
}
_LOOKED_AT = 16


class VoterRow(NamedTuple):
    """One voter as the file says, checked against the election."""

    document: str
    name: str
    station: str
    roll: str


class FileRow(NamedTuple):
    """One row, numbered: a voter with what a person should look at, or all errors of the row."""

    number: int
    voter: VoterRow | None
    errors: Sequence[InvalidInput] = ()
    notes: Sequence[CellNote] = ()


def read_voters(path: Path, definition: Definition, encoding: str = "") -> Iterator[FileRow]:
    """Every row that is not empty. `encoding`: one of `ENCODINGS`; "": UTF-8, or UTF-16 where the file says so.

    Raises `InvalidInput` where the file as a whole can't be read on (encoding, header, quotes), or `StorageError`.
    """
    with storage.open_plain(path) as file:
        encoding = _encoding(file.peek(_LOOKED_AT)[:_LOOKED_AT], encoding, path)
        rows = _records(file, path, encoding)
        columns = _columns(next(rows, (1, [])), path)
        check = _RowCheck(definition, columns, path)
        for number, fields in rows:
            if any(map(_filled, fields)):
                yield check(number, fields)


def row_of(path: Path, number: int) -> Message:
    """The place of an error in a row."""
    return message("place", "row", file=path, number=number)


def cell_of(path: Path, number: int, column: str) -> Message:
    """The place of an error in one column of a row."""
    return message("place", "cell", file=path, number=number, column=column)


def count_lines(path: Path) -> int:
    """How many lines the file has, whatever they are; raises `StorageError`."""
    with storage.open_plain(path) as file:
        return sum(piece.count(b"\n") for piece in iter(partial(file.read, _PIECE), b""))


def _encoding(start: bytes, told: str, path: Path) -> str:
    """What the file is read in; raises `InvalidInput` for what is no text at all."""
    if told not in ("", *ENCODINGS):
        raise InvalidInput("voters-file.unknown-encoding", encoding=told[:_LONGEST_SHOWN], known=Either(ENCODINGS))
    if not start:
        raise InvalidInput("voters-file.empty", place=path)
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for known in _NO_TEXT:
        if start.startswith(known) or bare.startswith(known):
            raise InvalidInput(_NO_TEXT[known], place=path, hint="save-as-csv-utf-8")
    if start.startswith(_UTF_16):
        return "utf-16"
    if b"\x00" in start and told != "utf-16":
        raise InvalidInput("voters-file.is-utf-16", place=path, hint="save-as-csv-utf-8")
    return "utf-8-sig" if told in ("", "utf-8") else told


def _records(file: BinaryIO, path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records of the CSV; an empty line is an empty record."""
    number = 0
    try:
        with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
            header, separator = _header(text)
            number = 1
            yield number, next(csv.reader([header], delimiter=separator, strict=True), [])
            for number, record in enumerate(csv.reader(_lines(text), delimiter=separator, strict=True), start=2):
                yield number, record
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "voters-file.other-encoding",
            place=path,
            encoding=encoding.removesuffix("-sig").upper(),
            row=number + 1,
            byte=f"0x{error.object[error.start]:02x}",
        ) from None
    except UnicodeError:  # of UTF-16 without a byte order mark
        raise InvalidInput("voters-file.is-utf-16", place=path, hint="save-as-csv-utf-8") from None
    except csv.Error as error:
        raise InvalidInput("voters-file.not-csv", place=row_of(path, number + 1), why=str(error)) from None


def _header(text: TextIO) -> tuple[str, str]:
    """The line that names the columns, and the separator: what Excel says in a first line of its own, or it is seen."""
    header = text.readline(_LONGEST_HEADER)
    told = header.strip().strip('"')
    if len(told) == 5 and told.lower().startswith("sep=") and told[4] in SEPARATORS:
        return text.readline(_LONGEST_HEADER), told[4]
    if header.lower().rstrip("\r\n") == "sep=\t":
        return text.readline(_LONGEST_HEADER), "\t"
    return header, max(SEPARATORS, key=header.count)


def _lines(text: TextIO) -> Iterator[str]:
    """The lines that are left, none of which fills the memory; raises `csv.Error`."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise csv.Error(f"a line of more than {_LONGEST_LINE} characters")
        yield line


def _filled(field: str) -> bool:
    return bool(field.translate(INVISIBLE).strip())


def _column(field: str) -> str:
    return field.translate(INVISIBLE).strip().lower()


def _columns(first: tuple[int, list[str]], path: Path) -> list[str]:
    columns = [_column(field) for field in first[1]]
    while columns and not columns[-1]:  # a spreadsheet pads rows to its widest
        columns.pop()
    place = row_of(path, 1)
    for column in columns:
        if column not in REQUIRED + OPTIONAL:
            shown = column[:_LONGEST_SHOWN]
            raise InvalidInput("voters-file.unknown-column", place=place, hint="name-the-columns", column=shown)
    for column in REQUIRED:
        if column not in columns:
            raise InvalidInput("voters-file.column-missing", place=place, hint="name-the-columns", column=column)
    if len(set(columns)) != len(columns):
        raise InvalidInput("voters-file.column-twice", place=place, hint="name-the-columns")
    return columns


class _RowCheck:
    """Checks one record after the other against the election."""

    def __init__(self, definition: Definition, columns: list[str], path: Path) -> None:
        self._columns = columns
        self._path = path
        self._rolls = set(definition.rolls) | {GENERAL_ROLL}
        self._rolls_of_station = {
            station.id: {GENERAL_ROLL, *(roll for roll, size in station.roll_sizes.items() if size > 0)}
            for station in definition.stations
        }

    def __call__(self, number: int, fields: list[str]) -> FileRow:
        while len(fields) > len(self._columns) and not fields[-1].strip():
            fields.pop()
        if len(fields) != len(self._columns):
            place, columns = row_of(self._path, number), len(self._columns)
            wrong = InvalidInput("voters-file.other-number-of-fields", place=place, count=len(fields), columns=columns)
            return FileRow(number, None, [wrong])
        if _column(fields[0]) == self._columns[0] and [_column(field) for field in fields] == self._columns:
            again = InvalidInput("voters-file.header-again", place=row_of(self._path, number))
            return FileRow(number, None, [again])
        return self._row(number, dict(zip(self._columns, fields, strict=True)))

    def _row(self, number: int, values: dict[str, str]) -> FileRow:
        errors: list[InvalidInput] = []
        found: dict[str, str] = {}
        for column, check in (("document", document_cell), ("name", name_cell)):
            try:
                found[column] = check(values[column])
            except InvalidInput as error:
                errors.append(error.at(cell_of(self._path, number, column)))
        station, roll = (values.get(column, "").translate(INVISIBLE).strip() for column in ("station", "roll"))
        roll = roll or GENERAL_ROLL
        errors += self._misplaced(number, station, roll)
        if errors:
            return FileRow(number, None, errors)
        notes = notes_on(number, values["name"], found["document"], found["name"])
        return FileRow(number, VoterRow(found["document"], found["name"], station, roll), (), notes)

    def _misplaced(self, number: int, station: str, roll: str) -> Iterator[InvalidInput]:
        if roll in self._rolls_of_station.get(station, ()):
            return
        in_station, in_roll = (cell_of(self._path, number, column) for column in ("station", "roll"))
        if station not in self._rolls_of_station:
            shown = station[:_LONGEST_SHOWN]
            yield InvalidInput("station.unknown", place=in_station, hint="write-the-station-id", station=shown)
        if roll not in self._rolls:
            known = Either(sorted(self._rolls))
            yield InvalidInput("roll.unknown", place=in_roll, roll=roll[:_LONGEST_SHOWN], known=known)
        elif station in self._rolls_of_station:
            yield InvalidInput("roll.not-of-station", place=in_roll, station=station, roll=roll)
