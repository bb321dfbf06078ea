"""Correcting, moving, removing and restoring a voter: by an officer, with a reason, and nothing disappears.

The rules:

- Each change keeps what was before and what is now, who did it, when and why. These rows are only ever added; where the
  law takes a voter's data, what they say of the person goes and that there was a change stays (`erasure`).
- A removed voter is on no poll book and takes no room at the station; the number stays taken, and the voter can be
  restored. Fingers stay too, so that a double is still found.
- Somebody always keeps the vote: where a case was ruled *same*, the voter who votes for both is not removed.
- On the day of the election nothing changes that says who votes where. Stations work with poll books that are loaded
  and cannot be taken back; a voter moved that day could vote at two. A name may be corrected on any day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from testigo import canonical
from testigo.canonical import utc_now
from testigo.election import GENERAL_ROLL, Definition
from testigo.errors import IllegalStep, InvalidInput, is_printable
from testigo.register import duplicates, enrolment, photographs
from testigo.register.importing import capacity, too_many
from testigo.register.tables import enrolments, erasures, is_voting, voter_changes, voters
from testigo.register.values import MOST_TEXT
from testigo.register.vault import RegisterKey
from testigo.register.voter_cells import document_cell, name_cell
from testigo.words import Either

ChangeKind = Literal["corrected", "moved", "removed", "restored"]
HistoryKind = Literal["corrected", "moved", "removed", "restored", "enrolled", "withdrawn", "erased"]

VoterRow = Row[Any]


class HistoryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was done to a voter. `at`: UTC; `before`, `after`: what changed, by column of the voters' file.

    `erased`: whether reason and values were taken away by law.
    """

    at: str
    kind: HistoryKind
    officer: str
    reason: str
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    erased: bool = False


class By(msgspec.Struct, frozen=True):
    """Who changes something, and why."""

    officer: str
    reason: str


def correct(
    connection: Connection, row: VoterRow, definition: Definition, key: RegisterKey, by: By, wanted: dict[str, str]
) -> None:
    """Give a voter another `document` or `name`, those of `wanted` that are not empty.

    Raises `InvalidInput` where that is none, another voter's number, or nothing new.
    """
    after = {}
    if wanted.get("document"):
        after["document"] = document_cell(wanted["document"])
    if wanted.get("name"):
        after["name"] = name_cell(wanted["name"])
    after = _differing(row, after)
    if "document" in after:
        _refuse_on_the_day(definition)
        _require_free(connection, after["document"])
        for part in (enrolment, photographs):
            part.rebind(connection, row.id, row.document, after["document"], key)
    _keep(connection, row, "corrected", by, after)


def move(connection: Connection, row: VoterRow, definition: Definition, by: By, station: str, roll: str) -> None:
    """Let a voter vote at another station, or on another roll ("": the same one).

    Raises `InvalidInput` for a station or roll that is not there or has no room.
    """
    after = _differing(row, {"station": station.strip(), "roll": roll.strip() or row.roll})
    _refuse_on_the_day(definition)
    moved = {"station": row.station, "roll": row.roll} | after
    _require_room(connection, definition, moved["station"], moved["roll"])
    _keep(connection, row, "moved", by, after)


def remove(connection: Connection, row: VoterRow, definition: Definition, by: By) -> None:
    """Take a voter off all poll books. Raises `IllegalStep` where another number's vote would go too."""
    _refuse_on_the_day(definition)
    other = duplicates.barred_for(connection, row.id)
    if other is not None:
        document, case = other
        raise IllegalStep("voter.votes-for-both", document=document, case=str(case))
    _keep(connection, row, "removed", by, {"removed": utc_now()})


def restore(connection: Connection, row: VoterRow, definition: Definition, by: By, name: str) -> None:
    """Take a removed voter in again. `name`: where the law took it; else "" keeps the one that is there."""
    _refuse_on_the_day(definition)
    after: dict[str, str | None] = {"removed": None}
    if name or not row.name:
        after["name"] = name_cell(name)
    _require_room(connection, definition, row.station, row.roll)
    _keep(connection, row, "restored", by, after)


def history(connection: Connection, voter: int) -> tuple[HistoryEntry, ...]:
    """All that was done to a voter, the oldest first."""
    found = []
    for row in connection.execute(select(enrolments).where(enrolments.c.voter == voter)):
        found.append(HistoryEntry(row.at, "enrolled", row.officer, row.accepted_because))
        if row.withdrawn_at:
            found.append(HistoryEntry(row.withdrawn_at, "withdrawn", row.withdrawn_by, row.withdrawn_because))
    for row in connection.execute(select(voter_changes).where(voter_changes.c.voter == voter)):
        found.append(HistoryEntry(row.at, row.kind, row.officer, row.reason, *_told(row)))
    for row in connection.execute(select(erasures).where(erasures.c.voter == voter)):
        found.append(HistoryEntry(row.at, "erased", row.officer, f"{row.reason} ({row.legal_basis})"))
    return tuple(sorted(found, key=lambda one: one.at))


def corrected_to(connection: Connection, document: str) -> str | None:
    """The number that a voter has whose number was this one; None where no voter's was."""
    told = canonical.encode({"document": document}).decode()[1:-1]
    query = (
        select(voters.c.document)
        .join(voter_changes, voter_changes.c.voter == voters.c.id)
        .where(voter_changes.c.before.contains(told, autoescape=True))
        .order_by(voter_changes.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def erase(connection: Connection, voter: int, trace: int) -> None:
    """Take away what the history says of a person, and the name of one who was removed."""
    own = (voter_changes.c.voter == voter) & voter_changes.c.erasure.is_(None)
    connection.execute(update(voter_changes).where(own).values(before="", after="", reason="", erasure=trace))
    gone = (voters.c.id == voter) & voters.c.removed.is_not(None)
    connection.execute(update(voters).where(gone).values(name=""))


def erasable(connection: Connection, voter: int) -> int:
    """How many rows of the history, and names of removed voters, `erase` would empty."""
    own = (voter_changes.c.voter == voter) & voter_changes.c.erasure.is_(None)
    name = (voters.c.id == voter) & voters.c.removed.is_not(None) & (voters.c.name != "")
    counts = (connection.scalar(select(func.count()).where(condition)) for condition in (own, name))
    return sum(count or 0 for count in counts)


def _differing(row: VoterRow, after: dict[str, str]) -> dict[str, str]:
    found = {column: value for column, value in after.items() if value != getattr(row, column)}
    if not found:
        raise InvalidInput("change.nothing", document=row.document)
    return found


def _keep(connection: Connection, row: VoterRow, kind: ChangeKind, by: By, after: Mapping[str, str | None]) -> None:
    reason = " ".join(by.reason.split())
    if not reason or not is_printable(reason, MOST_TEXT):
        raise InvalidInput("change.no-reason", most=MOST_TEXT)
    before = {column: getattr(row, column) or "" for column in after}
    told = {
        "voter": row.id,
        "kind": kind,
        "officer": by.officer,
        "at": utc_now(),
        "reason": reason,
        "before": canonical.encode(before).decode(),
        "after": canonical.encode({column: value or "" for column, value in after.items()}).decode(),
    }
    connection.execute(insert(voter_changes), told)
    connection.execute(update(voters).where(voters.c.id == row.id).values(after))


def _require_free(connection: Connection, document: str) -> None:
    if connection.scalar(select(voters.c.id).where(voters.c.document == document)) is not None:
        raise InvalidInput("document.in-register", hint="keep-one-row-for-each-voter", document=document)


def _require_room(connection: Connection, definition: Definition, station_id: str, roll: str) -> None:
    station = definition.station(station_id)
    known = (GENERAL_ROLL, *(name for name, size in station.roll_sizes.items() if size > 0))
    if roll not in (*definition.rolls, GENERAL_ROLL):
        raise InvalidInput("roll.unknown", roll=roll[:40], known=Either(sorted({*definition.rolls, GENERAL_ROLL})))
    if roll not in known:
        raise InvalidInput("roll.not-of-station", station=station_id, roll=roll)
    own = (voters.c.station == station_id) & (voters.c.roll == roll) & is_voting()
    found = (connection.scalar(select(func.count()).where(own)) or 0) + 1
    if found > capacity(station, roll):
        raise too_many(station_id, roll, found, capacity(station, roll))


def _refuse_on_the_day(definition: Definition) -> None:
    if date.today().isoformat() == definition.date:
        raise IllegalStep("change.on-election-day")


def _told(row: VoterRow) -> tuple[dict[str, str], dict[str, str], bool]:
    if row.erasure is not None:
        return {}, {}, True
    before, after = (msgspec.json.decode(text, type=dict[str, str]) for text in (row.before, row.after))
    return before, after, False
