"""A voter's arrival at a check-in desk: whom the clerk means, and whether a visit begins here.

Looking somebody up decides nothing. Of a voter of another desk's share, that desk is asked first (`desks`); where it
cannot be, chair and one more person may admit the voter from the printed list (`sign_in_list`).
"""

import logging
import math
from collections.abc import Sequence

from msgspec.structs import replace

from testigo.errors import IllegalStep, TestigoError
from testigo.register import normalise_document
from testigo.staff.accounts import Account
from testigo.station.check_in.card_text import is_card_text, numbers_in
from testigo.station.check_in.keyboards import other_readings
from testigo.station.check_in.link import Answered
from testigo.station.check_in.lookup import LookedUp, Lookup
from testigo.station.check_in.sign_in_list import FROM_LIST, Agreed, SignInList
from testigo.station.check_in.under_way import VisitedDesk
from testigo.station.check_in.visit import AtAnotherDesk, RefusedVoter, Visit
from testigo.station.machine.folder import exclusive
from testigo.station.machine.orders import machine_state

log = logging.getLogger("testigo.station")


class ArrivalDesk(VisitedDesk):
    """A check-in desk as it receives voters."""

    _told: RefusedVoter | None
    _sign_in_list: SignInList

    @exclusive
    def look_up(self, text: str) -> LookedUp:
        """Whom a document number or name that the clerk typed may mean; it changes and counts nothing.

        Raises `IllegalStep` while not open or while a visit is not concluded.
        """
        lookup, text = self._searchable(), text.strip().rstrip("@")  # the page puts it for a scanner's Enter
        found = _typed(lookup, text)
        if found.found:
            return found
        others = (_typed(lookup, reading) for reading in other_readings(text))
        return next((other for other in others if other.found), found)

    @exclusive
    def look_up_card(self, texts: Sequence[str]) -> LookedUp:
        """The same of what the codes on an identity card say."""
        lookup = self._searchable()
        found = lookup.exact(number for text in texts for number in numbers_in(text))
        if found.found:
            return found
        others = (lookup.exact(numbers_in(reading)) for text in texts for reading in other_readings(text))
        return next((other for other in others if other.found), found)

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
        with self._desks.claiming(document):
            with self.folder.guard:
                found = self._found_here(document)
                if found is not None:
                    return found
                if self._desks.home(document) == self._desks.own:
                    return self._open_visit(document)
                # Written before it is said: a claim whose answer is lost is given back.
                day = self._day.now
                self._day.keep(replace(day, claims=day.claims.owing(document, "back")))
                claim = self._desks.message_of_claim(document)
            try:
                answered = self._desks.claim(document, claim)
            except TestigoError:
                return AtAnotherDesk(document, self._desks.home(document), reached=False)
            with self.folder.guard:
                return self._answered(document, answered)

    def _found_here(self, document: str) -> RefusedVoter | AtAnotherDesk | None:
        """What this desk knows without asking; None where the voter may be checked in as far as it knows."""
        self._searchable()
        refused = self._refusal(document)
        lent = self._day.now.claims.lent.get(document)
        if refused is None and lent is not None:
            return AtAnotherDesk(document, lent.desk, out=lent.desk in self._desks.out)
        if refused is None and self._desks.home(document) == self._desks.own and self._desks.was_of(document):
            return AtAnotherDesk(document, self._desks.was_of(document), out=True)
        return refused

    def _answered(self, document: str, answered: Answered) -> Visit | RefusedVoter | AtAnotherDesk:
        """What comes of the home desk's answer; a claim that is granted too late stays owed back."""
        self._searchable()
        day = self._day.now
        if day.claims.owed.get(document) != "back":
            raise IllegalStep("visit.over")
        if answered.said == "granted" and self._desks.was_of(document):
            return AtAnotherDesk(document, self._desks.was_of(document), out=True)  # and it stays owed back
        if answered.said == "granted":
            # Claimed again before the home desk heard of the visit before: what is known here is the newer.
            if day.claims.had.get(document, 0) != answered.since or not answered.since:
                day = day.with_tries(document, answered.tries)
            return self._open_visit(document, replace(day, claims=day.claims.having(document, answered.since)))
        self._day.keep(replace(day, claims=day.claims.settled(document)))
        if answered.said == "voted":
            self._told = RefusedVoter(document, "already-voted", at=answered.hour)
            return self._told
        return AtAnotherDesk(document, answered.desk, out=answered.desk in self._desks.out)

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

    def tell_desks(self, *, within: float = math.inf) -> None:
        """Say to the other desks what they are still to be told, for so many seconds in all; of one that cannot be
        reached it stays owed, as does what was answered and cannot be kept."""
        for document, owed, answered in self._desks.tell_all(within):
            try:
                with self.folder.guard:
                    self._desks.keep_answer(document, owed, answered)
            except TestigoError as error:  # of the document nothing is said here
                log.error("an answer of another desk cannot be kept: %s", error.code)

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


def _typed(lookup: Lookup, text: str) -> LookedUp:
    """Whom a number, a name or the text of a card may mean, typed as it is meant."""
    if is_card_text(text):
        return lookup.exact(numbers_in(text))
    found = lookup.look_up(text)
    return found if found.found or found.document else lookup.exact(numbers_in(text))
