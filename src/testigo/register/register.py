"""The register itself: one database, one election's voters, one key.

A register belongs to the election whose definition it was made with, because its stations and rolls are that
definition's; opened with another it is refused. Where a definition is published again after enrolment began, `adopt`
moves the register to it, if every voter's station and roll are in it too.
"""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import msgspec
from sqlalchemy import Connection, Engine, func, select

from testigo import database
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import FingerImage
from testigo.register import changes, duplicates, enrolment, erasure, photographs, tables
from testigo.register import exceptions as finger_exceptions
from testigo.register.doubles import Doubles, find_doubles, judge
from testigo.register.enroller import Enroller
from testigo.register.gallery import DuplicateCandidate
from testigo.register.importing import ImportReport, import_voters
from testigo.register.issuing import Issue, ListedVoter, StationBook, listed, newest_books
from testigo.register.key_binding import claim, move
from testigo.register.tables import (
    changing,
    enrolments,
    impressions,
    is_holding,
    is_voting,
    poll_books,
    reading,
    voters,
)
from testigo.register.values import (
    Case,
    CaseLine,
    Enrolment,
    Erasable,
    Erasure,
    FingerException,
    Ruling,
    Side,
    Status,
    Voter,
)
from testigo.register.vault import RegisterKey
from testigo.register.voter_rows import named, present, voter_row

PAGE = 500
"""Rows asked for by their ids at a time: databases limit the length of such a list."""


class Register:
    """Who may vote. Made by `Register.open`; close it, or use it in a `with` block.

    Several processes (enrolment desks) may have the same register open: every change waits for its turn and is kept
    whole or not at all. All methods raise `StorageError` where the database fails.
    """

    def __init__(self, engine: Engine, definition: Definition, key: RegisterKey) -> None:
        self.definition = definition
        self._engine = engine
        self._key = key
        self._enroller = Enroller(engine, key)

    @classmethod
    def open(cls, address: str, definition: Definition, key: RegisterKey, *, make: bool = True) -> "Register":
        """The register at `address` (`FILE`, `sqlite:///FILE`, `postgresql://…`), made where it does not exist yet.

        `make` False: it must be there already. Raises `InvalidInput` where it is not, belongs to another election or is
        of another version, `NotAllowed` where `key` is not its key.
        """
        if not make:
            _require_register(address)
        engine = database.open_database(address)
        try:
            definition = claim(engine, definition, key, make=make)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, definition, key)

    @classmethod
    def adopt(cls, address: str, definition: Definition, key: RegisterKey) -> "Register":
        """An existing register, moved to a definition that was published again. See `key_binding.move`.

        Poll books issued before belong to the old definition; every station needs a new one.
        """
        _require_register(address)
        engine = database.open_database(address)
        try:
            move(engine, definition, key)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, definition, key)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> "Register":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def import_voters(
        self, path: Path, on_rows: Callable[[int], None] | None = None, encoding: str = ""
    ) -> ImportReport:
        """Add the voters of a CSV file, all or none. See `importing.import_voters`."""
        with changing(self._engine) as connection:
            return import_voters(connection, path, self.definition, on_rows, encoding)

    def voter(self, document: str) -> Voter:
        """The voter of that document number, however it is written; raises `InvalidInput`."""
        with reading(self._engine) as connection:
            row = voter_row(connection, document)
            barred = duplicates.barred(connection, row.id).get(row.id)
            enrolled = enrolment.holding_enrolment(connection, row.id) is not None
            erased = erasure.last_of(connection, row.id)
            excepted = finger_exceptions.of_voter(connection, row.id)
            photographed = bool(photographs.count(connection, row.id))
        removed = row.removed or ""
        return Voter(
            row.document, row.name, row.station, row.roll, enrolled, barred, erased, removed, excepted, photographed
        )

    def status(self) -> Status:
        """How many voters, enrolments, open cases, barred voters and poll books there are."""
        enrolled = enrolments.join(voters, voters.c.id == enrolments.c.voter)
        with reading(self._engine) as connection:
            return Status(
                _count(connection, select(func.count()).select_from(voters).where(is_voting())),
                _count(connection, select(func.count()).select_from(enrolled).where(is_holding(), is_voting())),
                sum(line.open for line in duplicates.case_lines(connection)),
                len(duplicates.barred(connection)),
                _count(connection, select(func.count()).select_from(poll_books)),
            )

    # Likely doubles by number and name: see `doubles`

    def doubles(self) -> Doubles:
        """Voters who are likely one person by number or name, those aside of whom an officer has said who they are."""
        with reading(self._engine) as connection:
            return find_doubles(connection)

    def judge_double(self, double: str, officer: str, note: str) -> None:
        """An officer has looked at a group, and says in the note who they are; it is listed no more."""
        officer = named(officer)
        with changing(self._engine) as connection:
            judge(connection, double, officer, note)

    # Corrections: see `changes`

    def correct(self, document: str, officer: str, reason: str, *, number: str = "", name: str = "") -> Voter:
        """Give a voter another document number or name."""
        wanted = {"document": number, "name": name}
        with self._changing_one(document, officer, reason) as (connection, row, by):
            changes.correct(connection, row, self.definition, self._key, by, wanted)
        return self.voter(number or document)

    def move(self, document: str, officer: str, reason: str, station: str, roll: str = "") -> Voter:
        """Let a voter vote at another station, or on another roll."""
        with self._changing_one(document, officer, reason) as (connection, row, by):
            changes.move(connection, row, self.definition, by, station, roll)
        return self.voter(document)

    def remove(self, document: str, officer: str, reason: str) -> Voter:
        """Take a voter off the lists; all that is known of the voter stays."""
        with self._changing_one(document, officer, reason) as (connection, row, by):
            changes.remove(connection, row, self.definition, by)
        return self.voter(document)

    def restore(self, document: str, officer: str, reason: str, name: str = "") -> Voter:
        """Take a removed voter in again."""
        by = changes.By(named(officer), reason)
        with changing(self._engine) as connection:
            row = voter_row(connection, document)
            if not row.removed:
                raise IllegalStep("voter.not-removed", document=row.document)
            changes.restore(connection, row, self.definition, by, name)
        return self.voter(document)

    def history(self, document: str) -> tuple[changes.HistoryEntry, ...]:
        """All that was done to a voter, the oldest first."""
        with reading(self._engine) as connection:
            return changes.history(connection, voter_row(connection, document).id)

    @contextlib.contextmanager
    def _changing_one(
        self, document: str, officer: str, reason: str
    ) -> Iterator[tuple[Connection, changes.VoterRow, changes.By]]:
        by = changes.By(named(officer), reason)
        with changing(self._engine) as connection:
            yield connection, present(connection, document), by

    # Enrolment

    def enrol(
        self,
        document: str,
        given: Sequence[tuple[str, FingerImage]],
        officer: str,
        *,
        accept_because: str = "",
        exceptions: Sequence[FingerException] = (),
    ) -> Enrolment:
        """Keep a voter's fingers and search them against everybody's.

        `given`: (finger, image), fingers named as `Position.word` says, several images of a finger allowed.
        `accept_because`: an officer's reason to keep a finger that is too poor. `exceptions`: fingers that could not be
        taken, or hardly; a voter may be enrolled without any image where all ten are named. Raises `PoorFingers`
        without a reason, `InvalidInput` for an unknown voter or finger, `IllegalStep` where the voter is enrolled
        already.
        """
        return self._enroller.enrol(document, given, officer, accept_because, exceptions)

    def photograph(self, document: str) -> bytes | None:
        """The voter's face as JPEG; None where nobody has photographed it."""
        with reading(self._engine) as connection:
            return photographs.of_voter(connection, voter_row(connection, document), self._key)

    def keep_photograph(self, document: str, data: bytes, officer: str) -> None:
        """Keep a photograph of the voter's face (JPEG or PNG), made small, in place of the one before."""
        jpeg = photographs.prepared(data)
        officer = named(officer)
        with changing(self._engine) as connection:
            photographs.keep(connection, present(connection, document), officer, jpeg, self._key)

    def withdraw(self, document: str, officer: str, reason: str) -> None:
        """Set an enrolment aside, so that the voter can be enrolled again; the record of it stays.

        Raises `InvalidInput` where there is none or no reason is given, `IllegalStep` while a case that is not settled
        as *different* needs it.
        """
        self._enroller.withdraw(document, officer, reason)

    # Erasure by law: see `erasure` for the rules

    def erasable(self, document: str) -> Erasable:
        """What `erase` would take away; raises as it does."""
        with reading(self._engine) as connection:
            return erasure.erasable(connection, voter_row(connection, document).id, self.definition)

    def erase(self, document: str, officer: str, reason: str, legal_basis: str) -> Erasure:
        """Erase a voter's fingers, from the database and from its files, and keep a trace of it.

        Raises `InvalidInput` where there are none, or officer, reason or basis is missing; `IllegalStep` on the day of
        the election, and while a case needs them; `StorageError` where the files cannot be cleaned now: the fingers
        are erased then, and `clean_erased` does the rest later.
        """
        officer = named(officer)
        with changing(self._engine) as connection:
            row = voter_row(connection, document)
            trace = erasure.erase(connection, row.id, self.definition, officer, reason, legal_basis)
        self.clean_erased()
        return next(one for one in self.erasures() if one.id == trace)

    def clean_erased(self) -> None:
        """Write the database's files again without what was erased, where that is still to be done."""
        with reading(self._engine) as connection:
            done = [one.id for one in erasure.traces(connection) if not one.cleaned]
        if done:
            database.clean(self._engine, impressions.name)
            with changing(self._engine) as connection:
                erasure.cleaned(connection, done[-1])

    def erasures(self) -> list[Erasure]:
        """The traces of all erasures, the oldest first."""
        with reading(self._engine) as connection:
            return erasure.traces(connection)

    # Likely duplicates

    def cases(self, open_only: bool = True) -> list[CaseLine]:
        """The cases that wait for a person (*undecided* ones too), or all; oldest first."""
        with reading(self._engine) as connection:
            return [line for line in duplicates.case_lines(connection) if line.open or not open_only]

    def case(self, case_id: int) -> Case:
        """One case with both persons, their decrypted finger images and its history; raises `InvalidInput`."""
        cases = tables.cases
        with reading(self._engine) as connection:
            (line,) = duplicates.case_lines(connection, case_id)
            row = connection.execute(select(cases).where(cases.c.id == case_id)).one()
            return Case(
                line,
                self._side(connection, row.earlier, row.earlier_impression),
                self._side(connection, row.later, row.later_impression),
                duplicates.history(connection, case_id),
            )

    def settle(self, case_id: int, verdict: str, officer: str, note: str = "") -> Ruling:
        """Add an officer's ruling to a case: `same`, `different` or `undecided`. See `duplicates` for the rules."""
        officer = named(officer)
        with changing(self._engine) as connection:
            return duplicates.rule(connection, case_id, verdict, officer, note)

    def _side(self, connection: Connection, enrolled: int, most_similar: int) -> Side:
        query = (
            select(voters.c.document, voters.c.name, voters.c.station, enrolments.c.officer, enrolments.c.at)
            .join(enrolments, enrolments.c.voter == voters.c.id)
            .where(enrolments.c.id == enrolled)
        )
        row = connection.execute(query).one()
        images = enrolment.images_of(connection, enrolled, row.document, self._key)
        position = next((place for place, (number, _, _) in enumerate(images) if number == most_similar), 0)
        return Side(*row, images=tuple((finger, image) for _, finger, image in images), most_similar=position)

    # Duplicates among all who are enrolled: see `deduplication`

    def extent(self) -> "Extent":
        """Which register this is and how far it goes: what a long run over it remembers."""
        with reading(self._engine) as connection:
            newest = _count(connection, select(func.max(enrolments.c.id)))
            holding = _count(connection, select(func.count()).where(is_holding()))
        return Extent(self.definition.digest, self._key.check, newest, holding)

    def kept_after(self, newest: int, until: int, most: int) -> list[tuple[int, list[enrolment.Kept]]]:
        """The next at most `most` enrolments, decrypted, with ids over `newest` and at most `until`."""
        with reading(self._engine) as connection:
            return enrolment.kept_after(connection, newest, until, most, self._key)

    def documents(self, enrolled: Collection[int]) -> dict[int, str]:
        """The document number of each of these enrolments."""
        wanted = sorted(enrolled)
        found: dict[int, str] = {}
        query = select(enrolments.c.id, voters.c.document).join(voters, voters.c.id == enrolments.c.voter)
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), PAGE):
                page = query.where(enrolments.c.id.in_(wanted[start : start + PAGE]))
                found |= {row.id: row.document for row in connection.execute(page)}
        return found

    def open_missing_cases(self, found: Collection[tuple[int, DuplicateCandidate]]) -> tuple[int, ...]:
        """A case for each (later enrolment, candidate) that has none yet, all or none; their ids."""
        with changing(self._engine) as connection:
            return duplicates.open_missing_cases(connection, found)

    # Poll books

    def poll_books(self) -> list[StationBook]:
        """The newest poll book of each station that has one, and whether the register has changed since."""
        with reading(self._engine) as connection:
            return newest_books(connection)

    def listed(self, station_id: str) -> list[ListedVoter]:
        """The voters of a station, for a list on paper. Raises `InvalidInput` for an unknown station."""
        self.definition.station(station_id)
        with reading(self._engine) as connection:
            return listed(connection, station_id, self._key)

    @contextlib.contextmanager
    def issuing(self, station_id: str, issued: str) -> Iterator[Issue]:
        """What a poll book of the station is made of; the issue is noted at the end of the block, or nothing is.

        Raises `InvalidInput` for an unknown station.
        """
        self.definition.station(station_id)
        with changing(self._engine) as connection:
            newest = select(func.max(poll_books.c.serial)).where(poll_books.c.station == station_id)
            serial = _count(connection, newest) + 1
            yield Issue(connection, station_id, serial, issued, listed(connection, station_id, self._key))


class Extent(msgspec.Struct, frozen=True):
    """Which register it is, by `election` (digest) and `key` (its check); its `newest` enrolment and how many hold."""

    election: str
    key: str
    newest: int
    holding: int


def _require_register(address: str) -> None:
    """Raise `InvalidInput` where nothing is: looking for a register makes none."""
    if not database.database_exists(address):
        raise InvalidInput("register.not-here", place=address)


def _count(connection: Connection, query: object) -> int:
    return int(connection.scalar(query) or 0)  # type: ignore[call-overload]
