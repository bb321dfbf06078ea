"""A machine's end of the chair's orders: which it still obeys, and its signed reports.

A refused order's number is used up for good, too.
"""

import contextlib
import hmac
import secrets
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from testigo import canonical, keys
from testigo.canonical import utc_now, why_refused
from testigo.election import CHAIR
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.orders import (
    ABOUT_A_SESSION,
    ORDER_SECONDS,
    ORDER_TYPE,
    ORDERS,
    REPORT_TYPE,
    MachineReport,
    MachineState,
    Order,
    check_state,
    state_of,
)
from testigo.words import message


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
                if order.name in ABOUT_A_SESSION:
                    log.append_coarse("order-refused", **noted, why=refused.code)
                else:
                    log.append("order-refused", **noted, why=refused.code)
            raise
        if order.name not in ("status", "readiness", "test-ballots", *ABOUT_A_SESSION):
            log.append("order", **noted, state=ORDERS[order.name][1] or self.state())

    def read(self, envelope: bytes) -> Order:
        """An order that the chair of this station gave to this machine, newer than every order before; nothing is
        obeyed or used up yet. Raises `InvalidInput` or `InvalidSignature`, `IllegalStep` for one that is not newer."""
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
        return order

    def _accept(self, envelope: bytes) -> Order:
        order = self.read(envelope)
        self._last = order.sequence
        if order.name != "status" and not self._is_fresh(order):
            raise IllegalStep("order.expired", place=message("place", "order", machine=self._folder.place))
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
