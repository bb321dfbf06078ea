"""What a poll book is made of: the voters of one station with their templates, and who votes elsewhere."""

import hashlib
from collections.abc import Collection, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, func, insert, select

from testigo import canonical
from testigo.register import duplicates, exceptions, photographs
from testigo.register.tables import enrolments, impressions, is_holding, is_voting, poll_books, voters
from testigo.register.vault import PrintAddress, RegisterKey


class ListedVoter(msgspec.Struct, frozen=True):
    """A voter as a poll book lists them. `barred`: the case for which the voter may not vote, else None; `fingers`:
    (ISO/IEC 19794-2 position, template) of each impression; `exceptions`: (position, kind) of each finger that could
    not be taken, or hardly; `photograph`: JPEG of the face, None where there is none.
    """

    document: str
    name: str
    roll: str
    barred: int | None
    fingers: tuple[tuple[int, bytes], ...]
    exceptions: tuple[tuple[int, str], ...] = ()
    photograph: bytes | None = None


class Issue(msgspec.Struct, frozen=True):
    """One poll book in the making. `voters`: of the station, by document number; `serial`: counted from 1."""

    connection: Connection
    station: str
    serial: int
    issued: str
    voters: list[ListedVoter]

    def elsewhere(self, stations: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """(document, station) of the voters of the other stations: of these, or of all where None."""
        query = select(voters.c.document, voters.c.station).where(voters.c.station != self.station, is_voting())
        if stations is not None:
            query = query.where(voters.c.station.in_(list(stations)))
        return ((document, station) for document, station in self.connection.execute(query))

    def done(self, count: int, digest: str) -> None:
        """Note that this poll book was made, with so many voters and this SHA-256."""
        row = {"station": self.station, "serial": self.serial, "issued": self.issued, "voters": count, "digest": digest}
        row["contents"] = contents_of(self.connection, self.station)
        self.connection.execute(insert(poll_books), row)


def listed(connection: Connection, station: str, key: RegisterKey) -> list[ListedVoter]:
    """The voters of a station by document number, the barred ones too."""
    query = (
        select(impressions, voters.c.document)
        .join(enrolments, enrolments.c.id == impressions.c.enrolment)
        .join(voters, voters.c.id == enrolments.c.voter)
        .where(voters.c.station == station, is_voting(), is_holding())
        .order_by(impressions.c.enrolment, impressions.c.number)
    )
    fingers: dict[str, list[tuple[int, bytes]]] = {}
    for row in connection.execute(query):
        place = PrintAddress(row.document, row.enrolment, row.finger, row.number)
        fingers.setdefault(row.document, []).append((row.finger, key.decrypt(row.template, "template", place)))
    barred = duplicates.barred(connection)
    excepted = exceptions.of_station(connection, station)
    faces = photographs.of_station(connection, station, key)
    people = select(voters).where(voters.c.station == station, is_voting()).order_by(voters.c.document)
    return [
        ListedVoter(
            row.document,
            row.name,
            row.roll,
            barred.get(row.id),
            tuple(fingers.get(row.document, ())),
            excepted.get(row.document, ()),
            faces.get(row.document),
        )
        for row in connection.execute(people)
    ]


class StationBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest poll book of a station. `current`: whether the register has the same of the station today."""

    station: str
    serial: int
    issued: str
    voters: int
    current: bool


def newest_books(connection: Connection) -> list[StationBook]:
    """The newest poll book of every station that has one, by station."""
    barred = duplicates.barred(connection)
    newest = select(func.max(poll_books.c.id)).group_by(poll_books.c.station)
    rows = connection.execute(select(poll_books).where(poll_books.c.id.in_(newest)).order_by(poll_books.c.station))
    return [
        StationBook(
            row.station,
            row.serial,
            row.issued,
            row.voters,
            row.contents == contents_of(connection, row.station, barred),
        )
        for row in rows.all()
    ]


def contents_of(connection: Connection, station: str, barred: Mapping[int, int] | None = None) -> str:
    """A hash of what the register has of a station's voters: who they are, which fingers, and who is barred.

    Ids stand for fingers, which are never changed, so that nothing is decrypted.
    """
    barred = duplicates.barred(connection) if barred is None else barred
    people = select(voters).where(voters.c.station == station, is_voting()).order_by(voters.c.document)
    prints = (
        select(enrolments.c.voter, impressions.c.id)
        .join(enrolments, enrolments.c.id == impressions.c.enrolment)
        .join(voters, voters.c.id == enrolments.c.voter)
        .where(voters.c.station == station, is_holding())
        .order_by(impressions.c.id)
    )
    own: dict[int, list[int]] = {}
    for voter, impression in connection.execute(prints):
        own.setdefault(voter, []).append(impression)
    told = hashlib.sha256()
    excepted = exceptions.of_station(connection, station)
    faces = photographs.ids_of_station(connection, station)
    for row in connection.execute(people):
        fingers = [own.get(row.id, []), excepted.get(row.document, ()), faces.get(row.document)]
        line = [row.document, row.name, row.roll, barred.get(row.id), *fingers]
        told.update(canonical.encode(line))
    return told.hexdigest()
