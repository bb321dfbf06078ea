"""What passes between the machines of a station: the chair's signed orders, the others' signed reports.

An order names the election, the station, the machine, and a sequence number that only ever grows: one that is replayed,
meant for another machine, or overtaken by a later one is refused. A refused order's number is used up for good, too. A
report names the order it answers by its digest.

The chair keeps each machine's last report on its own disk. Every order says how many lines of that machine's event log
it knows of, the report says which head the log had there, and where that is another one, or there are fewer lines, the
log was cut off or exchanged since: the report is refused. So is one with a counter lower than it was: between two
batches voters are not in the log (`batches`), but they are in the counters.

An order is good for `ORDER_SECONDS`, whatever the clocks say: it must repeat what the machine's last report asked for,
and the machine forgets that when it starts again. So whoever holds an order back has nothing to deliver later.

Every order may be given again (with a new number) when its answer was lost: a machine already in the ordered state just
reports.
"""

import contextlib
import hmac
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from testigo import canonical, keys, waits
from testigo.ballot import COUNTERS
from testigo.canonical import utc_now, why_refused
from testigo.election import CHAIR, Role, StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError, TestigoError, read_error
from testigo.event_log import Event
from testigo.keys import PublicKey
from testigo.replay import Numbers
from testigo.station.folder import MachineFolder
from testigo.stored import StoredFormat
from testigo.web.trust import trusted
from testigo.words import Either, Message, message

ORDER_TYPE: Final = "application/vnd.testigo.order+json"
REPORT_TYPE: Final = "application/vnd.testigo.report+json"

OrderName = Literal[
    "status", "readiness", "test-ballots", "test", "zero", "open", "pause", "resume", "close", "void-session",
    "allow-print", "option-status",
]  # fmt: skip
MachineState = Literal["installed", "tested", "ready", "open", "paused", "closed"]

ORDERS: Final[dict[str, tuple[tuple[MachineState, ...], MachineState | None]]] = {
    "status": (("installed", "tested", "ready", "open", "paused", "closed"), None),
    "readiness": (("installed", "tested", "ready"), None),
    "test-ballots": (("installed", "tested"), None),
    "test": (("installed", "tested"), "tested"),
    "zero": (("installed", "tested", "ready"), "ready"),
    "open": (("ready", "open"), "open"),
    "pause": (("open", "paused"), "paused"),
    "resume": (("paused", "open"), "open"),
    "close": (("open", "paused", "closed"), "closed"),
    "void-session": (("open", "paused"), None),
    "allow-print": (("open", "paused"), None),
    "option-status": (("installed", "tested", "ready", "open", "paused"), None),
}
"""Order → the states in which a machine obeys it, and the state it is in afterwards (None: the same)."""


ORDER_SECONDS: Final = waits.ANSWER
"""How long an order may be on its way, from the report that it follows on, by the clock that nobody can set."""

_ASK_AGAIN: Final = ORDER_SECONDS / 3
"""After so many seconds the chair asks for a machine's status before it gives another order."""

ABOUT_A_SESSION: Final = ("void-session", "allow-print")
"""Orders about the one voter in the booth."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to`, `number`: the machine's role and number. `sequence`: grows with every order of this chair. `issued`: UTC.
    `known`: how many entries of the machine's event log the chair has received. `data`: plain JSON values. `fresh`:
    what the machine's last report asked for, "" in an order to report its status."""

    name: OrderName
    election: str
    station: str
    to: Role
    sequence: int
    issued: str
    known: int = 0
    data: dict[str, Any] = {}
    fresh: str = ""
    number: int = 1


class MachineReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answers`: digest of the order's envelope. `head`, `entries`: of the machine's event log after obeying.
    `known_head`: which head it had at the order's `known` entries.

    `counters`: a `CheckInCounters` or `BoothCounters` as plain values. `data`: what the order asked for besides.
    `fresh`: random; the next order must say it, and soon.
    """

    election: str
    station: str
    role: Role
    answers: str
    issued: str
    state: MachineState
    counters: dict[str, Any]
    head: str
    entries: int
    known_head: str
    data: dict[str, Any] = {}
    fresh: str = ""
    number: int = 1

    @property
    def machine(self) -> StationMachine:
        """Which machine's it is."""
        return StationMachine(self.role, self.number)


class Machine(Protocol):
    """The chair's way to one machine."""

    def order(self, envelope: bytes) -> bytes:
        """Hand over an order; the report's envelope. Raises a `TestigoError` where it is refused or cannot be
        reached."""


class LocalMachine:
    """A machine in the same process: for tests and rehearsals of the machines themselves."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def order(self, envelope: bytes) -> bytes:
        """Hand the order over at once."""
        return self._machine.order(envelope)


class NotConnected:
    """A machine to which this chair has no way."""

    def order(self, envelope: bytes) -> bytes:
        """Raises `StorageError`."""
        raise StorageError("machine.does-not-answer", place=message("place", "no-cable"), why="not connected")


class HttpMachine:
    """A machine on the station's cable: `POST ADDRESS/orders`, the order in, the report out; 409 with the error as
    JSON (`TestigoError.as_json`), which the chair says in its own language."""

    LARGEST_REPORT: Final = 4 * 1024 * 1024
    PATH: ClassVar[str] = "orders"

    def __init__(self, address: str, *, timeout: float = waits.ANSWER) -> None:
        """Raises `InvalidInput` for what is no address of the web."""
        require_address(address)
        self.address = address.rstrip("/")
        self._timeout = httpx.Timeout(timeout, connect=waits.REACH)

    def order(self, envelope: bytes) -> bytes:
        """Send the order; raises `StorageError` where nobody answers, and what the machine refuses with."""
        try:
            status, answer = self._post(envelope)
        except (httpx.HTTPError, UnicodeError) as error:  # the second: for names that no host can have
            raise StorageError("machine.does-not-answer", place=self.address, why=type(error).__name__) from None
        if status in (200, 201):
            return answer
        raise _refusal(status, answer, self.address)

    def _post(self, envelope: bytes) -> tuple[int, bytes]:
        """Status and body as it came: nothing is unpacked, and no more is read than a report may have."""
        client = httpx.Client(
            timeout=self._timeout, trust_env=False, verify=trusted(), headers={"Accept-Encoding": "identity"}
        )
        body, began = bytearray(), time.monotonic()
        with client, client.stream("POST", f"{self.address}/{self.PATH}", content=envelope) as answer:
            for piece in answer.iter_raw():
                body += piece
                if len(body) > self.LARGEST_REPORT:
                    raise InvalidInput("report.too-large", place=self.address, limit=self.LARGEST_REPORT)
                if time.monotonic() - began > waits.ANSWER:
                    raise httpx.ReadTimeout("piece by piece")
        return answer.status_code, bytes(body)


class HttpDesk(HttpMachine):
    """Another check-in desk on the station's cable: `POST ADDRESS/desks`, a message in, its answer out."""

    PATH = "desks"

    def tell(self, envelope: bytes) -> bytes:
        """Hand over a message; raises as `order`."""
        return self.order(envelope)


def require_address(text: str) -> None:
    """Raise `InvalidInput` for what is not an address of the web."""
    try:
        address = httpx.URL(text)
        urlsplit(text).port  # noqa: B018  # refuses a bracket alone and a port that none can be, which httpx takes
        good = address.scheme in ("http", "https") and bool(address.host)
    except (httpx.InvalidURL, ValueError):
        good = False
    if not good:
        raise InvalidInput("machine.not-an-address", place=text)


def _refusal(status: int, answer: bytes, address: str) -> TestigoError:
    if status == 409:
        with contextlib.suppress(ValueError):
            return read_error(answer)
    return StorageError("machine.answers-with-error", place=address, status=str(status))


class OrderReceiver:
    """The receiving end: which orders a machine still obeys, and its signed reports."""

    def __init__(self, folder: MachineFolder) -> None:
        self._folder = folder
        numbers = [event.data["sequence"] for event in folder.log if event.event in ("order", "order-refused")]
        self._last: int = max(numbers, default=0)
        self.fresh = ""
        self._reported = 0.0

    def use_up(self, sequence: int) -> None:
        """Obey no order with this number or a lower one any more."""
        self._last = max(self._last, sequence)

    @contextlib.contextmanager
    def taken(self, envelope: bytes) -> Iterator[Order]:
        """The order, to be obeyed inside the block; then it is noted as obeyed or refused, and its number is used up.
        One about a session is about one voter, so the booth notes that number in its day (`use_up`), not in the log.
        Orders to cast test ballots are many: one that is repeated after a restart only begins a part of the test again.

        The block runs if the chair of this station gave the order to this machine, it is newer than every order before
        and may be given in this state; else, and where the block refuses, raises a `TestigoError`. Where an order that
        was obeyed cannot be noted, raises `StorageError`, and then it did not happen.
        """
        order = self._accept(envelope)
        log, noted = self._folder.log, {"name": order.name, "sequence": order.sequence}
        try:
            check_state(order, self.state(), self._folder.place)
            yield order
        except TestigoError as refused:
            # Its number must be used up also after a restart: a refused order that somebody kept may fit later.
            with contextlib.suppress(StorageError):
                log.append("order-refused", **noted, why=refused.code)
            raise
        if order.name not in ("status", "readiness", "test-ballots", *ABOUT_A_SESSION):
            log.append("order", **noted, state=ORDERS[order.name][1] or self.state())

    def _accept(self, envelope: bytes) -> Order:
        folder = self._folder
        place = message("place", "order", machine=folder.place)
        opened = keys.open_envelope(envelope, folder.key_of(CHAIR), ORDER_TYPE, place=place)
        try:
            order = msgspec.convert(opened.payload, Order, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("order.malformed", place=place, why=why_refused(error)) from None
        meant = (folder.settings.election, folder.station_id, folder.role, folder.machine.number)
        if (order.election, order.station, order.to, order.number) != meant:
            raise InvalidSignature("order.for-another-machine", place=place)
        if order.sequence <= self._last:
            raise IllegalStep("order.old", place=place)
        self._last = order.sequence
        if order.name != "status" and not self._is_fresh(order):
            raise IllegalStep("order.expired", place=place)
        return order

    def _is_fresh(self, order: Order) -> bool:
        """Whether it follows on this process's last report, which is not long ago."""
        answers_it = bool(self.fresh) and hmac.compare_digest(order.fresh.encode(), self.fresh.encode())
        return answers_it and time.monotonic() - self._reported <= ORDER_SECONDS

    def state(self) -> MachineState:
        """The state that the orders obeyed so far have led to."""
        return state_of(self._folder.log)

    def report(self, order: Order, envelope: bytes, counters: msgspec.Struct, data: dict[str, Any]) -> bytes:
        """The signed answer to an order, which came in `envelope`."""
        folder = self._folder
        self.fresh, self._reported = secrets.token_hex(16), time.monotonic()
        report = MachineReport(
            election=folder.settings.election,
            station=folder.station_id,
            role=folder.role,
            answers=canonical.digest(envelope),
            issued=utc_now(),
            state=self.state(),
            counters=msgspec.to_builtins(counters),
            head=folder.log.head,
            entries=len(folder.log),
            known_head=folder.log.head_at(order.known),
            data=data,
            fresh=self.fresh,
            number=folder.machine.number,
        )
        return keys.sign_envelope(REPORT_TYPE, report, folder.key)


def state_of(events: Iterable[Event]) -> MachineState:
    """The state that the orders in a machine's log have led to."""
    states: list[MachineState] = [event.data["state"] for event in events if event.event == "order"]
    return states[-1] if states else "installed"


def check_state(order: Order, state: MachineState, place: Message) -> None:
    """Return if an order may be obeyed in this state; else raise `IllegalStep`."""
    allowed, _ = ORDERS[order.name]
    if state not in allowed:
        raise IllegalStep(
            "order.in-another-state",
            place=place,
            order=order_named(order.name),
            state=machine_state(state),
            states=Either(map(machine_state, allowed)),
        )


def machine_state(state: MachineState) -> Message:
    """What a machine's state is called inside a sentence."""
    return message("term", f"machine-state.{state}")


def order_named(name: OrderName) -> Message:
    """What an order is called inside a sentence."""
    return message("term", f"order.{name}")


class OrderSender:
    """The chair's end: numbers and signs orders, checks the reports that come back. `ways`: to each machine."""

    def __init__(self, folder: MachineFolder, ways: Mapping[StationMachine, Machine]) -> None:
        self._folder = folder
        self._ways = ways
        self._numbers = Numbers(folder.path / "orders.json")
        self._last_reports = _LastReports(folder.path / REPORTS_FORMAT.name)
        self.clock_offsets: dict[StationMachine, int] = {}
        """By how many seconds each machine's clock was ahead of this one's when it last answered."""
        self._fresh: dict[StationMachine, str] = {}
        self._reported: dict[StationMachine, float] = {}

    def give(self, to: StationMachine, name: OrderName, **data: Any) -> MachineReport:
        """Give one order and return the report. Raises what the machine refused with, or why its answer cannot be
        trusted. The machine is asked for its status before, where its last report is old or it does not know it."""
        if name == "status":
            return self._give(to, name, data)
        if time.monotonic() - self._reported.get(to, -_ASK_AGAIN) >= _ASK_AGAIN:
            self._give(to, "status", {})
        try:
            return self._give(to, name, data)
        except IllegalStep as refused:
            if refused.code != "order.expired":
                raise
        self._give(to, "status", {})
        return self._give(to, name, data)

    def _give(self, to: StationMachine, name: OrderName, data: dict[str, Any]) -> MachineReport:
        folder = self._folder
        before = self.last_report(to)
        known = before.entries if before else 0
        number = self._numbers.next()
        order = Order(
            name,
            folder.settings.election,
            folder.station_id,
            to.role,
            number,
            utc_now(),
            known,
            data,
            "" if name == "status" else self._fresh.get(to, ""),
            to.number,
        )
        envelope = keys.sign_envelope(ORDER_TYPE, order, folder.key)
        answer = self._ways[to].order(envelope)
        report = self._check(answer, envelope, to)
        if before is not None and report.known_head != before.head:
            raise InvalidSignature(
                "report.event-log-lost-lines", place=self._place(to), hint="touch-nothing", count=before.entries
            )
        if before is not None and _went_back(before, report):
            raise InvalidSignature("report.counters-gone-back", place=self._place(to), hint="touch-nothing")
        self.clock_offsets[to] = _seconds_ahead(report.issued)
        self._fresh[to], self._reported[to] = report.fresh, time.monotonic()
        if before is None or (report.head, report.counters) != (before.head, before.counters):
            self._last_reports.keep(to.name, answer)
        return report

    def give_each(self, machines: Sequence[StationMachine], name: OrderName) -> dict[StationMachine, MachineReport]:
        """Give the same order to machines, one after the other. Raises as `give`, and where some have obeyed by then
        `TestigoError`, which says which: the order is not taken back, because a check-in that is to be paused must be
        paused without the booth, too."""
        reports: dict[StationMachine, MachineReport] = {}
        for machine in machines:
            try:
                reports[machine] = self.give(machine, name)
            except TestigoError as refused:
                if not reports:
                    raise
                obeyed, place = [one.label for one in reports], self._folder.place
                raise TestigoError(
                    "order.half-done",
                    place=place,
                    order=order_named(name),
                    obeyed=obeyed,
                    refused=machine.label,
                    why=refused.message,
                ) from refused
        return reports

    def last_report(self, machine: StationMachine) -> MachineReport | None:
        """The newest report that a machine gave, kept over restarts; None before its first."""
        envelope, key = self._last_reports.envelopes.get(machine.name), self._folder.key_of(machine)
        if envelope is None or keys.envelope_key_id(envelope) != key.key_id:
            return None  # the root put another machine in its place
        return _open_report(envelope, key, self._place(machine))

    def _place(self, machine: StationMachine) -> Message:
        return message("place", "report", role=machine.label, station=self._folder.station_id)

    def _check(self, answer: bytes, envelope: bytes, to: StationMachine) -> MachineReport:
        folder = self._folder
        report = _open_report(answer, folder.key_of(to), self._place(to))
        meant = (folder.settings.election, folder.station_id, to, canonical.digest(envelope))
        if (report.election, report.station, report.machine, report.answers) != meant:
            raise InvalidSignature("report.answers-another-order", place=self._place(to))
        return report


def _seconds_ahead(time: str) -> int:
    """By how much another machine's clock is ahead of this one's."""
    if not canonical.is_instant(time):
        return 0
    return int((datetime.fromisoformat(time) - datetime.fromisoformat(utc_now())).total_seconds())


def _went_back(before: MachineReport, now: MachineReport) -> bool:
    """Whether a counter is lower than it was: the machine's disk was put back to an earlier moment."""
    counted = [one.name for one in COUNTERS if one.machine == now.role and not one.fixed]
    known = [name for name in counted if name in before.counters]
    return any(_is_less(now.counters.get(name, 0), before.counters[name]) for name in known)


def _is_less(now: Any, before: Any) -> bool:
    if isinstance(now, dict) and isinstance(before, dict):
        return any(_is_less(now.get(reason, 0), count) for reason, count in before.items())
    return not isinstance(now, int) or not isinstance(before, int) or now < before


def _open_report(envelope: bytes, key: PublicKey, place: Message) -> MachineReport:
    opened = keys.open_envelope(envelope, key, REPORT_TYPE, place=place)
    try:
        return msgspec.convert(opened.payload, MachineReport, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("report.malformed", place=place, why=why_refused(error)) from None


class _Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reports: Annotated[dict[str, str], msgspec.Meta(min_length=1)]  # the file is made with the first one


REPORTS_FORMAT = StoredFormat("last-reports.json", _Reports, lambda first: {"reports": first})


class _LastReports:
    """Each machine's newest report, in its envelope, on the chair's disk: name of the machine → envelope."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.envelopes = self._load()

    def keep(self, machine: str, envelope: bytes) -> None:
        kept = {**self.envelopes, machine: envelope}
        REPORTS_FORMAT.write(self._file, _Reports({one: text.decode() for one, text in kept.items()}))
        self.envelopes = kept

    def _load(self) -> dict[str, bytes]:
        if not self._file.exists():
            return {}
        return {machine: text.encode() for machine, text in REPORTS_FORMAT.read(self._file).reports.items()}
