"""The chair: the station's steps, and what it signs.

    installed → tested → zero-reported → open ⇄ paused → closed → sent

The chair's machine orders all others, never reads their files, and believes only their signed reports. Each step is an
event of the chair's log; after a power cut the state is what the log says. A step that was cut in the middle is simply
taken again: orders may be repeated, and a statement's file counts only once the log names its digest
(`statement_store`). `deck_run` tests the booths, `zero_report` shows that nothing is counted yet, `closing` closes the
machines and makes the tally sheet of what they signed, `pages` prints. `lineup` knows which take part.

Nothing can be sent before the tally sheet is printed, and there is no tally sheet before every difference has a reason
in words, "unknown" if nobody knows one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from testigo.ballot import ClockNote, Difference, Incident, ManualTally, TallySheet, reasons
from testigo.ballot.incidents import IncidentBy, IncidentKind
from testigo.election import OptionState, StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.paper.pages import PagePrinter
from testigo.record import SignedStatement
from testigo.staff.accounts import PRESIDING, Account
from testigo.station.chair import clocks
from testigo.station.chair.booth_sessions import BoothSessions
from testigo.station.chair.clock_set import ClockSet
from testigo.station.chair.closing import Closing, check_words, named
from testigo.station.chair.closing_reports import step_of
from testigo.station.chair.deck_run import DeckRuns
from testigo.station.chair.pages import ChairPages
from testigo.station.chair.state import State, require_state, state_of
from testigo.station.chair.statement_store import FIRST_PACKAGE, PACKAGE, StatementStore
from testigo.station.chair.statements import ChairStatements
from testigo.station.chair.status import StationStatus, status_of
from testigo.station.chair.zero_report import make_zero_report
from testigo.station.machine import page_test, readiness
from testigo.station.machine.candidates import Candidates, in_orders, texts
from testigo.station.machine.folder import MachineFolder, exclusive
from testigo.station.machine.hours import StationHours
from testigo.station.machine.lineup import Lineup
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.readiness import MachineReadiness
from testigo.station.machine.same_poll_book import BOOK_DIGEST, require_same
from testigo.station.machine.staffing import staff_of
from testigo.station.machine.ways import Machine, ways_to
from testigo.words import message


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
            self._sender = OrderSender(self.folder, ways_to(self.folder, booths, desks), self._lineup.standing)
            self.staff = staff_of(self.folder)
            self._clock_set = ClockSet(folder, self.staff)
            self._statements = StatementStore(self.folder)
            self._candidates = Candidates(self.folder)
            self._told = ChairStatements(self.folder, self._statements)
            self.runs = DeckRuns(self.folder, self._statements, self._sender, self._lineup)
            """The runs of the test before opening."""
            self.sessions = BoothSessions(self.folder, self.staff, self._sender, self._lineup)
            """What may be done about the voter in a booth."""
        except BaseException:
            self.folder.close()
            raise
        self.hours = StationHours(self.folder)
        self._closing = Closing(self.folder, self._statements, self._sender, self._lineup)
        self._pages = ChairPages(self.folder, self._statements, self._closing, self._told, pages)

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
        return status_of(self.state, self._sender, self._closing, printed=self._pages.printed)

    def clock_notes(self) -> tuple[ClockNote, ...]:
        """Which machines' clocks are far from the others, by what they answered last."""
        return clocks.differing(self._sender.clock_offsets)

    @exclusive
    def note_clock_set(self, first: str, second: str, pin: str, machine: str, *, source: str = "") -> None:
        """Note that a machine's clock was set, before closing; two persons say so (`ClockSet.agree`), and it will stand
        on the tally sheet. `machine`: its name."""
        require_state(self.folder, "installed", "tested", "zero-reported", "open", "paused")
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
        require_state(self.folder, "installed", "tested", "zero-reported", "open", "paused")
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
        require_state(self.folder, "installed", "tested", "zero-reported", "open", "paused", "closed")
        self._told.tell(self._told.look(kind, by, name, words))

    # ---- counted on paper

    @exclusive
    def manual_tally(self) -> SignedStatement | None:
        """The last count on paper that was signed here; None where there is none."""
        return self._told.manual_tally()

    @exclusive
    def manual_tally_json(self) -> bytes:
        """Its statement, to be carried to the authority; raises `IllegalStep` where there is none."""
        return self._told.manual_tally_json()

    @exclusive
    def count_on_paper(self, body: ManualTally) -> None:
        """Sign what was counted on paper, which may be whatever the machines' day has come to.

        Raises `IllegalStep` where one is there and no reason for another, or the other way round.
        """
        self._told.count_on_paper(body)

    # ---- before opening

    @exclusive
    def readiness(self, *, print_slip: bool = False, page: page_test.PageTest = "ask") -> tuple[MachineReadiness, ...]:
        """Have every machine look at itself. `print_slip`: whether the booth prints a test slip, which is to be voided.
        `page`: what is done, or known, of a test page.

        Raises `IllegalStep` once the station is open.
        """
        require_state(self.folder, "installed", "tested", "zero-reported")
        pages = page_test.pages_line(self.folder, self._pages.printer, page)
        return readiness.of_station(self.folder, self._sender, self._lineup, pages, print_slip=print_slip)

    @exclusive
    def zero_report(self) -> bytes:
        """Have the ballot box made and show that nothing is in it: the `zero-report` statement, and its page, which is
        printed.

        Raises `IllegalStep` before the test has come out, where something is not zero, and where desks have different
        poll books.
        """
        require_state(self.folder, "tested", "zero-reported")
        if self.runs.under_way is not None:
            raise IllegalStep("test-run.under-way", place=self.folder.place)
        self._require_same_poll_book()
        return make_zero_report(
            self.folder,
            self._statements,
            self._sender,
            self._closing,
            self._pages,
            signed=self.state == "zero-reported",
        )

    # ---- the day

    @exclusive
    def open(self, reason: str = "") -> None:
        """Open the station: from now on voters are checked in and vote.

        `reason`: one of `reasons.OPENING_REASONS`, required on another day than the election's and outside its hours.
        Raises `IllegalStep` without it there, before the zero report, and where desks have different poll books.
        """
        require_state(self.folder, "zero-reported")
        self.hours.check_opening(reason)
        book = self._require_same_poll_book()
        self._sender.give_each(self._lineup.booths_first, "open", **({BOOK_DIGEST: book} if book else {}))
        self.folder.log.append("opened", **({"reason": reason} if reason else {}))

    @exclusive
    def pause(self, reason: str) -> None:
        """No new voters, for one of `reasons.PAUSE_REASONS`; who is in the booth may finish."""
        require_state(self.folder, "open")
        reasons.check_reason(reason, "pause", reasons.PAUSE_REASONS)
        self._sender.give_each(self._lineup.entry_first, "pause")
        self.folder.log.append("paused", reason=reason)

    @exclusive
    def resume(self) -> None:
        """Go on after a pause."""
        require_state(self.folder, "paused")
        self._sender.give_each(self._lineup.booths_first, "resume")
        self.folder.log.append("resumed")

    @exclusive
    def take_out(self, name: str, reason: str, *, lost: bool = False) -> None:
        """Have one desk or booth go alone, by its name, with a reason in words; the others go on.

        Before the zero report it is left out of the day. On the day it is closed alone, or, `lost`, counts as the chair
        heard it last. Raises `IllegalStep` for the last of its role, while somebody is there, where it is called lost
        and answers, and between zero report and opening for one that is not lost.
        """
        require_state(self.folder, "installed", "tested", "zero-reported", "open", "paused")
        machine = StationMachine.named(name)
        check_words(message("term", "reason-for.taken-out", role=machine.label), reason)
        if self.runs.under_way is not None:
            raise IllegalStep("test-run.under-way", place=self.folder.place)
        if self.state == "zero-reported" and not lost:
            require_state(self.folder, "installed", "tested", "open", "paused")
        self._closing.take_out(machine, reason, lost=lost, opened=self.state not in ("installed", "tested"))

    # ---- closing

    @exclusive
    def close_polls(
        self, explained: dict[str, str] | None = None, *, lost: Mapping[str, str] | None = None, early: str = ""
    ) -> tuple[Difference, ...]:
        """Close all machines, count the boxes, reconcile. Returns the differences that still have no reason.

        `explained`: reasons in words by step (`step_of`), such as `{"checked_in=cards_used": "..."}`. `lost`: why a
        machine will never answer again, in words, by its name; its counters are then those that the chair heard last,
        and the tally sheet says so. `early`: one of `reasons.CLOSING_REASONS`, required before the hours of voting have
        ended. Without differences left, the tally sheet is made and printed at once.

        Raises `IllegalStep`, and nothing is closed, while somebody is at a desk or in a booth, while voters hold cards
        that they have not used and no reason is given for it, where a machine that answers is called lost, or the last
        booth; and for another reason than the signed tally sheet has.
        """
        explained = explained or {}
        for step, reason in explained.items():
            check_words(named(step), reason)
        if self.state in ("open", "paused"):
            self.hours.check_closing(early)
            gone = {StationMachine.named(name): reason for name, reason in (lost or {}).items()}
            self._closing.close_machines(explained, lost=gone, early=early, go_on=self.state == "open")
        require_state(self.folder, "closed")
        given = {step_of(one): one.reason for one in self.differences()}
        self._explain({step: reason for step, reason in explained.items() if given.get(step, reason) != reason})
        return self._finish()

    @exclusive
    def differences(self) -> tuple[Difference, ...]:
        """After closing: every step of the reconciliation that does not hold, with its reason where it has one; of
        several booths, the steps of each."""
        require_state(self.folder, "closed", "sent")
        return self._closing.differences()

    @exclusive
    def explain_difference(self, step: str, reason: str) -> tuple[Difference, ...]:
        """Say in words why a step does not hold; returns the differences that still have no reason.

        After the last, the tally sheet is made and printed. Raises `IllegalStep` once it is made.
        """
        require_state(self.folder, "closed")
        check_words(named(step), reason)
        if step not in set(map(step_of, self.differences())):
            raise InvalidInput("difference.unknown", place=self.folder.place, step=step[:80])
        self._explain({step: reason})
        return self._finish()

    @exclusive
    def tally_sheet(self) -> TallySheet | None:
        """The tally sheet, once it is made."""
        return self._pages.tally_sheet()

    @exclusive
    def tally_sheet_json(self) -> bytes:
        """The signed `tally-sheet` statement; raises `IllegalStep` before it is made."""
        return self._pages.tally_sheet_json()

    @exclusive
    def tally_sheet_pdf(self) -> bytes:
        """The tally sheet as a page; raises `IllegalStep` before it is made."""
        return self._pages.tally_sheet_pdf()

    @exclusive
    def print_tally_sheet(self) -> None:
        """Print the tally sheet, first or again; each print is noted. Raises what the printer raises."""
        self._pages.print_tally_sheet()

    @exclusive
    def note_printed_elsewhere(self, reason: str) -> None:
        """The tally sheet is on paper, from another printer than the station's (`ChairPages`)."""
        self._pages.note_printed_elsewhere(reason)

    @exclusive
    def send(self) -> bytes:
        """The signed package (`record.package`): by cable, or on a stick by road. The same bytes each time.

        Raises `IllegalStep` before the tally sheet is printed.
        """
        if self.state == "sent":
            return self._statements.read(PACKAGE if self._statements.has(PACKAGE) else FIRST_PACKAGE)
        require_state(self.folder, "closed")
        if not self._pages.printed:
            raise IllegalStep("tally-sheet.not-printed", place=self.folder.place)
        package = self._closing.package(self.runs.names(), self._told.names())
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

    def _require_same_poll_book(self) -> str:
        """The digest of the poll book that all desks of several have; "" where there is one desk."""
        desks = self._lineup.desks
        if len(desks) == 1:
            return ""
        return require_same({desk: self._sender.give(desk, "status") for desk in desks}, self.folder.place)

    def _explain(self, reasons: Mapping[str, str]) -> None:
        """Keep reasons, by step; none may come after the tally sheet, which would not say them."""
        if reasons and self._statements.last("tally-sheet"):
            raise IllegalStep("tally-sheet.signed-already", place=self.folder.place)
        for step, reason in reasons.items():
            self.folder.log.append("difference-explained", step=step, reason=reason)

    def _finish(self) -> tuple[Difference, ...]:
        left = tuple(one for one in self.differences() if not one.reason)
        if not left:
            if not self._statements.last("tally-sheet"):
                self._closing.make_tally_sheet()
            if not self._pages.printed:
                self.print_tally_sheet()
        return left
