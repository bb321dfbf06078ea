"""One station of a rehearsal: its three machines as server processes, its tray of cards, its printed paper."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from testigo import storage
from testigo.centre import Centre, authority_key
from testigo.election import Station
from testigo.register import Register, make_poll_book
from testigo.slip import FolderPrinter
from testigo.station.booth import Booth
from testigo.station.install import install_station, load_keys
from testigo.station.processes import MachineProcess
from testigo.web.browser import Browser
from testigo.web.client import SeenPage
from testigo.words import message

CHAIR_PIN = "314159"
CLERK_PIN = "271828"
"""PINs of a rehearsal. Real ones are chosen by the people who will enter them."""


@dataclass
class Site:
    """A polling place. `trays`: ballot style → cards not drawn yet, shuffled. `paper`: where all its paper is.

    In `paper`: `printer` (where a slip comes out), `box` and `spoiled` (where voters put it), the cards, the tally
    sheet.
    """

    station: Station
    folder: Path
    paper: Path
    chair: MachineProcess
    check_in: MachineProcess
    booth: MachineProcess
    poll_book: bytes = b""
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
        files = sorted(file for file in self.printer.iterdir() if file.is_file())
        for file in files:
            file.rename(into / file.name)
        return [file.stem for file in files if file.suffix == ".png"]

    @property
    def machines(self) -> tuple[MachineProcess, MachineProcess, MachineProcess]:
        """The booth and the check-in first: the chair's machine talks to both."""
        return self.booth, self.check_in, self.chair


def make_site(station: Station, out: Path) -> Site:
    """The site's folders and processes-to-be; nothing is installed or started yet."""
    folder, paper = out / "stations" / station.id, out / "paper" / station.id
    for place in ("printer", "box", "spoiled"):
        storage.make_folder(paper / place)
    logs = storage.make_folder(out / "logs")
    booth = _machine("booth", station, folder, logs, ["--printer", f"folder:{paper / 'printer'}"])
    check_in = _machine("check-in", station, folder, logs, [])
    ways = ["--booth", booth.address, "--check-in", check_in.address]
    return Site(station, folder, paper, _machine("chair", station, folder, logs, ways), check_in, booth)


def _machine(role: str, station: Station, folder: Path, logs: Path, more: list[str]) -> MachineProcess:
    arguments = ["station", "serve", role, str(folder / role), *more]
    return MachineProcess(
        message("term", f"machine.{role}", station=station.id), arguments, logs / f"{station.id}-{role}.log"
    )


def install(site: Site, centre: Centre) -> None:
    """Install the three machines and have the root admit their keys."""
    keys = install_station(
        site.folder,
        centre.rules.station_file(site.station.id),
        centre.key_ring.root,
        site.station.id,
        chair_pin=CHAIR_PIN,
        clerk_pin=CLERK_PIN,
    )
    centre.admit(keys)


def equip(site: Site, centre: Centre, register: Register, keys: list[bytes], generator: random.Random) -> None:
    """Load the admitted keys, have the poll book made, print the cards and put them into trays."""
    load_keys(site.folder, keys)
    sealing = centre.key_ring.of_station(site.station.id, "check-in").sealing_key
    site.poll_book = make_poll_book(register, site.station.id, sealing, authority_key(centre.folder, "centre"))
    with Booth(site.folder / "booth", FolderPrinter(site.printer)) as booth:
        deck = booth.make_cards()
    storage.write(site.paper / "voting-cards.pdf", deck.pdf())
    for card in deck.cards:
        site.trays.setdefault(card.style, []).append(card.printed)
    for tray in site.trays.values():
        generator.shuffle(tray)


def sign_in(client: Browser, pin: str) -> SeenPage:
    """Enter a PIN on a machine's page."""
    client.get("/pin")
    return client.send("/pin", pin=pin)
