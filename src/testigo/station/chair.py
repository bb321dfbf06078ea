"""The chair: the station's steps, and what it signs.

    installed → tested → zero-reported → open ⇄ paused → closed → sent

The chair's machine orders all others, never reads their files, and believes only their signed reports. Each step is an
event of the chair's log; after a power cut the state is what the log says. A step that was cut in the middle is simply
taken again: orders may be repeated, and a statement's file counts only once the log names its digest
(`statement_store`). `closing` closes the machines and makes the tally sheet of what they signed. `lineup` knows which
take part.

Nothing can be sent before the tally sheet is printed, and there is no tally sheet before every difference has a reason
in words, "unknown" if nobody knows one.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from testigo.ballot import (
    BoothCounters,
    BoothSheet,
    ClockNote,
    DeckPart,
    Difference,
    Incident,
    LogicAndAccuracy,
    TallySheet,
    ZeroReport,
    reasons,
    tally_ballots,
)
from testigo.ballot.incidents import IncidentBy, IncidentKind
from testigo.election import OptionState, StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.paper.pages import FolderPages, PagePrinter
from testigo.staff.accounts import PRESIDING, Account
from testigo.station import clocks, page_test, readiness, tally_sheet
from testigo.station.candidates import Candidates, in_orders, texts
from testigo.station.chair_state import State, state_named, state_of
from testigo.station.chair_statements import ChairStatements
from testigo.station.clock_set import ClockSet
from testigo.station.closing import Closing, check_words, counters_of, named
from testigo.station.closing_reports import step_of
from testigo.station.deck_run import DeckRuns, RunState, of_booth
from testigo.station.extra_print import ExtraPrint
from testigo.station.folder import MachineFolder, exclusive
from testigo.station.hours import StationHours
from testigo.station.lineup import Lineup
from testigo.station.machine import Machine, NotConnected, OrderSender
from testigo.station.readiness import MachineReadiness
from testigo.station.staffing import staff_of
from testigo.station.statement_store import FIRST_PACKAGE, PACKAGE, StatementStore
from testigo.station.station_status import StationStatus, status_of
from testigo.words import Either, message


class Chair:
    """The chair's machine. `booths`, `desks`: the ways to the others, in the order of their numbers (`LocalMachine`,
    `HttpMachine`).

    `pages`: where pages are printed, besides the PDF files in the folder `paper`, which are always there. PINs are
    checked by the screen (`sign_in`) before a step. Every method may be called from any thread, one runs at a time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        booths: Sequence[Machine],
        desks: Sequence[Machine] = (),
        pages: PagePrinter | None = None,
    ) -> None:
        """Open the chair's folder. Raises the errors of its parts, `InvalidInput` where the root admitted another
        number of booths or desks; they need not answer yet. Without `desks` no desk is reached, as in the test of
        booths."""
        self.folder = MachineFolder(folder, "chair")
        self.definition, self.station_id = self.folder.definition, self.folder.station_id
        try:
            self._lineup = Lineup(self.folder)
            self._sender = OrderSender(self.folder, self._ways(booths, desks))
            self.staff = staff_of(self.folder)
            self._extra_print = ExtraPrint(folder, self.staff)
            self._clock_set = ClockSet(folder, self.staff)
            self._statements = StatementStore(self.folder)
            self._candidates = Candidates(self.folder)
            self._told = ChairStatements(self.folder, self._statements)
            self._runs = DeckRuns(self.folder, self._statements, self._sender, self._lineup)
        except BaseException:
            self.folder.close()
            raise
        self.hours = StationHours(self.folder)
        self._closing = Closing(self.folder, self._statements, self._sender, self._lineup)
        self._kept_pages = FolderPages(folder / "paper")
        self._pages = pages or self._kept_pages

    def _ways(self, booths: Sequence[Machine], desks: Sequence[Machine]) -> dict[StationMachine, Machine]:
        machines = self.folder.machines
        desks = desks or [NotConnected()] * machines.desk_count
        if (len(booths), len(desks)) != (machines.booth_count, machines.desk_count):
            raise InvalidInput(
                "chair.other-machines",
                place=self.folder.place,
                booths=machines.booth_count,
                desks=machines.desk_count,
                given_booths=len(booths),
                given_desks=len(desks),
            )
        return dict(zip((*machines.booths, *machines.desks), (*booths, *desks), strict=True))

    @property
    def lineup(self) -> Lineup:
        """Which machines take part."""
        return self._lineup

    @property
    def state(self) -> State:
        """The state that the steps in the log have led to."""
        return state_of(self.folder.log)

    @exclusive
    def sign_in(self, account: str, pin: str, *, source: str = "") -> Account:
        """Who this is: the chair or a deputy. `account` may be "" where there is only one. `source`: as `Staff.check`
        has it.

        With a staff list, the log notes the account. Raises what `Staff.check` raises.
        """
        admitted = self.staff.check(account, pin, PRESIDING, source=source)
        if self.staff.listed:
            self.folder.log.append("signed-in", account=admitted.id)
        return admitted

    @exclusive
    def status(self) -> StationStatus:
        """Ask all machines how they are now; of one that does not answer, the error."""
        return status_of(self.state, self._sender, self._closing, printed=self._printed)

    def clock_notes(self) -> tuple[ClockNote, ...]:
        """Which machines' clocks are far from the others, by what they answered last."""
        return clocks.differing(self._sender.clock_offsets)

    @exclusive
    def note_clock_set(self, first: str, second: str, pin: str, machine: str, *, source: str = "") -> None:
        """Note that a machine's clock was set, before closing; two persons say so (`ClockSet.agree`), and it will stand
        on the tally sheet. `machine`: its name."""
        self._must_be("installed", "tested", "zero-reported", "open", "paused")
        if machine not in {one.name for one in self.folder.machines.all}:
            raise InvalidInput("machine.unknown", place=self.folder.place, machine=machine[:40])
        self._clock_set.agree(first, second, pin, machine, source=source)
        self.folder.log.append("clock-set", machine=machine, first=first, second=second)

    @property
    def states(self) -> tuple[OptionState, ...]:
        """Which candidates withdrew or died, by what was taken in."""
        return self._candidates.states

    @exclusive
    def take_statuses(self, envelopes: Sequence[bytes]) -> int:
        """Take in `option-status` statements, before closing, and hand all that are here to the booths, which show them
        from their next page on; returns how many are new.

        It may be called again with none, for a booth that did not answer. Raises what `Candidates.take` raises, and
        then nothing is changed.
        """
        self._must_be("installed", "tested", "zero-reported", "open", "paused")
        new = self._candidates.take(texts(envelopes))
        if new:
            self.folder.log.append("option-status", count=len(self._candidates.envelopes))
        for statements in in_orders(self._candidates.envelopes):
            for booth in self._lineup.booths:
                self._sender.give(booth, "option-status", statements=statements)
        return new

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """What was told of the day in words, in order."""
        return self._told.incidents()

    @exclusive
    def look_at_incident(self, kind: IncidentKind, by: IncidentBy, name: str, words: str) -> Incident:
        """An incident, or a witness's reservation, as it would be signed; raises `InvalidInput` for what cannot be."""
        return self._told.look(kind, by, name, words)

    @exclusive
    def tell_incident(self, kind: IncidentKind, by: IncidentBy, name: str, words: str) -> None:
        """Sign an incident. It stands on the tally sheet's pages, and travels in the package.

        Raises `InvalidInput` for what cannot be, `IllegalStep` once the package is made.
        """
        self._must_be("installed", "tested", "zero-reported", "open", "paused", "closed")
        self._told.tell(self._told.look(kind, by, name, words))

    # ---- before opening

    @exclusive
    def readiness(self, *, print_slip: bool = False, page: page_test.PageTest = "ask") -> tuple[MachineReadiness, ...]:
        """Have every machine look at itself. `print_slip`: whether the booth prints a test slip, which is to be voided.
        `page`: what is done, or known, of a test page.

        Raises `IllegalStep` once the station is open.
        """
        self._must_be("installed", "tested", "zero-reported")
        pages = page_test.pages_line(self.folder, self._pages, page)
        return readiness.of_station(self.folder, self._sender, self._lineup, pages, print_slip=print_slip)

    @property
    def test_run(self) -> RunState | None:
        """The run of the test that is under way; None if there is none."""
        return self._runs.under_way

    @exclusive
    def begin_test(self, parts: Sequence[DeckPart]) -> RunState:
        """Begin a run of the test deck (`audit.station_deck`, which shares no code with the booth). `step_test` does
        the rest.

        Raises `IllegalStep` after the zero report, or while a run is under way.
        """
        self._must_be("installed", "tested")
        return self._runs.begin(parts)

    @exclusive
    def step_test(self, parts: Sequence[DeckPart]) -> bool:
        """Some seconds of the run under way; whether it has ended. It may be taken again after any error.

        Only if every ballot and every count came out is the station tested. Each run ends in a signed
        `logic-and-accuracy` statement.
        """
        return self._runs.step(parts)

    @exclusive
    def abandon_test(self) -> None:
        """End the run under way without its end; that is stated, too."""
        self._runs.abandon()

    def run_test(
        self, parts: Sequence[DeckPart], *, on_step: Callable[[int, int], None] = lambda done, of: None
    ) -> bool:
        """A whole run, or the rest of the one under way; whether it passed. `on_step`: is told how many ballots are
        done, of how many.
        """
        if self.test_run is None:
            self.begin_test(parts)
        while not self.step_test(parts):
            if self.test_run is not None:
                on_step(self.test_run.done, self.test_run.total)
        return self.state == "tested"

    @exclusive
    def last_test(self) -> LogicAndAccuracy | None:
        """What the last run came to; None before the first has ended."""
        return self._runs.last()

    @exclusive
    def zero_report(self) -> bytes:
        """Have the ballot box made and show that nothing is in it: the `zero-report` statement, and its page, which is
        printed.

        Raises `IllegalStep` before the test has come out, or where something is not zero.
        """
        self._must_be("tested", "zero-reported")
        if self.test_run is not None:
            raise IllegalStep("test-run.under-way", place=self.folder.place)
        desks = [desk.number for desk in self._lineup.desks]
        more = {} if self._lineup.admitted.desk_count == 1 else {"desks": desks}
        reports = {machine: self._sender.give(machine, "zero", **more) for machine in self._lineup.entry_first}
        booths = {one.name: counters_of(reports[one], BoothCounters) for one in self._lineup.booths}
        body = ZeroReport(
            tally_ballots(self.definition, self.station_id, ()),
            self._closing.reconciled(reports.values()),
            booths if self._lineup.has_booth_sheets else {},
        )
        if not body.is_zero:
            raise IllegalStep("counters.not-zero", place=self.folder.place)
        if self.state == "tested":
            self._statements.sign("zero-report", body, "zero-reported")
        heads = {"chair": self.folder.log.head, **{machine.name: one.head for machine, one in reports.items()}}
        sheet = TallySheet(self.station_id, "", "", body.tally, body.reconciliation, heads)
        digest = self._statements.own("zero-report").digest
        pdf = tally_sheet.zero_page(self.definition, sheet, digest, self.folder.key)
        self._print_page("zero-report", pdf)
        return pdf

    # ---- the day

    @exclusive
    def open(self, reason: str = "") -> None:
        """Open the station: from now on voters are checked in and vote.

        `reason`: one of `reasons.OPENING_REASONS`, required on another day than the election's and outside its hours.
        Raises `IllegalStep` without it there, and before the zero report.
        """
        self._must_be("zero-reported")
        self.hours.check_opening(reason)
        self._sender.give_each(self._lineup.booths_first, "open")
        self.folder.log.append("opened", **({"reason": reason} if reason else {}))

    @exclusive
    def pause(self, reason: str) -> None:
        """No new voters, for one of `reasons.PAUSE_REASONS`; who is in the booth may finish."""
        self._must_be("open")
        reasons.check_reason(reason, "pause", reasons.PAUSE_REASONS)
        self._sender.give_each(self._lineup.entry_first, "pause")
        self.folder.log.append("paused", reason=reason)

    @exclusive
    def resume(self) -> None:
        """Go on after a pause."""
        self._must_be("paused")
        self._sender.give_each(self._lineup.booths_first, "resume")
        self.folder.log.append("resumed")

    @exclusive
    def void_session(self, reason: str, *, booth: int = 1) -> None:
        """End the session in the booth of that number without a vote, for one of `reasons.VOID_REASONS`: it will be a
        difference, with that reason."""
        self._must_be("open", "paused")
        reasons.check_reason(reason, "void", reasons.VOID_REASONS)
        self._sender.give(self._booth(booth), "void-session", reason=reason)
        self.folder.log.append_coarse("session-voided", reason=reason, **of_booth(booth))

    @exclusive
    def allow_print(self, first: str, second: str, pin: str, reason: str, *, booth: int = 1, source: str = "") -> None:
        """Let the voter in the booth of that number print once more than the limit (`ExtraPrint.agree`).

        Raises `IllegalStep` where nobody votes, or the vote is confirmed already.
        """
        self._must_be("open", "paused")
        machine = self._booth(booth)
        self._extra_print.agree(first, second, pin, reason, source=source)
        self._sender.give(machine, "allow-print", reason=reason)
        about = {"reason": reason, "first": first, "second": second}
        self.folder.log.append_coarse("print-allowed", **about, **of_booth(booth))

    @exclusive
    def take_out(self, name: str, reason: str, *, lost: bool = False) -> None:
        """Have one desk or booth go alone, by its name, with a reason in words; the others go on.

        Before the zero report it is left out of the day. On the day it is closed alone, or, `lost`, counts as the chair
        heard it last. Raises `IllegalStep` for the last of its role, while somebody is there, where it is called lost
        and answers, and between zero report and opening for one that is not lost.
        """
        self._must_be("installed", "tested", "zero-reported", "open", "paused")
        machine = StationMachine.named(name)
        check_words(message("term", "reason-for.taken-out", role=machine.label), reason)
        if self.test_run is not None:
            raise IllegalStep("test-run.under-way", place=self.folder.place)
        if self.state == "zero-reported" and not lost:
            self._must_be("installed", "tested", "open", "paused")
        self._closing.take_out(machine, reason, lost=lost, opened=self.state not in ("installed", "tested"))

    def _booth(self, number: int) -> StationMachine:
        machine = StationMachine("booth", number)
        if machine not in self._lineup.booths:
            raise InvalidInput("machine.not-taking-part", place=self.folder.place, machine=machine.label)
        return machine

    # ---- closing

    @exclusive
    def close_polls(
        self,
        explained: dict[str, str] | None = None,
        *,
        lost: Mapping[str, str] | None = None,
        early: str = "",
    ) -> tuple[Difference, ...]:
        """Close all machines, count the boxes, reconcile. Returns the differences that still have no reason.

        `explained`: reasons in words by step (`step_of`), such as `{"checked_in=cards_used": "..."}`. `lost`: why a
        machine will never answer again, in words, by its name; its counters are then those that the chair heard last,
        and the tally sheet says so. `early`: one of `reasons.CLOSING_REASONS`, required before the hours of voting have
        ended. Without differences left, the tally sheet is made and printed at once.

        Raises `IllegalStep`, and nothing is closed, while somebody is at a desk or in a booth, while voters hold cards
        that they have not used and no reason is given for it, where a machine that answers is called lost, or the last
        booth.
        """
        explained = explained or {}
        for step, reason in explained.items():
            check_words(named(step), reason)
        if self.state in ("open", "paused"):
            self.hours.check_closing(early)
            gone = {StationMachine.named(name): reason for name, reason in (lost or {}).items()}
            self._closing.close_machines(explained, lost=gone, early=early, go_on=self.state == "open")
        self._must_be("closed")
        left = set(map(step_of, self.differences()))
        for step, reason in explained.items():
            if step in left:
                self.folder.log.append("difference-explained", step=step, reason=reason)
        return self._finish()

    @exclusive
    def differences(self) -> tuple[Difference, ...]:
        """After closing: every step of the reconciliation that does not hold, with its reason where it has one; of
        several booths, the steps of each."""
        self._must_be("closed", "sent")
        return self._closing.differences()

    @exclusive
    def explain_difference(self, step: str, reason: str) -> tuple[Difference, ...]:
        """Say in words why a step does not hold; returns the differences that still have no reason.

        After the last, the tally sheet is made and printed. Raises `IllegalStep` once it is made.
        """
        self._must_be("closed")
        check_words(named(step), reason)
        if self._statements.last("tally-sheet"):
            raise IllegalStep("tally-sheet.signed-already", place=self.folder.place)
        if step not in set(map(step_of, self.differences())):
            raise InvalidInput("difference.unknown", place=self.folder.place, step=step[:80])
        self.folder.log.append("difference-explained", step=step, reason=reason)
        return self._finish()

    @exclusive
    def tally_sheet(self) -> TallySheet | None:
        """The tally sheet, once it is made."""
        if not self._statements.last("tally-sheet"):
            return None
        return self._closing.tally_sheet()

    @exclusive
    def tally_sheet_json(self) -> bytes:
        """The signed `tally-sheet` statement; raises `IllegalStep` before it is made."""
        self._made_sheet()
        return self._statements.read("tally-sheet")

    @exclusive
    def tally_sheet_pdf(self) -> bytes:
        """The tally sheet as a page; raises `IllegalStep` before it is made."""
        sheet = self._made_sheet()
        digest, told = self._statements.own("tally-sheet").digest, self.incidents
        return tally_sheet.page(self.definition, sheet, digest, self.folder.key, told)

    @exclusive
    def print_tally_sheet(self) -> None:
        """Print the tally sheet, first or again, with the sheets of the booths where there are several; each print is
        noted. Raises what the printer raises."""
        sheet = self._made_sheet()
        self._print_page("tally-sheet", self.tally_sheet_pdf())
        for name, signed in self._closing.booth_sheets():
            part = msgspec.convert(signed.statement.body, BoothSheet)
            page = tally_sheet.booth_page(self.definition, sheet, part, signed.digest, self.folder.key)
            self._print_page(name, page)
        self.folder.log.append("tally-sheet-printed")

    @exclusive
    def note_printed_elsewhere(self, reason: str) -> None:
        """The tally sheet is on paper, from another printer than the station's; `reason`: why and where, in words.

        For the night when the printer is dead and the PDF was carried to another one. Raises `IllegalStep` before the
        tally sheet is made.
        """
        self._made_sheet()
        check_words(message("term", "reason-for.printed-elsewhere"), reason)
        self.folder.log.append("tally-sheet-printed-elsewhere", reason=reason)

    @exclusive
    def send(self) -> bytes:
        """The signed package (`record.package`): by cable, or on a stick by road. The same bytes each time.

        Raises `IllegalStep` before the tally sheet is printed.
        """
        if self.state == "sent":
            return self._statements.read(PACKAGE if self._statements.has(PACKAGE) else FIRST_PACKAGE)
        self._must_be("closed")
        if not self._printed:
            raise IllegalStep("tally-sheet.not-printed", place=self.folder.place)
        package = self._closing.package(self._runs.names(), self._told.names())
        self.folder.log.append("sent", digest=self._statements.write(PACKAGE, package))
        return package

    def close(self) -> None:
        """Close every file and give up the folder's lock."""
        self.folder.close()

    def __enter__(self) -> "Chair":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- steps

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise IllegalStep(
                "station.other-state",
                place=message("place", "station", id=self.station_id),
                state=state_named(self.state),
                states=Either(map(state_named, states)),
            )

    def _print_page(self, name: str, pdf: bytes) -> None:
        """Keep the page where `export` and people find it, then print it."""
        self._kept_pages.print_page(name, pdf)
        if self._pages is not self._kept_pages:
            self._pages.print_page(name, pdf)

    @property
    def _printed(self) -> bool:
        return any(self._statements.last(event) for event in ("tally-sheet-printed", "tally-sheet-printed-elsewhere"))

    def _made_sheet(self) -> TallySheet:
        sheet = self.tally_sheet()
        if sheet is None:
            raise IllegalStep("tally-sheet.not-made", place=self.folder.place)
        return sheet

    def _finish(self) -> tuple[Difference, ...]:
        left = tuple(one for one in self.differences() if not one.reason)
        if not left:
            if not self._statements.last("tally-sheet"):
                self._closing.make_tally_sheet()
            if not self._printed:
                self.print_tally_sheet()
        return left
