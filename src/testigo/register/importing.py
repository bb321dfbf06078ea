"""A file of voters into the register: every row checked first, and all of them kept or none."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, insert, select

from testigo.election import GENERAL_ROLL, Definition, Station
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.register.tables import voters
from testigo.register.voters_file import VoterRow, read_voters, row_of
from testigo.words import message

SHOWN_ERRORS = 50
BATCH = 5000
"""Rows to one look-up and one insertion."""

Batch = list[tuple[int, VoterRow | InvalidInput]]


class FewVoters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A station with fewer voters in the register than the definition gives it (`register_size`)."""

    station: str
    voters: int
    register_size: int


class ImportReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one import did. `stations`: voters of each station the file names, as the register has them now."""

    imported: int
    stations: dict[str, int]
    warnings: tuple[FewVoters, ...]


def import_voters(
    connection: Connection, path: Path, definition: Definition, on_rows: Callable[[int], None] | None = None
) -> ImportReport:
    """Add the voters of a CSV file inside the caller's transaction.

    `on_rows` hears of every further number of rows read. Raises `SeveralErrors` with the first 50 of all errors in
    all rows (and their number), `InvalidInput` where the file as a whole can't be read.
    """
    sizes = _sizes(connection)
    errors = _Errors()
    seen: dict[str, int] = {}
    named: set[str] = set()
    for batch in _batches(read_voters(path, definition)):
        good = _first_named(batch, seen, errors, path)
        known = _already_in(connection, [row.document for _, row in good])
        for number, row in good:
            sizes[row.station, row.roll] += 1
            named.add(row.station)
            if row.document in known:
                errors.add(_in_register(row.document, path, number))
        if good and not errors.count:
            connection.execute(insert(voters), [row._asdict() for _, row in good])
        if on_rows is not None:
            on_rows(len(batch))
    if not seen and not errors.count:
        raise InvalidInput("voters-file.no-voter", place=path)
    stations = _check_sizes(sizes, sorted(named), definition, errors)
    errors.raise_any(path)
    return ImportReport(len(seen), stations, _too_few(stations, definition))


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


def _batches(items: Iterator[tuple[int, VoterRow | InvalidInput]]) -> Iterator[Batch]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _first_named(batch: Batch, seen: dict[str, int], errors: _Errors, path: Path) -> list[tuple[int, VoterRow]]:
    """The rows without an error whose document no earlier row has; the others' errors are noted."""
    good = []
    for number, row in batch:
        if isinstance(row, InvalidInput):
            errors.add(row)
            continue
        first = seen.setdefault(row.document, number)
        if first == number:
            good.append((number, row))
        else:
            errors.add(_in_row(row.document, first, path, number))
    return good


def _in_row(document: str, first: int, path: Path, number: int) -> InvalidInput:
    place = row_of(path, number)
    return InvalidInput("document.twice", place=place, hint="keep-one-row-for-each-voter", document=document, row=first)


def _in_register(document: str, path: Path, number: int) -> InvalidInput:
    place = row_of(path, number)
    return InvalidInput("document.in-register", place=place, hint="keep-one-row-for-each-voter", document=document)


def _already_in(connection: Connection, documents: list[str]) -> set[str]:
    return set(connection.scalars(select(voters.c.document).where(voters.c.document.in_(documents))))


def _sizes(connection: Connection) -> Counter[tuple[str, str]]:
    """Voters of each station and roll that the register holds."""
    counted = select(voters.c.station, voters.c.roll, func.count()).group_by(voters.c.station, voters.c.roll)
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
