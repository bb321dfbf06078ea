"""Each station's day, from its machines' own signed words: tested, at zero, counted, reconciled, within its limits."""

from typing import Final

from testigo import canonical
from testigo.ballot import (
    BoothReport,
    CheckInReport,
    Difference,
    EventLogs,
    TallySheet,
    ZeroReport,
    reasons,
    tally_ballots,
)
from testigo.count import body_of, find_anomalies
from testigo.election import GENERAL_ROLL, STATION_ROLES, Definition, Role, Station, role_label
from testigo.record import Grade
from testigo.witness import voting_hours
from testigo.witness.deck_runs import DeckRunsCheck
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement
from testigo.words import Message, current_language, message

_HEX = frozenset("0123456789abcdef")
_SHOWN = 40
"""Characters that a finding quotes of a time."""
_REPORTING: Final[tuple[Role, Role]] = ("booth", "check-in")
"""Machines that sign what they counted."""

TOLD_ELSEWHERE: Final = ("tally-not-recorded", "released-over-cap", "reasons-do-not-add-up")
"""Anomalies that the reconciliation or the declared rules of the counters tell of."""


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Every station that has a tally sheet. Stations without one are counted by `totals`."""
    definition = contents.rules.definition
    tests = DeckRunsCheck(findings, contents)
    for station in definition.stations:
        sheet = contents.rules.sheets.get(station.id)
        verified = contents.of_station("tally-sheet", station.id)
        if sheet is not None or tests.has_runs(station.id):
            # A zero report is made after the test that passed, whether the tally sheet is here or not.
            opened = sheet is not None or contents.of_station("zero-report", station.id) is not None
            tests.check(station.id, opened=opened)
        if sheet is None or verified is None:
            continue
        _check_zero_report(findings, contents, station, sheet)
        _check_sums(findings, definition, sheet, verified)
        voting_hours.check(findings, definition, sheet, verified)
        _check_machines(findings, contents, station, sheet)
        _check_reconciliation(findings, sheet, verified)
        _check_limits(findings, contents, station, sheet, verified)
        _check_event_logs(findings, contents, station, sheet)


def _check_zero_report(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Nothing was counted before opening; register, cards and cap were already those of the tally sheet."""
    verified = contents.of_station("zero-report", station.id)
    if verified is None:
        grade, cause = contents.without("zero-report", station.id)
        detail = at_station(station.id, message("finding", "zero-report.none"))
        findings.write("zero-report", grade, detail, cause=cause)
        return
    with findings.reporting("zero-report", verified.place):
        report = body_of(verified.statement, ZeroReport, verified.place)
        empty = report.tally == tally_ballots(contents.rules.definition, station.id, ())
        before, after = report.reconciliation.fixed, sheet.reconciliation.fixed
        wrong = [
            problem
            for holds, problem in (
                (report.is_zero and empty, message("finding", "zero-report.not-zero")),
                (
                    verified.statement.issued <= sheet.opened or sheet.clock_told,
                    message(
                        "finding",
                        "zero-report.after-opening",
                        time=canonical.moment(verified.statement.issued[:_SHOWN]),
                    ),
                ),
                *((had == after[name], _not_as_before(name, had, after[name])) for name, had in before.items()),
            )
            if not holds
        ]
        fixed = [
            message("term", "figure", what=message("counters", name), figure=figure) for name, figure in before.items()
        ]
        good = message("finding", "zero-report.holds", fixed=fixed)
        findings.conclude("zero-report", station.id, wrong, good, verified.place)


def _not_as_before(name: str, before: int, after: int) -> Message:
    return message("finding", "zero-report.other", counter=message("counters", name), before=before, after=after)


def _check_sums(findings: FindingLog, definition: Definition, sheet: TallySheet, verified: VerifiedStatement) -> None:
    """No more ballots of a roll than there are voters on it. (The rules took only sheets whose sums come out.)"""
    errors = []
    station = definition.station(sheet.station)
    special = sum(station.roll_sizes.values())
    for style in definition.styles_of_station(station.id):
        size = station.register_size - special if style.roll == GENERAL_ROLL else station.roll_sizes.get(style.roll, 0)
        ballots = sheet.tally.ballots.get(style.id, 0)
        if ballots > size:
            errors.append(message("finding", "tally-sheet.more-ballots", count=ballots, style=style.id, voters=size))
    counted = sum(sheet.tally.ballots.values())
    contests = message("term", "contest-count", count=len(sheet.tally.contests))
    good = message("finding", "tally-sheet.holds", count=counted, contests=contests)
    findings.conclude("tally-sheet", sheet.station, errors, good, verified.place)


def _check_machines(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Booth and check-in signed for themselves what the chair wrote on the tally sheet."""
    wrote = sheet.reconciliation
    booth, check_in = _reports(contents, station)
    wrong = []
    missing = [role for role, own in zip(_REPORTING, (booth, check_in), strict=True) if own is None]
    for role in missing:
        _tell_no_report(findings, contents, sheet, role)
    if booth is not None and booth.tally != sheet.tally:
        pairs = zip(booth.tally.contests, sheet.tally.contests, strict=False)
        other = [one.contest for one, chairs in pairs if one != chairs] or message("term", "figure.ballots")
        wrong.append(message("finding", "machine-reports.other-tally", what=other))
    for own in (booth, check_in):
        if own is not None:
            wrong += wrote.contradictions(own.counters)
            wrong += own.counters.unlisted_reasons()
    sessions = sum(booth.counters.voided.values()) if booth else 0
    good = message("finding", "machine-reports.hold", count=sessions)
    if wrong or not missing:
        findings.conclude("machine-reports", station.id, wrong, good)


def _tell_no_report(findings: FindingLog, contents: RecordContents, sheet: TallySheet, role: Role) -> None:
    """A check-in whose disk was lost signs nothing: the chair's reason for that stands on the tally sheet."""
    kind = f"{role}-report"
    of_role = role_label(role)
    lost = [reason for reason in sheet.reconciliation.reasons.values() if reason.startswith(reasons.CHECK_IN_LOST)]
    if role == "check-in" and lost and not contents.gaps_of(kind, subject=sheet.station):
        detail = message("finding", "machine-reports.none-explained", role=of_role, reason=_written(lost[0]))
        findings.write("machine-reports", Grade.EXPLAINED, at_station(sheet.station, detail))
    else:
        grade, cause = contents.without(kind, sheet.station)
        detail = message("finding", "machine-reports.none", role=of_role)
        findings.write("machine-reports", grade, at_station(sheet.station, detail), cause=cause)


def _reports(contents: RecordContents, station: Station) -> tuple[BoothReport | None, CheckInReport | None]:
    """What the station's booth and check-in signed at closing."""
    booth, check_in = (contents.of_station(kind, station.id) for kind in ("booth-report", "check-in-report"))
    return (
        body_of(booth.statement, BoothReport, booth.place) if booth else None,
        body_of(check_in.statement, CheckInReport, check_in.place) if check_in else None,
    )


def _check_reconciliation(findings: FindingLog, sheet: TallySheet, verified: VerifiedStatement) -> None:
    """Checked in = cards used = printed − spoiled = deposited = recorded = ballots on the tally sheet."""
    counters, ballots = sheet.reconciliation, sum(sheet.tally.ballots.values())
    booth, recorded = counters.booth, counters.booth.recorded
    differences = list(counters.differences())
    if recorded != ballots:
        differences.append(Difference("recorded", "ballots", recorded, ballots, ""))
    for one in differences:
        explained = bool(one.reason.strip())
        detail = at_station(sheet.station, _difference(one))
        findings.write("reconciliation", Grade.EXPLAINED if explained else Grade.FAILURE, detail, verified.place)
    if not differences:
        detail = message(
            "finding",
            "reconciliation.holds",
            checked_in=counters.check_in.checked_in,
            cards=booth.cards_used,
            printed=booth.printed,
            spoiled=booth.spoiled,
            deposited=booth.deposited,
            recorded=recorded,
        )
        findings.ok("reconciliation", at_station(sheet.station, detail))


def _difference(one: Difference) -> Message:
    left = message("term", "figure", what=message("counters", one.left), figure=one.left_count)
    ballots = message("term", "ballots-on-sheet")
    right_name = ballots if one.right == "ballots" else message("counters", one.right)
    right = message("term", "figure", what=right_name, figure=one.right_count)
    if not one.reason.strip():
        return message("finding", "reconciliation.differs", left=left, right=right)
    return message("finding", "reconciliation.explained", left=left, right=right, reason=_written(one.reason))


def _written(reason: str) -> str:
    return reasons.in_words(reason, current_language())


def _check_limits(
    findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet, verified: VerifiedStatement
) -> None:
    """What no honest station can exceed, the anomalies of the results page among it; and reasons from the lists.

    A poll book may have fewer voters than the definition gives the station: fewer were imported, or some were barred as
    enrolled twice. That is a note, for people to compare with the published register; more voters fail.
    """
    counters, cap = sheet.reconciliation.check_in, contents.rules.definition.release_cap(station.id)
    allowed = max((one.more for one in contents.rules.allowances.get(station.id, ())), default=0)
    fewer = counters.registered < station.register_size
    odd = [
        message("finding", f"limits.{one.kind}", found=one.found, allowed=one.allowed)
        for one in find_anomalies(station, sheet, [])
        if one.kind not in TOLD_ELSEWHERE and not (one.kind == "register-differs" and fewer)
    ]
    if counters.released_by_allowance > allowed:
        found = counters.released_by_allowance
        odd.append(message("finding", "limits.release-allowance", found=found, allowed=allowed))
    if counters.release_alarm not in (0, cap):
        odd.append(message("finding", "limits.release-cap", found=counters.release_alarm, allowed=cap))
    if counters.release_cap != cap:
        odd.append(message("finding", "limits.release-cap", found=counters.release_cap, allowed=cap))
    if not _times_hold(sheet):
        odd.append(message("finding", "limits.times", opened=sheet.opened[:_SHOWN], closed=sheet.closed[:_SHOWN]))
    odd += [rule for machine in sheet.reconciliation.machines for rule in machine.broken_rules()]
    refused = sum(counters.refused.values())
    good = message("finding", "limits.hold", released=counters.released, cap=cap, refused=refused)
    if counters.beyond_alarm:
        two, by_allowance = counters.released_by_two, counters.released_by_allowance
        good = message(
            "finding", "limits.hold-beyond", released=counters.released, cap=cap, two=two, allowed=by_allowance
        )
    findings.conclude("limits", station.id, odd, good, verified.place)
    if fewer:
        detail = message("finding", "limits.fewer-voters", count=counters.registered, size=station.register_size)
        findings.write("limits", Grade.NOTE, at_station(station.id, detail), verified.place)


def _times_hold(sheet: TallySheet) -> bool:
    """Whether it opened and then closed, unless it tells of a wrong clock (`times`)."""
    both = canonical.is_instant(sheet.opened) and canonical.is_instant(sheet.closed)
    return both and (sheet.opened < sheet.closed or sheet.clock_told)


def _check_event_logs(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Where each machine's event log stood: the same on the tally sheet, in its own statement, and in the words of the
    machine itself.
    """
    verified = contents.of_station("event-log", station.id)
    if verified is None:
        grade, cause = contents.without("event-log", station.id)
        detail = at_station(station.id, message("finding", "event-logs.none"))
        findings.write("event-logs", grade, detail, cause=cause)
        return
    logs = body_of(verified.statement, EventLogs, verified.place)
    wrong = []
    if not set(logs.heads) == set(logs.entries) == set(STATION_ROLES):
        wrong.append(message("finding", "event-logs.other-machines"))
    if not all(len(head) == 64 and set(head) <= _HEX for head in logs.heads.values()):
        wrong.append(message("finding", "event-logs.no-head"))
    if not all(count > 0 for count in logs.entries.values()):
        wrong.append(message("finding", "event-logs.empty"))
    if logs.heads != sheet.event_logs:
        wrong.append(message("finding", "event-logs.other-heads"))
    for role, own in zip(_REPORTING, _reports(contents, station), strict=True):
        if own is not None and (own.head, own.entries) != (logs.heads.get(role), logs.entries.get(role)):
            wrong.append(message("finding", "event-logs.other-report", role=role_label(role)))
    good = message("finding", "event-logs.hold", count=sum(logs.entries.values()))
    findings.conclude("event-logs", station.id, wrong, good, verified.place)
