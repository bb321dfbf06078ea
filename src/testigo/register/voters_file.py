"""Reading a CSV file of voters, row by row, so that a file of any size needs little memory.

Columns `document`, `name`, `station` and, where the election has more than one, `roll`; in any order, separated by
commas, semicolons or tabs, as spreadsheets write them; UTF-8 with or without a byte order mark. Row numbers are those
that a spreadsheet shows: the header is row 1.
"""

import csv
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from testigo import storage
from testigo.election import GENERAL_ROLL, Definition
from testigo.errors import InvalidInput
from testigo.register.document import normalise_document, normalise_name
from testigo.words import Either, Message, message

REQUIRED = ("document", "name", "station")
OPTIONAL = ("roll",)
_LONGEST_HEADER = 4096
_LONGEST_LINE = 1 << 20
_PIECE = 1 << 20
_LONGEST_SHOWN = 40
_NO_TEXT = {
    b"PK\x03\x04": "voters-file.is-a-spreadsheet",
    b"\xff\xfe": "voters-file.is-utf-16",
    b"\xfe\xff": "voters-file.is-utf-16",
}


class VoterRow(NamedTuple):
    """One voter as the file says, checked against the election."""

    document: str
    name: str
    station: str
    roll: str


def read_voters(path: Path, definition: Definition) -> Iterator[tuple[int, VoterRow | InvalidInput]]:
    """Row number and voter, or row number and the row's error.

    Raises `InvalidInput` where the file as a whole can't be read on (encoding, header, quotes), or `StorageError`.
    """
    with storage.open_plain(path) as file:
        for start in _NO_TEXT:
            if file.peek(4).startswith(start):
                raise InvalidInput(_NO_TEXT[start], place=path, hint="save-as-csv-utf-8")
        rows = _records(file, path)
        columns = _columns(next(rows, (1, [])), path)
        check = _RowCheck(definition, columns, path)
        for number, fields in rows:
            if fields:
                yield number, check(number, fields)


def row_of(path: Path, number: int) -> Message:
    """The place of an error in a row."""
    return message("place", "row", file=path, number=number)


def _records(file: BinaryIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Numbered records of the CSV; an empty line is an empty record."""
    number = 0
    try:
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            header = text.readline(_LONGEST_HEADER)
            separator = max(",;\t", key=header.count)
            number = 1
            yield number, next(csv.reader([header], delimiter=separator, strict=True), [])
            for number, record in enumerate(csv.reader(_lines(text), delimiter=separator, strict=True), start=2):
                yield number, record
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "voters-file.not-utf-8",
            place=path,
            hint="save-as-csv-utf-8",
            row=number + 1,
            byte=f"0x{error.object[error.start]:02x}",
        ) from None
    except csv.Error as error:
        raise InvalidInput("voters-file.not-csv", place=row_of(path, number + 1), why=str(error)) from None


def _lines(text: TextIO) -> Iterator[str]:
    """The lines that are left, none of which fills the memory; raises `csv.Error`."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise csv.Error(f"a line of more than {_LONGEST_LINE} characters")
        yield line


def count_lines(path: Path) -> int:
    """How many lines the file has, whatever they are; raises `StorageError`."""
    with storage.open_plain(path) as file:
        return sum(piece.count(b"\n") for piece in iter(partial(file.read, _PIECE), b""))


def _columns(first: tuple[int, list[str]], path: Path) -> list[str]:
    columns = [field.strip().lower() for field in first[1]]
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

    def __call__(self, number: int, fields: list[str]) -> VoterRow | InvalidInput:
        try:
            return self._voter(fields, row_of(self._path, number))
        except InvalidInput as error:
            return error

    def _voter(self, fields: list[str], place: Message) -> VoterRow:
        if len(fields) != len(self._columns):
            raise InvalidInput(
                "voters-file.other-number-of-fields", place=place, count=len(fields), columns=len(self._columns)
            )
        values = dict(zip(self._columns, fields, strict=True))
        document = normalise_document(values["document"], place=place)
        name = normalise_name(values["name"], place=place)
        station = values["station"].strip()
        if station not in self._rolls_of_station:
            shown = station[:_LONGEST_SHOWN]
            raise InvalidInput("station.unknown", place=place, hint="write-the-station-id", station=shown)
        roll = values.get("roll", "").strip() or GENERAL_ROLL
        if roll not in self._rolls:
            known = Either(sorted(self._rolls))
            raise InvalidInput("roll.unknown", place=place, roll=roll[:_LONGEST_SHOWN], known=known)
        if roll not in self._rolls_of_station[station]:
            raise InvalidInput("roll.not-of-station", place=place, station=station, roll=roll)
        return VoterRow(document, name, station, roll)
