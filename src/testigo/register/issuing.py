"""What a poll book is made of: the voters of one station with their templates, and who votes elsewhere."""

from collections.abc import Collection, Iterator

import msgspec
from sqlalchemy import Connection, insert, select

from testigo.register import duplicates
from testigo.register.tables import enrolments, impressions, is_holding, poll_books, voters
from testigo.register.vault import PrintAddress, RegisterKey


class ListedVoter(msgspec.Struct, frozen=True):
    """A voter as a poll book lists them. `barred`: the case for which the voter may not vote, else None; `fingers`:
    (ISO/IEC 19794-2 position, template) of each impression.
    """

    document: str
    name: str
    roll: str
    barred: int | None
    fingers: tuple[tuple[int, bytes], ...]


class Issue(msgspec.Struct, frozen=True):
    """One poll book in the making. `voters`: of the station, by document number; `serial`: counted from 1."""

    connection: Connection
    station: str
    serial: int
    issued: str
    voters: list[ListedVoter]

    def elsewhere(self, stations: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """(document, station) of the voters of the other stations: of these, or of all where None."""
        query = select(voters.c.document, voters.c.station).where(voters.c.station != self.station)
        if stations is not None:
            query = query.where(voters.c.station.in_(list(stations)))
        return ((document, station) for document, station in self.connection.execute(query))

    def done(self, count: int, digest: str) -> None:
        """Note that this poll book was made, with so many voters and this SHA-256."""
        row = {"station": self.station, "serial": self.serial, "issued": self.issued, "voters": count, "digest": digest}
        self.connection.execute(insert(poll_books), row)


def listed(connection: Connection, station: str, key: RegisterKey) -> list[ListedVoter]:
    """The voters of a station by document number, the barred ones too."""
    query = (
        select(impressions, voters.c.document)
        .join(enrolments, enrolments.c.id == impressions.c.enrolment)
        .join(voters, voters.c.id == enrolments.c.voter)
        .where(voters.c.station == station, is_holding())
        .order_by(impressions.c.enrolment, impressions.c.number)
    )
    fingers: dict[str, list[tuple[int, bytes]]] = {}
    for row in connection.execute(query):
        place = PrintAddress(row.document, row.enrolment, row.finger, row.number)
        fingers.setdefault(row.document, []).append((row.finger, key.decrypt(row.template, "template", place)))
    barred = duplicates.barred(connection)
    people = select(voters).where(voters.c.station == station).order_by(voters.c.document)
    return [
        ListedVoter(row.document, row.name, row.roll, barred.get(row.id), tuple(fingers.get(row.document, ())))
        for row in connection.execute(people)
    ]
