"""Closing a station: the machines' signed last words, the reconciliation, the tally sheet, the package.

A machine whose disk is lost signs nothing. The station then closes on the last report that the chair heard of it; the
tally sheet says so and why, and `testigo verify` shows it as a difference that is explained.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from testigo import canonical
from testigo.ballot import (
    BoothCounters,
    BoothReport,
    CheckInCounters,
    CheckInReport,
    ClockNote,
    Difference,
    EventLogs,
    MachineCounters,
    Reconciliation,
    TallySheet,
    version_1,
)
from testigo.ballot.reasons import LONGEST_WRITTEN
from testigo.canonical import why_refused
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, TestigoError, is_printable
from testigo.event_log import Event
from testigo.record import SignedStatement, pack, peek
from testigo.station.chair import clocks
from testigo.station.chair.closing_reports import CHECKED_IN, ClosingReports, open_reports, without_votes
from testigo.station.chair.state import STEPS
from testigo.station.chair.statement_store import StatementStore
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.lineup import Lineup, OutOfService
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.orders import MachineReport
from testigo.words import Message, message


class Closing:
    """How a chair closes its station; what it was closed with is in its log (`closed`) and among its statements."""

    def __init__(self, folder: MachineFolder, statements: StatementStore, sender: OrderSender, lineup: Lineup) -> None:
        self._folder = folder
        self._statements = statements
        self._sender = sender
        self.lineup = lineup

    # ---- while the station is open

    def take_out(self, machine: StationMachine, reason: str, *, lost: bool, opened: bool) -> None:
        """Have a machine go alone: closed, with what it signs kept, or `lost`, with what was heard of it last. Before
        the zero report (`opened` false) it has counted nothing, and is simply left out."""
        self.lineup.check_may_go(machine)
        if not opened:
            self.lineup.note(machine, OutOfService(reason))
            return
        if lost:
            self.lineup.note(machine, self._lost(machine, reason))
        else:
            # A power cut may have come between its closing and our note of it: then nobody is to be paused any more.
            if self._sender.give(machine, "status").state != "closed":
                paused = self._sender.give(machine, "pause")
                if paused.data.get("visiting") or paused.data.get("voting"):
                    self._sender.give(machine, "resume")
                    raise self._somebody_there(machine)
            digest = self._keep_signed(machine, self._sender.give(machine, "close"))
            self.lineup.note(machine, OutOfService(reason, digest))
        self._notify_desks()

    def _notify_desks(self) -> None:
        """Ask the desks how they are: with it they hear which were taken out, and tell each other what they owe. One
        that does not answer now hears it with the next look."""
        for desk in self.lineup.desks:
            with contextlib.suppress(TestigoError):
                self._sender.give(desk, "status")

    def reconciled(self, reports: Iterable[MachineReport]) -> Reconciliation:
        """The station's counters as its machines report them now, with those of machines that were taken out."""
        reports, out = list(reports), self._of_those_out()
        desks = [counters_of(report, CheckInCounters) for report in reports if report.role == "check-in"]
        booths = [counters_of(report, BoothCounters) for report in reports if report.role == "booth"]
        desks += [report.counters for report in out.desks.values()]
        booths += [report.counters for report in out.booths.values()]
        return Reconciliation(CheckInCounters.summed(desks), BoothCounters.summed(booths), {})

    # ---- closing

    def close_machines(
        self, explained: Mapping[str, str], *, lost: Mapping[StationMachine, str], early: str = "", go_on: bool
    ) -> None:
        """Close all machines and keep what they signed. See `Chair.close_polls`.

        `go_on`: whether they are to go on as if nothing had been asked, where it is too early to close.
        """
        gone = {machine: self._lost(machine, reason) for machine, reason in lost.items()}
        machines = [machine for machine in self.lineup.entry_first if machine not in gone]
        self._block_entry(machines, explained, complete=not gone, go_on=go_on)
        for machine, out in gone.items():
            self.lineup.note(machine, out)
        if self.lineup.admitted.desk_count > 1:
            # A desk that is closed hears nothing any more: first all take over what a lost one had, then all tell it.
            self._notify_desks()
            self._notify_desks()
        reports = self._sender.give_each(machines, "close")
        open_reports(self._folder, [(machine, _signed(report)) for machine, report in reports.items()])
        digests = {machine.name: self._keep_signed(machine, report) for machine, report in reports.items()}
        before_time = {"reason": early} if early else {}
        offsets = self._sender.clock_offsets.items()
        far = {machine.name: seconds for machine, seconds in offsets if abs(seconds) >= clocks.NOTICED}
        clock = {"clocks": far} if far else {}
        self._folder.log.append("closed", reports=digests, **before_time, **clock)

    def _keep_signed(self, machine: StationMachine, report: MachineReport) -> str:
        """Keep what a machine signed at its closing; the digest."""
        envelope = _signed(report)
        open_reports(self._folder, [(machine, envelope)])
        return self._statements.write(f"{machine.name}-report", envelope)

    def _block_entry(
        self, machines: Sequence[StationMachine], explained: Mapping[str, str], *, complete: bool, go_on: bool
    ) -> None:
        """Pause the machines that are still open, so that nobody comes in between the last look and the order to
        close. Where it is too early to close, they go on (`go_on`). `complete`: no machine is lost."""
        paused: list[StationMachine] = []
        try:
            asked = {machine: self._sender.give(machine, "status") for machine in machines}
            for machine, report in asked.items():
                if report.state != "closed":
                    paused.append(machine)
                    asked[machine] = self._sender.give(machine, "pause")
            self._refuse_early_closing(asked, explained, complete=complete)
        except TestigoError as refused:
            if go_on:
                self._go_on(paused, refused)
            raise

    def _go_on(self, paused: Sequence[StationMachine], refused: TestigoError) -> None:
        """Have machines go on that were paused to close them; `refused`: why they are not closed. Raises
        `TestigoError` where one does not answer, because then something has changed."""
        left: list[Message] = []
        for machine in self.lineup.booths_first:
            if machine in paused:
                try:
                    self._sender.give(machine, "resume")
                except TestigoError:
                    left.append(machine.label)
        if left:
            place, why = self._folder.place, refused.message
            raise TestigoError("closing.left-paused", place=place, machines=left, why=why) from refused

    def _refuse_early_closing(
        self, asked: Mapping[StationMachine, MachineReport], explained: Mapping[str, str], *, complete: bool
    ) -> None:
        for machine, report in asked.items():
            if report.data.get("visiting") or report.data.get("voting"):
                raise self._somebody_there(machine)
        counters = self.reconciled(asked.values())
        waiting = counters.check_in.checked_in - counters.booth.cards_used if complete else 0
        if waiting > 0 and CHECKED_IN not in explained:
            raise IllegalStep("voters.with-unused-cards", place=self._folder.place, count=waiting)

    def _somebody_there(self, machine: StationMachine) -> IllegalStep:
        code = "booth.voter-inside" if machine.role == "booth" else "desk.visitor-there"
        place = self._folder.place if self.lineup.admitted.is_plain else self._place_of(machine)
        return IllegalStep(code, place=place, hint="let-them-finish")

    def _place_of(self, machine: StationMachine) -> Message:
        return message("place", "machine", station=self._folder.station_id, role=machine.label)

    def _lost(self, machine: StationMachine, reason: str) -> OutOfService:
        """What the log keeps instead of a lost machine's statement. Raises `IllegalStep` if it is not lost, or is the
        only booth: without any box there is nothing to close."""
        place = self._place_of(machine)
        check_words(message("term", "reason-for.lost", role=machine.label), reason)
        if machine.role == "booth":
            self.lineup.check_may_go(machine)
        try:
            self._sender.give(machine, "status")
        except TestigoError:
            pass
        else:
            raise IllegalStep("machine.not-lost", place=place, role=machine.label)
        report = self._sender.last_report(machine)
        if report is None:
            raise IllegalStep("machine.never-reported", place=place, role=machine.label)
        if machine.role == "booth":
            booth = counters_of(report, BoothCounters)
            known = without_votes(self._folder, booth, report.head, report.entries, machine.number)
            return OutOfService(reason, last_known=known)
        counters = counters_of(report, CheckInCounters)
        desk = CheckInReport(report.station, counters, report.head, report.entries, machine.number)
        return OutOfService(reason, last_known=desk)

    # ---- what the station was closed with

    def closing_reports(self) -> ClosingReports:
        """What the station was closed with. Raises `InvalidInput` or `InvalidSignature` where it is not there."""
        closed = self._statements.events("closed")[-1]
        named = {StationMachine.named(name): digest for name, digest in closed.data["reports"].items()}
        booths, desks = open_reports(self._folder, [(one, self._report(one, named[one])) for one in named])
        out = self._of_those_out(closed)
        # In the order of their numbers, whenever each of them closed.
        return ClosingReports(
            dict(sorted({**booths, **out.booths}.items())),
            dict(sorted({**desks, **out.desks}.items())),
            out.lost,
            self.lineup.has_booth_sheets,
        )

    def _report(self, machine: StationMachine, digest: str) -> bytes:
        return self._statements.read(f"{machine.name}-report", digest)

    def _of_those_out(self, closed: Event | None = None) -> ClosingReports:
        """What the machines counted that were taken out on the day. `closed`: the chair's event, in which a release
        before kept that of a check-in that was lost at closing."""
        out = self.lineup.out
        if closed is not None and "check_in_lost" in closed.data:
            known = msgspec.convert(closed.data["last_heard"], CheckInReport)
            out[StationMachine("check-in")] = OutOfService(closed.data["check_in_lost"], last_known=known)
        signed = [(machine, self._report(machine, why.report)) for machine, why in out.items() if why.report]
        booths, desks = open_reports(self._folder, signed)
        for machine, why in out.items():
            if isinstance(why.last_known, BoothReport):
                booths[machine] = why.last_known
            elif why.last_known is not None:
                desks[machine] = why.last_known
        lost = {machine: why.reason for machine, why in out.items() if why.last_known is not None}
        return ClosingReports(booths, desks, lost, self.lineup.has_booth_sheets)

    @property
    def _given(self) -> dict[str, str]:
        return {event.data["step"]: event.data["reason"] for event in self._statements.events("difference-explained")}

    def reconciliation(self) -> Reconciliation:
        """The station's counters, with every reason that was given since closing."""
        return self.closing_reports().reconciliation(self._given)

    def differences(self) -> tuple[Difference, ...]:
        """Every step that needs a reason, with the one that it has."""
        return self.closing_reports().differences(self._given)

    def make_tally_sheet(self) -> None:
        """Sign the booth sheets, where there are several booths, the tally sheet, and where the event logs stood."""
        last, log, lineup = self.closing_reports(), self._folder.log, self.lineup
        sheets = {
            booth.name: self._statements.keep_signed("booth-sheet", last.booth_sheet(booth, self._given), _sheet(booth))
            for booth in (last.booths if last.several else ())
        }
        opened, closed = self._statements.events("opened")[0], self._statements.events("closed")[0]
        heads = {"chair": log.head, **{machine.name: report.head for machine, report in last.all.items()}}
        entries = {"chair": len(log), **{machine.name: report.entries for machine, report in last.all.items()}}
        out = {} if lineup.admitted.is_plain else {machine.name: why.reason for machine, why in lineup.out.items()}
        body = TallySheet(
            station=self._folder.station_id,
            opened=opened.time,
            closed=closed.time,
            tally=last.tally(self._folder),
            reconciliation=self.reconciliation(),
            event_logs=heads,
            opened_outside=opened.data.get("reason", ""),
            closed_early=closed.data.get("reason", ""),
            steps=self._steps(),
            clocks=self._clocks(closed),
            booth_sheets=sheets,
            out=out,
        )
        self._statements.keep_signed("event-log", EventLogs(heads, entries), "event-log")
        self._statements.sign("tally-sheet", body, "tally-sheet")

    @staticmethod
    def _far(closed: Event) -> dict[StationMachine, int]:
        """Machine → by how much its clock was ahead when the station was closed, where that was noticed."""
        return {StationMachine.named(name): seconds for name, seconds in closed.data.get("clocks", {}).items()}

    def _steps(self) -> dict[str, int]:
        steps = clocks.steps_of(self._folder.log)
        return {step: steps[step].sequence for step in TallySheet.STEPS if step in steps}

    def _clocks(self, closed: Event) -> tuple[ClockNote, ...]:
        differing = clocks.differing(self._far(closed))
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

    def booth_sheets(self) -> list[tuple[str, SignedStatement]]:
        """The booths' sheets that are made, by the names under which they are kept; none where there is one booth."""
        last = self.closing_reports()
        names = [_sheet(booth) for booth in (last.booths if last.several else ())]
        return [(name, self._statements.own(name)) for name in names]

    def package(self, test_runs: Iterable[str], incidents: Iterable[str]) -> bytes:
        """A new signed package of all that was signed here. `test_runs`, `incidents`: names of their statements."""
        last = self.closing_reports()
        signed = [f"{machine.name}-report" for machine in last.all if machine not in last.lost]
        sheets = [_sheet(booth) for booth in (last.booths if last.several else ())]
        names = (*test_runs, "zero-report", *incidents, *signed, *sheets, "tally-sheet", "event-log")
        return pack(
            [self._statements.read(name) for name in names],
            self._folder.key,
            election=self._folder.settings.election,
            subject=self._folder.station_id,
            issued=canonical.utc_now(),
        )


def _sheet(booth: StationMachine) -> str:
    """The name under which the chair keeps a booth's sheet."""
    return f"booth-sheet-{booth.number}"


def check_words(about: Message, reason: str) -> None:
    """Return if a reason in somebody's own words can be printed; raises `InvalidInput`. `about`: what it explains."""
    if not reason.strip() or not is_printable(reason, LONGEST_WRITTEN):
        raise InvalidInput("reason.empty-or-too-long", about=about, most=LONGEST_WRITTEN)


def named(step: str) -> Message:
    """A step of the reconciliation, such as `checked_in=cards_used`, by what its counters are called."""
    left, _, right = step[:80].rpartition(":")[2].partition("=")
    return message("term", "reason-for.difference", left=Message("counters", left), right=Message("counters", right))


_Counters = TypeVar("_Counters", bound=MachineCounters)


def counters_of(report: MachineReport, kind: type[_Counters]) -> _Counters:
    """A report's counters as a `CheckInCounters` or `BoothCounters`; raises `InvalidInput`."""
    try:
        return msgspec.convert(report.counters, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("report.no-counters", role=report.machine.label, why=why_refused(error)) from None


def _signed(report: MachineReport) -> bytes:
    statement = report.data.get("statement")
    if not isinstance(statement, str):
        raise InvalidInput("report.not-signed", role=report.machine.label)
    return statement.encode()
