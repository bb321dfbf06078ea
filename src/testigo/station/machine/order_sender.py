"""The chair's end of its orders: it numbers and signs them, and checks the reports that come back.

The chair keeps each machine's last report on its own disk. Every order says how many lines of that machine's event log
it knows of, the report says which head the log had there, and where that is another one, or there are fewer lines, the
log was cut off or exchanged since: the report is refused. So is one with a counter lower than it was: between two
batches voters are not in the log (`batches`), but they are in the counters.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from testigo import canonical, keys
from testigo.ballot import COUNTERS
from testigo.canonical import utc_now, why_refused
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, TestigoError
from testigo.keys import PublicKey
from testigo.replay import Numbers
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.orders import (
    ORDER_SECONDS,
    ORDER_TYPE,
    REPORT_TYPE,
    MachineReport,
    Order,
    OrderName,
    order_named,
)
from testigo.station.machine.ways import Machine
from testigo.stored import StoredFormat
from testigo.words import Message, message

_ASK_AGAIN: Final = ORDER_SECONDS / 3
"""After so many seconds the chair asks for a machine's status before it gives another order."""


class OrderSender:
    """The chair's end: numbers and signs orders, checks the reports that come back. `ways`: to each machine."""

    def __init__(
        self,
        folder: MachineFolder,
        ways: Mapping[StationMachine, Machine],
        standing: Callable[[StationMachine], dict[str, Any]] = lambda machine: {},
    ) -> None:
        """`standing`: what every order to report its status says to a machine besides, so that one that did not answer
        once hears it with the next."""
        self._folder = folder
        self._ways = ways
        self._standing = standing
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
        data = {**self._standing(to), **data} if name == "status" else data
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

    def give_each(
        self, machines: Sequence[StationMachine], name: OrderName, **data: Any
    ) -> dict[StationMachine, MachineReport]:
        """Give the same order to machines, one after the other. Raises as `give`, and where some have obeyed by then
        `TestigoError`, which says which: the order is not taken back, because a check-in that is to be paused must be
        paused without the booth, too."""
        reports: dict[StationMachine, MachineReport] = {}
        for machine in machines:
            try:
                reports[machine] = self.give(machine, name, **data)
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
