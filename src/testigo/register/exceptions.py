"""Fingers that could not be taken, or hardly: missing, bandaged or worn, recorded one by one with the reason.

A voter of whom no finger can be taken is enrolled all the same, where all ten are named so. On the day that tells this
voter from one whom nobody enrolled. The poll book says which fingers and which kind; the reason, which is about the
person's health, stays in the register, and goes with the fingers where the law demands it (`erasure`).
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from testigo.errors import InvalidInput, is_printable
from testigo.fingerprint import Position, label_of
from testigo.register.tables import enrolments, finger_exceptions, is_holding, voters
from testigo.register.values import MOST_TEXT, ExceptionKind, FingerException
from testigo.words import Either, Message, message

EXCEPTION_KINDS: Final[tuple[ExceptionKind, ...]] = ("missing", "bandaged", "worn")
NOT_TAKEN: Final = ("missing", "bandaged")
"""Kinds of which there can be no image."""

_GROUPS: Final = {"all": "", "right-hand": "right-", "left-hand": "left-"}


def exception_of(finger: str, kind: str, reason: str) -> FingerException:
    """A checked one; raises `InvalidInput` for an unknown finger or kind, or no reason of one printable line."""
    position = Position.named(finger)
    if kind not in EXCEPTION_KINDS:
        known = Either(message("screens", f"exception.{one}") for one in EXCEPTION_KINDS)
        raise InvalidInput("exception.unknown-kind", kind=kind[:40], known=known)
    reason = " ".join(reason.split())
    if not reason or not is_printable(reason, MOST_TEXT):
        raise InvalidInput("exception.no-reason", finger=label_of(position), most=MOST_TEXT)
    return FingerException(position.word, EXCEPTION_KINDS[EXCEPTION_KINDS.index(kind)], reason)


def exceptions_of(words: str, kind: str, reason: str, taken: Sequence[str]) -> list[FingerException]:
    """The same for one finger, or for each of `all`, `right-hand` or `left-hand` that is not in `taken`."""
    if words not in _GROUPS:
        return [exception_of(words, kind, reason)]
    fingers = [one.word for one in Position if one.word.startswith(_GROUPS[words]) and one.word not in taken]
    return [exception_of(finger, kind, reason) for finger in fingers]


def check(exceptions: Sequence[FingerException], taken: Sequence[str]) -> None:
    """Raise `InvalidInput` where a finger is named twice or has an image all the same, or nothing is said of one
    though there is no image at all."""
    named = [one.finger for one in exceptions]
    for one in exceptions:
        if named.count(one.finger) > 1:
            raise InvalidInput("exception.twice", finger=_label(one.finger))
        if one.kind in NOT_TAKEN and one.finger in taken:
            raise InvalidInput("exception.with-image", finger=_label(one.finger))
    left = [label_of(one) for one in Position if one.word not in named]
    if exceptions and not taken and left:
        raise InvalidInput("exception.fingers-left", fingers=left)


def keep(connection: Connection, enrolment: int, exceptions: Sequence[FingerException]) -> None:
    """Store those of one enrolment."""
    rows = [
        {"enrolment": enrolment, "finger": int(Position.named(one.finger)), "kind": one.kind, "reason": one.reason}
        for one in exceptions
    ]
    if rows:
        connection.execute(insert(finger_exceptions), rows)


def of_voter(connection: Connection, voter: int) -> tuple[FingerException, ...]:
    """Those of the enrolment that holds, by finger."""
    query = (
        select(finger_exceptions)
        .join(enrolments, enrolments.c.id == finger_exceptions.c.enrolment)
        .where(enrolments.c.voter == voter, is_holding())
        .order_by(finger_exceptions.c.finger)
    )
    return tuple(FingerException(Position(row.finger).word, row.kind, row.reason) for row in connection.execute(query))


def of_station(connection: Connection, station: str) -> dict[str, tuple[tuple[int, str], ...]]:
    """Document number → (ISO/IEC 19794-2 position, kind) of the voters of a station who have any."""
    query = (
        select(voters.c.document, finger_exceptions.c.finger, finger_exceptions.c.kind)
        .join(enrolments, enrolments.c.id == finger_exceptions.c.enrolment)
        .join(voters, voters.c.id == enrolments.c.voter)
        .where(voters.c.station == station, is_holding())
        .order_by(voters.c.document, finger_exceptions.c.finger)
    )
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for row in connection.execute(query):
        found[row.document] = (*found.get(row.document, ()), (row.finger, row.kind))
    return found


def count(connection: Connection, voter: int) -> int:
    """How many the register has of a voter, those of withdrawn enrolments too."""
    own = select(enrolments.c.id).where(enrolments.c.voter == voter)
    return connection.scalar(select(func.count()).where(finger_exceptions.c.enrolment.in_(own))) or 0


def erase(connection: Connection, voter: int) -> None:
    """Delete them all."""
    own = select(enrolments.c.id).where(enrolments.c.voter == voter)
    connection.execute(delete(finger_exceptions).where(finger_exceptions.c.enrolment.in_(own)))


def _label(finger: str) -> Message:
    return label_of(Position.named(finger))
