"""One voter in the booth, screen by screen, and the ways to hand in a printed vote.

`vote`, `spoil_once`, `lose_power` and `walk_away` are what an incident does in the booth (`incidents`). Most begin with
`print`: an incident may do something before the vote is printed, or instead.
"""

import contextlib
import random
import threading

from testigo.ballot import Marks, options_in, preferences_in
from testigo.errors import StorageError
from testigo.rehearsal.chair import ChairDay
from testigo.rehearsal.journal import StationNotes
from testigo.rehearsal.people import Person
from testigo.rehearsal.site import BoothPlace, Site
from testigo.web.browser import Browser
from testigo.web.client import SeenPage

_MOST_PAGES = 200
_LATEST_CUT = 0.05
"""Seconds after the voter's "yes": a deposit takes about as long on an idle machine."""


class BoothVisit:
    """A voter with a card before the booth's screen. `screen`: the one browser of this session. `languages`: those that
    the booth offers.
    """

    def __init__(
        self,
        screen: Browser,
        site: Site,
        booth: BoothPlace,
        person: Person,
        card: str,
        languages: tuple[str, ...],
        generator: random.Random,
        notes: StationNotes,
    ) -> None:
        self._screen = screen
        self._site = site
        self._booth = booth
        self._person = person
        self._card = card
        self._languages = languages
        self._generator = generator
        self._notes = notes

    def vote(self) -> SeenPage:
        """An ordinary visit, from the card to the deposited vote; the page where that ended."""
        page = self.print()
        return self.deposit() if page.name == "printed" else page

    def print(self) -> SeenPage:
        """From the card to the printed vote; the page where that ended."""
        self._screen.get("/")
        page = self._screen.send("/card", code=self._card)
        if page.name != "language":
            return page
        page = self._choose(self._screen.send("/language", language=self._generator.choice(self._languages)))
        return self._screen.send("/print")

    def _choose(self, page: SeenPage) -> SeenPage:
        """Page after page, as the voter wishes; where less is chosen than may be, the page asks once more."""
        for _ in range(_MOST_PAGES):
            if page.name not in ("contest", "candidates"):
                break
            wish = self._person.wishes[page.facts["contest"]]
            named = preferences_in(wish) if page.name == "candidates" else options_in(wish)
            page = self._screen.send(page.path, go="next", option=self._marks(page, named))
        return page

    @staticmethod
    def _marks(page: SeenPage, wish: tuple[str, ...]) -> list[str]:
        """What is touched on this page: what the voter wishes of what it shows; those on other pages stay as they
        are."""
        text = page.content.decode()
        if 'name="option"' not in text:
            return []
        here = [name for name in wish if f'name="option" value="{name}"' in text]
        blank = not wish and 'type="radio" name="option" value=""' in text
        return [""] if blank else here

    def deposit(self) -> SeenPage:
        """ "My printed vote is right"."""
        return self._screen.send("/printed", right="yes")

    def spoil_once(self) -> SeenPage:
        """The voter finds the printed vote wrong, prints another, and deposits that."""
        page = self.print()
        if page.name != "printed":
            return page
        self._screen.send("/printed", right="no")
        self._screen.send("/spoil", reason="changed-mind")
        self._spoil_paper()
        page = self._screen.send("/print")
        return self.deposit() if page.name == "printed" else page

    def lose_power(self) -> SeenPage:
        """The voter touches "yes", and somewhere in that instant the booth loses its power; it starts again by itself,
        and the voter goes on from what the screen shows.
        """
        page = self.print()
        if page.name != "printed":
            return page
        booth = self._booth.machine
        cut = threading.Timer(self._generator.uniform(0.0, _LATEST_CUT), booth.cut_power)
        cut.start()
        with contextlib.suppress(StorageError):
            self.deposit()
        cut.join()
        self._notes.power_cuts += 1
        booth.start()
        booth.wait_until_up()
        with Browser(booth.address) as screen:
            page = screen.get("/")
            if page.name == "review":
                self._spoil_paper()
                page = screen.send("/print")
            return screen.send("/printed", right="yes") if page.name == "printed" else page

    def walk_away(self) -> SeenPage:
        """The voter leaves in the middle of the first contest, and the chair ends the session; what the booth shows."""
        self._screen.get("/")
        self._screen.send("/card", code=self._card)
        self._screen.send("/language", language=self._generator.choice(self._languages))
        ChairDay(self._site).void_session("voter-left", self._booth.number)
        return self._screen.get("/")

    def take_paper(self) -> bool:
        """The voter drops what was printed into the box; False where there is no paper, or more than one."""
        papers = self._booth.take_slip(self._booth.box)
        self._notes.papers |= dict.fromkeys(papers, Marks(self._person.style.id, self._person.wishes))
        return len(papers) == 1

    def _spoil_paper(self) -> None:
        self._booth.take_spoiled()
        self._notes.spoiled += 1


def is_deposited(page: SeenPage) -> bool:
    """Whether a booth that shows this page, after the voter's "yes", has the vote in its box.

    After a power cut it may be ready for the next voter: a session ends only once its vote is deposited.
    """
    return page.name in ("thanks", "welcome")
