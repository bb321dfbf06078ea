"""Whether a station was opened on the day and within the hours of voting, and closed after their end."""

from typing import Final

from testigo import canonical
from testigo.ballot import TallySheet, reasons
from testigo.ballot.reasons import HoursAct
from testigo.election import Definition, hours
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import VerifiedStatement
from testigo.words import Message, Value, message

_SINCE: Final = 3
"""First version of the tally sheet that has a place for the chair's reason."""

_SHOWN: Final = 40
"""Characters of what should be a time, as far as a finding shows it."""

_ACTS: Final[dict[HoursAct, str]] = {"opened_outside": "hours.opened-outside", "closed_early": "hours.closed-early"}


def check(findings: FindingLog, definition: Definition, sheet: TallySheet, verified: VerifiedStatement) -> None:
    """One station's acts outside the hours: with the chair's reason they are explained, in a rehearsal a note.

    Where the definition does not say how far the station's clock is from UTC, nobody but the station can tell; then,
    and on older sheets, only what the chair wrote is reported.
    """
    judged = _outside(definition, sheet) if verified.statement.version >= _SINCE else None
    told = [
        _told(act, _time_of(sheet, act), reason)
        for act, reason in sheet.hours()
        if reason or (judged is not None and judged[act])
    ]
    for grade, detail in told:
        findings.write("hours", grade, at_station(sheet.station, detail), verified.place)
    if not told:
        detail = message("finding", "hours.not-judged" if judged is None else "hours.hold")
        findings.ok("hours", at_station(sheet.station, detail), verified.place)


def _outside(definition: Definition, sheet: TallySheet) -> dict[HoursAct, bool] | None:
    """Which acts were outside the hours; None where that cannot be told."""
    zone = hours.zone_of(definition, sheet.station)
    if zone is None or not (canonical.is_instant(sheet.opened) and canonical.is_instant(sheet.closed)):
        return None
    return {
        "opened_outside": hours.outside(definition, hours.moment_of(sheet.opened), zone) is not None,
        "closed_early": hours.before_closing(definition, hours.moment_of(sheet.closed), zone),
    }


def _time_of(sheet: TallySheet, act: HoursAct) -> Value:
    return canonical.moment((sheet.opened if act == "opened_outside" else sheet.closed)[:_SHOWN])


def _told(act: HoursAct, time: Value, reason: str) -> tuple[Grade, Message]:
    if not reason:
        return Grade.FAILURE, message("finding", _ACTS[act], time=time)
    if reason not in reasons.HOURS_REASONS[act]:
        return Grade.FAILURE, message("finding", "hours.reason-not-on-list", reason=reason[: reasons.LONGEST_WRITTEN])
    grade = Grade.NOTE if reason == reasons.REHEARSAL else Grade.EXPLAINED
    why = reasons.of_hours(act, reason)
    return grade, message("finding", "hours.explained", act=message("finding", _ACTS[act], time=time), reason=why)
