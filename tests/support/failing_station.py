"""A day at a station of two desks and two booths whose machines are killed and whose cables are cut at any moment.

The machines are real `station serve` processes. The people are in the threads of this one: a clerk at each desk, a
voter in each booth, the chair. Each does what a person would: presses what the page offers, and where no answer comes
looks at the page again and goes on from what it shows. What really happened (which papers went into which box, who drew
a card) they write down, so that in the end everything can be compared.
"""

import contextlib
import queue
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from cut_cables import FAILURES, Cable
from testigo.ballot import Marks
from testigo.ballot.reasons import REHEARSAL
from testigo.election import CHAIR, Definition, StationMachine
from testigo.errors import StorageError
from testigo.rehearsal.people import Person
from testigo.rehearsal.site import CHAIR_PIN, CLERK_PIN, BoothPlace, Site, sign_in
from testigo.station.machine.processes import MachineProcess
from testigo.web.browser import Browser
from testigo.web.client import SeenPage

SPOIL, WALK_AWAY, WRONG_ENTRY, UNDO, AGAIN, LISTED = 0.15, 0.03, 0.05, 0.05, 0.15, 0.5
"""How often: a paper is found wrong; a voter leaves the booth; the clerk goes back, the chair takes a check-in back; a
voter comes a second time; people go to the printed list where a desk cannot be asked."""
CARELESS = 0.2
"""How often, of voters who come a second time, people do not look whether the list is signed."""
_SOON = 0.05
_LONGEST_TURN = 300.0
"""Seconds after which whoever gets no further is lost; less than a test may take, so that it is said who."""
_AT_LEAST = 10
"""So many voters come in any case, however soon fate has done its worst."""
_MOST_ATTEMPTS = 60
_OF_A_SESSION = ("language", "contest", "review", "printed", "spoil")
_PRESSES = 12
"""Between two failures so many buttons are pressed at most."""
_IN_THE_ACT, _LONGEST_ACT, _ACT = 0.75, 3.0, 0.06
"""How many of the kills wait until somebody has pressed a button at that machine; for how many seconds at most, and how
many seconds after that at most."""


@dataclass
class Citizen:
    """A voter, and what became of them. `cards`: drawn. `listed`: of them, from the list.
    `careless`: cards given though there was one already, and the list was not looked at."""

    person: Person
    cards: int = 0
    careless: int = 0
    listed: int = 0
    visits: int = 0


@dataclass
class Truth:
    """What really happened. `papers`: booth → name of a paper in its box → what its voter chose. `cards_used`: by
    booth. `left`: sessions that their voters left, by booth. `wrong`: what broke a promise, in words."""

    papers: dict[int, dict[str, Marks]] = field(default_factory=dict)
    cards_used: Counter[int] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)
    spoiled: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    cuts: Counter[tuple[str, str]] = field(default_factory=Counter)


class Machine:
    """One machine of the station, its process, and what somebody is doing at it."""

    def __init__(self, name: str, process: MachineProcess) -> None:
        self.name = name
        self.process = process
        self.doing = "idle"
        self.up = True


class Screen:
    """A person before a machine that may die at any moment. `pin`: entered whenever it is asked for; "" in the
    booth."""

    def __init__(self, day: "FailingDay", machine: Machine, pin: str = "") -> None:
        self._day = day
        self._machine = machine
        self._pin = pin
        self._browser: Browser | None = None

    def look(self) -> SeenPage:
        """The page that the machine shows now, as soon as it answers; raises `AssertionError` where it never does."""
        until = time.monotonic() + _LONGEST_TURN
        while time.monotonic() < until:
            page = self._try("look", lambda browser: browser.get("/"))
            if page is not None and page.name not in ("pin", ""):
                return page
            if page is not None:
                self.leave()
            self._day.wait()
        raise AssertionError(f"{self._machine.name} shows no page")

    def open(self, path: str) -> SeenPage | None:
        """Follow a link of the page seen last."""
        return self._try("look", lambda browser: browser.get(path))

    def press(self, path: str, **fields: Any) -> SeenPage | None:
        """Send a form of the page seen last; None where it does not offer it (any more) or no answer came."""
        self._day.pressed += 1  # two at once may count as one
        page = self._try(path.strip("/").partition("/")[0], lambda browser: browser.send(path, **fields))
        if page is not None and page.code == "machine.internal-error":
            self._day.wrong(f"{self._machine.name}: {path} ends in an internal error")
        return page

    def _try(self, doing: str, what: Callable[[Browser], SeenPage]) -> SeenPage | None:
        self._machine.doing = doing
        try:
            if self._browser is None:
                self._browser = Browser(self._machine.process.address)
                if self._pin:
                    sign_in(self._browser, self._pin)
            return what(self._browser)
        except StorageError as error:
            if error.code != "page.does-not-offer":
                self.leave()
            return None
        finally:
            self._machine.doing = "idle"

    def leave(self) -> None:
        """Close the browser."""
        if self._browser is not None:
            self._browser.close()
            self._browser = None


class FailingDay:
    """One day of one station. `site`: installed and equipped; its machines are started and stopped here."""

    def __init__(
        self, site: Site, definition: Definition, people: list[Person], cables: dict[tuple[str, str], Cable], seed: str
    ) -> None:
        self.site = site
        self.definition = definition
        self.truth = Truth({booth.number: {} for booth in site.booths})
        self.citizens = [Citizen(person) for person in people]
        self._seed = seed
        self._cables = cables
        self._lock = threading.Lock()
        self._give_up = threading.Event()
        self.machines = {CHAIR.name: Machine(CHAIR.name, site.chair)}
        for number, desk in site.desks.items():
            self.machines[_name("check-in", number)] = Machine(_name("check-in", number), desk)
        for booth in site.booths:
            self.machines[_name("booth", booth.number)] = Machine(_name("booth", booth.number), booth.machine)
        self.lines: dict[int, queue.SimpleQueue[Citizen]] = {number: queue.SimpleQueue() for number in site.desks}
        self.before: dict[int, queue.SimpleQueue[tuple[Citizen, str]]] = {
            booth.number: queue.SimpleQueue() for booth in site.booths
        }
        self.pressed = 0
        """Buttons, by everybody."""
        self.in_hand = 0
        """Visits and voters that are under way."""
        self.came = 0
        """Voters, each as often as they came."""
        self.left: dict[int, bool] = {booth.number: False for booth in site.booths}
        """Booths whose voter has left; the chair is asked to end the session."""
        self._signed: set[str] = set()
        self._trays = {booth.number: booth.trays for booth in site.booths}

    # ---- what everybody does

    def wait(self) -> None:
        """A moment; raises `RuntimeError` where the day was given up."""
        if self._give_up.is_set():
            raise RuntimeError("the day was given up")
        time.sleep(_SOON)

    def wrong(self, words: str) -> None:
        """Note what broke a promise."""
        with self._lock:
            self.truth.wrong.append(words)

    def chance(self, who: str) -> random.Random:
        """What one actor of the day draws from, and nobody else: what it draws hangs on no other's speed."""
        return random.Random(f"{self._seed}/{who}")

    def count(self, change: int) -> None:
        """So many more visits and voters are under way."""
        with self._lock:
            self.in_hand += change

    def signed(self, document: str) -> bool:
        """Whether that voter has signed the printed list of their desk."""
        with self._lock:
            return document in self._signed

    def draw_card(self, citizen: Citizen, style: str, rng: random.Random) -> tuple[int, str]:
        """The voter signs, and draws a card from the tray of some booth; its number and the card."""
        booth = rng.choice(sorted(self._trays))
        with self._lock:
            self._signed.add(citizen.person.document)
            citizen.cards += 1
            return booth, self._trays[booth][style].pop()

    # ---- the day

    def hold(self, kills: int, cuts: int, advance: Callable[[], None] = lambda: None) -> None:
        """From the installed station to the sent package, with so many kills and cuts on the way."""
        opening, closing = (kills // 10, cuts // 10), (kills // 10, cuts // 10)
        voting = (kills - 2 * (kills // 10), cuts - 2 * (cuts // 10))
        chair = ChairOfDay(self)
        with self._running():
            self._at_once([lambda: chair.open(self.site)], Fate(self, "opening", *opening, advance))
            over = threading.Event()
            people: list[Callable[[], None]] = [_Clerk(self, number, over).work for number in self.site.desks]
            people += [_Voter(self, booth, over).work for booth in self.site.booths]
            people += [lambda: chair.preside(over), lambda: self._arrive(over)]
            self._at_once(people, Fate(self, "voting", *voting, advance), over)
            self._let_desks_hear()
            self._at_once([chair.close], Fate(self, "closing", *closing, advance))
            chair.leave()

    def _at_once(self, people: list[Callable[[], None]], fate: "Fate", over: threading.Event | None = None) -> None:
        """All of them, and fate. Where `over` is given, people go on until it is set, once fate has done its worst."""
        with ThreadPoolExecutor(len(people) + 1) as threads:
            working = [threads.submit(self._guarded, one) for one in people]
            fated = threads.submit(self._guarded, fate.work)
            fated.result()
            if over is not None:
                while self.came < _AT_LEAST:
                    self.wait()
                over.set()
            for one in working:
                one.result()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException:
            self._give_up.set()
            self.wrong(traceback.format_exc(limit=-3))
            raise

    def _arrive(self, over: threading.Event) -> None:
        """Voters come as long as there is something to see, and never more than can stand before a desk."""
        rng, coming = self.chance("voters"), iter(self.citizens)
        second: list[Citizen] = []
        while not over.is_set():
            self.wait()
            if self.in_hand >= 2 * len(self.lines):
                continue
            if second and rng.random() < AGAIN:
                citizen = second.pop(0)
            else:
                one = next(coming, None)
                if one is None:
                    continue
                citizen = one
                second.append(citizen)
            self.count(+1)
            citizen.visits += 1
            self.lines[rng.choice(sorted(self.lines))].put(citizen)
            self.came += 1

    def _let_desks_hear(self) -> None:
        """Every cable is whole: desks say what they owe by themselves."""
        for number in self.site.desks:
            screen = Screen(self, self.machines[_name("check-in", number)], CLERK_PIN)
            until = time.monotonic() + _LONGEST_TURN
            while screen.look().facts.get("owed", "0") != "0":
                if time.monotonic() > until:
                    self.wrong(f"desk {number} still owes something")
                    break
                self.wait()
            screen.leave()

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        machines = [machine.process for machine in self.machines.values()]
        try:
            for one in machines:
                one.start()
            for one in machines:
                one.wait_until_up()
            yield
        finally:
            for one in machines:
                one.stop()
            for cable in self._cables.values():
                cable.close()

    def cable(self, way: tuple[str, str]) -> Cable:
        """The cable from a machine to another."""
        return self._cables[way]

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Every way from a machine to another."""
        return sorted(self._cables)


class Fate:
    """Kills processes and cuts cables at random moments."""

    def __init__(self, day: FailingDay, part: str, kills: int, cuts: int, advance: Callable[[], None]) -> None:
        self._day = day
        self._rng = day.chance(f"fate/{part}")
        self._advance = advance
        self._events = ["kill"] * kills + ["cut"] * cuts
        self._rng.shuffle(self._events)

    def work(self) -> None:
        """All of it; afterwards every machine runs and every cable is whole."""
        with ThreadPoolExecutor(16) as later:
            pending = []
            for event in self._events:
                self._wait_for_people()
                pending.append(later.submit(self._day._guarded, self._kill() if event == "kill" else self._cut()))
                self._advance()
            for one in pending:
                one.result()

    def _wait_for_people(self) -> None:
        """Until some more buttons were pressed, or for some seconds; then a moment."""
        day = self._day
        enough, until = day.pressed + int(self._rng.random() * _PRESSES), time.monotonic() + _LONGEST_ACT
        while day.pressed < enough and time.monotonic() < until:
            time.sleep(_SOON / 10)
        time.sleep(self._rng.random() * _ACT)

    def _kill(self) -> Callable[[], None]:
        day = self._day
        while True:
            up = [machine for machine in day.machines.values() if machine.up]
            if len(up) > 2:  # a station of which nothing runs shows nothing
                break
            day.wait()
        machine = self._rng.choice(up)
        machine.up = False
        if self._rng.random() < _IN_THE_ACT:
            until = time.monotonic() + _LONGEST_ACT
            while machine.doing in ("idle", "look") and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(self._rng.random() * _ACT)
        doing = machine.doing
        machine.process.cut_power()
        day.truth.kills[machine.name, doing] += 1

        def start() -> None:
            machine.process.start()
            machine.process.wait_until_up()
            machine.up = True

        return start

    def _cut(self) -> Callable[[], None]:
        day = self._day
        way = self._rng.choice(day.ways)
        how = self._rng.choice(FAILURES)
        ways = [way, way[::-1]] if way[::-1] in day.ways and how == "cut" else [way]  # a cable is out both ways
        for one in ways:
            day.cable(one).fail(how)
        day.truth.cuts[" → ".join(way), how] += 1
        seconds = 0.5 + 2.5 * self._rng.random()

        def mend() -> None:
            time.sleep(seconds)
            for one in ways:
                day.cable(one).fail("")

        return mend


class ChairOfDay:
    """The chair, at the chair's screen."""

    def __init__(self, day: FailingDay) -> None:
        self._day = day
        self._rng = day.chance("chair")
        self._screen = Screen(day, day.machines[CHAIR.name], CHAIR_PIN)

    def open(self, site: Site) -> None:
        """Poll books at the desks; test, zero report, open."""
        for number in site.desks:
            desk = Screen(self._day, self._day.machines[_name("check-in", number)], CLERK_PIN)
            self._load_book(desk)
            desk.leave()
        for path, state in (("/test", "tested"), ("/zero-report", "zero-reported")):
            self._reach(state, path)
        self._reach("open", "/open", reason=REHEARSAL)

    def _load_book(self, desk: Screen) -> None:
        until = time.monotonic() + _LONGEST_TURN
        while time.monotonic() < until:
            desk.look()
            page = desk.press("/poll-book", files={"poll-book": self._day.site.poll_book})
            if page is not None and page.ok:
                return
            self._day.wait()
        raise AssertionError("a desk does not take its poll book")

    def _reach(self, state: str, path: str, **fields: str) -> None:
        """Press the button until the station is in that state."""
        said: list[str] = []
        until = time.monotonic() + _LONGEST_TURN
        while time.monotonic() < until:
            page = self._screen.look()
            if page.facts.get("state") == state and page.name == "station":
                return
            if page.name == "station":
                answered = self._screen.press(path, **fields)
                said.append(answered.code or answered.name if answered is not None else "-")
            self._day.wait()
        raise AssertionError(f"the station does not come to be {state}: {said[-10:]}")

    def preside(self, over: threading.Event) -> None:
        """Look, pause and go on, end the sessions that voters left, until the day is over and nobody is inside."""
        day = self._day
        while not (over.is_set() and day.in_hand == 0):
            for booth, left in day.left.items():
                if left:
                    self._screen.look()
                    if day.left[booth]:
                        self._screen.press("/void", reason="voter-left", booth=str(booth))
            if self._rng.random() < 0.1:
                self._pause()
            self._screen.look()
            for _ in range(10):
                day.wait()
        self._reach("open", "/resume")

    def _pause(self) -> None:
        self._reach("paused", "/pause", reason="other")
        self._reach("open", "/resume")

    def close(self) -> None:
        """Close, give reasons, print, send."""
        said: list[str] = []
        for _ in range(_MOST_ATTEMPTS):
            page = self._screen.look()
            state = page.facts.get("state")
            if state == "sent":
                return
            if page.name == "differences":
                count = int(page.facts["count"])
                self._screen.press("/differences", **{f"reason_{one}": "not known" for one in range(1, count + 1)})
            elif state == "closed" and page.facts.get("printed") == "yes":
                self._screen.press("/send")
            elif state == "closed":
                self._screen.press("/print")
            else:
                self._screen.open("/close")
                answered = self._screen.press("/close", early=REHEARSAL)
                said.append(answered.code or answered.name if answered is not None else "-")
            self._day.wait()
        raise AssertionError(f"the station does not close: {said[-10:]}")

    def leave(self) -> None:
        """Close the browser."""
        self._screen.leave()


class _Clerk:
    """Who sits at a desk."""

    def __init__(self, day: FailingDay, number: int, over: threading.Event) -> None:
        self._day = day
        self._number = number
        self._over = over
        self._rng = day.chance(f"clerk {number}")
        self._screen = Screen(day, day.machines[_name("check-in", number)], CLERK_PIN)
        self._card: tuple[int, str] | None = None
        self._list = False

    def work(self) -> None:
        """Take voters until the day is over."""
        line = self._day.lines[self._number]
        while not (self._over.is_set() and self._day.in_hand == 0):
            try:
                citizen = line.get(timeout=_SOON)
            except queue.Empty:
                self._day.wait()
                continue
            self._serve(citizen)
        self._screen.leave()

    def _serve(self, citizen: Citizen) -> None:
        self._card, self._list = None, False
        until, page = time.monotonic() + _LONGEST_TURN, None
        while time.monotonic() < until:
            page = page or self._screen.look()
            page, done = self._step(page, citizen)
            if done:
                return
        self._day.wrong(f"desk {self._number}: {citizen.person.document} gets no further")
        self._day.count(-1)

    def _step(self, page: SeenPage, citizen: Citizen) -> tuple[SeenPage | None, bool]:
        """What the clerk does with what the page shows: the next page, and whether the visitor is gone."""
        day, press = self._day, self._screen.press
        name = page.name
        if name == "find":
            return self._find(page, citizen)
        if name == "other-desk":
            return self._elsewhere(page, citizen)
        if name in ("unmatched", "finger"):
            if self._rng.random() < WRONG_ENTRY:
                return press("/back"), False
            return press("/release", pin=CHAIR_PIN, reason="not-enrolled"), False
        if name == "second":
            return press("/agree", account="clerk", pin=CLERK_PIN), False
        if name in ("matched", "released"):
            return self._admitted(page, citizen), False
        if name == "finding":
            if not citizen.cards:
                day.wrong(f"desk {self._number}: {citizen.person.document} is refused, {page.facts.get('reason')}")
            return press("/turn-away"), False
        if name == "refused":
            press("/next")
            day.count(-1)
            return None, True
        day.wait()
        return None, False

    def _find(self, page: SeenPage, citizen: Citizen) -> tuple[SeenPage | None, bool]:
        if self._card is not None:
            booth, card = self._card
            self._day.before[booth].put((citizen, card))
            return None, True
        if page.facts.get("state") != "open":
            self._day.wait()
            return None, False
        return self._screen.press("/find", document=citizen.person.document), False

    def _elsewhere(self, page: SeenPage, citizen: Citizen) -> tuple[SeenPage | None, bool]:
        """Sent to another desk: there, or, where that cannot be asked, sometimes by the printed list."""
        day = self._day
        if page.facts["reached"] == "no" and self._rng.random() < LISTED:
            signed = day.signed(citizen.person.document)
            if not signed or self._rng.random() < CARELESS:
                self._list = True
                return self._screen.press(
                    "/from-list", first_pin=CHAIR_PIN, second="clerk", second_pin=CLERK_PIN
                ), False
        self._screen.press("/next")
        day.lines[int(page.facts["desk"])].put(citizen)
        return None, True

    def _admitted(self, page: SeenPage, citizen: Citizen) -> SeenPage | None:
        day = self._day
        if self._card is None:
            if self._rng.random() < UNDO:
                return self._screen.press("/undo", pin=CHAIR_PIN, reason="wrong-person")
            if citizen.cards and (self._list or citizen.listed):
                citizen.careless += 1  # nobody saw the signature on the list of this desk, or of the other
            elif citizen.cards:
                day.wrong(f"desk {self._number}: {citizen.person.document} is admitted again")
            citizen.listed += self._list
            self._card = day.draw_card(citizen, page.facts["tray"], self._rng)
        return self._screen.press("/card")


class _Voter:
    """Who is in a booth, one after the other."""

    def __init__(self, day: FailingDay, booth: BoothPlace, over: threading.Event) -> None:
        self._day = day
        self._booth = booth
        self._over = over
        self._rng = day.chance(f"voter {booth.number}")
        self._screen = Screen(day, day.machines[_name("booth", booth.number)])

    def work(self) -> None:
        """Vote until the day is over."""
        line = self._day.before[self._booth.number]
        while not (self._over.is_set() and self._day.in_hand == 0):
            try:
                citizen, card = line.get(timeout=_SOON)
            except queue.Empty:
                self._day.wait()
                continue
            self._vote(citizen, card)
            self._day.count(-1)
        self._screen.leave()

    def _vote(self, citizen: Citizen, card: str) -> None:
        day, truth, number = self._day, self._day.truth, self._booth.number
        leaves = self._rng.random() < WALK_AWAY
        inserted = confirmed = False
        until, page = time.monotonic() + _LONGEST_TURN, None
        truth.cards_used[number] += 1
        while time.monotonic() < until:
            page = page or self._screen.look()
            if page.name == "thanks" and not inserted:  # after a power cut it is said once more to the voter before
                page = None
                day.wait()
                continue
            if page.name == "thanks" or (page.name == "welcome" and inserted):
                day.left[number] = False
                self._end(citizen, confirmed=confirmed, left=leaves, page=page)
                return
            if page.name == "welcome":
                page = self._insert(page, card)
                continue
            inserted = inserted or page.name in _OF_A_SESSION
            if page.name == "printed" and self._rng.random() >= SPOIL:
                confirmed = True
                page = self._screen.press("/printed", right="yes")
            elif leaves and page.name == "contest":
                day.left[number] = True
                day.wait()
                page = None
            else:
                page = self._go_on(page, citizen)
        day.wrong(f"booth {number}: a voter gets no further than {page.name if page else 'nothing'}")

    def _insert(self, page: SeenPage, card: str) -> SeenPage | None:
        if page.facts.get("state") != "open":
            self._day.wait()
            return None
        page_after = self._screen.press("/card", code=card)
        if page_after is not None and page_after.code.startswith("card."):
            self._day.wrong(f"booth {self._booth.number}: a good card is refused, {page_after.code}")
        return page_after

    def _go_on(self, page: SeenPage, citizen: Citizen) -> SeenPage | None:
        press = self._screen.press
        if page.name == "language":
            return press("/language", language="es")
        if page.name == "contest":
            wish = citizen.person.wishes[page.facts["contest"]]
            here = [one for one in wish if f'name="option" value="{one}"' in page.content.decode()]
            blank = not wish and 'type="radio" name="option" value=""' in page.content.decode()
            return press(page.path, go="next", option=[""] if blank else here)
        if page.name == "review":
            self._spoil_paper()
            return press("/print")
        if page.name == "printed":
            return press("/printed", right="no")
        if page.name == "spoil":
            return press("/spoil", reason="changed-mind")
        self._day.wait()
        return None

    def _spoil_paper(self) -> None:
        """Back at the review, whatever came out of the printer is void."""
        before = len(list(self._booth.spoiled_envelope.glob("*.png")))
        self._booth.take_spoiled()
        self._day.truth.spoiled[self._booth.number] += len(list(self._booth.spoiled_envelope.glob("*.png"))) - before

    def _end(self, citizen: Citizen, *, confirmed: bool, left: bool, page: SeenPage) -> None:
        """The session is over: a vote that was confirmed, or one that its voter left."""
        day, number = self._day, self._booth.number
        if left and not confirmed:
            day.truth.left[number] += 1
            self._spoil_paper()
            return
        if not confirmed:
            day.wrong(f"booth {number}: the session is gone, and the voter never said yes ({page.name})")
            return
        papers = self._booth.take_slip(self._booth.box)
        if len(papers) != 1:
            day.wrong(f"booth {number}: {len(papers)} papers of one vote: {papers}")
        chosen = Marks(citizen.person.style.id, citizen.person.wishes)
        day.truth.papers[number] |= dict.fromkeys(papers, chosen)


def _name(role: str, number: int) -> str:
    return StationMachine(role, number).name  # type: ignore[arg-type]
