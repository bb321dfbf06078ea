"""A queue of voters before one clerk, through the real pages of the check-in in real Chromium, by keyboard.

`line_up` says who comes; `Clerk.serve` does what a clerk does with each of them, and counts keys, clicks, pages and
what the machine refused. A page on which the keyboard leads nowhere ends the queue.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from played_reader import PlayedReader
from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, MAYOR, Root, finger, villa
from served_station import ServedStation, Server
from testigo.ballot.reasons import REHEARSAL
from testigo.election import Station, VotingRules
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import ReaderUnplugged
from testigo.keys import SigningKey
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.rehearsal.fingers import wear_off
from testigo.screens import checkin as check_in_pages
from testigo.station.check_in.check_in import CheckIn
from testigo.web.listening import Listening

KINDS: Final = {
    "right number": 20,
    "mistyped number": 10,
    "by name": 8,
    "barcode, Enter between lines": 8,
    "barcode, another keyboard": 4,
    "finger fails once": 10,
    "never enrolled": 10,
    "worn finger": 8,
    "reader fails": 4,
    "voted already": 4,
    "check-in taken back": 3,
    "abandoned visit": 3,
    "wrong entry left": 3,
    "double clicks": 3,
    "back button": 2,
    "stale tab": 2,
    "restart in the middle": 2,
}
"""How often each comes, of a hundred; each kind comes once before any comes twice."""

WITHOUT_FINGER: Final = "never enrolled"
FRENCH: Final = str.maketrans("1234567890-aqzwAQZWmM,.<", "&é\"'(-è_çà)qawzQAWZ,?;:.")
GIVEN = ("Ana", "Beto", "Cora", "Dina", "Ema", "Fito", "Gala", "Hugo", "Inés", "Juan")
FAMILY = ("Gil", "Rey", "Sol", "Paz", "Mora", "Ñandú", "Peña", "Díaz", "Ruiz", "Vera", "León", "Cruz")


@dataclass(frozen=True)
class Voter:
    """Somebody of the queue; `kind`: how the visit goes."""

    number: int
    kind: str

    @property
    def document(self) -> str:
        """Far enough from each other that one mistyped digit means one voter."""
        return f"V{10_000_000 + self.number * 1_234_567 % 80_000_000:08}"

    @property
    def name(self) -> str:
        """Two voters of one whole name there are not in the first hundred and twenty."""
        return f"{GIVEN[self.number % 10]} {FAMILY[self.number % 12]} {self.number:03}"

    @property
    def finger(self) -> int:
        return 100 + self.number


def line_up(count: int, seed: int = 1) -> list[Voter]:
    """The queue: every kind that fits, then by their share, in an order drawn from `seed`."""
    chance = random.Random(seed)
    kinds = list(KINDS)[:count]
    kinds += chance.choices(list(KINDS), list(KINDS.values()), k=count - len(kinds))
    chance.shuffle(kinds)
    return [Voter(number, kind) for number, kind in enumerate(kinds, 1)]


def prepare(folder: Path, queue: list[Voter], centre: SigningKey | None = None) -> ServedStation:
    """An open station whose poll book has the queue, with a finger of each who was ever enrolled. `centre`: its key."""
    definition = villa(
        (Station("s1", "Escuela Norte", "villa", len(queue)),), (MAYOR,), rules=VotingRules(release_cap_percent=10)
    )
    root = Root(definition, centre=centre or SigningKey.generate())
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"{one.document},{one.name},s1,\n" for one in queue)
    (folder / "people.csv").write_text("document,name,station,roll\n" + rows, encoding="utf-8")
    with Register.open(f"sqlite:///{folder / 'register.db'}", definition, RegisterKey.generate()) as register:
        register.import_voters(folder / "people.csv")
        for one in queue:
            if one.kind != WITHOUT_FINGER:
                image = FingerImage.read(finger(one.finger, 1))
                register.enrol(one.document, [("right-index", image)], "officer", accept_because="queue")
        request = root.install(folder / "s1", "s1")
        sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
        book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    place = ServedStation(folder / "s1", book)
    place.start()
    place.open(reason=REHEARSAL)
    return place


@dataclass
class Count:
    """What one visit took. `wrong`: pages that were an error. `again`: scans of which a part was read, as on a machine
    so busy that a scanner's keys come as slowly as a hand's."""

    kind: str
    seconds: float = 0.0
    keys: int = 0
    clicks: int = 0
    pages: int = 0
    again: int = 0
    wrong: list[str] = field(default_factory=list)


class Desk:
    """The check-in's own process with a reader, which can be started again at the same address."""

    def __init__(self, place: ServedStation) -> None:
        self.reader = PlayedReader()
        self.place = place
        self._at: Listening = Listening()
        self._server = self._serve()

    def _serve(self) -> Server:
        server = Server(check_in_pages.app(self.place.check_in, reader=self.reader), self._at)
        self.address = server.address
        self._at = Listening(port=int(server.address.rpartition(":")[2]))
        return server

    def restart(self) -> None:
        """The process dies, and is started again."""
        self._server.stop()
        self.place.check_in.close()
        self.place.check_in = CheckIn(self.place.folder / "check-in")
        self._server = self._serve()

    def stop(self) -> None:
        self._server.stop()


class Clerk:
    """A clerk at the keyboard. `serve` raises `AssertionError` where a page is not what it should be."""

    def __init__(self, desk: Desk, context: BrowserContext, *, pace: int = 65) -> None:
        """`pace`: milliseconds that a key takes, in what is typed."""
        self.desk, self.context, self.pace = desk, context, pace
        self.count = Count("")
        self.page = self.tab()
        self.sign_in()

    def tab(self) -> Page:
        """One more tab."""
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on("response", self._note)
        return page

    def _note(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.status < 300:
            self.count.pages += 1
        if answer.status >= 400:
            self.count.wrong.append(f"{answer.status} {answer.request.method} {answer.url.rpartition('/')[2]}")

    # ---- hands

    @contextmanager
    def going(self) -> Iterator[None]:
        """What leads to another page."""
        with self.page.expect_navigation(wait_until="load"):
            yield

    def type(self, text: str) -> None:
        self.count.keys += len(text)
        self.page.keyboard.type(text, delay=self.pace)

    def press(self, key: str) -> None:
        """Never as fast as a scanner, whose keys the page tells from a hand's."""
        self.count.keys += 1
        self.page.wait_for_timeout(65)
        self.page.keyboard.press(key)

    def enter(self) -> None:
        """Enter, and again where the page took it for a scanner's, as it may on a busy machine."""
        for patience in (10_000, 20_000):
            try:
                with self.page.expect_navigation(wait_until="load", timeout=patience):
                    self.press("Enter")
            except PlaywrightTimeout:
                continue
            return
        with self.going():
            self.press("Enter")

    def scan(self, text: str) -> None:
        """A scanner: no hand has to do anything."""
        for _ in range(5):
            self.expect("find")
            with self.going():
                self.page.keyboard.type(text)
            if self.at in ("finger", "found"):
                return
            self.count.again += 1
            with self.going():
                self.page.click("form[action='/next'] button")
        raise AssertionError("nothing of what is scanned is read")

    def tab_to(self, selector: str) -> None:
        """Go there with the Tab key alone."""
        for _ in range(30):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not come to {selector} on page {self.at}")

    def pick(self, selector: str, value: str) -> None:
        """Choose from a list by its arrow keys."""
        self.tab_to(selector)
        for _ in range(12):
            if self.page.eval_on_selector(selector, "list => list.value") == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

    def open(self, selector: str) -> None:
        """Unfold what is folded."""
        self.tab_to(selector)
        self.press("Enter")

    @property
    def at(self) -> str:
        return self.page.get_attribute("main", "data-page") or ""

    def expect(self, *pages: str) -> None:
        assert self.at in pages, (self.count.kind, self.at, pages, self.page.inner_text("main")[:300])

    # ---- what a clerk does

    def sign_in(self) -> None:
        self.page.goto(f"{self.desk.address}/pin")
        self.type(CLERK_PIN)
        self.enter()

    def find(self, text: str, who: Voter) -> None:
        """Type into the one field; of several who are found the one that the document names."""
        self.expect("find")
        self.type(text)
        self.enter()
        if self.at == "found":
            self.tab_to(f"button[value='{who.document}']")
            self.enter()

    def touch(self, *images: bytes) -> None:
        """The voter lays these on the reader, one after the other."""
        for image in images:
            self.expect("finger")
            self.desk.reader.acts.append(FingerImage.read(image))
            self.enter()

    def card(self) -> None:
        self.expect("matched", "released")
        self.enter()
        self.expect("find")

    def release(self, reason: str) -> None:
        """The chair at this desk, beyond the alarm with the clerk as second person."""
        self.expect("unmatched", "finger")
        if self.page.eval_on_selector("#reason", "list => list.value") != reason:
            self.pick("#reason", reason)
        self.tab_to("#pin")
        self.type(CHAIR_PIN)
        self.enter()
        if self.at == "second":
            self.pick("#second", "clerk")
            self.tab_to("#second-pin")
            self.type(CLERK_PIN)
            self.enter()

    def refuse(self, reason: str) -> None:
        self.pick("#refusal", reason)
        self.tab_to("form[action='/refuse'] button")
        self.enter()
        self.expect("refuse")
        self.tab_to("button[name=sure]")
        self.enter()
        self.expect("refused")
        self.enter()
        self.expect("find")

    # ---- visits

    def serve(self, who: Voter) -> Count:
        """One voter, from arrival to card."""
        self.count = count = Count(who.kind)
        began = time.monotonic()
        _VISITS[who.kind](self, who)
        count.seconds = time.monotonic() - began
        return count

    def usual(self, who: Voter, text: str = "") -> None:
        self.find(text or who.document, who)
        self.touch(finger(who.finger, 2))
        self.card()


def _mistyped(clerk: Clerk, who: Voter) -> None:
    digits = who.document[1:]
    clerk.usual(who, digits[:3] + digits[4] + digits[3] + digits[5:] if digits[3] != digits[4] else digits[:-1])


def _card_text(who: Voter) -> str:
    given, family, number = who.name.split()
    lines = (
        "@",
        "ANSI 636000090002DL00410278ZV03190008DL",
        f"DAQ{who.document}",
        f"DCS{family} {number}",
        f"DAC{given}",
    )
    return "\n".join((*lines, "DBB06061986", ""))


def _scanned(clerk: Clerk, who: Voter) -> None:
    clerk.scan(_card_text(who))
    clerk.touch(finger(who.finger, 2))
    clerk.card()


def _scanned_french(clerk: Clerk, who: Voter) -> None:
    clerk.scan(f"{who.document}\n".translate(FRENCH))
    if clerk.at == "found":
        clerk.enter()
    clerk.touch(finger(who.finger, 2))
    clerk.card()


def _fails_once(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.touch(finger(99, 1), finger(who.finger, 2))
    clerk.card()


def _never_enrolled(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.release("not-enrolled")
    clerk.card()


def _worn(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.touch(*[wear_off(finger(who.finger, 2))] * 4)
    clerk.release("worn-finger")
    clerk.card()


def _reader_fails(clerk: Clerk, who: Voter) -> None:
    """It is unplugged; trying once more does not help."""
    clerk.find(who.document, who)
    for _ in range(2):
        clerk.expect("finger")
        clerk.desk.reader.acts.append(ReaderUnplugged())
        clerk.enter()
    assert clerk.page.get_attribute("main", "data-notice") == "ReaderUnplugged"
    clerk.open("details:has(form[action='/release']) summary")
    clerk.release("reader-failure")
    clerk.card()


def _voted_already(clerk: Clerk, who: Voter) -> None:
    """Votes, and comes again."""
    clerk.usual(who)
    clerk.find(who.document, who)
    clerk.expect("finding")
    clerk.tab_to("form[action='/turn-away'] button")
    clerk.enter()
    clerk.expect("refused")
    clerk.enter()


def _taken_back(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.touch(finger(who.finger, 2))
    clerk.open("details:has(form[action='/undo']) summary")
    clerk.pick("#undo", "voter-left")
    clerk.tab_to("#undo-pin")
    clerk.type(CHAIR_PIN)
    clerk.enter()
    clerk.usual(who)


def _abandoned(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.touch(finger(99, 1))
    clerk.refuse("left")
    clerk.usual(who)


def _wrong_entry(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.tab_to("form[action='/back'] button")
    clerk.enter()
    clerk.usual(who)


def _double_clicks(clerk: Clerk, who: Voter) -> None:
    """On every button that can be hit twice; nothing happens twice, and nothing is an error."""
    clerk.type(who.document)
    clerk.desk.reader.acts.append(FingerImage.read(finger(who.finger, 2)))
    for page, wanted in (("find", "finger"), ("finger", "matched"), ("matched", "find")):
        clerk.expect(page)
        clerk.count.clicks += 2
        clerk.page.dblclick("form#page button.primary")
        clerk.page.wait_for_selector(f"main[data-page={wanted}]")
    assert not clerk.desk.reader.acts


def _back_button(clerk: Clerk, who: Voter) -> None:
    """After the card: the page of before shows no visit that is over, and nothing is done again."""
    clerk.usual(who)
    clerk.count.clicks += 1
    clerk.page.go_back()
    clerk.page.wait_for_selector("main[data-page=find]")


def _stale_tab(clerk: Clerk, who: Voter) -> None:
    """A second tab with the same visit is used after it is over: an error with a way on, and nothing is changed."""
    clerk.find(who.document, who)
    clerk.touch(finger(who.finger, 2))
    first, other = clerk.page, clerk.tab()
    other.goto(f"{clerk.desk.address}/visit")
    clerk.card()
    handed = clerk.desk.place.check_in.counters().cards_handed
    clerk.page = other
    clerk.count.clicks += 1
    with clerk.going():
        other.click("form#page button.primary")
    assert clerk.desk.place.check_in.counters().cards_handed == handed
    assert clerk.count.wrong.pop() == "409 POST card"
    clerk.tab_to("a.button.primary")
    clerk.enter()
    clerk.expect("find")
    other.close()
    clerk.page = first


def _restarted(clerk: Clerk, who: Voter) -> None:
    clerk.find(who.document, who)
    clerk.touch(finger(99, 1))
    clerk.desk.restart()
    clerk.sign_in()
    clerk.expect("finger")
    assert re.search(who.document, clerk.page.inner_text(".who"))
    clerk.touch(finger(who.finger, 2))
    clerk.card()


_VISITS: Final[dict[str, Callable[[Clerk, Voter], None]]] = {
    "right number": Clerk.usual,
    "mistyped number": _mistyped,
    "by name": lambda clerk, who: clerk.usual(who, f"{who.name.split()[0]} {who.name.split()[2]}".lower()),
    "barcode, Enter between lines": _scanned,
    "barcode, another keyboard": _scanned_french,
    "finger fails once": _fails_once,
    "never enrolled": _never_enrolled,
    "worn finger": _worn,
    "reader fails": _reader_fails,
    "voted already": _voted_already,
    "check-in taken back": _taken_back,
    "abandoned visit": _abandoned,
    "wrong entry left": _wrong_entry,
    "double clicks": _double_clicks,
    "back button": _back_button,
    "stale tab": _stale_tab,
    "restart in the middle": _restarted,
}
