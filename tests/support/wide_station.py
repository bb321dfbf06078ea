"""A station with two check-in desks and two booths, each machine opened in this process."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, MemoryPrinter, Root
from testigo.audit import station_deck
from testigo.ballot import DeckPart
from testigo.election import StationMachines
from testigo.register import Register, make_poll_book
from testigo.screens.page_voter import PageVoter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.install import install_station, load_keys
from testigo.station.machine.ways import LocalMachine
from whole_station import DEFINITION

MACHINES = StationMachines(desk_count=2, booth_count=2)


class DeskCable:
    """The way from one desk to another of the same station."""

    def __init__(self, station: "WideStation", to: int) -> None:
        self._station, self._to = station, to

    def tell(self, envelope: bytes, within: float) -> bytes:
        return self._station.desks[self._to - 1].tell(envelope)


def short_deck() -> tuple[DeckPart, ...]:
    """The last part of the test deck alone: whole ones are run elsewhere."""
    return tuple(station_deck(DEFINITION, "s1"))[-1:]


@dataclass
class WideStation:
    """The folder of a station, and its machines opened on it. `printer`: of both booths."""

    folder: Path
    root: Root
    poll_book: bytes
    printer: MemoryPrinter = field(default_factory=MemoryPrinter)

    def start(self) -> None:
        """Switch all machines on."""
        self.booths = [Booth(self.folder / one.name, self.printer, screen=PageVoter) for one in MACHINES.booths]
        cables = {one.number: DeskCable(self, one.number) for one in MACHINES.desks}
        self.desks = [
            CheckIn(self.folder / one.name, desks={to: cables[to] for to in cables if to != one.number})
            for one in MACHINES.desks
        ]
        ways = {
            "booths": [LocalMachine(one) for one in self.booths],
            "desks": [LocalMachine(one) for one in self.desks],
        }
        self.chair = Chair(self.folder / "chair", **ways)

    def stop(self) -> None:
        """Switch them off."""
        for machine in (*self.booths, *self.desks, self.chair):
            machine.close()

    def restart(self) -> None:
        """Power off and on, without any farewell."""
        self.stop()
        self.start()

    def to_open(self) -> list[list[str]]:
        """Everything up to the open station; for each booth the codes of its cards of the general roll."""
        codes = self.to_zero_report()
        self.chair.open()
        return codes

    def to_zero_report(self) -> list[list[str]]:
        """Everything before opening; for each booth the codes of its cards of the general roll."""
        for desk in self.desks:
            desk.load_poll_book(self.poll_book)
        decks = [booth.make_cards(spare=2) for booth in self.booths]
        assert self.chair.state == "tested" or self.chair.runs.run(short_deck())
        self.chair.zero_report()
        return [[card.code for card in deck.cards if card.style == "villa"] for deck in decks]

    def release(self, document: str, desk: int = 0) -> None:
        """One voter through a desk without a finger."""
        at = self.desks[desk]
        visit = at.find(document)
        if at.release(visit.id, CHAIR_PIN, "not-enrolled").stage == "second":
            at.agree(visit.id, "clerk", CLERK_PIN)
        at.hand_card(visit.id)

    def vote(self, code: str, booth: int = 0, mayor: str = "ana") -> None:
        """One voter in a booth."""
        at = self.booths[booth]
        at.accept_card(code)
        at.choose_language("es")
        at.choose("mayor", (mayor,))
        at.review()
        at.print()
        at.confirm()


@pytest.fixture(scope="session")
def wide_installed(root: Root, register: Register, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A station of two desks and two booths, installed and tested once; and its poll book."""
    folder = tmp_path_factory.mktemp("wide") / "s1"
    pins = {"chair_pin": CHAIR_PIN, "clerk_pin": CLERK_PIN}
    request = install_station(folder, root.station_file("s1"), root.key.public, "s1", machines=MACHINES, **pins)
    load_keys(folder, [root.admit(request)])
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    place = WideStation(folder, root, book)
    place.start()
    assert place.chair.runs.run(short_deck())
    place.stop()
    return folder, book


@pytest.fixture
def wide(wide_installed: tuple[Path, bytes], root: Root, tmp_path: Path) -> Iterator[WideStation]:
    """A tested station of two desks and two booths, a fresh copy, started."""
    folder = tmp_path / "wide"
    shutil.copytree(wide_installed[0], folder)
    place = WideStation(folder, root, wide_installed[1])
    place.start()
    yield place
    place.stop()


MakeWide = Callable[[], WideStation]
