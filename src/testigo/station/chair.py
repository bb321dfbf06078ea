"""The chair: the station's steps, and what it signs.

    installed → tested → zero-reported → open ⇄ paused → closed → sent

The chair's machine orders the other two, never reads their files, and believes only their signed reports. Each step is
an event of the chair's log; after a power cut the state is what the log says. A step that was cut in the middle is
simply taken again: orders may be repeated, and a statement's file counts only once the log names its digest.

Nothing can be sent before the tally sheet is printed, and there is no tally sheet before every difference has a reason
in words, "unknown" if nobody knows one.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, TypeVar

import msgspec

from testigo import canonical, storage
from testigo.ballot import Ballot, Difference, Reconciliation, Tally, TallySheet, tally_ballots, tally_mistakes
from testigo.election import Role
from testigo.errors import IllegalStep, InvalidInput, TestigoError
from testigo.record import Statement, open_statement, pack
from testigo.station import reasons, tally_sheet
from testigo.station.counters import BoothCounters, CheckInCounters, reconcile
from testigo.station.events import Event, now
from testigo.station.folder import PINS, MachineFolder, exclusive
from testigo.station.machine import Commander, Machine, OrderName, Report
from testigo.station.pages import FolderPages, PagePrinter
from testigo.station.pins import Pins
from testigo.station.statements import EventLogs, LogicAndAccuracy, ZeroReport
from testigo.station.votes import deck_digest

State = Literal["installed", "tested", "zero-reported", "open", "paused", "closed", "sent"]

STEPS: Final[dict[str, State]] = {
    "tested": "tested",
    "zero-reported": "zero-reported",
    "opened": "open",
    "paused": "paused",
    "resumed": "open",
    "closed": "closed",
    "sent": "sent",
}
"""Event of the chair's log → the state it leads to."""

LONGEST_REASON = 200


class MachineStatus(msgspec.Struct, frozen=True):
    """How one machine is: its `report`, or the `problem` why there is none."""

    role: Role
    report: Report | None
    problem: str = ""


class StationStatus(msgspec.Struct, frozen=True):
    """For the chair's screen. `reconciliation`: None while a machine does not answer. `printed`: the tally sheet is."""

    state: State
    machines: tuple[MachineStatus, ...]
    reconciliation: Reconciliation | None
    printed: bool


class Chair:
    """The chair's machine. `booth`, `check_in`: the ways to the other two (`LocalMachine`, `HttpMachine`).

    `pages`: where pages are printed; PDF files in the folder `paper` if not given. PINs are checked by the screen
    (`check_pin`) before a step. Every method may be called from any thread, one runs at a time.
    """

    def __init__(self, folder: Path, *, booth: Machine, check_in: Machine, pages: PagePrinter | None = None) -> None:
        """Open the chair's folder. Raises the errors of its parts; the other machines need not answer yet."""
        self.folder = MachineFolder(folder, "chair")
        self.definition, self.station_id = self.folder.definition, self.folder.station_id
        try:
            self._commander = Commander(self.folder, {"booth": booth, "check-in": check_in})
        except BaseException:
            self.folder.shut()
            raise
        self._pins = Pins(folder / PINS)
        self._pages = pages or FolderPages(folder / "paper")

    @property
    def state(self) -> State:
        """The state that the steps in the log have led to."""
        return state_of(self.folder.log)

    def check_pin(self, pin: str) -> None:
        """Return if this is the chair's PIN; raises `NotAllowed` if it is wrong, or while locked after too many wrong
        ones."""
        with self.folder.guard:
            self._pins.check("chair", pin)

    @exclusive
    def status(self) -> StationStatus:
        """Ask both machines how they are now; one that does not answer is told of in words."""
        asked = {role: self._ask(role) for role in ("check-in", "booth")}
        check_in, booth = asked["check-in"].report, asked["booth"].report
        counted = self._reconciled(check_in, booth) if check_in and booth else None
        return StationStatus(self.state, tuple(asked.values()), counted, bool(self._event("tally-sheet-printed")))

    # ---- before opening

    @exclusive
    def run_test(self, deck: list[Ballot], expected: Tally) -> bool:
        """Logic and accuracy: the booth counts known ballots; whether exactly `expected` came out.

        `expected` is computed by the caller, without the booth's code (`audit.logic`). Only if it came out is the
        station tested.
        Either way the result is signed as a `logic-and-accuracy` statement. Raises `IllegalStep` after the zero report.
        """
        self._must_be("installed", "tested")
        report = self._commander.give("booth", "test", deck=msgspec.to_builtins(deck))
        counted = _tally(report.data.get("counted"))
        digest = deck_digest(deck)
        ok = bool(deck) and counted == expected and report.data.get("deck") == digest
        failed = len(self._all("test-failed"))
        body = LogicAndAccuracy(digest, len(deck), expected, counted, ok, failed)
        self._sign("logic-and-accuracy", body, "tested" if ok else "test-failed")
        return ok

    @exclusive
    def zero_report(self) -> bytes:
        """Have the ballot box made and show that nothing is in it: the `zero-report` statement, and its page, which is
        printed.

        Raises `IllegalStep` before the test has come out, or where something is not zero.
        """
        self._must_be("tested", "zero-reported")
        check_in, booth = self._commander.give("check-in", "zero"), self._commander.give("booth", "zero")
        body = ZeroReport(tally_ballots(self.definition, self.station_id, ()), self._reconciled(check_in, booth))
        if not body.is_zero:
            raise IllegalStep("the counters are not all zero", place=self.folder.place, mend="do not open this station")
        if self.state == "tested":
            self._sign("zero-report", body, "zero-reported")
        heads = {"chair": self.folder.log.head, "booth": booth.head, "check-in": check_in.head}
        sheet = TallySheet(self.station_id, "", "", body.tally, body.reconciliation, heads)
        pdf = tally_sheet.zero_page(self.definition, sheet)
        self._pages.print_page("zero-report", pdf)
        return pdf

    # ---- the day

    @exclusive
    def open(self) -> None:
        """Open the station: from now on voters are checked in and vote. Raises `IllegalStep` before the zero report."""
        self._must_be("zero-reported")
        self._order_both("open")
        self.folder.log.append("opened")

    @exclusive
    def pause(self, reason: str) -> None:
        """No new voters, for one of `reasons.PAUSE_REASONS`; who is in the booth may finish."""
        self._must_be("open")
        reasons.check_reason(reason, reasons.PAUSE_REASONS)
        self._order_both("pause")
        self.folder.log.append("paused", reason=reason)

    @exclusive
    def resume(self) -> None:
        """Go on after a pause."""
        self._must_be("paused")
        self._order_both("resume")
        self.folder.log.append("resumed")

    @exclusive
    def void_session(self, reason: str) -> None:
        """End the session in the booth without a vote, for one of `reasons.VOID_REASONS`: it will be a difference, with
        that reason."""
        self._must_be("open", "paused")
        reasons.check_reason(reason, reasons.VOID_REASONS)
        self._commander.give("booth", "void-session", reason=reason)
        self.folder.log.append("session-voided", reason=reason)

    # ---- closing

    @exclusive
    def close(self, explained: dict[str, str] | None = None) -> tuple[Difference, ...]:
        """Close both machines, count the box, reconcile. Returns the differences that still have no reason.

        `explained`: reasons in words by step, such as `{"checked_in=cards_used": "..."}`. Without differences left, the
        tally sheet is made and printed at once. Raises `IllegalStep`, and nothing is closed, while somebody is at the
        desk or in the booth, or while voters hold cards that they have not used and no reason is given for it.
        """
        explained = explained or {}
        for step, reason in explained.items():
            _check_words(step, reason)
        if self.state in ("open", "paused"):
            self._refuse_early_closing(explained)
            reports: dict[Role, Report] = {role: self._commander.give(role, "close") for role in ("check-in", "booth")}
            tally = _tally(reports["booth"].data.get("tally"))
            mistakes = tally_mistakes(self.definition, self.station_id, tally)
            if mistakes:
                raise InvalidInput(f"the booth's count cannot be ({mistakes[0]})", place=self.folder.place)
            self._save("closing.json", reports)
            self.folder.log.append("closed", reports=canonical.digest(self._load("closing.json")))
            self._explain_voided()
        self._must_be("closed")
        left = {f"{one.left}={one.right}" for one in self.differences()}
        for step, reason in explained.items():
            if step in left:
                self.folder.log.append("difference-explained", step=step, reason=reason)
        return self._finish()

    @exclusive
    def differences(self) -> tuple[Difference, ...]:
        """After closing: every step of the reconciliation that does not hold, with its reason where it has one."""
        return self._closing_reconciliation().differences()

    @exclusive
    def explain_difference(self, step: str, reason: str) -> tuple[Difference, ...]:
        """Say in words why a step does not hold; returns the differences that still have no reason.

        After the last, the tally sheet is made and printed. Raises `IllegalStep` once it is made.
        """
        self._must_be("closed")
        _check_words(step, reason)
        if self._event("tally-sheet"):
            raise IllegalStep("the tally sheet is signed already", place=self.folder.place)
        if step not in {f"{one.left}={one.right}" for one in self.differences()}:
            raise InvalidInput(f"{step!r} is no difference of this station", place=self.folder.place)
        self.folder.log.append("difference-explained", step=step, reason=reason)
        return self._finish()

    @exclusive
    def tally_sheet(self) -> TallySheet | None:
        """The tally sheet, once it is made."""
        if not self._event("tally-sheet"):
            return None
        return msgspec.convert(self._statement("tally-sheet").body, TallySheet)

    @exclusive
    def tally_sheet_json(self) -> bytes:
        """The signed `tally-sheet` statement; raises `IllegalStep` before it is made."""
        if not self._event("tally-sheet"):
            raise IllegalStep("there is no tally sheet yet", place=self.folder.place, mend="close the station first")
        return self._load("tally-sheet.json")

    @exclusive
    def tally_sheet_pdf(self) -> bytes:
        """The tally sheet as a page; raises `IllegalStep` before it is made."""
        self.tally_sheet_json()
        sheet = msgspec.convert(self._statement("tally-sheet").body, TallySheet)
        return tally_sheet.page(self.definition, sheet, self.folder.key)

    @exclusive
    def print_tally_sheet(self) -> None:
        """Print the tally sheet, first or again; each print is noted. Raises what the printer raises."""
        self._pages.print_page("tally-sheet", self.tally_sheet_pdf())
        self.folder.log.append("tally-sheet-printed")

    @exclusive
    def send(self) -> bytes:
        """The courier package, a `record` bundle: by cable, or on a stick by road. The same bytes each time.

        Raises `IllegalStep` before the tally sheet is printed.
        """
        if self.state == "sent":
            return self._load("courier.json")
        self._must_be("closed")
        if not self._event("tally-sheet-printed"):
            raise IllegalStep(
                "the tally sheet is not printed yet", place=self.folder.place, mend="print it before anything is sent"
            )
        types = ("logic-and-accuracy", "zero-report", "tally-sheet", "event-log")
        envelopes = [self._load(f"{type_}.json") for type_ in types]
        station, election = self.station_id, self.folder.settings.election
        package = pack(envelopes, self.folder.key, election=election, subject=station, issued=now())
        self._write("courier.json", package)
        self.folder.log.append("sent", digest=canonical.digest(package))
        return package

    def shut(self) -> None:
        """Close every file and give up the folder's lock."""
        self.folder.shut()

    def __enter__(self) -> "Chair":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()

    # ---- steps

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise IllegalStep(
                f"this step may not be taken while the station is {self.state}",
                place=f"station {self.station_id}",
                mend=f"it may be taken while the station is {' or '.join(states)}",
            )

    def _order_both(self, name: OrderName) -> None:
        for role in ("check-in", "booth"):
            self._commander.give(role, name)

    def _ask(self, role: Role) -> MachineStatus:
        try:
            return MachineStatus(role, self._commander.give(role, "status"))
        except TestigoError as error:
            return MachineStatus(role, None, str(error))

    def _refuse_early_closing(self, explained: dict[str, str]) -> None:
        check_in, booth = self._commander.give("check-in", "status"), self._commander.give("booth", "status")
        if check_in.data.get("visiting") or booth.data.get("voting"):
            who = "a visitor is at the desk" if check_in.data.get("visiting") else "a voter is in the booth"
            raise IllegalStep(who, place=self.folder.place, mend="let them finish, or end the visit or session first")
        counters = self._reconciled(check_in, booth)
        waiting = counters.checked_in - counters.cards_used
        if waiting > 0 and "checked_in=cards_used" not in explained:
            raise IllegalStep(
                f"{waiting} voters were checked in and have not used a card",
                place=self.folder.place,
                mend="wait for them, or give the reason why they will not vote",
            )

    def _explain_voided(self) -> None:
        """A difference that voided sessions account for to the last one has its reason already."""
        booth = _counters(self._reports()["booth"], BoothCounters)
        voided = sum(booth.voided.values())
        said = ", ".join(f"{count} {reason}" for reason, count in booth.voided.items())
        for one in self.differences():
            step = f"{one.left}={one.right}"
            if step == "cards_used=printed-spoiled" and one.left_count - one.right_count == voided:
                self.folder.log.append("difference-explained", step=step, reason=f"void-session: {said}")

    def _finish(self) -> tuple[Difference, ...]:
        left = tuple(one for one in self.differences() if not one.reason)
        if not left:
            if not self._event("tally-sheet"):
                self._make_tally_sheet()
            if not self._event("tally-sheet-printed"):
                self.print_tally_sheet()
        return left

    def _make_tally_sheet(self) -> None:
        reports = self._reports()
        logs = {"chair": (self.folder.log.head, len(self.folder.log))}
        logs |= {role: (report.head, report.entries) for role, report in reports.items()}
        heads = {role: head for role, (head, _) in logs.items()}
        body = TallySheet(
            station=self.station_id,
            opened=self._all("opened")[0].time,
            closed=self._all("closed")[0].time,
            tally=_tally(reports["booth"].data.get("tally")),
            reconciliation=self._closing_reconciliation(),
            event_logs=heads,
        )
        entries = {role: number for role, (_, number) in logs.items()}
        self._write("event-log.json", self._envelope("event-log", EventLogs(heads, entries)))
        self._sign("tally-sheet", body, "tally-sheet")

    def _closing_reconciliation(self) -> Reconciliation:
        self._must_be("closed", "sent")
        reports = self._reports()
        said = {event.data["step"]: event.data["reason"] for event in self._all("difference-explained")}
        return self._reconciled(reports["check-in"], reports["booth"], said)

    def _reconciled(self, check_in: Report, booth: Report, said: dict[str, str] | None = None) -> Reconciliation:
        return reconcile(_counters(check_in, CheckInCounters), _counters(booth, BoothCounters), said or {})

    # ---- the log, and files that it names

    def _all(self, name: str) -> list[Event]:
        return [event for event in self.folder.log if event.event == name]

    def _event(self, name: str) -> Event | None:
        found = self._all(name)
        return found[-1] if found else None

    def _envelope(self, type_: str, body: msgspec.Struct) -> bytes:
        plain: dict[str, Any] = msgspec.to_builtins(body)
        return Statement(type_, self.folder.settings.election, self.station_id, now(), plain).sign(self.folder.key)

    def _sign(self, type_: str, body: msgspec.Struct, event: str) -> None:
        envelope = self._envelope(type_, body)
        self._write(f"{type_}.json", envelope)
        self.folder.log.append(event, statement=canonical.digest(envelope))

    def _statement(self, type_: str) -> Statement:
        file = f"{type_}.json"
        return open_statement(self._load(file), self.folder.key.public, place=str(self._file(file))).statement

    def _file(self, name: str) -> Path:
        return self.folder.path / "statements" / name

    def _write(self, name: str, data: bytes) -> None:
        storage.make_folder(self._file(name).parent)
        storage.write(self._file(name), data)

    def _load(self, name: str) -> bytes:
        return storage.read(self._file(name))

    def _save(self, name: str, reports: dict[Role, Report]) -> None:
        self._write(name, canonical.encode(reports))

    def _reports(self) -> dict[Role, Report]:
        data = self._load("closing.json")
        closed = self._event("closed")
        if closed is None or canonical.digest(data) != closed.data["reports"]:
            raise InvalidInput(
                "not the reports that the station was closed with", place=str(self._file("closing.json"))
            )
        return msgspec.json.decode(data, type=dict[Role, Report])


def state_of(events: Iterable[Event]) -> State:
    """The state that the steps in a chair's log have led to."""
    steps = [STEPS[event.event] for event in events if event.event in STEPS]
    return steps[-1] if steps else "installed"


def _tally(plain: object) -> Tally:
    try:
        return msgspec.convert(plain, Tally, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the booth's report holds no tally ({error})") from None


_Counters = TypeVar("_Counters", CheckInCounters, BoothCounters)


def _counters(report: Report, kind: type[_Counters]) -> _Counters:
    try:
        return msgspec.convert(report.counters, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the {report.role}'s report holds no counters ({error})") from None


def _check_words(step: str, reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise InvalidInput(
            f"the reason for {step!r} is empty or too long", mend=f"say in up to {LONGEST_REASON} characters why"
        )
