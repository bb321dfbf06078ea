"""What the record's times say, and where they contradict it.

Order comes from elsewhere: statements have their place in the log, and a station's steps their numbers in the event
log of its chair, which stand on its tally sheet. A time is what a clock said, and clocks are wrong. So a time that
cannot be is *explained* where the tally sheet tells of a wrong clock (`TallySheet.clock_told`), and a failure where
nobody does.
"""

import itertools
from datetime import datetime, timedelta
from typing import Final

from testigo import canonical
from testigo.ballot import TallySheet
from testigo.count import kind_label
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement
from testigo.words import message

FAR: Final = timedelta(days=366)
"""A statement that is dated further than this from the election's day and from its definition's signing tells of a
wrong clock, or of something else: rehearsals are held in the year before."""

_DAY: Final = timedelta(days=1)
_STATION: Final = ("logic-and-accuracy", "zero-report", "tally-sheet")
_SHOWN: Final = 40
"""Characters that a finding quotes of a time that is not one."""


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Every time is one, is near the election, and agrees with the order of the record."""
    before = len(findings.findings)
    _check_each(findings, contents)
    for station in contents.rules.definition.stations:
        _check_station(findings, contents, station.id)
    _check_audit(findings, contents)
    if len(findings.findings) == before:
        findings.ok("order-of-day", message("finding", "order-of-day.holds"))


def _check_each(findings: FindingLog, contents: RecordContents) -> None:
    """Each statement by itself."""
    for verified in itertools.chain.from_iterable(contents.statements.values()):
        issued = verified.statement.issued
        if not canonical.is_instant(issued):
            detail = message("finding", "order-of-day.no-time", time=issued[:_SHOWN])
            findings.fail("order-of-day", detail, verified.place)
        elif _is_far(contents, issued):
            detail = message("finding", "order-of-day.far", time=canonical.moment(issued))
            station = verified.statement.subject
            findings.write("order-of-day", _grade_of(contents, station), detail, verified.place)
    for sheet, verified in _sheets(contents):
        for time in (sheet.opened, sheet.closed):
            if canonical.is_instant(time) and _is_far(contents, time):
                detail = message("finding", "order-of-day.far-act", time=canonical.moment(time))
                findings.write("order-of-day", _grade(sheet), at_station(sheet.station, detail), verified.place)


def _check_station(findings: FindingLog, contents: RecordContents, station: str) -> None:
    """Tested, then zero report, then opened, then closed, then tally sheet."""
    found = [verified for kind in _STATION if (verified := contents.of_station(kind, station)) is not None]
    for earlier, later in itertools.pairwise(found):
        if earlier.statement.issued > later.statement.issued:
            newer, older = kind_label(later.statement.type), kind_label(earlier.statement.type)
            detail = message("finding", "order-of-day.older", later=newer, earlier=older)
            findings.write("order-of-day", _grade_of(contents, station), at_station(station, detail), later.place)
    sheet, verified = contents.rules.sheets.get(station), contents.of_station("tally-sheet", station)
    if sheet is None or verified is None:
        return
    if not sheet.steps_hold():
        findings.fail("order-of-day", at_station(station, message("finding", "order-of-day.steps")), verified.place)
    for note in sheet.clocks:
        findings.write("order-of-day", Grade.EXPLAINED, at_station(station, note.said()), verified.place)


def _check_audit(findings: FindingLog, contents: RecordContents) -> None:
    """Dice after the tally sheets, paper after the dice: by the auditor's clock."""
    seeds = contents.statements.get("audit-seed", [])
    if not seeds or not canonical.is_instant(seeds[0].statement.issued):
        return
    rolled = seeds[0].statement.issued
    for sheet, verified in _sheets(contents):
        issued = verified.statement.issued
        if rolled < issued and canonical.is_instant(issued) and not (sheet.clock_told or _is_far(contents, issued)):
            far = _instant(issued) - _instant(rolled) > _DAY
            detail = message("finding", "audit-seed.before-sheet", time=canonical.moment(rolled), station=sheet.station)
            findings.write("audit-seed", Grade.FAILURE if far else Grade.NOTE, detail, seeds[0].place)
    for verified in contents.statements.get("closing-count", []):
        if verified.statement.issued < rolled:
            detail = message("finding", "closing-count.before-dice")
            findings.fail("closing-count", at_station(verified.statement.subject, detail), verified.place)


def _sheets(contents: RecordContents) -> list[tuple[TallySheet, VerifiedStatement]]:
    found = ((sheet, contents.of_station("tally-sheet", sheet.station)) for sheet in contents.rules.sheets.values())
    return [(sheet, verified) for sheet, verified in found if verified is not None]


def _grade_of(contents: RecordContents, station: str) -> Grade:
    """Of a time that cannot be, in a statement about that subject."""
    sheet = contents.rules.sheets.get(station)
    return Grade.FAILURE if sheet is None else _grade(sheet)


def _grade(sheet: TallySheet) -> Grade:
    return Grade.EXPLAINED if sheet.clock_told else Grade.FAILURE


def _is_far(contents: RecordContents, time: str) -> bool:
    day = contents.rules.definition.date
    near = [f"{day}T12:00:00Z", *(one.statement.issued for one in contents.statements["election-definition"][:1])]
    known = [_instant(one) for one in near if canonical.is_instant(one)]
    return bool(known) and all(abs(_instant(time) - one) > FAR for one in known)


def _instant(time: str) -> datetime:
    return datetime.fromisoformat(time)
