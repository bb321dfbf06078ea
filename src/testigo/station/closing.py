"""Closing a station: the machines' signed last words, the reconciliation, the tally sheet, the package.

Booth and check-in sign what they counted as public statements (`booth-report`, `check-in-report`), which travel beside
the tally sheet: a chair that wrote another total on it would be contradicted by the booth.

A check-in whose disk is lost signs nothing. The station then closes on the last report that the chair heard of it; the
tally sheet says so and why, and `testigo verify` shows it as a difference that is explained.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from testigo import canonical
from testigo.ballot import (
    BoothCounters,
    BoothReport,
    CheckInCounters,
    CheckInReport,
    ClockNote,
    EventLogs,
    MachineCounters,
    Reconciliation,
    TallySheet,
    tally_errors,
    version_1,
)
from testigo.ballot.reasons import CHECK_IN_LOST, LONGEST_WRITTEN, voided_sessions
from testigo.canonical import why_refused
from testigo.election import Role
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, TestigoError, is_printable
from testigo.event_log import Event
from testigo.record import open_statement, pack, peek
from testigo.station import clocks
from testigo.station.chair_state import STEPS
from testigo.station.folder import MachineFolder, role_named
from testigo.station.machine import BOOTH_FIRST, ENTRY_FIRST, MachineReport, OrderSender
from testigo.station.statement_store import StatementStore
from testigo.words import Message, message

_CHECKED_IN = "checked_in=cards_used"
_VOIDED = "cards_used=printed-spoiled"


class ClosingReports(msgspec.Struct, frozen=True):
    """What both machines said at closing. `lost`: why the check-in could sign nothing; its figures are then the last
    that it sent."""

    booth: BoothReport
    check_in: CheckInReport
    lost: str = ""

    def reconciliation(self, given: dict[str, str]) -> Reconciliation:
        """The station's counters, with the reasons `given` by the chair, by step, and those that follow by
        themselves."""
        counted = Reconciliation(self.check_in.counters, self.booth.counters, {})
        reasons = {**self._voided(counted), **given}
        if self.lost:
            words = (f"{CHECK_IN_LOST}{self.lost}", reasons.get(_CHECKED_IN, ""))
            reasons[_CHECKED_IN] = "; ".join(filter(None, words))
        return msgspec.structs.replace(counted, reasons=reasons)

    def _voided(self, counted: Reconciliation) -> dict[str, str]:
        """A difference that voided sessions account for to the last one has its reason already."""
        voided = self.booth.counters.voided
        steps = {f"{one.left}={one.right}": one.left_count - one.right_count for one in counted.differences()}
        return {_VOIDED: voided_sessions(voided)} if steps.get(_VOIDED) == sum(voided.values()) else {}


class Closing:
    """How a chair closes its station; what it was closed with is in its log (`closed`) and among its statements."""

    def __init__(self, folder: MachineFolder, statements: StatementStore, sender: OrderSender) -> None:
        self._folder = folder
        self._statements = statements
        self._sender = sender

    def close_machines(
        self, explained: dict[str, str], *, check_in_lost: str = "", early: str = "", go_on: bool
    ) -> None:
        """Close both machines and keep what they signed. See `Chair.close_polls`.

        `go_on`: whether they are to go on as if nothing had been asked, where it is too early to close.
        """
        roles: tuple[Role, ...] = ("booth",) if check_in_lost else ENTRY_FIRST
        lost = self._lost(check_in_lost) if check_in_lost else {}
        self._block_entry(roles, explained, go_on=go_on)
        envelopes = {role: _signed(report) for role, report in self._sender.give_each(roles, "close").items()}
        for role, envelope in envelopes.items():
            self._open(role, envelope)
        digests = {role: self._statements.write(f"{role}-report", envelope) for role, envelope in envelopes.items()}
        before_time = {"reason": early} if early else {}
        far = {role: seconds for role, seconds in self._sender.clock_offsets.items() if abs(seconds) >= clocks.NOTICED}
        clock = {"clocks": far} if far else {}
        self._folder.log.append("closed", reports=digests, **lost, **before_time, **clock)

    def _block_entry(self, roles: tuple[Role, ...], explained: dict[str, str], *, go_on: bool) -> None:
        """Pause the machines that are still open, so that nobody comes in between the last look and the order to
        close. Where it is too early to close, they go on (`go_on`)."""
        paused: list[Role] = []
        try:
            asked = {role: self._sender.give(role, "status") for role in roles}
            for role, report in asked.items():
                if report.state != "closed":
                    paused.append(role)
                    asked[role] = self._sender.give(role, "pause")
            self._refuse_early_closing(asked, explained)
        except TestigoError as refused:
            if go_on:
                self._go_on(paused, refused)
            raise

    def _go_on(self, paused: list[Role], refused: TestigoError) -> None:
        """Have machines go on that were paused to close them; `refused`: why they are not closed. Raises
        `TestigoError` where one does not answer, because then something has changed."""
        left: list[Message] = []
        for role in BOOTH_FIRST:
            if role in paused:
                try:
                    self._sender.give(role, "resume")
                except TestigoError:
                    left.append(role_named(role))
        if left:
            place, why = self._folder.place, refused.message
            raise TestigoError("closing.left-paused", place=place, machines=left, why=why) from refused

    def _refuse_early_closing(self, asked: dict[Role, MachineReport], explained: dict[str, str]) -> None:
        check_in, booth = asked.get("check-in"), asked["booth"]
        visiting = check_in is not None and check_in.data.get("visiting")
        if visiting or booth.data.get("voting"):
            raise IllegalStep(
                "desk.visitor-there" if visiting else "booth.voter-inside",
                place=self._folder.place,
                hint="let-them-finish",
            )
        counters = reconciled(check_in, booth) if check_in else None
        waiting = counters.check_in.checked_in - counters.booth.cards_used if counters else 0
        if waiting > 0 and _CHECKED_IN not in explained:
            raise IllegalStep("voters.with-unused-cards", place=self._folder.place, count=waiting)

    def _lost(self, reason: str) -> dict[str, object]:
        """What the log keeps instead of a lost check-in's statement. Raises `IllegalStep` if it is not lost."""
        check_words(message("term", "reason-for.check-in-lost"), reason)
        try:
            self._sender.give("check-in", "status")
        except TestigoError:
            pass
        else:
            raise IllegalStep("check-in.not-lost", place=self._folder.place)
        report = self._sender.last_report("check-in")
        if report is None:
            raise IllegalStep("check-in.never-reported", place=self._folder.place)
        counters = counters_of(report, CheckInCounters)
        last = CheckInReport(report.station, counters, report.head, report.entries)
        return {"check_in_lost": reason, "last_heard": msgspec.to_builtins(last)}

    def closing_reports(self) -> ClosingReports:
        """What the station was closed with. Raises `InvalidInput` or `InvalidSignature` where it is not there."""
        closed = self._statements.events("closed")[-1].data
        read = {role: self._statements.read(f"{role}-report", digest) for role, digest in closed["reports"].items()}
        booth = self._booth_report(read["booth"])
        if "check_in_lost" in closed:
            return ClosingReports(booth, msgspec.convert(closed["last_heard"], CheckInReport), closed["check_in_lost"])
        return ClosingReports(booth, self._check_in_report(read["check-in"]))

    def reconciliation(self) -> Reconciliation:
        """The station's counters, with every reason that was given since closing."""
        given = {event.data["step"]: event.data["reason"] for event in self._statements.events("difference-explained")}
        return self.closing_reports().reconciliation(given)

    def make_tally_sheet(self) -> None:
        """Sign the tally sheet, and where the three event logs stood."""
        last, log = self.closing_reports(), self._folder.log
        opened, closed = self._statements.events("opened")[0], self._statements.events("closed")[0]
        heads = {"chair": log.head, "booth": last.booth.head, "check-in": last.check_in.head}
        entries = {"chair": len(log), "booth": last.booth.entries, "check-in": last.check_in.entries}
        body = TallySheet(
            station=self._folder.station_id,
            opened=opened.time,
            closed=closed.time,
            tally=last.booth.tally,
            reconciliation=self.reconciliation(),
            event_logs=heads,
            opened_outside=opened.data.get("reason", ""),
            closed_early=closed.data.get("reason", ""),
            steps=self._steps(),
            clocks=self._clocks(closed),
        )
        self._statements.write("event-log", self._folder.sign_statement("event-log", EventLogs(heads, entries)))
        self._statements.sign("tally-sheet", body, "tally-sheet")

    def _steps(self) -> dict[str, int]:
        steps = clocks.steps_of(self._folder.log)
        return {step: steps[step].sequence for step in TallySheet.STEPS if step in steps}

    def _clocks(self, closed: Event) -> tuple[ClockNote, ...]:
        differing = clocks.differing(closed.data.get("clocks", {}))
        return clocks.set_by_people(self._folder.log) + clocks.set_back(self._times()) + differing

    def _times(self) -> list[str]:
        """Every time of the chair's own that stands in public, and those of its log between them, in their order."""
        signed = {canonical.digest(envelope): envelope for envelope in self._statements.all()}
        times: list[str] = []
        for event in self._folder.log:
            if event.event in STEPS:
                envelope = signed.get(str(event.data.get("statement", "")))
                times += [peek(envelope).issued] if envelope else []
                times.append(event.time)
        return [*times, canonical.utc_now()]

    def tally_sheet(self) -> TallySheet:
        """The tally sheet that is made."""
        statement = self._statements.own("tally-sheet").statement
        if statement.version == 1:  # a folder that release 0.1 closed
            return version_1.tally_sheet(statement.body)
        return msgspec.convert(statement.body, TallySheet)

    def package(self, test_runs: Iterable[str], incidents: Iterable[str]) -> bytes:
        """A new signed package of all that was signed here. `test_runs`, `incidents`: names of their statements."""
        signed = ("booth-report",) if self.closing_reports().lost else ("booth-report", "check-in-report")
        types = (*test_runs, "zero-report", *incidents, *signed, "tally-sheet", "event-log")
        return pack(
            [self._statements.read(type_) for type_ in types],
            self._folder.key,
            election=self._folder.settings.election,
            subject=self._folder.station_id,
            issued=canonical.utc_now(),
        )

    def _open(self, role: Role, envelope: bytes) -> None:
        if role == "booth":
            self._booth_report(envelope)
        else:
            self._check_in_report(envelope)

    def _booth_report(self, envelope: bytes) -> BoothReport:
        report = _open_report(self._folder, envelope, "booth", BoothReport)
        errors = tally_errors(self._folder.definition, self._folder.station_id, report.tally)
        if errors:
            raise InvalidInput("report.impossible-tally", place=self._folder.place, why=errors[0])
        return report

    def _check_in_report(self, envelope: bytes) -> CheckInReport:
        return _open_report(self._folder, envelope, "check-in", CheckInReport)


def check_words(about: Message, reason: str) -> None:
    """Return if a reason in somebody's own words can be printed; raises `InvalidInput`. `about`: what it explains."""
    if not reason.strip() or not is_printable(reason, LONGEST_WRITTEN):
        raise InvalidInput("reason.empty-or-too-long", about=about, most=LONGEST_WRITTEN)


def named(step: str) -> Message:
    """A step of the reconciliation, such as `checked_in=cards_used`, by what its counters are called."""
    left, _, right = step[:80].partition("=")
    return message("term", "reason-for.difference", left=Message("counters", left), right=Message("counters", right))


_Counters = TypeVar("_Counters", bound=MachineCounters)


def counters_of(report: MachineReport, kind: type[_Counters]) -> _Counters:
    """A report's counters as a `CheckInCounters` or `BoothCounters`; raises `InvalidInput`."""
    try:
        return msgspec.convert(report.counters, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("report.no-counters", role=role_named(report.role), why=why_refused(error)) from None


def reconciled(check_in: MachineReport, booth: MachineReport) -> Reconciliation:
    """The station's counters as both machines report them now."""
    return Reconciliation(counters_of(check_in, CheckInCounters), counters_of(booth, BoothCounters), {})


def _signed(report: MachineReport) -> bytes:
    statement = report.data.get("statement")
    if not isinstance(statement, str):
        raise InvalidInput("report.not-signed", role=role_named(report.role))
    return statement.encode()


_Body = TypeVar("_Body", BoothReport, CheckInReport)


def _open_report(folder: MachineFolder, envelope: bytes, role: Role, kind: type[_Body]) -> _Body:
    place = message("place", "closing-report", role=role_named(role), station=folder.station_id)
    statement = open_statement(envelope, folder.key_of(role), place=place).statement
    meant = (f"{role}-report", folder.settings.election, folder.station_id)
    if (statement.type, statement.election, statement.subject) != meant:
        raise InvalidSignature("closing-report.of-another", place=place)
    try:
        body = msgspec.convert(statement.body, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("closing-report.malformed", place=place, why=why_refused(error)) from None
    if body.station != folder.station_id:
        raise InvalidSignature("closing-report.of-another", place=place)
    return body
