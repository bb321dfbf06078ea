"""A whole station behind its real pages: installed machines, a register, servers in threads, and a browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from in_chromium import chromium
from open_booth import OpenBooth
from polling_place import ISSUED, Root, finger
from served_station import DEFINITION, OFFICER_PIN, PEOPLE, ServedStation, Server
from testigo.election import Definition, load
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import Reader
from testigo.keys import SigningKey
from testigo.register import Register, RegisterKey, make_poll_book
from testigo.screens import enrolment as enrolment_pages
from testigo.staff.desk import open_desk as open_officers
from testigo.web.client import Client

__all__ = ["chromium"]


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """Five voters at s1, one at s2; 101 and 102 are enrolled with one finger each."""
    folder = tmp_path_factory.mktemp("register")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    with Register.open(f"sqlite:///{folder / 'register.db'}", DEFINITION, RegisterKey.generate()) as opened:
        opened.import_voters(folder / "people.csv")
        for document, person in (("101", 1), ("102", 2)):
            image = FingerImage.read(finger(person, 1))
            opened.enrol(document, [("right-index", image)], "officer", accept_because="test")
        yield opened


@pytest.fixture(scope="session")
def centre_key() -> SigningKey:
    """The centre's, which signs poll books and staff lists."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def root_key() -> SigningKey:
    """The root's, which signs who withdrew."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def installed(
    register: Register, centre_key: SigningKey, root_key: SigningKey, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, bytes]:
    """A station installed once with its poll book: copied for each test."""
    root = Root(DEFINITION, root_key, centre=centre_key)
    folder = tmp_path_factory.mktemp("installed") / "s1"
    request = root.install(folder, "s1")
    sealing = next(key.sealing_key for key in request.keys if key.role == "check-in")
    return folder, make_poll_book(register, "s1", sealing, root.centre, ISSUED)


@pytest.fixture(scope="session")
def open_station(installed: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The same station opened once through its pages, then switched off; and the codes of its cards."""
    folder = tmp_path_factory.mktemp("open") / "s1"
    shutil.copytree(installed[0], folder)
    place = ServedStation(folder, installed[1])
    place.start()
    cards = place.open()
    place.stop()
    return folder, cards


@pytest.fixture
def place(installed: tuple[Path, bytes], tmp_path: Path) -> Iterator[ServedStation]:
    """A station, installed and started, nothing more."""
    folder = tmp_path / "station"
    shutil.copytree(installed[0], folder)
    place = ServedStation(folder, installed[1])
    place.start()
    yield place
    place.stop()


@pytest.fixture
def opened(
    open_station: tuple[Path, list[str]], installed: tuple[Path, bytes], tmp_path: Path
) -> Iterator[ServedStation]:
    """An open station of the test's own, with `cards` to vote with."""
    folder = tmp_path / "station"
    shutil.copytree(open_station[0], folder)
    place = ServedStation(folder, installed[1], cards=open_station[1])
    place.start()
    yield place
    place.stop()


@pytest.fixture
def served() -> Iterator[Callable[[Litestar], str]]:
    """Serves an application until the end of the test; its address."""
    servers: list[Server] = []

    def serve(app: Litestar) -> str:
        servers.append(Server(app))
        return servers[-1].address

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def enrolment_desk(enrolment_with: Callable[..., Client]) -> Client:
    """An enrolment desk on a fresh register of six voters, with officer `maria` signed in."""
    return enrolment_with(None)


@pytest.fixture
def desk_register(tmp_path: Path) -> Iterator[Register]:
    """That desk's register."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    with Register.open(f"sqlite:///{tmp_path / 'register.db'}", DEFINITION, RegisterKey.generate()) as register:
        register.import_voters(tmp_path / "people.csv")
        yield register


@pytest.fixture
def enrolment_with(
    desk_register: Register, tmp_path: Path, served: Callable[[Litestar], str]
) -> Iterator[Callable[..., Client]]:
    """Opens that desk with a finger reader, or with None."""
    officers = open_officers(tmp_path / "officers")
    officers.set_pin("maria", OFFICER_PIN)
    desks: list[Client] = []

    def open_desk(reader: Reader | None) -> Client:
        desks.append(Client(served(enrolment_pages.app(desk_register, officers, reader=reader))))
        desks[-1].get("/pin")
        assert desks[-1].send("/pin", account="maria", pin=OFFICER_PIN).ok
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()


@pytest.fixture(scope="session")
def booth_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Definition], tuple[str, list[str]]]]:
    """Opens a booth of the smallest station of an election: its address and the codes of its cards."""
    open_booths: list[OpenBooth] = []

    def make(definition: Definition) -> tuple[str, list[str]]:
        booth = OpenBooth(definition, tmp_path_factory.mktemp("booth"))
        open_booths.append(booth)
        return booth.address, booth.cards

    yield make
    for booth in open_booths:
        booth.stop()


@pytest.fixture(scope="session")
def example_booths(
    project_root: Path, booth_of: Callable[[Definition], tuple[str, list[str]]]
) -> Callable[[str], tuple[str, list[str]]]:
    """Opens a booth of a shipped example."""
    examples = project_root / "src" / "testigo" / "examples"
    return lambda name: booth_of(load(examples / name / "election.yaml"))


@pytest.fixture
def booth_with(tmp_path: Path) -> Iterator[Callable[[Definition], OpenBooth]]:
    """Opens a booth of any definition, as often as wanted."""
    booths: list[OpenBooth] = []

    def make(definition: Definition) -> OpenBooth:
        booths.append(OpenBooth(definition, tmp_path / str(len(booths))))
        return booths[-1]

    yield make
    for booth in booths:
        booth.stop()
