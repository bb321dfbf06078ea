"""What the chair of a rehearsal's station does at the chair's screen, from the poll book to the package."""

import time
from typing import Any, Final

from testigo.ballot.reasons import REHEARSAL
from testigo.errors import StorageError
from testigo.rehearsal.site import CHAIR_PIN, CLERK_PIN, Site, sign_in
from testigo.web.browser import Browser
from testigo.web.client import SeenPage
from testigo.words import message

_LOOK_EVERY: Final = 0.1
"""Seconds between two looks at a running test."""


class ChairDay:
    """The chair's day. Every method raises `StorageError` where the screen does not show what it should."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def prepare(self) -> None:
        """Load the poll book at the screen of each check-in desk."""
        for desk in self._site.desks.values():
            with Browser(desk.address) as clerk:
                sign_in(clerk, CLERK_PIN)
                page = clerk.send("/poll-book", files={"poll-book": self._site.poll_book})
                _must_be(page, "find", self._site)

    def open(self) -> None:
        """Logic and accuracy test, zero report, open."""
        with Browser(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            for step, state in (("/test", "tested"), ("/zero-report", "zero-reported"), ("/open", "open")):
                page = chair.send("/open", reason=REHEARSAL) if step == "/open" else chair.send(step)
                page = when_tested(chair, page)
                if page.facts.get("state") != state:
                    raise StorageError(
                        "station.step-failed",
                        place=message("place", "station", id=self._site.station.id),
                        step=step,
                        state=page.facts.get("state") or page.name,
                        error=page.code or "–",
                    )

    def void_session(self, reason: str, booth: int = 1) -> None:
        """End the session that a voter has left in that booth."""
        which: dict[str, Any] = {"booth": str(booth)} if len(self._site.booths) > 1 else {}
        with Browser(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            _must_be(chair.send("/void", reason=reason, **which), "station", self._site)

    def close_polls(self) -> bytes:
        """Close, give a reason for what does not match, print the tally sheet; returns the tally sheet's page."""
        with Browser(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            chair.get("/close")
            page = chair.send("/close", early=REHEARSAL)
            if page.name == "differences":
                count = int(page.facts["count"])
                reasons: dict[str, Any] = {f"reason_{number}": "not known" for number in range(1, count + 1)}
                page = chair.send("/differences", **reasons)
            _must_be(page, "tally-sheet", self._site)
            return chair.get("/tally-sheet.pdf").content

    def send(self, address: str) -> bytes:
        """Send the package to the centre's address and keep a copy to carry; returns it."""
        with Browser(self._site.chair.address) as chair:
            sign_in(chair, CHAIR_PIN)
            page = chair.send("/send", address=address)
            _must_be(page, "station", self._site)
            return chair.get("/package").content


def when_tested(chair: Browser, page: SeenPage) -> SeenPage:
    """The chair's page once no test is running any more."""
    while page.name == "test":
        time.sleep(_LOOK_EVERY)
        page = chair.get("/")
    return page


def _must_be(page: SeenPage, name: str, site: Site) -> None:
    if page.name != name or not page.ok:
        raise StorageError(
            "page.not-expected",
            place=message("place", "station", id=site.station.id),
            shown=page.name,
            expected=name,
            error=page.code or "–",
        )
