"""A station behind its real pages: applications in threads at real addresses, and who sits in front of them."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from litestar import Litestar

from polling_place import CHAIR_PIN, CLERK_PIN, MAYOR, MemoryPrinter, council, villa
from testigo.ballot import DeckPart
from testigo.election import Contest, Option, Station, VotingRules
from testigo.rehearsal.chair import when_tested
from testigo.screens import booth as booth_pages
from testigo.screens import chair as chair_pages
from testigo.screens import checkin as check_in_pages
from testigo.screens.background_test import BackgroundTest
from testigo.screens.page_voter import PageVoter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.ways import HttpMachine
from testigo.web.client import Client
from testigo.web.listening import Listening

OFFICER_PIN = "316497"

DEFINITION = villa(
    (Station("s1", "Escuela Norte", "villa", 8), Station("s2", "Escuela Sur", "villa", 5, "Calle 2")),
    (
        MAYOR,
        council(1),
        Contest(
            "anthem",
            "villa",
            {"es": "Himno", "en": "Anthem"},
            "choose-one",
            tuple(Option(f"h{number}", {"es": f"Himno número {number}"}) for number in range(1, 16)),
        ),
    ),
    rules=VotingRules(release_cap_percent=25),
)
"""One contest to choose one, one to choose two, one that fills two pages."""

PEOPLE = """document,name,station,roll
101,María José Peña,s1,
102,Juan Pérez,s1,
103,Luisa Mora,s1,
104,Rosa Gil,s1,
105,Raúl Paz,s1,
201,Luis Sur,s2,
"""


class Server:
    """One application in a thread of its own, at a real address."""

    def __init__(self, app: Litestar, listening: Listening | None = None) -> None:
        self.listening = listening or Listening()
        self._bound = self.listening.bind()
        self.address = self.listening.address(self._bound)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._bound]}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(10)
        self._bound.close()


class ShortTest(BackgroundTest):
    """The test before opening with the last part of its deck alone: whole ones are run in tests/station."""

    def _deck(self) -> tuple[DeckPart, ...]:
        return super()._deck()[-1:]


@dataclass
class ServedStation:
    """A station with its machines running behind their pages."""

    folder: Path
    poll_book: bytes
    printer: MemoryPrinter = field(default_factory=MemoryPrinter)
    servers: list[Server] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.booth = Booth(self.folder / "booth", self.printer, screen=PageVoter)
        self.check_in = CheckIn(self.folder / "check-in")
        at_booth, at_desk = Server(booth_pages.app(self.booth)), Server(check_in_pages.app(self.check_in))
        self.chair = Chair(
            self.folder / "chair", booths=[HttpMachine(at_booth.address)], desks=[HttpMachine(at_desk.address)]
        )
        self.test = ShortTest(self.chair)
        at_chair = Server(chair_pages.app(self.chair, test=self.test))
        self.servers = [at_booth, at_desk, at_chair]
        self.booth_address, self.desk_address, self.chair_address = (server.address for server in self.servers)

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
        self.test.close()
        for machine in (self.booth, self.check_in, self.chair):
            machine.close()

    def make_cards(self) -> list[str]:
        """Make the deck; the codes of the general ballot style."""
        return [card.code for card in self.booth.make_cards(spare=12).cards]

    def open(self, **opening: str) -> list[str]:
        """Poll book, cards, test, zero report and opening, all through the pages; the codes of the cards. `opening`:
        what the form of opening says."""
        cards = self.make_cards()
        with self.clerk() as clerk, self.presiding() as chair:
            assert clerk.send("/poll-book", files={"poll-book": self.poll_book}).ok
            for step, state in (("/test", "tested"), ("/zero-report", "zero-reported"), ("/open", "open")):
                sent = chair.send(step, **(opening if step == "/open" else {}))
                assert when_tested(chair, sent).facts["state"] == state
        return cards

    def clerk(self) -> Client:
        """The clerk, with the PIN entered."""
        return signed_in(self.desk_address, CLERK_PIN)

    def presiding(self) -> Client:
        """The chair, with the PIN entered."""
        return signed_in(self.chair_address, CHAIR_PIN)

    def voter(self) -> Client:
        """Somebody in the booth."""
        return Client(self.booth_address)


def signed_in(address: str, pin: str) -> Client:
    client = Client(address)
    client.get("/pin")
    assert client.send("/pin", pin=pin).ok
    return client
