"""Each station's day, from its machines' own signed words: tested, at zero, counted, reconciled, within its limits."""

from typing import Final

from testigo import canonical
from testigo.audit import logic_and_accuracy
from testigo.ballot import (
    Ballot,
    BoothReport,
    CheckInReport,
    Difference,
    EventLogs,
    LogicAndAccuracy,
    Tally,
    TallySheet,
    ZeroReport,
    deck_digest,
    reasons,
    tally_ballots,
)
from testigo.count import body_of, find_anomalies
from testigo.election import GENERAL_ROLL, STATION_ROLES, Definition, Station
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import RecordContents, VerifiedStatement

_HEX = frozenset("0123456789abcdef")

_TOLD_ELSEWHERE: Final = ("tally-not-recorded", "released-over-cap", "reasons-do-not-add-up")
"""Anomalies that the reconciliation or the declared rules of the counters tell of."""


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Every station that has a tally sheet. Stations without one are counted by `totals`."""
    definition = contents.rules.definition
    decks = _Decks(definition)
    for station in definition.stations:
        sheet = contents.rules.sheets.get(station.id)
        verified = contents.of_station("tally-sheet", station.id)
        if sheet is not None or contents.of_station("logic-and-accuracy", station.id) is not None:
            _check_test(findings, contents, decks, station)
        if sheet is None or verified is None:
            continue
        _check_zero_report(findings, contents, station, sheet)
        _check_sums(findings, definition, sheet, verified)
        _check_machines(findings, contents, station, sheet)
        _check_reconciliation(findings, sheet, verified)
        _check_limits(findings, definition, station, sheet, verified)
        _check_event_logs(findings, contents, station, sheet)


class _Decks:
    """The deck of each station and what must be counted from it; stations with the same ballot styles share them."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._made: dict[tuple[str, ...], tuple[list[Ballot], str, Tally]] = {}

    def of(self, station: str) -> tuple[list[Ballot], str, Tally]:
        """Ballots, digest and expected tally."""
        styles = tuple(style.id for style in self._definition.styles_of_station(station))
        if styles not in self._made:
            deck = logic_and_accuracy.station_deck(self._definition, station)
            self._made[styles] = (deck, deck_digest(deck), logic_and_accuracy.expected(self._definition, station, deck))
        return self._made[styles]


def _check_test(findings: FindingLog, contents: RecordContents, decks: _Decks, station: Station) -> None:
    """The deck of this election went through the booth before opening, and came out as computed here."""
    verified = contents.of_station("logic-and-accuracy", station.id)
    if verified is None:
        grade, cause = contents.without("logic-and-accuracy", station.id)
        findings.write("tested", grade, f"station {station.id}: no logic and accuracy test is published{cause}")
        return
    with findings.reporting("tested", verified.place):
        test = body_of(verified.statement, LogicAndAccuracy, verified.place)
        deck, digest, expected = decks.of(station.id)
        wrong = [
            problem
            for holds, problem in (
                (test.deck == digest, f"the deck is {test.deck[:16]}, this election's is {digest[:16]}"),
                (test.ballots == len(deck), f"{test.ballots} test ballots, where the deck has {len(deck)}"),
                (test.expected == expected, "it expected other counts than the deck gives"),
                (test.counted == expected, "it counted otherwise than the deck gives"),
                (test.ok, "the chair says that it failed"),
                (test.failed_before >= 0, f"{test.failed_before} runs failed before"),
            )
            if not holds
        ]
        good = f"{len(deck)} test ballots of deck {digest[:16]}, all counts as computed here"
        good += f"; {test.failed_before} runs failed before"
        findings.conclude("tested", f"station {station.id}", wrong, good, verified.place)


def _check_zero_report(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Nothing was counted before opening; register, cards and cap were already those of the tally sheet."""
    verified = contents.of_station("zero-report", station.id)
    if verified is None:
        grade, cause = contents.without("zero-report", station.id)
        findings.write("zero-report", grade, f"station {station.id}: no zero report is published{cause}")
        return
    with findings.reporting("zero-report", verified.place):
        report = body_of(verified.statement, ZeroReport, verified.place)
        empty = report.tally == tally_ballots(contents.rules.definition, station.id, ())
        before, after = report.reconciliation.fixed, sheet.reconciliation.fixed
        wrong = [
            problem
            for holds, problem in (
                (report.is_zero and empty, "not everything is at zero"),
                (verified.statement.issued <= sheet.opened, f"signed {verified.statement.issued}, after opening"),
                *(
                    (had == after[name], f"{name} {had}, on the tally sheet {after[name]}")
                    for name, had in before.items()
                ),
            )
            if not holds
        ]
        fixed = ", ".join(f"{name} {figure}" for name, figure in before.items())
        good = f"everything at zero before opening, {fixed}"
        findings.conclude("zero-report", f"station {station.id}", wrong, good, verified.place)


def _check_sums(findings: FindingLog, definition: Definition, sheet: TallySheet, verified: VerifiedStatement) -> None:
    """No more ballots of a roll than there are voters on it. (The rules took only sheets whose sums come out.)"""
    errors = []
    station = definition.station(sheet.station)
    special = sum(station.roll_sizes.values())
    for style in definition.styles_of_station(station.id):
        size = station.register_size - special if style.roll == GENERAL_ROLL else station.roll_sizes.get(style.roll, 0)
        ballots = sheet.tally.ballots.get(style.id, 0)
        if ballots > size:
            errors.append(f"{ballots} ballots of style {style.id}, whose roll has {size} voters there")
    counted, contests = sum(sheet.tally.ballots.values()), len(sheet.tally.contests)
    good = f"{counted} ballots, sums of {contests} contests come out"
    findings.conclude("tally-sheet", f"station {sheet.station}", errors, good, verified.place)


def _check_machines(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Booth and check-in signed for themselves what the chair wrote on the tally sheet."""
    wrote = sheet.reconciliation
    booth, check_in = _reports(contents, station)
    wrong = []
    missing = [role for role, own in (("booth", booth), ("check-in", check_in)) if own is None]
    for role in missing:
        _tell_no_report(findings, contents, sheet, role)
    if booth is not None and booth.tally != sheet.tally:
        pairs = zip(booth.tally.contests, sheet.tally.contests, strict=False)
        other = ", ".join(one.contest for one, chairs in pairs if one != chairs)
        wrong.append(f"the tally sheet does not say what the booth counted: {other or 'ballots'}")
    for own in (booth, check_in):
        if own is not None:
            wrong += wrote.contradictions(own.counters)
            wrong += [f"not so: {told}" for told in own.counters.unlisted_reasons()]
    sessions = sum(booth.counters.voided.values()) if booth else 0
    good = f"booth and check-in each signed the figures of the tally sheet; {sessions} sessions voided"
    if wrong or not missing:
        findings.conclude("machine-reports", f"station {station.id}", wrong, good)


def _tell_no_report(findings: FindingLog, contents: RecordContents, sheet: TallySheet, role: str) -> None:
    """A check-in whose disk was lost signs nothing: the chair's reason for that stands on the tally sheet."""
    kind = f"{role}-report"
    detail = f"station {sheet.station}: no report of its {role} is published"
    lost = [reason for reason in sheet.reconciliation.reasons.values() if reason.startswith(reasons.CHECK_IN_LOST)]
    if role == "check-in" and lost and not contents.gaps_of(kind, subject=sheet.station):
        findings.write("machine-reports", Grade.EXPLAINED, f"{detail}; the chair wrote: {lost[0]}")
    else:
        grade, cause = contents.without(kind, sheet.station)
        findings.write("machine-reports", grade, f"{detail}{cause}")


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
        differences.append(Difference("recorded", "ballots on the tally sheet", recorded, ballots, ""))
    for one in differences:
        explained = bool(one.reason.strip())
        reason = f"the chair wrote: {one.reason}" if explained else "no reason given"
        detail = f"station {sheet.station}: {one.left} {one.left_count}, {one.right} {one.right_count}; {reason}"
        findings.write("reconciliation", Grade.EXPLAINED if explained else Grade.FAILURE, detail, verified.place)
    if not differences:
        spoiled = f"{booth.printed} printed − {booth.spoiled} spoiled"
        chain = f"{counters.check_in.checked_in} checked in = {booth.cards_used} cards = {spoiled}"
        detail = f"station {sheet.station}: {chain} = {booth.deposited} deposited = {recorded} recorded"
        findings.ok("reconciliation", detail)


def _check_limits(
    findings: FindingLog, definition: Definition, station: Station, sheet: TallySheet, verified: VerifiedStatement
) -> None:
    """What no honest station can exceed, the anomalies of the results page among it; and reasons from the lists.

    A poll book may have fewer voters than the definition gives the station: fewer were imported, or some were barred as
    enrolled twice. That is a note, for people to compare with the published register; more voters fail.
    """
    counters, cap = sheet.reconciliation.check_in, definition.release_cap(station.id)
    fewer = counters.registered < station.register_size
    odd = [
        f"{one.kind}: {one.found} against {one.allowed}"
        for one in find_anomalies(station, sheet, [])
        if one.kind not in _TOLD_ELSEWHERE and not (one.kind == "register-differs" and fewer)
    ]
    limits = (
        (counters.release_cap == cap, f"a cap of {counters.release_cap} releases where the rules give {cap}"),
        (_times_hold(sheet), f"opened {sheet.opened!r}, closed {sheet.closed!r}"),
        *((False, rule) for machine in sheet.reconciliation.machines for rule in machine.broken_rules()),
    )
    odd += [f"not so: {detail}" for holds, detail in limits if not holds]
    refused = sum(counters.refused.values())
    good = f"{counters.released} released of at most {cap}, {refused} refused, each with a reason"
    findings.conclude("limits", f"station {station.id}", odd, good, verified.place)
    if fewer:
        detail = f"station {station.id}: {counters.registered} voters on the poll book of {station.register_size}"
        findings.write("limits", Grade.NOTE, detail, verified.place)


def _times_hold(sheet: TallySheet) -> bool:
    """Whether it opened and then closed; on which day, people see for themselves: a rehearsal is held on another."""
    return canonical.is_instant(sheet.opened) and canonical.is_instant(sheet.closed) and sheet.opened < sheet.closed


def _check_event_logs(findings: FindingLog, contents: RecordContents, station: Station, sheet: TallySheet) -> None:
    """Where each machine's event log stood: the same on the tally sheet, in its own statement, and in the words of the
    machine itself.
    """
    verified = contents.of_station("event-log", station.id)
    if verified is None:
        grade, cause = contents.without("event-log", station.id)
        detail = f"station {station.id}: the heads of its event logs are not published{cause}"
        findings.write("event-logs", grade, detail)
        return
    logs = body_of(verified.statement, EventLogs, verified.place)
    wrong = []
    if not set(logs.heads) == set(logs.entries) == set(STATION_ROLES):
        wrong.append("the logs are not those of chair, booth and check-in")
    if not all(len(head) == 64 and set(head) <= _HEX for head in logs.heads.values()):
        wrong.append("a head is not 64 hexadecimal digits")
    if not all(count > 0 for count in logs.entries.values()):
        wrong.append("a log without a line")
    if logs.heads != sheet.event_logs:
        wrong.append("heads differ from the tally sheet's")
    for role, own in zip(("booth", "check-in"), _reports(contents, station), strict=True):
        if own is not None and (own.head, own.entries) != (logs.heads.get(role), logs.entries.get(role)):
            wrong.append(f"the {role} itself reported another head, or another number of lines")
    good = f"{sum(logs.entries.values())} events, heads as on the tally sheet and as the machines say"
    findings.conclude("event-logs", f"station {station.id}", wrong, good, verified.place)
