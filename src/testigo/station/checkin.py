"""The check-in desk: from a voter's arrival to the voting card, or to a refusal with its reason.

    document → finger (up to four tries, any enrolled finger) → matched ┐
                        └ unmatched → released, by one person or two    ┴→ a card from the tray of the visit's style
                                    → refused, with a reason from the list    (or the check-in is undone)

One visit at a time, and nothing is silent: a visit that a power cut interrupted is there again at the next start, and
has to be concluded. What is kept of the day is who has voted and in which hour, on whose document fingers failed, and
counters (`checkin_day`): nothing says who came before whom within an hour. The event log has the chair's orders, and
counters of at least ten voters at a time (`batches`). The check-in knows nothing of cards' codes or of choices.

Looking somebody up decides nothing (`lookup`): who is not found, has voted or votes elsewhere is refused only once the
clerk confirms it, and a visit of the wrong voter is left again without a trace.

Tries of the finger count for a document number, not for a visit: whoever goes away in the middle and comes back has
those that are left. Whoever was refused and comes back has new ones. After `IMPOSTORS_BEFORE_CHAIR` impostors on one
document, or `REFUSALS_BEFORE_CHAIR` other refusals, no finger is tried on it before the chair gives new tries or lets
the voter through. When that takes two persons: `release_rule`.
"""

import contextlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from testigo import storage
from testigo.ballot import CheckInCounters, CheckInReport, reasons
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.election import Station, is_training
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, TestigoError
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import Reader
from testigo.keys import OpeningKey, PublicKey
from testigo.register import OtherStation, PaperList, PollBook, PollBookVoter, normalise_document, of_poll_book
from testigo.register.document import MAX_DOCUMENT
from testigo.staff.accounts import PRESIDING, Account
from testigo.station import checkin_day, release_rule
from testigo.station.allowance import Allowance
from testigo.station.batches import note_rest
from testigo.station.card_text import is_card_text, numbers_in
from testigo.station.check_in_readiness import check_in_lines
from testigo.station.checkin_day import CheckInDay, OpenVisit
from testigo.station.day_file import DayFile
from testigo.station.desk_link import Answered, OtherDesk
from testigo.station.desks import Desks, desks_in
from testigo.station.finger_check import FingerCheck, Matcher, match_finger
from testigo.station.folder import OPENING_KEY, MachineFolder, exclusive
from testigo.station.lookup import LookedUp, Lookup
from testigo.station.machine import ABOUT_A_SESSION, MachineState, Order, OrderReceiver, machine_state, order_named
from testigo.station.release_rule import SecondPerson
from testigo.station.sign_in_list import FROM_LIST, Agreed, SignInList
from testigo.station.staffing import staff_of
from testigo.station.visit import AtAnotherDesk, RefusedVoter, Visit
from testigo.words import message

IMPOSTORS_BEFORE_CHAIR = 2
"""Impostors refused on one document before no further finger is tried on it, and the chair decides.

One impostor must not cost the real voter anything, and a second may be a clerk's slip. A third person with the same
document is somebody who tries fingers until one matches: at four tries each, an unlimited number would multiply the
matcher's chance of a false match."""

REFUSALS_BEFORE_CHAIR = 3
"""Refusals of another kind on one document before the chair gives new tries, for the same reason."""

POLL_BOOK = "poll-book.json"
POLL_BOOK_LIMIT = 512 << 20
"""Bytes: of the 20,000 voters that a station has at most, with 10 kB of fingers and 8 of a photograph each."""


class CheckIn:
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
        self._book: PollBook | None = None
        self._lookup: Lookup | None = None
        self._visit: Visit | None = None
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
            self._told: RefusedVoter | None = None
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
        """Voters on the poll book, of several desks those of this desk's share; 0 while none is loaded."""
        return self._desks.share(self._book.voters) if self._book else 0

    @property
    def without_finger(self) -> int:
        """Voters on the poll book of whom no finger was ever taken."""
        voters = self._book.voters.values() if self._book else ()
        return self._desks.share(voter.document for voter in voters if not voter.fingers)

    @property
    def release_cap(self) -> int:
        """From how many releases of one kind on it takes two persons (`Definition.release_cap`)."""
        return self._desks.part_of(self.definition.release_cap(self.station_id))

    @property
    def allowed_releases(self) -> int:
        """How many releases beyond it the authority has allowed the chair alone."""
        return self._allowance.more

    @exclusive
    def take_allowance(self, data: bytes) -> ReleaseAllowance:
        """Take in what the authority allows this station's chair, at any time; raises what `Allowance.take` raises."""
        return self._allowance.take(data)

    @exclusive
    def sign_in(self, account: str, pin: str, *, source: str = "") -> Account:
        """Who this is: a clerk. `account` may be "" where there is only one. `source`: as `Staff.check` has it.

        With a staff list, the log notes the account. Raises what `Staff.check` raises.
        """
        admitted = self.staff.check(account, pin, ("clerk",), source=source)
        if self.staff.listed:
            self.folder.log.append("signed-in", account=admitted.id)
        return admitted

    def releasers(self) -> tuple[Account, ...]:
        """Who may release a voter: the chair and deputies."""
        return self.staff.accounts(PRESIDING)

    @exclusive
    def voter_list(self, account: str, pin: str, *, source: str = "") -> PaperList:
        """The poll book as it goes on paper, for the chair or a deputy; who has a card is ticked.

        Raises what `Staff.check` raises, and `IllegalStep` where no poll book is loaded.
        """
        self.staff.check(account, pin, PRESIDING, source=source)
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
        book = self.read_poll_book(data)
        storage.write(self.folder.path / POLL_BOOK, data, mode=0o600)
        self.folder.log.append("poll-book-loaded", serial=book.serial, voters=len(book.voters), digest=book.digest)
        self._book, self._lookup = book, None
        self._desks.deal(book.voters)
        return len(book.voters)

    def read_poll_book(self, data: bytes) -> PollBook:
        """What `load_poll_book` would take in; raises as it does."""
        if self.state not in ("installed", "tested", "ready"):
            raise IllegalStep("poll-book.too-late", state=machine_state(self.state))
        return self._open_book(data)

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
        visit = self._visit
        if visit is None or visit.stage == "admitted":
            return visit
        proposed = self._second.proposed(visit.id)
        return visit if proposed is None else replace(visit, stage="second", proposed=proposed.reason)

    @exclusive
    def look_up(self, text: str) -> LookedUp:
        """Whom a document number or name that the clerk typed may mean; it changes and counts nothing.

        Raises `IllegalStep` while not open or while a visit is not concluded.
        """
        lookup, text = self._searchable(), text.strip().rstrip("@")  # the page puts it for a scanner's Enter
        if is_card_text(text):
            return lookup.exact(numbers_in(text))
        found = lookup.look_up(text)
        return found if found.found else (lookup.exact(numbers_in(text)) if len(text) > MAX_DOCUMENT else found)

    @exclusive
    def look_up_card(self, texts: Sequence[str]) -> LookedUp:
        """The same of what the codes on an identity card say."""
        return self._searchable().exact(number for text in texts for number in numbers_in(text))

    def _searchable(self) -> Lookup:
        if self.state != "open" or self._book is None:
            raise IllegalStep("check-in.not-open", state=machine_state(self.state))
        if self._visit is not None:
            raise IllegalStep("visit.not-concluded", hint="conclude-the-visit")
        self._lookup = self._lookup or Lookup(self._book)
        return self._lookup

    def find(self, document: str) -> Visit | RefusedVoter | AtAnotherDesk:
        """The visitor has this document number: a visit begins, or it is said why there is none. A refusal is counted
        only once `turn_away` confirms it. Of another desk's share, that desk is asked first.

        Raises `InvalidInput` for what is not a document number, `IllegalStep` as `look_up`.
        """
        document = normalise_document(document)
        with self.folder.guard:
            found = self._found_here(document)
            if found is not None:
                return found
            if self._desks.home(document) == self._desks.own:
                return self._open_visit(document)
            # Written before it is said: a claim whose answer is lost is given back.
            day = self._day.now
            self._day.keep(replace(day, claims=day.claims.owing(document, "back")))
        try:
            answered = self._desks.claim(document)
        except TestigoError:
            return AtAnotherDesk(document, self._desks.home(document), reached=False)
        with self.folder.guard:
            return self._answered(document, answered)

    def _found_here(self, document: str) -> RefusedVoter | AtAnotherDesk | None:
        """What this desk knows without asking; None where the voter may be checked in as far as it knows."""
        self._searchable()
        refused = self._refusal(document)
        lent = self._day.now.claims.lent.get(document)
        return AtAnotherDesk(document, lent.desk) if refused is None and lent is not None else refused

    def _answered(self, document: str, answered: Answered) -> Visit | RefusedVoter | AtAnotherDesk:
        """What comes of the home desk's answer; a claim that is granted too late stays owed back."""
        self._searchable()
        day = self._day.now
        if day.claims.owed.get(document) != "back":
            raise IllegalStep("visit.over")
        if answered.said == "granted":
            tries = msgspec.convert(answered.tries, checkin_day.Tries)
            return self._open_visit(document, day.with_tries(document, tries))
        self._day.keep(replace(day, claims=day.claims.settled(document)))
        if answered.said == "voted":
            self._told = RefusedVoter(document, "already-voted", at=answered.hour)
            return self._told
        return AtAnotherDesk(document, answered.desk)

    def _open_visit(self, document: str, day: CheckInDay | None = None, *, listed: bool = False) -> Visit:
        day = day or self._day.now
        visit = OpenVisit(secrets.token_hex(8), document, listed)
        self._day.keep(replace(day, visit=visit, claims=day.claims.settled(document)))
        self._visit = self._begin(visit)
        return self._visit

    def admit_from_list(self, document: str, agreed: Agreed, *, source: str = "") -> Visit | RefusedVoter:
        """The home desk cannot be asked, or another desk has the voter and cannot be reached: chair and one more person
        have found the voter on the printed sign-in list, not signed there. The visit then goes on as every other.

        Raises `NotAllowed` for a wrong PIN or the same person twice, `IllegalStep` as `find`.
        """
        found = self.find(document)
        if not isinstance(found, AtAnotherDesk):
            return found
        with self.folder.guard:
            self._searchable()
            self._sign_in_list.agree(agreed, source=source)
            return self._open_visit(found.document, listed=True)

    @property
    def owed(self) -> int:
        """How many voters other desks are still to hear of."""
        return len(self._day.now.claims.owed)

    def list_persons(self) -> tuple[Account, ...]:
        """Who may agree, beside the chair, that a voter is admitted from the list."""
        return self.staff.accounts(FROM_LIST.second)

    def tell_desks(self) -> None:
        """Say to the other desks what they are still to be told; of one that cannot be reached it stays owed."""
        for document, owed, answered in self._desks.tell_all():
            with self.folder.guard:
                self._desks.keep_answer(document, owed, answered)

    @exclusive
    def tell(self, envelope: bytes) -> bytes:
        """What another desk of the station says; the answer. Raises `IllegalStep` while not open or paused, and as
        `DeskLink.read`."""
        if self.state not in ("open", "paused"):
            raise IllegalStep("check-in.not-open", state=machine_state(self.state))
        return self._desks.hear(envelope)

    @exclusive
    def turn_away(self, document: str) -> RefusedVoter:
        """The clerk has told the visitor why there is no card: the refusal that `find` gave is counted.

        Raises as `find`; `IllegalStep` where the voter may be checked in.
        """
        self._searchable()
        document = normalise_document(document)
        told = self._told if self._told is not None and self._told.document == document else None
        refused = self._refusal(document) or told
        if refused is None:
            raise IllegalStep("visit.may-be-checked-in")
        self._day.end(self._day.now.refusing(refused.reason))
        return refused

    @exclusive
    def leave(self, visit_id: str) -> None:
        """It was the wrong entry: the visit is over, and nothing is counted but tries that failed."""
        self._at(visit_id, "finger", "unmatched")
        self._second.withdraw(visit_id)
        self._end_visit(replace(self._day.now, visit=None))

    def _end_visit(self, day: CheckInDay, *, card: bool = False) -> None:
        """The visit is over: the home desk of the document is to hear what came of it."""
        visit = self._day.now.visit
        if visit is not None and self._desks.home(visit.document) != self._desks.own:
            claims, document = day.claims, visit.document
            if card:
                claims = claims.admitting_from_list(document) if visit.listed else claims.owing(document, "voted")
            else:
                claims = claims.owing(document, "back")
            day = replace(day, claims=claims)
        elif visit is not None and visit.listed and card:
            day = replace(day, claims=day.claims.admitting_of_own_share(visit.document))
        self._day.end(day)
        self._visit = None

    def _refusal(self, document: str) -> RefusedVoter | None:
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        if document in self._day.now.voted:
            return RefusedVoter(document, "already-voted", at=self._day.now.voted[document].hour)
        lent = self._day.now.claims.lent.get(document)
        if lent is not None and lent.hour:
            return RefusedVoter(document, "already-voted", at=lent.hour)
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
        self._second.withdraw(visit.id)
        self._day.keep(self._day.now.admitting(visit.document))
        self._visit = replace(visit, stage="admitted", outcome="matched")
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
        self._visit = replace(visit, stage="finger" if left else "unmatched", tries_left=left, failed=visit.failed + 1)
        return self._visit

    @exclusive
    def grant_tries(self, visit_id: str, chair_pin: str, *, account: str = "", source: str = "") -> Visit:
        """The chair, who has looked at document and person, gives new tries. Raises `IllegalStep` where no finger was
        enrolled, `NotAllowed` for a wrong PIN."""
        visit = self._at(visit_id, "unmatched")
        if not visit.fingers:
            raise IllegalStep("finger.never-enrolled")
        self.staff.check(account, chair_pin, PRESIDING, source=source)
        self._day.keep(self._day.now.granting(visit.document))
        self._visit = replace(visit, stage="finger", tries_left=self.definition.rules.finger_tries, failed=0)
        return self._visit

    def release_reasons(self, visit: Visit) -> tuple[str, ...]:
        """For which reasons this voter may be released now."""
        tried = visit.tries_left == 0 or visit.failed > 0
        return release_rule.offered(enrolled=_is_enrolled(visit), tried=tried)

    def beyond(self, visit: Visit) -> tuple[str, ...]:
        """Those of `release_reasons` for which it takes two persons now."""
        counters, allowed = self.counters(), self.allowed_releases
        return tuple(
            one for one in self.release_reasons(visit) if release_rule.standing(counters, one, allowed) == "two"
        )

    @exclusive
    def release(self, visit_id: str, chair_pin: str, reason: str, *, account: str = "", source: str = "") -> Visit:
        """The chair, who has checked who the visitor is, lets them through for one of `release_reasons`. Beyond the
        alarm the visit is then at `second`, until another person agrees.

        `account`: the chair's or a deputy's, whose PIN it is; may be "" where there is only one.

        Raises `NotAllowed` for a wrong PIN, `IllegalStep` for a reason that needs a try.
        """
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "release", release_rule.offered(enrolled=_is_enrolled(visit), tried=True))
        if reason not in self.release_reasons(visit):
            raise IllegalStep("finger.not-tried")
        by = self.staff.check(account, chair_pin, PRESIDING, source=source)
        stands = release_rule.standing(self.counters(), reason, self.allowed_releases)
        if stands == "two":
            self._second.propose(visit.id, by, reason)
            return self.current() or visit
        return self._release(visit, reason, by.id, allowed=stands == "allowed")

    def second_persons(self) -> tuple[Account, ...]:
        """Who may agree to what the chair proposes for the visit under way."""
        return self._second.persons(self._visit.id) if self._visit else ()

    @exclusive
    def agree(self, visit_id: str, account: str, pin: str, *, source: str = "") -> Visit:
        """A second person agrees, with their own PIN, to what the chair proposed: the voter is let through.

        Raises `NotAllowed` for the same person or a wrong PIN, `IllegalStep` where nothing is proposed any more.
        """
        visit = self._at(visit_id, "finger", "unmatched")
        decision = self._second.agree(visit.id, account, pin, source=source)
        if decision is None:
            raise IllegalStep("release.not-proposed")
        return self._release(visit, decision.reason, decision.first, second=decision.second)

    @exclusive
    def withdraw_release(self, visit_id: str) -> Visit:
        """Nobody else is asked: the visit is again where it was."""
        visit = self._at(visit_id, "finger", "unmatched")
        self._second.withdraw(visit.id)
        return visit

    def _release(self, visit: Visit, reason: str, by: str, **more: Any) -> Visit:
        self._day.keep(self._day.now.admitting(visit.document, reason, by, **more))
        self._visit = replace(visit, stage="admitted", outcome="released")
        return self._visit

    @exclusive
    def refuse(self, visit_id: str, reason: str) -> RefusedVoter:
        """Turn the visitor away, for one of `reasons.CLERK_REFUSAL_REASONS`; this concludes the visit."""
        visit = self._at(visit_id, "finger", "unmatched")
        reasons.check_reason(reason, "refusal", reasons.CLERK_REFUSAL_REASONS)
        self._second.withdraw(visit.id)
        self._end_visit(self._day.now.refusing(reason, visit.document))
        return RefusedVoter(visit.document, reason)

    @exclusive
    def undo(self, visit_id: str, chair_pin: str, reason: str, *, account: str = "", source: str = "") -> None:
        """The chair takes the check-in back, before a card is handed over, for one of `reasons.UNDO_REASONS`: the visit
        is over, and the voter has not voted. Raises `NotAllowed` for a wrong PIN."""
        visit = self._at(visit_id, "admitted")
        reasons.check_reason(reason, "undo", reasons.UNDO_REASONS)
        by = self.staff.check(account, chair_pin, PRESIDING, source=source)
        self.folder.log.append_coarse("check-in-undone", reason=reason, account=by.id)
        self._end_visit(self._day.now.undoing(visit.document, reason))

    @exclusive
    def hand_card(self, visit_id: str) -> None:
        """The voter has drawn a card from the tray of the visit's style: the visit is over. Which card nobody notes."""
        self._at(visit_id, "admitted")
        day = self._day.now
        self._end_visit(replace(day, cards_handed=day.cards_handed + 1, visit=None), card=True)
        self._day.note(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))

    # ---- counters, orders

    @exclusive
    def counters(self) -> CheckInCounters:
        """The check-in's counters."""
        return self._day.now.counters(self.registered, self.release_cap, self.without_finger)

    def order(self, envelope: bytes) -> bytes:
        """Obey an order of the chair; the signed report. Raises what `OrderReceiver.taken` raises.

        What is owed to other desks is said before: at closing, all that can be heard is heard.
        """
        self.tell_desks()
        return self._order(envelope)

    @exclusive
    def _order(self, envelope: bytes) -> bytes:
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
        if order.name == "open" and self.state == "ready" and self._book is not None:
            self._day.begin(checkin_day.room_of(self._book.voters))
        if order.name == "close":
            self._end_day()

    def _end_day(self) -> None:
        if self._visit is not None:
            raise IllegalStep("desk.visitor-there", place=self.folder.place, hint="conclude-the-visit")
        if self.state != "closed":
            self._day.end(replace(self._day.now, pending=None))
            note_rest(self.folder.log, self._day.now.cards_handed, self._day.now.batch(self.counters()))

    # ---- what the day says

    def _voter(self, document: str) -> PollBookVoter:
        if self._book is None:
            raise IllegalStep("poll-book.none", place=self.folder.place)
        return self._book.voters[document]

    def _begin(self, open_: OpenVisit, *, interrupted: bool = False) -> Visit:
        voter, tries = self._voter(open_.document), self._day.now.tried(open_.document)
        few = tries.impostors < IMPOSTORS_BEFORE_CHAIR and tries.refused < REFUSALS_BEFORE_CHAIR
        may_try = bool(voter.fingers) and (few or tries.granted)
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
            exceptions=tuple(sorted(voter.exceptions.items())),
            failed=tries.failed,
            impostors=tries.impostors,
            photograph=self._photograph(voter) is not None,
            interrupted=interrupted,
            listed=open_.listed,
        )

    @exclusive
    def photograph(self, visit_id: str) -> bytes:
        """The face that was photographed at enrolment, for people to look at; raises `IllegalStep` where there is
        none."""
        visit = self._at(visit_id, "finger", "unmatched", "admitted")
        picture = self._photograph(self._voter(visit.document))
        if picture is None:
            raise IllegalStep("voter.no-photograph")
        return picture

    @staticmethod
    def _photograph(voter: PollBookVoter) -> bytes | None:
        return voter.photograph

    def _recover(self) -> None:
        open_ = self._day.now.visit
        if open_ is None:
            self._day.settle()
            return
        self._visit = self._begin(open_, interrupted=True)
        admitted = self._day.now.voted.get(open_.document)
        if admitted is not None:
            outcome: Literal["matched", "released"] = "released" if admitted.released else "matched"
            self._visit = replace(self._visit, stage="admitted", outcome=outcome)

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


def _is_enrolled(visit: Visit) -> bool:
    """Whether somebody saw the voter's hands at enrolment, also where no finger could be taken."""
    return bool(visit.fingers or visit.exceptions)
