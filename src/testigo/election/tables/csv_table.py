"""A spreadsheet's CSV export as a table of cells, strict and bounded.

Excel and LibreOffice write UTF-8 with or without a byte order mark, UTF-16, or the code page of their country, and
separate by comma, semicolon or tab. What a file is in can be said; else it is found out: UTF-8 where the bytes are
UTF-8, Windows-1252 where not; the separator by which the first rows have most columns. Row numbers are those that the
spreadsheet shows, the first being 1: empty rows count, a line break inside quotes does not.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from testigo.election.tables.cells import plain_text
from testigo.errors import InvalidInput
from testigo.words import Either, Message, message

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 300
MAX_CELLS: Final = 10_000_000
MAX_CELL: Final = 2000
"""Characters of one cell; a text of the definition has 160 at most."""

ENCODINGS: Final = ("utf-8", "utf-16", "windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "mac-roman")
SEPARATORS: Final = (",", ";", "\t", "|")

_HEADER_WITHIN = 30
"""The header stands in one of the first rows: titles and empty rows may stand above it."""

_LONGEST_LINE = MAX_COLUMNS * MAX_CELL

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Cells(dict[str, str]):
    """The cells of a row that are not empty, by the names of `Table.header`; any other is ""."""

    def __missing__(self, column: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. `number`: as the spreadsheet shows it."""

    number: int
    cells: Cells


@dataclass(frozen=True)
class Table:
    """A file that was read. `header`: the columns' names, each once: the second `NAME` is `NAME (2)`, one without a
    name is `(column C)`.
    """

    file: Path
    encoding: str
    separator: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Shape:
    """What is known of a file before it is read; "" and 0 are found out."""

    encoding: str = ""
    separator: str = ""
    header_row: int = 0


def read_table(data: bytes, file: Path, shape: Shape, known_header: frozenset[str] = frozenset()) -> Table:
    """The table in `data`. `known_header`: words by which the header's row is known, if `shape` does not say it.

    Raises `InvalidInput` for what is not CSV, not of that encoding, or larger than the limits above; with the row.
    """
    text, encoding = _decode(data, file, shape.encoding)
    told = _told_separator(text)
    separator = shape.separator or told or _separator(text)
    records = _records(text, file, separator, shape.header_row)
    if not any(map(any, records)):
        raise InvalidInput("table.empty", place=file)
    header_row = shape.header_row or _header_row(records, known_header, first=2 if told else 1)
    if header_row > len(records):
        raise InvalidInput("table.empty", place=file)
    header = tuple(_names(records[header_row - 1]))
    if not any(records[header_row - 1]):  # by the map
        raise InvalidInput("table.no-header", place=row_place(file, header_row))
    rows = tuple(_rows(records, header, header_row, file))
    if not rows:
        raise InvalidInput("table.empty", place=file)
    return Table(file, encoding, separator, header_row, header, rows)


def row_place(file: Path, number: int) -> Message:
    """The place of an error in a row."""
    return message("place", "row", file=file, number=number)


def _decode(data: bytes, file: Path, encoding: str) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise InvalidInput("file.too-large", place=file, limit=MAX_BYTES)
    if data.startswith(_WORKBOOKS):
        raise InvalidInput("table.is-a-spreadsheet", place=file)
    if not encoding:
        encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8" if _is_utf_8(data) else "windows-1252"
    elif encoding not in ENCODINGS:
        raise InvalidInput("table.unknown-encoding", place=file, encoding=encoding[:40], known=Either(ENCODINGS))
    elif encoding != "utf-16" and not data.isascii() and _is_utf_8(data):  # no text of another encoding is, by chance
        encoding = "utf-8"
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        byte = f"{data[error.start]:#04x}"
        raise InvalidInput("table.other-encoding", place=row_place(file, row), encoding=encoding, byte=byte) from None


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _told_separator(text: str) -> str:
    """What Excel says in a first line of its own, `sep=;`."""
    line = text[:8].splitlines()[0] if text else ""
    return line[4] if len(line) == 5 and line.startswith("sep=") and line[4] in SEPARATORS else ""


def _separator(text: str) -> str:
    """That by which the first rows are CSV and have most cells that stand in columns."""
    start = text[:65536]

    def columns(separator: str) -> tuple[bool, bool, int, int]:
        """Whether there are columns at all, whether all is CSV, how many columns most rows have, and the longest."""
        counts = [0]
        whole = True
        try:
            for record in csv.reader(io.StringIO(start, newline=""), delimiter=separator, strict=True):
                counts.append(len(record))
                if len(counts) > _HEADER_WITHIN:
                    break
        except csv.Error as error:
            whole = "unexpected end of data" in str(error)  # the start may be cut inside a text
        counts.sort()
        return counts[-1] > 1, whole, counts[len(counts) // 2], counts[-1]

    return max(SEPARATORS, key=columns)


def _records(text: str, file: Path, separator: str, header_row: int) -> list[list[str]]:
    """The rows, empty cells at the end taken away where no header can be."""
    records: list[list[str]] = []
    cells = 0
    try:
        for record in csv.reader(_lines(text, file), delimiter=separator, strict=True):
            place = row_place(file, len(records) + 1)
            if max(map(len, record), default=0) > MAX_CELL:
                raise InvalidInput("table.cell-too-long", place=place, most=MAX_CELL)
            wide = MAX_COLUMNS if len(records) < max(_HEADER_WITHIN, header_row) else 0
            if not any(record):
                del record[wide:]
            while len(record) > wide and not record[-1].strip():  # a spreadsheet pads rows to its widest
                record.pop()
            if len(record) > MAX_COLUMNS:
                raise InvalidInput("table.too-many-columns", place=place, most=MAX_COLUMNS)
            records.append([plain_text(cell) for cell in record])
            cells += len(record)
            if len(records) > MAX_ROWS or cells > MAX_CELLS:
                raise InvalidInput("table.too-many-rows", place=file, most=len(records) - 1)
    except csv.Error as error:
        raise InvalidInput("table.not-csv", place=row_place(file, len(records) + 1), why=str(error)) from None
    return records


def _lines(text: str, file: Path) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > _LONGEST_LINE:
            raise InvalidInput("table.too-many-columns", place=row_place(file, number), most=MAX_COLUMNS)
        yield line


def _header_row(records: list[list[str]], known: frozenset[str], first: int) -> int:
    """The first row with most known words; where no row has any, the first that is not empty."""
    best, most = 0, 0
    for number, record in enumerate(records[:_HEADER_WITHIN], start=1):
        if number < first or not any(record):
            continue
        found = sum(1 for cell in record if words_of(cell) & known)
        if not best or found > most:
            best, most = number, found
    return best or first


def words_of(text: str) -> frozenset[str]:
    """The words of a header, without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return frozenset(plain.split())


def _names(cells: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        name = wanted = cell or f"(column {column_letter(place)})"
        number = 1
        while name in seen:
            number += 1
            name = f"{wanted} ({number})"
        seen.add(name)
        yield name


def column_letter(place: int) -> str:
    """What a spreadsheet calls the column at a place (from 0): A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _rows(records: list[list[str]], header: tuple[str, ...], header_row: int, file: Path) -> Iterator[Row]:
    for number, record in enumerate(records[header_row:], start=header_row + 1):
        if not any(record):
            continue
        if any(record[len(header) :]):
            place = row_place(file, number)
            raise InvalidInput("table.more-cells", place=place, count=len(record), columns=len(header))
        yield Row(number, Cells((name, cell) for name, cell in zip(header, record, strict=False) if cell))
