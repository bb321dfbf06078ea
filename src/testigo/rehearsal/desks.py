"""The check-in desks of a rehearsal's station: a visitor goes to any of them, and sometimes the others are off."""

import contextlib
import random
import time
from collections.abc import Iterator
from typing import Final

from testigo.rehearsal.site import CLERK_PIN, Site, sign_in
from testigo.web.browser import Browser
from testigo.web.client import SeenPage

_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at a desk that still has something to say."""


class DeskQueue:
    """Where visitors queue."""

    def __init__(self, site: Site, generator: random.Random) -> None:
        self._site = site
        self._generator = generator

    @contextlib.contextmanager
    def at_some_desk(self, document: str, *, alone: bool) -> Iterator[tuple[Browser, SeenPage]]:
        """A clerk of one desk, signed in, and what the desk shows for that document number. A visitor who is sent to
        another desk goes there.

        `alone`: the power of all other desks is out meanwhile; where there is one desk, nothing is different.
        """
        number = self._generator.choice(sorted(self._site.desks))
        others = [desk for other, desk in self._site.desks.items() if other != number] if alone else []
        for desk in others:
            desk.cut_power()
        try:
            with contextlib.ExitStack() as opened:
                clerk, page = self._find(opened, number, document)
                if page.name == "other-desk" and page.facts["reached"] == "yes":
                    clerk.send("/next")
                    clerk, page = self._find(opened, int(page.facts["desk"]), document)
                yield clerk, page
        finally:
            for desk in others:
                desk.start()
            for desk in others:
                desk.wait_until_up()
            if others:
                self._wait_until_told()

    def _find(self, opened: contextlib.ExitStack, number: int, document: str) -> tuple[Browser, SeenPage]:
        clerk = opened.enter_context(Browser(self._site.desks[number].address))
        sign_in(clerk, CLERK_PIN)
        return clerk, clerk.send("/find", document=document)

    def _wait_until_told(self) -> None:
        """People talk across the room until each desk has heard of the others' voters."""
        for desk in self._site.desks.values():
            with Browser(desk.address) as clerk:
                page = sign_in(clerk, CLERK_PIN)
                while page.facts.get("owed", "0") != "0":
                    time.sleep(_LOOK_EVERY)
                    page = clerk.get("/")
