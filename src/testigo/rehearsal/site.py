"""One station of a rehearsal: its machines as server processes, its trays of cards, its printed paper."""

import random
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from testigo import storage
from testigo.centre import Centre, authority_key
from testigo.election import CHAIR, Station, StationMachine, StationMachines
from testigo.register import Register, make_poll_book
from testigo.slip import FolderPrinter
from testigo.slip.printer import SPOILED
from testigo.station.booth.booth import Booth
from testigo.station.install import install_station, load_keys
from testigo.station.machine.processes import MachineProcess, address_of, reserve_port
from testigo.web.browser import Browser
from testigo.web.client import SeenPage
from testigo.words import message

CHAIR_PIN = "314159"
CLERK_PIN = "271828"
"""PINs of a rehearsal. Real ones are chosen by the people who will enter them."""


@dataclass
class BoothPlace:
    """One booth of a station. `paper`: where its paper is: `printer` (where a slip comes out), `box` and `spoiled`
    (where voters put it). `trays`: ballot style → cards not drawn yet, shuffled."""

    number: int
    machine: MachineProcess
    paper: Path
    trays: dict[str, list[str]] = field(default_factory=dict)

    @property
    def printer(self) -> Path:
        """Where the booth's slips come out."""
        return self.paper / "printer"

    @property
    def box(self) -> Path:
        """The paper votes in the ballot box."""
        return self.paper / "box"

    @property
    def spoiled_envelope(self) -> Path:
        """The paper votes that their voters found wrong."""
        return self.paper / "spoiled"

    def take_slip(self, into: Path) -> list[str]:
        """The voter takes what came out of the printer and puts it into box or envelope; the names of the papers."""
        return self._take(self.printer, into)

    def take_spoiled(self) -> None:
        """What the voter found wrong goes into the envelope, which the printer knows or not yet."""
        self._take(self.printer, self.spoiled_envelope)
        if (self.printer / SPOILED).is_dir():
            self._take(self.printer / SPOILED, self.spoiled_envelope)

    @staticmethod
    def _take(out: Path, into: Path) -> list[str]:
        files = sorted(file for file in out.iterdir() if file.is_file())
        for file in files:
            file.rename(into / file.name)
        return [file.stem for file in files if file.suffix == ".png"]


@dataclass
class Site:
    """A polling place. `desks`: by number. `paper`: where the first booth's paper is, and the tally sheet."""

    station: Station
    folder: Path
    paper: Path
    chair: MachineProcess
    desks: dict[int, MachineProcess]
    booths: tuple[BoothPlace, ...]
    poll_book: bytes = b""

    @property
    def size(self) -> StationMachines:
        """How many machines there are."""
        return StationMachines(len(self.desks), len(self.booths))

    @property
    def machines(self) -> tuple[MachineProcess, ...]:
        """Booths and desks first: the chair's machine talks to all of them."""
        return (*(booth.machine for booth in self.booths), *self.desks.values(), self.chair)


Cables = Callable[[StationMachine, StationMachine, str], str]
"""From a machine to another, whose address that is → the address that the first is told."""


def straight(_by: StationMachine, _to: StationMachine, address: str) -> str:
    """A cable from each machine to each other, which never fails."""
    return address


def make_site(
    station: Station,
    out: Path,
    size: StationMachines = StationMachines(),  # noqa: B008  # immutable
    *,
    cables: Cables = straight,
) -> Site:
    """The site's folders and processes-to-be; nothing is installed or started yet."""
    folder, paper = out / "stations" / station.id, out / "paper" / station.id
    logs = storage.make_folder(out / "logs")
    make = partial(_machine, station, folder, logs)
    booths = tuple(_booth(one, paper if one.number == 1 else paper / one.name, make) for one in size.booths)
    # A desk is told the addresses of all, its own too: each is known before any process is made.
    ports = {one.number: reserve_port() for one in size.desks}
    addresses = {one: address_of(ports[one.number]) for one in size.desks}
    addresses |= {one: booth.machine.address for one, booth in zip(size.booths, booths, strict=True)}

    def ways(by: StationMachine, machines: Iterable[StationMachine]) -> str:
        return " ".join(cables(by, to, addresses[to]) for to in machines)

    desks = {}
    for one in size.desks:
        others = ["--desks", ways(one, size.desks)] if len(ports) > 1 else []
        desks[one.number] = make(one, others, port=ports[one.number])
    orders = ["--booth", ways(CHAIR, size.booths), "--check-in", ways(CHAIR, size.desks)]
    return Site(station, folder, paper, make(CHAIR, orders), desks, booths)


def _booth(booth: StationMachine, paper: Path, make: Callable[..., MachineProcess]) -> BoothPlace:
    for place in ("printer", "box", "spoiled"):
        storage.make_folder(paper / place)
    return BoothPlace(booth.number, make(booth, ["--printer", f"folder:{paper / 'printer'}"]), paper)


def _machine(
    station: Station,
    folder: Path,
    logs: Path,
    machine: StationMachine,
    more: list[str],
    *,
    port: socket.socket | None = None,
) -> MachineProcess:
    arguments = ["station", "serve", machine.role, str(folder / machine.name), *more]
    name = message("term", f"machine.{machine.role}", station=station.id)
    return MachineProcess(name, arguments, logs / f"{station.id}-{machine.name}.log", port=port)


def install(site: Site, centre: Centre) -> None:
    """Install the machines and have the root admit their keys."""
    keys = install_station(
        site.folder,
        centre.rules.station_file(site.station.id),
        centre.key_ring.root,
        site.station.id,
        chair_pin=CHAIR_PIN,
        clerk_pin=CLERK_PIN,
        machines=site.size,
    )
    centre.admit(keys)


def equip(site: Site, centre: Centre, register: Register, keys: list[bytes], generator: random.Random) -> None:
    """Load the admitted keys, have the poll book made, print the cards and put them into trays."""
    load_keys(site.folder, keys)
    sealing = centre.key_ring.of_station(site.station.id, "check-in").sealing_key
    site.poll_book = make_poll_book(register, site.station.id, sealing, authority_key(centre.folder, "centre"))
    for place in site.booths:
        name = StationMachine("booth", place.number).name
        with Booth(site.folder / name, FolderPrinter(place.printer)) as booth:
            deck = booth.make_cards()
        storage.write(place.paper / "voting-cards.pdf", deck.pdf())
        for card in deck.cards:
            place.trays.setdefault(card.style, []).append(card.printed)
        for tray in place.trays.values():
            generator.shuffle(tray)


def sign_in(client: Browser, pin: str) -> SeenPage:
    """Enter a PIN on a machine's page."""
    client.get("/pin")
    return client.send("/pin", pin=pin)
