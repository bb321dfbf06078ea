"""A file of voters into the register: every row checked first, and all of them kept or none."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, insert, select

from testigo.election import GENERAL_ROLL, Definition, Station
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.register.doubles import MOST_AT_IMPORT, count_doubles
from testigo.register.tables import is_voting, voters
from testigo.register.voter_cells import CellNote
from testigo.register.voters_file import FileRow, VoterRow, cell_of, read_voters
from testigo.words import message

SHOWN_ERRORS = 50
SHOWN_NOTES = 50
BATCH = 5000
"""Rows to one look-up and one insertion."""


class FewVoters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A station with fewer voters in the register than the definition gives it (`register_size`)."""

    station: str
    voters: int
    register_size: int


class ImportReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one import did. `stations`: voters of each station the file names, as the register has them now.

    `notes`: the first of the cells that a person should look at; `noted`: how many there are. `doubles`: likely doubles
    in the register now (`doubles`); None where it is too large to look for them at each import.
    """

    imported: int
    stations: dict[str, int]
    warnings: tuple[FewVoters, ...]
    notes: tuple[CellNote, ...] = ()
    noted: int = 0
    doubles: int | None = None


def import_voters(
    connection: Connection,
    path: Path,
    definition: Definition,
    on_rows: Callable[[int], None] | None = None,
    encoding: str = "",
) -> ImportReport:
    """Add the voters of a CSV file inside the caller's transaction.

    `on_rows` hears of every further number of rows read; `encoding`: as of `read_voters`. Raises `SeveralErrors` with
    the first 50 of all errors in all rows (and their number), `InvalidInput` where the file as a whole can't be read.
    """
    sizes = _sizes(connection)
    errors, notes = _Errors(), _Notes()
    seen: dict[str, int] = {}
    named: set[str] = set()
    for batch in _batches(read_voters(path, definition, encoding)):
        good = _first_named(batch, seen, errors, path)
        known, removed = _already_in(connection, [voter.document for _, voter in good])
        for number, voter in good:
            sizes[voter.station, voter.roll] += 1
            named.add(voter.station)
            if voter.document in removed:
                place = cell_of(path, number, "document")
                errors.add(InvalidInput("document.removed", place=place, document=voter.document))
            elif voter.document in known:
                errors.add(_in_register(voter.document, path, number))
        if good and not errors.count:
            connection.execute(insert(voters), [voter._asdict() for _, voter in good])
        notes.add(batch)
        if on_rows is not None:
            on_rows(len(batch))
    if not seen and not errors.count:
        raise InvalidInput("voters-file.no-voter", place=path)
    stations = _check_sizes(sizes, sorted(named), definition, errors)
    errors.raise_any(path)
    doubles = count_doubles(connection) if sizes.total() <= MOST_AT_IMPORT else None
    return ImportReport(len(seen), stations, _too_few(stations, definition), tuple(notes.shown), notes.count, doubles)


class _Errors:
    """Keeps the first errors and counts all, so that a wholly wrong file of millions of rows needs no memory."""

    def __init__(self) -> None:
        self.count = 0
        self._shown: list[TestigoError] = []

    def add(self, error: TestigoError) -> None:
        self.count += 1
        if len(self._shown) < SHOWN_ERRORS:
            self._shown.append(error)

    def raise_any(self, path: Path) -> None:
        if self.count:
            raise SeveralErrors(
                "voters-file.errors" if self.count <= SHOWN_ERRORS else "voters-file.errors-of-which",
                self._shown,
                place=path,
                hint="correct-the-voters-file",
                count=self.count,
                listed=SHOWN_ERRORS,
            )


class _Notes:
    """Keeps the first notes and counts all."""

    def __init__(self) -> None:
        self.count = 0
        self.shown: list[CellNote] = []

    def add(self, batch: list[FileRow]) -> None:
        for row in batch:
            self.count += len(row.notes)
            self.shown += row.notes[: SHOWN_NOTES - len(self.shown)]


def _batches(items: Iterator[FileRow]) -> Iterator[list[FileRow]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _first_named(batch: list[FileRow], seen: dict[str, int], errors: _Errors, path: Path) -> list[tuple[int, VoterRow]]:
    """The rows without an error whose document no earlier row has; the others' errors are noted."""
    good = []
    for row in batch:
        for error in row.errors:
            errors.add(error)
        if row.voter is None:
            continue
        first = seen.setdefault(row.voter.document, row.number)
        if first == row.number:
            good.append((row.number, row.voter))
        else:
            errors.add(_in_row(row.voter.document, first, path, row.number))
    return good


def _in_row(document: str, first: int, path: Path, number: int) -> InvalidInput:
    place = cell_of(path, number, "document")
    return InvalidInput("document.twice", place=place, hint="keep-one-row-for-each-voter", document=document, row=first)


def _in_register(document: str, path: Path, number: int) -> InvalidInput:
    place = cell_of(path, number, "document")
    return InvalidInput("document.in-register", place=place, hint="keep-one-row-for-each-voter", document=document)


def _already_in(connection: Connection, documents: list[str]) -> tuple[set[str], set[str]]:
    """Those of the numbers that the register has, and those of which the voter was removed."""
    query = select(voters.c.document, voters.c.removed).where(voters.c.document.in_(documents))
    found = connection.execute(query).all()
    return {row.document for row in found}, {row.document for row in found if row.removed}


def _sizes(connection: Connection) -> Counter[tuple[str, str]]:
    """Voters of each station and roll that the register holds."""
    counted = select(voters.c.station, voters.c.roll, func.count()).where(is_voting())
    counted = counted.group_by(voters.c.station, voters.c.roll)
    return Counter({(station, roll): count for station, roll, count in connection.execute(counted)})


def _check_sizes(
    sizes: Counter[tuple[str, str]], stations: list[str], definition: Definition, errors: _Errors
) -> dict[str, int]:
    """Voters of each of the stations; more of them than the definition gives the station are an error."""
    for station_id in stations:
        station = definition.station(station_id)
        for roll in (GENERAL_ROLL, *station.roll_sizes):
            has, found = capacity(station, roll), sizes[station_id, roll]
            if found > has:
                errors.add(too_many(station_id, roll, found, has))
    totals = Counter[str]()
    for (station_id, _), count in sizes.items():
        totals[station_id] += count
    return {station_id: totals[station_id] for station_id in stations}


def capacity(station: Station, roll: str) -> int:
    """How many voters of the roll the definition gives the station."""
    if roll == GENERAL_ROLL:
        return station.register_size - sum(size for name, size in station.roll_sizes.items() if name != GENERAL_ROLL)
    return station.roll_sizes.get(roll, 0)


def too_many(station_id: str, roll: str, found: int, has: int) -> InvalidInput:
    """The error for a station with more voters on a roll than the definition gives it (`capacity`)."""
    place = message("place", "station", id=station_id)
    return InvalidInput("roll.too-many-voters", place=place, count=found, roll=roll, size=has)


def _too_few(stations: dict[str, int], definition: Definition) -> tuple[FewVoters, ...]:
    sizes = {station.id: station.register_size for station in definition.stations}
    return tuple(
        FewVoters(station, count, sizes[station]) for station, count in stations.items() if count < sizes[station]
    )
