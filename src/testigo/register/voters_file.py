"""Reading a CSV file of voters, row by row, so that a file of any size needs little memory.

Columns `document`, `name`, `station` and, where the election has more than one, `roll`; in any order, separated by
commas, semicolons or tabs, as spreadsheets write them; UTF-8 with or without a byte order mark. Row numbers are those
that a spreadsheet shows: the header is row 1.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from testigo import storage
from testigo.election import GENERAL_ROLL, Definition
from testigo.errors import InvalidInput
from testigo.register.document import normalise_document, normalise_name

REQUIRED = ("document", "name", "station")
OPTIONAL = ("roll",)
_LONGEST_HEADER = 4096
_HINT_HEADER = "let the first row be document,name,station or document,name,station,roll"
_HINT_ENCODING = "save it as CSV UTF-8"
_NO_TEXT = {b"PK\x03\x04": "a spreadsheet or archive", b"\xff\xfe": "UTF-16 text", b"\xfe\xff": "UTF-16 text"}


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
    place = str(path)
    with storage.explained(path), path.open("rb") as file:
        for start, what in _NO_TEXT.items():
            if file.peek(4).startswith(start):
                raise InvalidInput(f"this is {what}, not UTF-8 text", place=place, hint=_HINT_ENCODING)
        rows = _records(file, place)
        columns = _columns(next(rows, (1, [])), place)
        check = _RowCheck(definition, columns, place)
        for number, fields in rows:
            if fields:
                yield number, check(number, fields)


def _records(file: BinaryIO, place: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records of the CSV; an empty line is an empty record."""
    number = 0
    try:
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            header = text.readline(_LONGEST_HEADER)
            separator = max(",;\t", key=header.count)
            number = 1
            yield number, next(csv.reader([header], delimiter=separator, strict=True), [])
            for number, record in enumerate(csv.reader(text, delimiter=separator, strict=True), start=2):
                yield number, record
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"this is not UTF-8 text (near row {number + 1}, byte 0x{error.object[error.start]:02x})",
            place=place,
            hint=_HINT_ENCODING,
        ) from None
    except csv.Error as error:
        raise InvalidInput(
            f"no rows can be made out here ({error})",
            place=f"{place}, row {number + 1}",
            hint="close the quotation marks, and write one voter a line",
        ) from None


def _columns(first: tuple[int, list[str]], place: str) -> list[str]:
    columns = [field.strip().lower() for field in first[1]]
    place = f"{place}, row 1"
    for column in columns:
        if column not in REQUIRED + OPTIONAL:
            raise InvalidInput(f"the register has no column {column!r}", place=place, hint=_HINT_HEADER)
    for column in REQUIRED:
        if column not in columns:
            raise InvalidInput(f"the column {column!r} is missing", place=place, hint=_HINT_HEADER)
    if len(set(columns)) != len(columns):
        raise InvalidInput("a column is named twice", place=place, hint=_HINT_HEADER)
    return columns


class _RowCheck:
    """Checks one record after the other against the election."""

    def __init__(self, definition: Definition, columns: list[str], place: str) -> None:
        self._columns = columns
        self._place = place
        self._rolls = set(definition.rolls) | {GENERAL_ROLL}
        self._rolls_of_station = {
            station.id: {GENERAL_ROLL, *(roll for roll, size in station.roll_sizes.items() if size > 0)}
            for station in definition.stations
        }

    def __call__(self, number: int, fields: list[str]) -> VoterRow | InvalidInput:
        place = f"{self._place}, row {number}"
        try:
            return self._voter(fields, place)
        except InvalidInput as error:
            return error

    def _voter(self, fields: list[str], place: str) -> VoterRow:
        if len(fields) != len(self._columns):
            raise InvalidInput(
                f"{len(fields)} fields where the header has {len(self._columns)}",
                place=place,
                hint="quote names that hold the separator",
            )
        values = dict(zip(self._columns, fields, strict=True))
        document = normalise_document(values["document"], place=place)
        name = normalise_name(values["name"], place=place)
        station = values["station"].strip()
        if station not in self._rolls_of_station:
            raise InvalidInput(
                f"the election has no station {station[:40]!r}",
                place=place,
                hint="write the station's id as the definition has it",
            )
        roll = values.get("roll", "").strip() or GENERAL_ROLL
        if roll not in self._rolls:
            raise InvalidInput(
                f"the election has no roll {roll[:40]!r}", place=place, hint=f"use {', '.join(sorted(self._rolls))}"
            )
        if roll not in self._rolls_of_station[station]:
            raise InvalidInput(
                f"station {station!r} has no voters on the roll {roll!r}",
                place=place,
                hint="correct the row, or the station's roll-sizes in the definition",
            )
        return VoterRow(document, name, station, roll)
