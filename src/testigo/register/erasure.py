"""Erasing a voter's fingers where the law demands it, with a trace of who did it and why.

The rules:

- All templates and images of the voter go, those of withdrawn enrolments too, with their qualities and positions. The
  voter, the enrolments (who took fingers, and when), the cases and their rulings stay: they hold no biometric data.
- Which fingers were missing, bandaged or worn, and why, goes too, and the photograph.
- What the history says of the person goes: earlier names, numbers and stations, and the reasons. That somebody changed
  something, who and when stays. Of a voter who was removed the name goes, too.
- The vote stays. The voter is on the next poll book without fingers, and the chair can let the voter through; may be
  enrolled again; and is barred as before, where a case was ruled *same*.
- An open case forbids it: its fingers are the evidence. Otherwise erasing would be a way to be rid of a case.
- The day of the election forbids it. Stations work with poll books that are loaded and cannot be taken back while
  voters come; a machine that has to be replaced gets a new one, and would know fewer voters than the one before.
- A trace holds no data of the fingers. It is never altered, except that the cleaning of the files is noted.
"""

from datetime import date

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from testigo.canonical import utc_now
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput, is_printable
from testigo.fingerprint import Position
from testigo.register import changes, duplicates, exceptions, photographs
from testigo.register.tables import enrolments, erasures, finger_exceptions, impressions, poll_books, voters
from testigo.register.values import MOST_TEXT, Erasable, Erasure


def erasable(connection: Connection, voter: int, definition: Definition) -> Erasable:
    """What would be erased. Raises `InvalidInput` where there is nothing, `IllegalStep` where it may not be now."""
    person = connection.execute(select(voters).where(voters.c.id == voter)).one()
    kept = select(impressions.c.enrolment, impressions.c.finger).join(enrolments).where(enrolments.c.voter == voter)
    rows = connection.execute(kept).all()
    entries = changes.erasable(connection, voter) + exceptions.count(connection, voter)
    entries += photographs.count(connection, voter)
    if not rows and not entries:
        raise InvalidInput("fingers.not-in-register", document=person.document)
    _allowed(connection, voter, definition)
    issued = select(func.count()).where(poll_books.c.station == person.station)
    return Erasable(
        person.document,
        person.name,
        person.station,
        len({row.enrolment for row in rows}),
        len(rows),
        len(rows),
        tuple(Position(finger).word for finger in sorted({row.finger for row in rows})),
        duplicates.same_person(connection, voter),
        connection.scalar(issued) or 0,
        entries,
    )


def erase(
    connection: Connection, voter: int, definition: Definition, officer: str, reason: str, legal_basis: str
) -> int:
    """Delete it and write the trace; its id. Raises as `erasable` does, and where the reason or the basis is missing.

    The bytes are gone from the database's files only after `database.clean`, which is then noted by `cleaned`.
    """
    reason = _text("erasure.wrong-reason", reason, most=MOST_TEXT)
    legal_basis = _text("erasure.wrong-legal-basis", legal_basis, most=MOST_TEXT)
    found = erasable(connection, voter, definition)
    row = {
        "voter": voter,
        "officer": officer,
        "at": utc_now(),
        "reason": reason,
        "legal_basis": legal_basis,
        "enrolments": found.enrolments,
        "templates": found.templates,
        "images": found.images,
    }
    trace = int(connection.scalar(insert(erasures).returning(erasures.c.id), row) or 0)
    own = select(enrolments.c.id).where(enrolments.c.voter == voter)
    told = (
        enrolments.c.id.in_(select(table.c.enrolment).where(table.c.enrolment.in_(own)))
        for table in (impressions, finger_exceptions)
    )
    connection.execute(update(enrolments).where(or_(*told)).values(erasure=trace))
    connection.execute(delete(impressions).where(impressions.c.enrolment.in_(own)))
    exceptions.erase(connection, voter)
    photographs.remove(connection, voter)
    changes.erase(connection, voter, trace)
    return trace


def newest(connection: Connection) -> int:
    """The id of the last erasure; 0 where there was none."""
    return connection.scalar(select(func.max(erasures.c.id))) or 0


def traces(connection: Connection) -> list[Erasure]:
    """All erasures, the oldest first."""
    query = (
        select(
            erasures.c.id,
            voters.c.document,
            erasures.c.officer,
            erasures.c.at,
            erasures.c.reason,
            erasures.c.legal_basis,
            erasures.c.enrolments,
            erasures.c.templates,
            erasures.c.images,
            func.coalesce(erasures.c.cleaned_at, "").label("cleaned"),
        )
        .join(voters, voters.c.id == erasures.c.voter)
        .order_by(erasures.c.id)
    )
    return [Erasure(**row) for row in connection.execute(query).mappings()]


def last_of(connection: Connection, voter: int) -> str:
    """When fingers of the voter were last erased; "" where they never were."""
    return connection.scalar(select(func.max(erasures.c.at)).where(erasures.c.voter == voter)) or ""


def cleaned(connection: Connection, until: int) -> None:
    """Note that the files hold nothing more of the erasures up to the one with the id `until`."""
    open_ones = (erasures.c.id <= until) & erasures.c.cleaned_at.is_(None)
    connection.execute(update(erasures).where(open_ones).values(cleaned_at=utc_now()))


def _allowed(connection: Connection, voter: int, definition: Definition) -> None:
    if date.today().isoformat() == definition.date:
        raise IllegalStep("erasure.on-election-day")
    case = duplicates.open_case_of(connection, voter)
    if case is not None:
        raise IllegalStep("fingers.evidence-of-case", hint="settle-the-case-first", case=str(case))


def _text(code: str, text: str, *, most: int) -> str:
    plain = " ".join(text.split())
    if not plain or not is_printable(plain, most):
        raise InvalidInput(code, most=most)
    return plain
