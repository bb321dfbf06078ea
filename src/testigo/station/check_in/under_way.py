"""The visit under way at a check-in desk: how it begins, what the screen shows of it, and how it ends.

It survives a restart, and then has to be concluded.
"""

import hmac
import secrets
from typing import Literal

from msgspec.structs import replace

from testigo.errors import IllegalStep
from testigo.register import PollBookVoter
from testigo.station.check_in.book import BookedDesk
from testigo.station.check_in.claims import Owed
from testigo.station.check_in.day import CheckInDay, OpenVisit
from testigo.station.check_in.release_rule import SecondPerson
from testigo.station.check_in.visit import Visit
from testigo.station.machine.folder import exclusive
from testigo.words import message

IMPOSTORS_BEFORE_CHAIR = 2
"""Impostors refused on one document before no further finger is tried on it, and the chair decides.

One impostor must not cost the real voter anything, and a second may be a clerk's slip. A third person with the same
document is somebody who tries fingers until one matches: at four tries each, an unlimited number would multiply the
matcher's chance of a false match."""

REFUSALS_BEFORE_CHAIR = 3
"""Refusals of another kind on one document before the chair gives new tries, for the same reason."""


class VisitedDesk(BookedDesk):
    """A check-in desk with the visitor who is at it; one at a time."""

    _visit: Visit | None
    _second: SecondPerson

    @exclusive
    def current(self) -> Visit | None:
        """The visit that is not concluded yet, also after a restart; None if nobody is at the desk."""
        visit = self._visit
        if visit is None or visit.stage == "admitted":
            return visit
        proposed = self._second.proposed(visit.id)
        return visit if proposed is None else replace(visit, stage="second", proposed=proposed.reason)

    def _open_visit(self, document: str, day: CheckInDay | None = None, *, listed: bool = False) -> Visit:
        day = day or self._day.now
        visit = OpenVisit(secrets.token_hex(8), document, listed)
        self._day.keep(replace(day, visit=visit, claims=day.claims.settled(document)))
        self._visit = self._begin(visit)
        return self._visit

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

    def _at(self, visit_id: str, *stages: str) -> Visit:
        visit = self._visit
        if visit is None or not hmac.compare_digest(visit.id.encode(), visit_id.encode()):
            raise IllegalStep("visit.over")
        if visit.stage not in stages:
            stage = message("term", f"visit-stage.{visit.stage}")
            raise IllegalStep("visit.at-another-step", hint="go-on-from-the-screen", stage=stage)
        return visit

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
                owed: Owed = "moved" if self._desks.was_of(document) else "voted"
                claims = claims.admitting_from_list(document) if visit.listed else claims.owing(document, owed)
            else:
                claims = claims.owing(document, "back")
            day = replace(day, claims=claims)
        elif visit is not None and visit.listed and card:
            day = replace(day, claims=day.claims.admitting_of_own_share(visit.document))
        self._day.end(day)
        self._visit = None

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
