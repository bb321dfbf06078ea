"""The check-in desk: from a voter's arrival to the voting card, or to a refusal with its reason.

    document → finger (tries as the rules say)              → matched ┐
                        └ unmatched → released, by one person or two    ┴→ a card from the tray of the visit's style
                                    → refused, with a reason from the list    (or the check-in is undone)

One visit at a time, and nothing is silent: a visit that a power cut interrupted is there again at the next start, and
has to be concluded. What is kept of the day is who has voted and in which hour, on whose document fingers failed, and
counters (`day`): nothing says who came before whom within an hour. The event log has the chair's orders, and
counters of at least ten voters at a time (`batches`). The check-in knows nothing of cards' codes or of choices.

Looking somebody up decides nothing (`lookup`): who is not found, has voted or votes elsewhere is refused only once the
clerk confirms it, and a visit of the wrong voter is left again without a trace.

Tries of the finger count for a document number, not for a visit: whoever goes away in the middle and comes back has
those that are left. Whoever was refused and comes back has new ones. After `IMPOSTORS_BEFORE_CHAIR` impostors on one
document, or `REFUSALS_BEFORE_CHAIR` other refusals, no finger is tried on it before the chair gives new tries or lets
the voter through. When that takes two persons: `release_rule`.

Four parts, each built on the one before: `book`, `under_way`, then `arrival` and `admission`; here they are opened
together, and obey the chair.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec.structs import replace

from testigo import storage, waits
from testigo.ballot import CheckInReport
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint.reader import Reader
from testigo.keys import OpeningKey
from testigo.staff.accounts import Account
from testigo.station.check_in import day as checkin_day
from testigo.station.check_in.admission import AdmissionDesk
from testigo.station.check_in.arrival import ArrivalDesk
from testigo.station.check_in.book import POLL_BOOK, POLL_BOOK_LIMIT
from testigo.station.check_in.check_in_readiness import check_in_lines
from testigo.station.check_in.desks import Desks, desks_in, rounds_in
from testigo.station.check_in.finger_check import FingerCheck, Matcher, match_finger
from testigo.station.check_in.link import OtherDesk
from testigo.station.check_in.release_rule import SecondPerson
from testigo.station.check_in.sign_in_list import SignInList
from testigo.station.machine.allowance import Allowance
from testigo.station.machine.batches import note_rest
from testigo.station.machine.day_file import DayFile
from testigo.station.machine.folder import OPENING_KEY, MachineFolder, exclusive
from testigo.station.machine.order_receiver import OrderReceiver
from testigo.station.machine.orders import ABOUT_A_SESSION, Order, order_named
from testigo.station.machine.same_poll_book import BOOK_DIGEST
from testigo.station.machine.staffing import staff_of


class CheckIn(ArrivalDesk, AdmissionDesk):
    """The check-in's machine: `CheckIn(folder)`. Every method may be called from any thread, one runs at a time.

    `reader`: the desk's finger reader, for the test of readiness; None where there is none.
    """

    def __init__(
        self, folder: Path, *, matcher: Matcher = match_finger, desks: Mapping[int, OtherDesk] | None = None
    ) -> None:
        """Open the check-in's folder; a visit that was interrupted is `current()`. Raises the errors of its parts.

        `desks`: the ways to the other desks of the station, by number.
        """
        self.folder = MachineFolder(folder, "check-in")
        self._fingers = FingerCheck(matcher)
        self.reader: Reader | None = None
        self._book = None
        self._lookup = None
        self._visit = None
        self._parts = contextlib.ExitStack()
        try:
            self.definition, self.station_id = self.folder.definition, self.folder.station_id
            self._orders = OrderReceiver(self.folder)
            self.staff = staff_of(self.folder)
            self._second = SecondPerson(folder, self.staff)
            self._sign_in_list = SignInList(folder, self.staff)
            self._allowance = Allowance(self.folder)
            self._opening = OpeningKey.load(folder / OPENING_KEY)
            if (folder / POLL_BOOK).exists():
                self._book = self._open_book(storage.read(folder / POLL_BOOK, limit=POLL_BOOK_LIMIT))
            self._day = DayFile(
                self.folder,
                checkin_day.day_key(self.folder.key),
                checkin_day.DAY_FORMAT,
                lambda: checkin_day.of_release_0_1(self.folder.log),
            )
            self._parts.callback(self._day.close)
            self._desks = Desks(self.folder, self._opening, desks or {}, self._day)
            self._desks.deal(self._book.voters if self._book else ())
            self._told = None
            self._recover()
        except BaseException:
            self.close()
            raise

    @exclusive
    def sign_in(self, account: str, pin: str, *, source: str = "") -> Account:
        """Who this is: a clerk. `account` may be "" where there is only one. `source`: as `Staff.check` has it.

        With a staff list, the log notes the account. Raises what `Staff.check` raises.
        """
        admitted = self.staff.check(account, pin, ("clerk",), source=source)
        if self.staff.listed:
            self.folder.log.append("signed-in", account=admitted.id)
        return admitted

    # ---- orders

    def order(self, envelope: bytes) -> bytes:
        """Obey an order of the chair; the signed report. Raises what `OrderReceiver.taken` raises.

        What is owed to other desks is said before: at closing, all that can be heard is heard. But only for an order
        of the chair, and not for longer than the chair waits.
        """
        with self.folder.guard:
            self._orders.read(envelope)
        self.tell_desks(within=waits.TELLING)
        return self._order(envelope)

    @exclusive
    def _order(self, envelope: bytes) -> bytes:
        with self._orders.taken(envelope) as order:
            self._obey(order)
        data: dict[str, Any] = {
            "visiting": self._visit is not None,
            BOOK_DIGEST: self._book.digest if self._book else "",
        }
        if order.name == "readiness":
            lines = check_in_lines(self.folder.path, self.reader, registered=self.counters().registered)
            data["lines"] = msgspec.to_builtins(lines)
        if order.name == "close":
            data["statement"] = self._closing_statement().decode()
            self.folder.even_times()
        return self._orders.report(order, envelope, self.counters(), data)

    def _closing_statement(self) -> bytes:
        """What the check-in itself says in public of this day: `check-in-report`, with its own signature."""
        log, number = self.folder.log, self.folder.machine.number
        body = CheckInReport(self.station_id, self.counters(), log.head, len(log), number)
        return self.folder.sign_statement("check-in-report", body)

    def _obey(self, order: Order) -> None:
        if order.name in ("test", *ABOUT_A_SESSION):
            raise InvalidInput("order.for-the-booth", place=self.folder.place, order=order_named(order.name))
        if order.name in ("zero", "open") and self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        if order.name == "zero" and self.counters().checked_in:
            raise IllegalStep("check-in.not-at-zero", place=self.folder.place)
        if order.name == "zero" and self._book is not None:
            self._desks.take_part(desks_in(order.data, self.folder))
            self._desks.deal(self._book.voters)
        if (
            order.name == "open"
            and self._book is not None
            and order.data.get(BOOK_DIGEST, self._book.digest) != self._book.digest
        ):
            raise IllegalStep("poll-book.another-since", place=self.folder.place)
        if order.name == "open" and self.state == "ready" and self._book is not None:
            self._day.begin(checkin_day.room_of(self._book.voters))
        if order.name == "status" and self.state in ("open", "paused"):
            self._desks.take_over(rounds_in(order.data, self.folder))
        if order.name == "close":
            self._end_day()

    def _end_day(self) -> None:
        if self._visit is not None:
            raise IllegalStep("desk.visitor-there", place=self.folder.place, hint="conclude-the-visit")
        if self.state != "closed":
            self._day.end(replace(self._day.now, pending=None))
            note_rest(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))

    def close(self) -> None:
        """Close every file and give up the folder's lock."""
        self._parts.close()
        self.folder.close()

    def __enter__(self) -> "CheckIn":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
