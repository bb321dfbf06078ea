"""Voting day at one station: every visit goes through the desk and the booth over HTTP, page by page.

Whatever ends in a wrong way is noted and never hidden; the day goes on, as it would. What chance explains (a
finger that is not recognised, an impostor who is) is handled as people would handle it, and told as what it is.
"""

import random

from testigo.election import Definition
from testigo.errors import TestigoError
from testigo.rehearsal.booth import BoothVisit, is_deposited
from testigo.rehearsal.desks import DeskQueue
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.incidents import ORDINARY, PlannedVisit
from testigo.rehearsal.journal import Journal, StationNotes
from testigo.rehearsal.site import CHAIR_PIN, CLERK_PIN, BoothPlace, Site
from testigo.web.browser import Browser
from testigo.web.client import SeenPage

_CUTS = 0.25
"""Share of ordinary visits during which the other desks of a station with several are off."""


class StationDay:
    """All visits of one station, from the first in line to the last."""

    def __init__(self, site: Site, definition: Definition, fingers: Fingers, journal: Journal, seed: str) -> None:
        self._site = site
        self._definition = definition
        self._fingers = fingers
        self._journal = journal
        self._notes: StationNotes = journal.stations[site.station.id]
        self._generator = random.Random(seed)
        self._admitted: set[str] = set()  # document numbers
        self._desks = DeskQueue(site, self._generator)

    def receive(self, visit: PlannedVisit) -> None:
        """One visit, from arrival to leaving."""
        try:
            with self._desks.at_some_desk(visit.person.document, alone=self._cuts(visit)) as (clerk, page):
                tray = self._check_in(clerk, page, visit)
            if tray:
                booth = self._generator.choice(self._site.booths)
                self._vote(visit, booth, booth.trays[tray].pop())
        except TestigoError as error:
            self._surprise(visit, str(error))

    def _cuts(self, visit: PlannedVisit) -> bool:
        """Whether another desk is off during this visit: often enough where there are several, and never while somebody
        else's document is shown, whose outcome would be another."""
        return visit.incident is ORDINARY and self._generator.random() < _CUTS

    # ---- the desk

    def _check_in(self, clerk: Browser, page: SeenPage, visit: PlannedVisit) -> str:
        """The ballot style of the tray the voter draws a card from, or "" where there is no card for them."""
        if page.name == "other-desk":
            self._notes.from_list += 1
            page = clerk.send("/from-list", first_pin=CHAIR_PIN, second="clerk", second_pin=CLERK_PIN)
        if page.name == "finger" and not visit.incident.reader_fails:
            page = self._take_finger(clerk, page, visit)
        if page.name in ("finger", "unmatched"):
            page = self._decide_unmatched(clerk, page, visit)
        if page.name in ("matched", "released"):
            self._judge(visit, page.name)
            self._admitted.add(visit.person.document)
            clerk.send("/card")
            return page.facts["tray"]
        if page.name == "finding":
            self._check_way(visit, page)
            page = clerk.send("/turn-away")
        if page.name == "refused":
            self._judge(visit, page.facts.get("reason", ""))
            clerk.send("/next")
        else:
            self._surprise(visit, f"the desk shows {page.name!r}: {page.code}")
        return ""

    def _take_finger(self, clerk: Browser, page: SeenPage, visit: PlannedVisit) -> SeenPage:
        """Touch after touch while tries are left; a clerk gives up where the reader makes nothing of many touches."""
        for attempt in range(2 * self._definition.rules.finger_tries):
            image = visit.incident.touch(self._fingers.at_the_desk(visit.finger_of.finger, attempt)[1])
            page = clerk.send("/finger", files={"image": image})
            self._notes.strange_tries += visit.finger_of is not visit.person
            if not page.ok:
                page = clerk.get("/")
            if page.name == "matched" and visit.finger_of is visit.person:
                self._notes.tries[attempt + 1] += 1
            if page.name != "finger":
                break
        return page

    def _decide_unmatched(self, clerk: Browser, page: SeenPage, visit: PlannedVisit) -> SeenPage:
        """No try matched: an impostor is turned away, once the clerk has said so again. Anyone else the chair lets
        through; beyond the alarm the clerk agrees, who sees the same document.
        """
        if visit.incident.refused_as:
            page = clerk.send("/refuse", reason=visit.incident.refused_as)
            return clerk.send("/refuse", sure="yes") if page.name == "refuse" else page
        reason = "not-enrolled" if page.facts.get("fingers") == "0" else visit.incident.release_reason
        page = clerk.send("/release", pin=CHAIR_PIN, reason=reason)
        return clerk.send("/agree", account="clerk", pin=CLERK_PIN) if page.name == "second" else page

    def _judge(self, visit: PlannedVisit, outcome: str) -> None:
        """Whether the visit ended rightly, by what has happened so far with this document."""
        incident = visit.incident
        self._notes.outcomes[incident.name, outcome] += 1
        used = visit.person.document in self._admitted
        if outcome == ("already-voted" if used else incident.right):
            if outcome != incident.right:
                self._by_chance(visit, "somebody else had voted with this document")
        elif not used and outcome in incident.chance:
            self._by_chance(visit, incident.chance[outcome])
        else:
            self._surprise(visit, f"ended as {outcome!r}")

    def _check_way(self, visit: PlannedVisit, page: SeenPage) -> None:
        where = page.facts.get("where", "")
        if page.facts.get("reason") == "other-station" and where != visit.person.station:
            self._surprise(visit, f"was sent to station {where!r}, not to {visit.person.station!r}")

    # ---- the booth

    def _vote(self, visit: PlannedVisit, place: BoothPlace, card: str) -> None:
        with Browser(place.machine.address) as screen:
            booth = BoothVisit(
                screen, self._site, place, visit.person, card, self._definition.languages, self._generator, self._notes
            )
            page = visit.incident.in_booth(booth)
            if not visit.incident.votes:
                if page.name != "welcome":
                    self._surprise(visit, f"the booth is not free again: {page.name} {page.code}")
            elif not is_deposited(page):
                self._surprise(visit, f"the vote was not deposited: {page.name} {page.code}")
            elif not booth.take_paper():
                self._surprise(visit, "one vote was deposited, and not one paper printed")

    def _surprise(self, visit: PlannedVisit, words: str) -> None:
        self._journal.surprise(self._site.station.id, f"{visit.incident.who} ({visit.person.document}): {words}")

    def _by_chance(self, visit: PlannedVisit, words: str) -> None:
        self._journal.by_chance(self._site.station.id, f"{visit.incident.who} ({visit.person.document}): {words}")
