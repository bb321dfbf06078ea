"""A whole station: three installed machines, a register of eight voters, two of whose fingers are taken."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from testigo.audit import logic
from testigo.ballot import PrinterError, Slip
from testigo.election import Contest, Definition, District, MachineKey, MachineKeys, Option, Party, Station, VotingRules
from testigo.fingerprint import FingerImage, synthetic
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.station.booth import Booth
from testigo.station.chair import Chair
from testigo.station.checkin import CheckIn
from testigo.station.install import install_station, load_keys
from testigo.station.machine import LocalMachine

CHAIR_PIN = "482913"
CLERK_PIN = "750126"
ISSUED = "2026-11-21T12:00:00Z"

DEFINITION = Definition(
    id="villa-2026",
    title={"es": "Elección de Villa", "en": "Election of Villa"},
    date="2026-11-29",
    opens="08:00",
    closes="18:00",
    languages=("es", "en"),
    districts=(District("villa", {"es": "Villa"}),),
    stations=(
        Station("s1", "Escuela Norte", "villa", 8, roll_sizes={"native": 2}),
        Station("s2", "Escuela Sur", "villa", 5),
    ),
    parties=(Party("sol", {"es": "Partido Sol"}, "SOL"),),
    contests=(
        Contest(
            "mayor",
            "villa",
            {"es": "Alcaldía", "en": "Mayor"},
            "choose-one",
            (Option("ana", {"es": "Ana Ñandú"}, "sol"), Option("beto", {"es": "Beto Rey"})),
        ),
        Contest(
            "council",
            "villa",
            {"es": "Concejo", "en": "Council"},
            "choose-up-to",
            tuple(Option(f"c{number}", {"es": f"Concejal {number}"}) for number in range(4)),
            seats=2,
            choose=2,
        ),
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


class MemoryPrinter:
    """Stands for the thermal printer: keeps slips, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.failures = 0

    def print_slip(self, slip: Slip) -> None:
        if self.failures:
            self.failures -= 1
            raise PrinterError("the printer is out of paper", mend="put in a new roll")
        self.slips.append(slip)


def finger(person: int, impression: int) -> bytes:
    """An easy impression of a synthetic finger, as a PNG file."""
    return synthetic.generate(person, impression, difficulty=0.3).to_png()


@dataclass
class Root:
    """The authority: keys of root and centre, and what it signs."""

    definition: Definition
    key: SigningKey = field(default_factory=SigningKey.generate)
    centre: SigningKey = field(default_factory=SigningKey.generate)

    def sign(self, type_: str, body: dict[str, object]) -> bytes:
        return Statement(type_, self.definition.digest, "", ISSUED, body).sign(self.key)

    def definition_envelope(self) -> bytes:
        return self.sign("election-definition", self.definition.payload())

    def admit(self, request: MachineKeys) -> bytes:
        import msgspec

        centre = MachineKey(self.centre.public.hex, "centre")
        return self.sign("machine-keys", msgspec.to_builtins(MachineKeys((centre, *request.keys))))


@dataclass
class Place:
    """A station's three folders, and the machines opened on them."""

    folder: Path
    root: Root
    poll_book: bytes
    printer: MemoryPrinter = field(default_factory=MemoryPrinter)

    def start(self) -> None:
        """Switch the three machines on."""
        self.booth = Booth(self.folder / "booth", self.printer)
        self.check_in = CheckIn(self.folder / "check-in")
        self.chair = Chair(self.folder / "chair", booth=LocalMachine(self.booth), check_in=LocalMachine(self.check_in))

    def stop(self) -> None:
        for machine in (self.booth, self.check_in, self.chair):
            machine.shut()

    def restart(self) -> None:
        """Power off and on, without any farewell."""
        self.stop()
        self.start()

    def test(self) -> bool:
        deck = logic.station_deck(DEFINITION, "s1")
        return self.chair.run_test(deck, logic.expected(DEFINITION, "s1", deck))

    def to_open(self) -> list[str]:
        """Everything up to the open station; returns the codes of the cards of the general roll."""
        self.check_in.load_poll_book(self.poll_book)
        deck = self.booth.make_cards(spare=4)
        assert self.test()
        self.chair.zero_report()
        self.chair.open()
        return [card.code for card in deck.cards if card.style == "villa"]

    def release(self, document: str) -> None:
        """One voter through the desk without a finger, which uses up one release."""
        visit = self.check_in.find(document)
        self.check_in.release(visit.id, CHAIR_PIN, "missing-hand")
        self.check_in.hand_card(visit.id)

    def match(self, document: str, person: int) -> None:
        """One voter through the desk by finger."""
        visit = self.check_in.find(document)
        assert self.check_in.try_finger(visit.id, finger(person, 2)).outcome == "matched"
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
    request = install_station(
        folder, root.definition_envelope(), root.key.public, "s1", chair_pin=CHAIR_PIN, clerk_pin=CLERK_PIN
    )
    load_keys(folder, [root.admit(request)])
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    return folder, make_poll_book(register, "s1", sealing, root.centre, ISSUED)


@pytest.fixture
def make_place(installed: tuple[Path, bytes], root: Root, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Makes started stations, each a fresh copy."""
    places: list[Place] = []

    def make() -> Place:
        folder = tmp_path / f"station-{len(places)}"
        shutil.copytree(installed[0], folder)
        place = Place(folder, root, installed[1])
        place.start()
        places.append(place)
        return place

    yield make
    for place in places:
        place.stop()


@pytest.fixture
def place(make_place: Callable[[], Place]) -> Place:
    """A started station, installed and nothing more."""
    return make_place()
