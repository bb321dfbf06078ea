"""A whole station: three installed machines, a register of eight voters, two of whose fingers are taken."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, MAYOR, MemoryPrinter, Root, council, finger, villa
from testigo.audit import station_deck
from testigo.election import Contest, Option, Station, VotingRules
from testigo.fingerprint import FingerImage
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.screens.page_voter import PageVoter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.ways import LocalMachine, Machine

DEFINITION = villa(
    (Station("s1", "Escuela Norte", "villa", 8, roll_sizes={"native": 2}), Station("s2", "Escuela Sur", "villa", 5)),
    (
        MAYOR,
        council(0),
        Contest(
            "elder", "villa", {"es": "Mayor indígena"}, "choose-one", (Option("e1", {"es": "Uno"}),), roll="native"
        ),
    ),
    rolls=("general", "native"),
    rules=VotingRules(release_cap_percent=20),
)

PEOPLE = """document,name,station,roll
101,María José Peña,s1,
102,Juan Pérez,s1,
103,Luisa Mora,s1,
104,Rosa Gil,s1,
105,Raúl Paz,s1,
106,Eva Sol,s1,
107,Ana Ñandú,s1,native
108,Tito Ñandú,s1,native
201,Luis Sur,s2,
"""


@dataclass
class InstalledStation:
    """A station's three folders, and the machines opened on them."""

    folder: Path
    root: Root
    poll_book: bytes
    tested: Path | None = None
    """The same station after its test before opening."""
    printer: MemoryPrinter = field(default_factory=MemoryPrinter)

    def start(self) -> None:
        """Switch the three machines on."""
        self.booth = Booth(self.folder / "booth", self.printer, screen=PageVoter)
        self.check_in = CheckIn(self.folder / "check-in")
        ways = {"booths": [LocalMachine(self.booth)], "desks": [LocalMachine(self.check_in)]}
        self.chair = Chair(self.folder / "chair", **ways)

    def restart_booth(self) -> None:
        """Only the booth, off and on."""
        self.booth.close()
        self.booth = Booth(self.folder / "booth", self.printer, screen=PageVoter)

    def restart_chair(self, booth: Machine) -> None:
        """Only the chair, off and on; `booth`: its way to the booth."""
        self.chair.close()
        self.chair = Chair(self.folder / "chair", booths=[booth], desks=[LocalMachine(self.check_in)])

    def stop(self) -> None:
        for machine in (self.booth, self.check_in, self.chair):
            machine.close()

    def restart(self) -> None:
        """Power off and on, without any farewell."""
        self.stop()
        self.start()

    def test(self) -> bool:
        """The test before opening with the last part of its deck alone: whole ones are run in `test_day`."""
        return self.chair.runs.run(station_deck(DEFINITION, "s1")[-1:])

    def to_open(self) -> list[str]:
        """Everything up to the open station; returns the codes of the cards of the general roll."""
        codes = self.to_zero_report()
        self.chair.open()
        return codes

    def to_zero_report(self) -> list[str]:
        """Everything before opening; returns the codes of the cards of the general roll."""
        self.take_over_test()
        self.check_in.load_poll_book(self.poll_book)
        deck = self.booth.make_cards(spare=4)
        assert self.chair.state == "tested" or self.test()
        self.chair.zero_report()
        return [card.code for card in deck.cards if card.style == "villa"]

    def take_over_test(self) -> None:
        """Take over the folders of the tested station, where nothing was done in this one."""
        if self.tested is None or {event.event for event in self.chair.folder.log} - {"keys-loaded", "installed"}:
            return
        self.stop()
        for role in ("chair", "booth"):
            shutil.rmtree(self.folder / role)
            shutil.copytree(self.tested / role, self.folder / role)
        self.start()

    def release(self, document: str) -> None:
        """One voter through the desk without a finger; beyond the alarm the clerk is the second person."""
        visit = self.check_in.find(document)
        reason = "missing-hand" if visit.fingers else "not-enrolled"
        if self.check_in.release(visit.id, CHAIR_PIN, reason).stage == "second":
            self.check_in.agree(visit.id, "clerk", CLERK_PIN)
        self.check_in.hand_card(visit.id)

    def match(self, document: str, person: int) -> None:
        """One voter through the desk by finger."""
        visit = self.check_in.find(document)
        assert self.check_in.try_finger(visit.id, FingerImage.read(finger(person, 2))).outcome == "matched"
        self.check_in.hand_card(visit.id)

    def vote(self, code: str, mayor: str = "ana") -> str:
        """One voter in the booth; returns the slip number."""
        self.booth.accept_card(code)
        self.booth.choose_language("es")
        self.booth.choose("mayor", (mayor,))
        self.booth.review()
        self.booth.print()
        self.booth.confirm()
        return self.printer.slips[-1].number


@pytest.fixture(scope="session")
def root() -> Root:
    return Root(DEFINITION)


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """Eight voters at s1, one at s2; 101 and 102 are enrolled with one finger each."""
    folder = tmp_path_factory.mktemp("register")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    with Register.open(f"sqlite:///{folder / 'register.db'}", DEFINITION, RegisterKey.generate()) as opened:
        opened.import_voters(folder / "people.csv")
        for document, person in (("101", 1), ("102", 2)):
            image = FingerImage.read(finger(person, 1))
            opened.enrol(document, [("right-index", image)], "officer")
        yield opened


@pytest.fixture(scope="session")
def installed(root: Root, register: Register, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A station installed once, keys loaded, and its poll book: copied for each test."""
    folder = tmp_path_factory.mktemp("installed") / "s1"
    request = root.install(folder, "s1")
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    return folder, make_poll_book(register, "s1", sealing, root.centre, ISSUED)


@pytest.fixture(scope="session")
def tested(installed: tuple[Path, bytes], root: Root, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That station after its test before opening."""
    folder = tmp_path_factory.mktemp("tested") / "s1"
    shutil.copytree(installed[0], folder)
    place = InstalledStation(folder, root, installed[1])
    place.start()
    assert place.test()
    place.stop()
    return folder


@pytest.fixture
def make_place(
    installed: tuple[Path, bytes], tested: Path, root: Root, tmp_path: Path
) -> Iterator[Callable[[], InstalledStation]]:
    """Makes started stations, each a fresh copy."""
    places: list[InstalledStation] = []

    def make() -> InstalledStation:
        folder = tmp_path / f"station-{len(places)}"
        shutil.copytree(installed[0], folder)
        place = InstalledStation(folder, root, installed[1], tested)
        place.start()
        places.append(place)
        return place

    yield make
    for place in places:
        place.stop()


@pytest.fixture
def place(make_place: Callable[[], InstalledStation]) -> InstalledStation:
    """A started station, installed and nothing more."""
    return make_place()


@pytest.fixture(scope="session")
def finished(
    installed: tuple[Path, bytes], root: Root, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str]]:
    """A station whose day of one voter is over: its folder, to be copied, and the heads on its tally sheet."""
    folder = tmp_path_factory.mktemp("finished") / "s1"
    shutil.copytree(installed[0], folder)
    place = InstalledStation(folder, root, installed[1])
    place.start()
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    assert place.chair.close_polls() == ()
    place.chair.send()
    sheet = place.chair.tally_sheet()
    assert sheet is not None
    place.stop()
    return folder, sheet.event_logs
