"""Voting day at one station: every visit goes through the desk and the booth over HTTP, page by page.

Each method of `Desk` and `BoothVisit` is what one person does at one screen. Whatever ends otherwise than it should
is a surprise, noted and never hidden; the day goes on, as it would.
"""

import contextlib
import random
import threading
from typing import Any

from testigo.ballot import Ballot
from testigo.election import Definition
from testigo.errors import StorageError
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.journal import Journal, StationNotes
from testigo.rehearsal.people import Incident, Person, Visit
from testigo.rehearsal.site import CHAIR_PIN, CLERK_PIN, Site, sign_in
from testigo.screens.visitor import Seen, Visitor

_MOST_STEPS = 200
_RELEASE_REASON = "worn-finger"


class StationDay:
    """All visits of one station, from the first in line to the last."""

    def __init__(self, site: Site, definition: Definition, fingers: Fingers, journal: Journal, seed: str) -> None:
        self._site = site
        self._definition = definition
        self._fingers = fingers
        self._journal = journal
        self._notes: StationNotes = journal.stations[site.station.id]
        self._generator = random.Random(seed)

    def receive(self, visit: Visit) -> None:
        """One visitor, from the door to the way out."""
        with Visitor(self._site.check_in.address) as clerk:
            sign_in(clerk, CLERK_PIN)
            tray = self._check_in(clerk, visit)
        if tray:
            self._vote(visit, self._site.trays[tray].pop())

    # ---- the desk

    def _check_in(self, clerk: Visitor, visit: Visit) -> str:
        """The ballot style of the tray the voter draws a card from, or "" where there is no card for them."""
        page = clerk.send("/find", document=visit.person.document)
        if page.name == "finger":
            page = self._take_finger(clerk, page, visit)
        if page.name == "unmatched":
            page = self._decide_unmatched(clerk, visit)
        if page.name in ("matched", "released"):
            self._note_admitted(visit, page)
            tray = page.facts["tray"]
            clerk.send("/card")
            return tray
        if page.name == "refused":
            self._note_refused(visit, page)
            clerk.send("/next")
        else:
            self._surprise(visit, f"the desk shows {page.name!r}: {page.sentence}")
        return ""

    def _take_finger(self, clerk: Visitor, page: Seen, visit: Visit) -> Seen:
        attempt = 0
        while page.name == "finger" and attempt < _MOST_STEPS:
            name, image = self._fingers.at_the_desk(visit.finger_of.finger, attempt)
            if visit.incident is Incident.WORN_FINGER:
                image = self._fingers.worn(image)
            attempt += 1
            before = page.facts.get("left")
            page = clerk.send("/finger", files={"image": image})
            if visit.incident is Incident.IMPOSTOR:
                self._notes.impostor_tries += 1
                self._notes.impostor_matches += page.name == "matched"
            if not page.ok:
                page = clerk.get("/visit")
                if page.facts.get("left") == before and attempt >= 2 * self._definition.rules.finger_tries:
                    self._surprise(visit, f"{name} was refused again and again: {page.sentence}")
                    return page
        if page.name == "matched" and visit.incident is not Incident.IMPOSTOR:
            self._notes.tries[attempt] += 1
        return page

    def _decide_unmatched(self, clerk: Visitor, visit: Visit) -> Seen:
        """No try matched: an impostor is turned away; anyone else the chair lets through, as long as the cap allows."""
        if visit.incident is Incident.IMPOSTOR:
            return clerk.send("/refuse", reason="impostor")
        page = clerk.send("/release", pin=CHAIR_PIN, reason=_RELEASE_REASON)
        if page.ok:
            return page
        clerk.get("/visit")
        return clerk.send("/refuse", reason="no-match")

    def _note_admitted(self, visit: Visit, page: Seen) -> None:
        if page.name == "matched":
            self._notes.matched += 1
        else:
            self._notes.released += 1
        if visit.incident in (Incident.IMPOSTOR, Incident.WRONG_STATION, Incident.TWICE):
            self._surprise(visit, "was let through to vote")
        if visit.incident is Incident.WORN_FINGER and page.name == "matched":
            self._surprise(visit, "a finger that should not match did")

    def _note_refused(self, visit: Visit, page: Seen) -> None:
        reason = page.facts.get("reason", "")
        self._notes.refused[reason] += 1
        right = {
            Incident.IMPOSTOR: {"impostor"},
            Incident.WRONG_STATION: {"other-station"},
            Incident.TWICE: {"already-voted"},
        }.get(visit.incident, {"no-match"})
        if reason not in right:
            self._surprise(visit, f"was refused as {reason!r}")
        if visit.incident is Incident.WRONG_STATION and page.facts.get("where") != visit.person.station:
            self._surprise(visit, f"was sent to station {page.facts.get('where')!r}, not to {visit.person.station!r}")

    # ---- the booth

    def _vote(self, visit: Visit, card: str) -> None:
        person = visit.person
        with Visitor(self._site.booth.address) as voter:
            voter.get("/")
            page = voter.send("/card", code=card)
            if page.name != "language":
                self._surprise(visit, f"the booth does not take the card: {page.sentence}")
                return
            page = voter.send("/language", language=self._generator.choice(self._definition.languages))
            page = self._choose(voter, page, person)
            page = voter.send("/print")
            if visit.incident is Incident.SPOILS and page.name == "printed":
                voter.send("/printed", right="no")
                voter.send("/spoil", reason="changed-mind")
                self._site.take_slip(self._site.spoiled_envelope)
                self._notes.spoiled += 1
                page = voter.send("/print")
            if page.name != "printed":
                self._surprise(visit, f"no paper vote: {page.name} {page.sentence}")
                return
            if visit.incident is not Incident.POWER_CUT:
                page = voter.send("/printed", right="yes")
        if visit.incident is Incident.POWER_CUT:
            page = self._deposit_through_power_cut()
        if page.name != "thanks":
            self._surprise(visit, f"the vote was not deposited: {page.name} {page.sentence}")
            return
        self._site.take_slip(self._site.box)
        self._notes.ballots.append(Ballot(person.style.id, person.wishes))

    def _choose(self, voter: Visitor, page: Seen, person: Person) -> Seen:
        for _ in range(_MOST_STEPS):
            if page.name != "contest":
                return page
            wish = person.wishes[page.facts["contest"]]
            page = voter.send(
                page.path, page=page.facts["pagenumber"], option=list(wish) or [""], go="next", enough="yes"
            )
        return page

    def _deposit_through_power_cut(self) -> Seen:
        """The voter touches "yes", and somewhere in that instant the booth loses its power; it starts again by
        itself.
        """
        booth = self._site.booth
        with Visitor(booth.address) as voter:
            voter.get("/printed")
            cut = threading.Timer(self._generator.uniform(0.0, 0.03), booth.cut_power)
            cut.start()
            with contextlib.suppress(StorageError):
                voter.send("/printed", right="yes")
            cut.join()
        self._notes.power_cuts += 1
        booth.start()
        booth.wait_until_up()
        with Visitor(booth.address) as voter:
            page = voter.get("/")
            if page.name == "printed":
                return voter.send("/printed", right="yes")
            if page.name == "review":
                self._site.take_slip(self._site.spoiled_envelope)
                self._notes.spoiled += 1
                voter.send("/print")
                return voter.send("/printed", right="yes")
            return page

    def _surprise(self, visit: Visit, words: str) -> None:
        who = f"{visit.incident.value} ({visit.person.document})"
        self._journal.surprise(self._site.station.id, f"{who}: {words}")


class ChairDay:
    """What the chair does at the chair's screen."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def prepare(self) -> None:
        """Load the poll book at the check-in's screen."""
        with Visitor(self._site.check_in.address) as clerk:
            sign_in(clerk, CLERK_PIN)
            page = clerk.send("/poll-book", files={"poll-book": self._site.poll_book})
            _must_be(page, "find", self._site)

    def open(self) -> None:
        """Logic and accuracy test, zero report, open."""
        with Visitor(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            for step, state in (("/test", "tested"), ("/zero-report", "zero-reported"), ("/open", "open")):
                page = chair.send(step)
                if page.facts.get("state") != state:
                    raise StorageError(
                        f"{step} left the station {page.facts.get('state') or page.name}: {page.sentence}",
                        place=f"station {self._site.station.id}",
                    )

    def close(self) -> bytes:
        """Close, give a reason for what does not match, print the tally sheet; returns the tally sheet's page."""
        with Visitor(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            page = chair.send("/close")
            if page.name == "differences":
                count = int(page.facts["count"])
                reasons: dict[str, Any] = {f"reason_{number}": "not known" for number in range(1, count + 1)}
                page = chair.send("/differences", **reasons)
            _must_be(page, "tally-sheet", self._site)
            return chair.get("/tally-sheet.pdf").content

    def send(self, address: str) -> bytes:
        """Send the courier package to the centre's address and keep a copy to carry; returns it."""
        with Visitor(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            page = chair.send("/send", address=address)
            _must_be(page, "station", self._site)
            return chair.get("/courier").content


def _must_be(page: Seen, name: str, site: Site) -> None:
    if page.name != name or not page.ok:
        raise StorageError(
            f"the screen shows {page.name!r} instead of {name!r}: {page.sentence}", place=f"station {site.station.id}"
        )
