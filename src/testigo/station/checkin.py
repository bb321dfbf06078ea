"""The check-in desk: from a voter's arrival to the voting card, or to a refusal with its reason.

    document → finger (up to four tries, any enrolled finger) → matched ┐
                        └ unmatched → released by the chair's PIN       ┴→ a card from the tray of the visit's style
                                    → refused, with a reason from the list

One visit at a time, and nothing is silent: a visit that a power cut interrupted is there again at the next start, and
has to be concluded. What is kept of the day is who has voted and in which hour, on whose document fingers failed, and
counters (`checkin_day`): nothing says who came before whom within an hour. The event log has the chair's orders, and
counters of at least ten voters at a time (`batches`). The check-in knows nothing of cards' codes or of choices.

Tries of the finger count for a document number, not for a visit: whoever goes away and comes back has those that are
left. A visitor who was refused as an impostor has used up nothing of the real voter's; but after
`IMPOSTORS_BEFORE_CHAIR` of them no finger is tried on that document any more, and the chair decides.
"""

import contextlib
import hmac
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec

from testigo import storage
from testigo.ballot import CheckInCounters, CheckInReport, reasons
from testigo.election import Station, is_training
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import Reader
from testigo.keys import OpeningKey, PublicKey
from testigo.register import OtherStation, PaperList, PollBook, PollBookVoter, normalise_document, of_poll_book
from testigo.staff.accounts import PRESIDING, Account
from testigo.station import checkin_day
from testigo.station.batches import note_batch, note_rest
from testigo.station.check_in_readiness import check_in_lines
from testigo.station.checkin_day import OpenVisit
from testigo.station.day_file import DayFile
from testigo.station.finger_check import FingerCheck, Matcher, match_finger
from testigo.station.folder import OPENING_KEY, MachineFolder, exclusive
from testigo.station.machine import ABOUT_A_SESSION, MachineState, Order, OrderReceiver, machine_state, order_named
from testigo.station.staffing import staff_of
from testigo.station.visit import RefusedVoter, Visit
from testigo.words import message

IMPOSTORS_BEFORE_CHAIR = 2
"""Impostors refused on one document before no further finger is tried on it, and the chair decides.

One impostor must not cost the real voter anything, and a second may be a clerk's slip. A third person with the same
document is somebody who tries fingers until one matches: at four tries each, an unlimited number would multiply the
matcher's chance of a false match."""

POLL_BOOK = "poll-book.json"
POLL_BOOK_LIMIT = 256 << 20
"""Bytes: of the 20,000 voters that a station has at most, with 10 kB of fingers each."""


class CheckIn:
    """The check-in's machine: `CheckIn(folder)`. Every method may be called from any thread, one runs at a time.

    `reader`: the desk's finger reader, for the test of readiness; None where there is none.
    """

    def __init__(self, folder: Path, *, matcher: Matcher = match_finger) -> None:
        """Open the check-in's folder; a visit that was interrupted is `current()`. Raises the errors of its parts."""
        self.folder = MachineFolder(folder, "check-in")
        self._fingers = FingerCheck(matcher)
        self.reader: Reader | None = None
        self._book: PollBook | None = None
        self._visit: Visit | None = None
        self._parts = contextlib.ExitStack()
        try:
            self.definition, self.station_id = self.folder.definition, self.folder.station_id
            self._orders = OrderReceiver(self.folder)
            self.staff = staff_of(self.folder)
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
            self._recover()
        except BaseException:
            self.close()
            raise

    @property
    def state(self) -> MachineState:
        """installed | tested | ready | open | paused | closed, as the chair ordered it."""
        return self._orders.state()

    @property
    def registered(self) -> int:
        """Voters on the poll book; 0 while none is loaded."""
        return len(self._book.voters) if self._book else 0

    @property
    def release_cap(self) -> int:
        """How many voters the chair may release (`Definition.release_cap`)."""
        return self.definition.release_cap(self.station_id)

    @exclusive
    def sign_in(self, account: str, pin: str) -> Account:
        """Who this is: a clerk. `account` may be "" where there is only one.

        With a staff list, the log notes the account. Raises what `Staff.check` raises.
        """
        admitted = self.staff.check(account, pin, ("clerk",))
        if self.staff.listed:
            self.folder.log.append("signed-in", account=admitted.id)
        return admitted

    def releasers(self) -> tuple[Account, ...]:
        """Who may release a voter: the chair and deputies."""
        return self.staff.accounts(PRESIDING)

    @exclusive
    def voter_list(self, account: str, pin: str) -> PaperList:
        """The poll book as it goes on paper, for the chair or a deputy; who has a card is ticked.

        Raises what `Staff.check` raises, and `IllegalStep` where no poll book is loaded.
        """
        self.staff.check(account, pin, PRESIDING)
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        return of_poll_book(self.definition, self._book, self._day.now.voted)

    # ---- before opening

    @exclusive
    def load_poll_book(self, data: bytes) -> int:
        """Load this station's poll book, or a newer one before opening; how many voters it has.

        Raises `InvalidSignature` or `InvalidInput` for one that is not the centre's, another election's, another
        station's, or older than the one that is loaded; `IllegalStep` once the station is open. What was loaded before
        then stays.
        """
        if self.state not in ("installed", "tested", "ready"):
            raise IllegalStep("poll-book.too-late", state=machine_state(self.state))
        book = self._open_book(data)
        storage.write(self.folder.path / POLL_BOOK, data, mode=0o600)
        self.folder.log.append("poll-book-loaded", serial=book.serial, voters=len(book.voters), digest=book.digest)
        self._book = book
        return len(book.voters)

    def _open_book(self, data: bytes) -> PollBook:
        loaded = [event.data["serial"] for event in self.folder.log if event.event == "poll-book-loaded"]
        return PollBook.open(
            data,
            self.folder.settings.election,
            self.station_id,
            self._opening,
            self._centre_key(),
            newest_serial=max(loaded, default=0),
        )

    def _centre_key(self) -> PublicKey:
        if self.folder.ring is None:
            raise IllegalStep("machine-keys.not-loaded", place=self.folder.place)
        try:
            return self.folder.ring.of_station("", "centre").public
        except InvalidSignature:
            raise IllegalStep("machine-keys.without-centre", place=self.folder.place) from None

    # ---- a visit

    @exclusive
    def current(self) -> Visit | None:
        """The visit that is not concluded yet, also after a restart; None if nobody is at the desk."""
        return self._visit

    @exclusive
    def find(self, document: str) -> Visit | RefusedVoter:
        """A visitor gives a document number: a visit begins, or it is a refusal; either is noted.

        Raises `InvalidInput` for what is not a document number, `IllegalStep` while not open or while a visit is not
        concluded.
        """
        if self.state != "open" or self._book is None:
            raise IllegalStep("check-in.not-open", state=machine_state(self.state))
        if self._visit is not None:
            raise IllegalStep("visit.not-concluded", hint="conclude-the-visit")
        document = normalise_document(document)
        refused = self._refusal(document)
        if refused is not None:
            self._day.end(self._day.now.refusing(refused.reason))
            return refused
        visit = OpenVisit(secrets.token_hex(8), document)
        self._day.keep(msgspec.structs.replace(self._day.now, visit=visit))
        self._visit = self._begin(visit)
        return self._visit

    def _refusal(self, document: str) -> RefusedVoter | None:
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        if document in self._day.now.voted:
            return RefusedVoter(document, "already-voted", at=self._day.now.voted[document].hour)
        if document in self._book.voters:
            return None
        if document in self._book.barred:
            return RefusedVoter(document, "barred", why=self._book.barred[document])
        where = self._book.elsewhere(document)
        return (
            RefusedVoter(document, "other-station", where=where) if where else RefusedVoter(document, "not-on-register")
        )

    def other_station(self, station_id: str) -> OtherStation | Station:
        """Where a voter is sent: from the poll book, or from a definition of version 1, which has all stations."""
        others = self._book.others if self._book else {}
        return others.get(station_id) or self.definition.station(station_id)

    @exclusive
    def try_finger(self, visit_id: str, image: FingerImage) -> Visit:
        """One try with any enrolled finger. The visit is then `admitted`, at `finger` again, or `unmatched`.

        In a training, whose voters are made up, any finger matches.
        """
        visit = self._at(visit_id, "finger")
        matches = is_training(self.definition) or self._fingers.matches(image, visit.id, self._voter(visit.document))
        return self._admit(visit) if matches else self._fail_try(visit)

    def _admit(self, visit: Visit) -> Visit:
        self._day.keep(self._day.now.admitting(visit.document))
        self._visit = msgspec.structs.replace(visit, stage="admitted", outcome="matched")
        return self._visit

    @exclusive
    def practise_finger(self, visit_id: str, *, matches: bool) -> Visit:
        """In a training, one try without a finger, and what comes of it; raises `IllegalStep` in an election."""
        if not is_training(self.definition):
            raise IllegalStep("finger.chosen-in-an-election")
        visit = self._at(visit_id, "finger")
        return self._admit(visit) if matches else self._fail_try(visit)

    @exclusive
    def finger_unread(self, visit_id: str) -> Visit:
        """The reader saw a finger and made nothing out, as it is with worn ridges: a try that failed.

        Otherwise a worn finger would be tried for ever, and the chair could never release its owner.
        """
        return self._fail_try(self._at(visit_id, "finger"))

    def _fail_try(self, visit: Visit) -> Visit:
        self._day.keep(self._day.now.failing(visit.document))
        left = visit.tries_left - 1
        self._visit = msgspec.structs.replace(visit, stage="finger" if left else "unmatched", tries_left=left)
        return self._visit

    @exclusive
    def release(self, visit_id: str, chair_pin: str, reason: str, *, account: str = "") -> Visit:
        """The chair, who has checked who the visitor is, lets them through for one of `reasons.RELEASE_REASONS`.

        `account`: the chair's or a deputy's, whose PIN it is; may be "" where there is only one.

        Allowed once the finger has failed at least once, or no finger was enrolled. Raises `NotAllowed` for a wrong
        PIN, `IllegalStep` over the cap.
        """
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "release", reasons.RELEASE_REASONS)
        if (
            visit.stage == "finger"
            and reason not in reasons.RELEASES_WITHOUT_A_TRY
            and not self._day.now.tried(visit.document).failed
        ):
            raise IllegalStep("finger.not-tried")
        if self.counters().released >= self.release_cap:
            raise IllegalStep("released.to-limit", count=self.release_cap)
        by = self.staff.check(account, chair_pin, PRESIDING)
        self._day.keep(self._day.now.admitting(visit.document, released=reason, by=by.id))
        self._visit = msgspec.structs.replace(visit, stage="admitted", outcome="released")
        return self._visit

    @exclusive
    def refuse(self, visit_id: str, reason: str) -> RefusedVoter:
        """Turn the visitor away, for one of `reasons.CLERK_REFUSAL_REASONS`; this concludes the visit."""
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "refusal", reasons.CLERK_REFUSAL_REASONS)
        self._day.end(self._day.now.refusing(reason, visit.document))
        self._visit = None
        return RefusedVoter(visit.document, reason)

    @exclusive
    def hand_card(self, visit_id: str) -> None:
        """The voter has drawn a card from the tray of the visit's style: the visit is over. Which card nobody notes."""
        self._at(visit_id, "admitted")
        day = self._day.now
        self._day.end(msgspec.structs.replace(day, cards_handed=day.cards_handed + 1, visit=None))
        self._visit = None
        note_batch(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))

    # ---- counters, orders

    @exclusive
    def counters(self) -> CheckInCounters:
        """The check-in's counters."""
        return self._day.now.counters(self.registered, self.release_cap)

    @exclusive
    def order(self, envelope: bytes) -> bytes:
        """Obey an order of the chair; the signed report. Raises what `OrderReceiver.taken` raises."""
        with self._orders.taken(envelope) as order:
            self._obey(order)
        data: dict[str, Any] = {"visiting": self._visit is not None}
        if order.name == "readiness":
            lines = check_in_lines(self.folder.path, self.reader, registered=self.counters().registered)
            data["lines"] = msgspec.to_builtins(lines)
        if order.name == "close":
            data["statement"] = self._closing_statement().decode()
            self.folder.even_times()
        return self._orders.report(order, envelope, self.counters(), data)

    def _closing_statement(self) -> bytes:
        """What the check-in itself says in public of this day: `check-in-report`, with its own signature."""
        log = self.folder.log
        return self.folder.sign_statement(
            "check-in-report", CheckInReport(self.station_id, self.counters(), log.head, len(log))
        )

    def _obey(self, order: Order) -> None:
        if order.name in ("test", *ABOUT_A_SESSION):
            raise InvalidInput("order.for-the-booth", place=self.folder.place, order=order_named(order.name))
        if order.name in ("zero", "open") and self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        if order.name == "zero" and self.counters().checked_in:
            raise IllegalStep("check-in.not-at-zero", place=self.folder.place)
        if order.name == "open" and self.state == "ready" and self._book is not None:
            self._day.begin(checkin_day.room_of(self._book.voters))
        if order.name == "close":
            self._end_day()

    def _end_day(self) -> None:
        if self._visit is not None:
            raise IllegalStep("desk.visitor-there", place=self.folder.place, hint="conclude-the-visit")
        if self.state != "closed":
            self._day.settle()
            note_rest(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))

    # ---- what the day says

    def _voter(self, document: str) -> PollBookVoter:
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        return self._book.voters[document]

    def _begin(self, open_: OpenVisit, *, interrupted: bool = False) -> Visit:
        voter, tries = self._voter(open_.document), self._day.now.tried(open_.document)
        may_try = bool(voter.fingers) and tries.impostors < IMPOSTORS_BEFORE_CHAIR
        left = max(0, self.definition.rules.finger_tries - tries.failed) if may_try else 0
        style = self.definition.style(self.folder.station.district, voter.roll)
        return Visit(
            id=open_.id,
            document=open_.document,
            name=voter.name,
            style=style.id,
            stage="finger" if left else "unmatched",
            tries_left=left,
            fingers=tuple(dict.fromkeys(finger.position for finger in voter.fingers)),
            impostors=tries.impostors,
            interrupted=interrupted,
        )

    def _recover(self) -> None:
        open_ = self._day.now.visit
        if open_ is None:
            self._day.settle()
            return
        self._visit = self._begin(open_, interrupted=True)
        admitted = self._day.now.voted.get(open_.document)
        if admitted is not None:
            outcome: Literal["matched", "released"] = "released" if admitted.released else "matched"
            self._visit = msgspec.structs.replace(self._visit, stage="admitted", outcome=outcome)

    def _at(self, visit_id: str, *stages: str) -> Visit:
        visit = self._visit
        if visit is None or not hmac.compare_digest(visit.id.encode(), visit_id.encode()):
            raise IllegalStep("visit.over")
        if visit.stage not in stages:
            stage = message("term", f"visit-stage.{visit.stage}")
            raise IllegalStep("visit.at-another-step", hint="go-on-from-the-screen", stage=stage)
        return visit

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
