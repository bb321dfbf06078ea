"""Each station's day, from its machines' own signed words: tested, at zero, counted, reconciled, within its limits."""

from dataclasses import dataclass
from typing import Final

import msgspec

from testigo import canonical
from testigo.ballot import (
    BoothCounters,
    BoothReport,
    BoothSheet,
    CheckInCounters,
    CheckInReport,
    Difference,
    EventLogs,
    TallySheet,
    ZeroReport,
    reasons,
    tally_ballots,
)
from testigo.count import body_of, find_anomalies
from testigo.election import GENERAL_ROLL, Definition, Station, StationMachine, role_label
from testigo.record import Grade
from testigo.witness import voting_hours
from testigo.witness.deck_runs import DeckRunsCheck
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement
from testigo.words import Message, current_language, message

_HEX = frozenset("0123456789abcdef")
_SHOWN = 40
"""Characters that a finding quotes of a time."""
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
            out = {StationMachine.named(name) for name in sheet.out} if sheet is not None else set()
            signed = set(sheet.event_logs) if sheet is not None else set()
            machines = contents.key_ring.machines(station.id)
            tested = [one.number for one in machines.booths if one not in out or one.name in signed]
            tests.check(station.id, tested, opened=opened)
        if sheet is None or verified is None:
            continue
        _check_zero_report(findings, contents, station, sheet)
        _check_sums(findings, definition, sheet, verified)
        voting_hours.check(findings, definition, sheet, verified)
        _check_machines(findings, contents, station, sheet)
        _check_reconciliation(findings, contents, sheet, verified)
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
                (_same_booths(report, contents, sheet), message("finding", "zero-report.other-booths")),
            )
            if not holds
        ]
        fixed = [
            message("term", "figure", what=message("counters", name), figure=figure)
            for name, figure in before.items()
            if name != "release_alarm"  # the same figure as `release_cap`, without words of its own
        ]
        good = message("finding", "zero-report.holds", fixed=fixed)
        findings.conclude("zero-report", station.id, wrong, good, verified.place)


def _same_booths(report: ZeroReport, contents: RecordContents, sheet: TallySheet) -> bool:
    """Whether, where there are several booths, each had the cards before opening that its sheet says."""
    parts = contents.rules.booth_sheets.get(sheet.station, {}) if sheet.booth_sheets else {}
    if not parts:
        return not report.booths
    made = {name: part.counters.cards_made for name, part in parts.items()}
    summed = BoothCounters.summed(report.booths.values())
    own = {name: booth.cards_made for name, booth in report.booths.items()}
    return own == made and report.reconciliation.booth == summed


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
    """Booths and desks signed for themselves what the chair wrote on the tally sheet, or on the sheet of a booth."""
    reports = _Reports.of(contents, station)
    for machine in reports.missing:
        _tell_no_report(findings, contents, sheet, machine)
    wrong = reports.wrong(contents, sheet)
    sessions = sum(sum(booth.counters.voided.values()) for booth in reports.booths.values())
    good = message("finding", "machine-reports.hold", count=sessions)
    if wrong or not reports.missing:
        findings.conclude("machine-reports", station.id, wrong, good)


def _tell_no_report(findings: FindingLog, contents: RecordContents, sheet: TallySheet, machine: StationMachine) -> None:
    """A machine whose disk was lost signs nothing, and one that was taken out before opening: the chair's reason for
    that stands on the tally sheet."""
    kind, said = f"{machine.role}-report", sheet.reconciliation.reasons.values()
    of_role = role_label(machine.role) if machine.number == 1 else machine.label
    lost = [reason for reason in said if reason.startswith(reasons.CHECK_IN_LOST) and machine.role == "check-in"]
    why = sheet.out.get(machine.name, "") or (_written(lost[0]) if lost and not sheet.out else "")
    if why and not contents.gaps_of(kind, subject=sheet.station):
        detail = message("finding", "machine-reports.none-explained", role=of_role, reason=why)
        findings.write("machine-reports", Grade.EXPLAINED, at_station(sheet.station, detail))
    else:
        grade, cause = contents.without(kind, sheet.station)
        detail = message("finding", "machine-reports.none", role=of_role)
        findings.write("machine-reports", grade, at_station(sheet.station, detail), cause=cause)


@dataclass(frozen=True)
class _Reports:
    """What a station's booths and desks signed at closing. `missing`: those that the root admitted and that signed
    nothing here."""

    booths: dict[StationMachine, BoothReport]
    desks: dict[StationMachine, CheckInReport]
    missing: tuple[StationMachine, ...]

    @classmethod
    def of(cls, contents: RecordContents, station: Station) -> "_Reports":
        """What the record has of them."""
        machines = contents.key_ring.machines(station.id)
        booths, desks = {}, {}
        for machine in (*machines.booths, *machines.desks):
            found = contents.of_station(f"{machine.role}-report", station.id, machine.number)
            if found is not None and machine.role == "booth":
                booths[machine] = body_of(found.statement, BoothReport, found.place)
            elif found is not None:
                desks[machine] = body_of(found.statement, CheckInReport, found.place)
        missing = (one for one in (*machines.booths, *machines.desks) if one not in booths and one not in desks)
        return cls(booths, desks, tuple(missing))

    @property
    def all(self) -> dict[StationMachine, BoothReport | CheckInReport]:
        """Of every machine that signed."""
        return {**self.booths, **self.desks}

    def wrong(self, contents: RecordContents, sheet: TallySheet) -> list[Message]:
        """Where the chair wrote something else than they signed."""
        wrong: list[Message] = []
        for machine, booth in self.booths.items():
            part = contents.rules.booth_sheets.get(sheet.station, {}).get(machine.name)
            wrote = part.tally if part is not None else sheet.tally
            counters = part.counters if part is not None else sheet.reconciliation.booth
            if booth.tally != wrote:
                pairs = zip(booth.tally.contests, wrote.contests, strict=False)
                other = [one.contest for one, chairs in pairs if one != chairs] or message("term", "figure.ballots")
                wrong.append(message("finding", "machine-reports.other-tally", what=other))
            wrong += msgspec.structs.replace(sheet.reconciliation, booth=counters).contradictions(booth.counters)
            wrong += booth.counters.unlisted_reasons()
        if not any(machine.role == "check-in" for machine in self.missing):
            counted = CheckInCounters.summed(desk.counters for desk in self.desks.values())
            wrong += sheet.reconciliation.contradictions(counted)
        for desk in self.desks.values():
            wrong += desk.counters.unlisted_reasons()
        return wrong


def _check_reconciliation(
    findings: FindingLog, contents: RecordContents, sheet: TallySheet, verified: VerifiedStatement
) -> None:
    """Checked in = cards used = printed − spoiled = deposited = recorded = ballots on the tally sheet."""
    counters, ballots = sheet.reconciliation, sum(sheet.tally.ballots.values())
    for booth_sheet in contents.rules.booth_sheets.get(sheet.station, {}).values():
        _check_booth_sheet(findings, booth_sheet, verified)
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


def _check_booth_sheet(findings: FindingLog, sheet: BoothSheet, verified: VerifiedStatement) -> None:
    """At each booth of several: cards used = printed − spoiled = deposited = recorded = ballots on its sheet."""
    ballots, recorded = sum(sheet.tally.ballots.values()), sheet.counters.recorded
    differences = list(sheet.differences())
    if recorded != ballots:
        differences.append(Difference("recorded", "ballots", recorded, ballots, ""))
    booth = StationMachine("booth", sheet.number)
    for one in differences:
        grade = Grade.EXPLAINED if one.reason.strip() else Grade.FAILURE
        detail = message("finding", "at-booth", booth=booth.label, number=booth.number, finding=_difference(one))
        findings.write("reconciliation", grade, at_station(sheet.station, detail), verified.place)


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
    admitted = {machine.name for machine in contents.key_ring.machines(station.id).all}
    if set(logs.heads) != set(logs.entries) or not admitted - set(sheet.out) <= set(logs.heads) <= admitted:
        wrong.append(message("finding", "event-logs.other-machines"))
    if not all(len(head) == 64 and set(head) <= _HEX for head in logs.heads.values()):
        wrong.append(message("finding", "event-logs.no-head"))
    if not all(count > 0 for count in logs.entries.values()):
        wrong.append(message("finding", "event-logs.empty"))
    if logs.heads != sheet.event_logs:
        wrong.append(message("finding", "event-logs.other-heads"))
    for machine, own in _Reports.of(contents, station).all.items():
        if (own.head, own.entries) != (logs.heads.get(machine.name), logs.entries.get(machine.name)):
            of_role = role_label(machine.role) if machine.number == 1 else machine.label
            wrong.append(message("finding", "event-logs.other-report", role=of_role))
    good = message("finding", "event-logs.hold", count=sum(logs.entries.values()))
    findings.conclude("event-logs", station.id, wrong, good, verified.place)
