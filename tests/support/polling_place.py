"""What the tests of station and screens share: an authority, a printer that fails as told, a small election."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from testigo.election import (
    Contest,
    Definition,
    District,
    MachineKey,
    MachineKeys,
    Option,
    Party,
    Station,
    pack_station_file,
    pieces,
)
from testigo.fingerprint import synthetic
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.slip import PrinterError, Slip
from testigo.station.install import install_station, load_keys

CHAIR_PIN = "482913"
CLERK_PIN = "750126"
ISSUED = "2026-11-21T12:00:00Z"

MAYOR = Contest(
    "mayor",
    "villa",
    {"es": "Alcaldía", "en": "Mayor"},
    "choose-one",
    (Option("ana", {"es": "Ana Ñandú"}, "sol"), Option("beto", {"es": "Beto Rey"})),
)


def council(first: int) -> Contest:
    """Choose up to two of four, numbered from `first`."""
    options = tuple(Option(f"c{number}", {"es": f"Concejal {number}"}) for number in range(first, first + 4))
    return Contest("council", "villa", {"es": "Concejo", "en": "Council"}, "choose-up-to", options, seats=2, choose=2)


def villa(stations: tuple[Station, ...], contests: tuple[Contest, ...], **more: Any) -> Definition:
    """The election of Villa, with these stations and contests."""
    return Definition(
        id="villa-2026",
        title={"es": "Elección de Villa", "en": "Election of Villa"},
        date="2035-11-25",
        opens="08:00",
        closes="18:00",
        languages=("es", "en"),
        districts=(District("villa", {"es": "Villa"}),),
        stations=stations,
        parties=(Party("sol", {"es": "Partido Sol", "en": "Sun Party"}, "SOL"),),
        contests=contests,
        **more,
    )


class MemoryPrinter:
    """Stands for the thermal printer: keeps slips, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.failures = 0

    def is_ready(self) -> bool:
        if self.failures:
            raise PrinterError("printer.no-paper")
        return True

    def spoil_slip(self, slip: Slip) -> None:
        """Nothing is kept."""

    def print_slip(self, slip: Slip) -> None:
        if self.failures:
            self.failures -= 1
            raise PrinterError("the printer is out of paper", hint="put in a new roll")
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

    def sign(self, type_: str, body: dict[str, Any]) -> bytes:
        return Statement(type_, self.definition.digest, "", ISSUED, body).sign(self.key)

    def definition_envelopes(self) -> list[bytes]:
        """The signed core of the definition, then the signed pieces of its list of stations."""
        bodies = [("election-definition", self.definition.core())]
        bodies += [("station-list", piece) for piece in pieces(self.definition.stations)]
        about = {"election": self.definition.digest, "subject": "", "issued": ISSUED}
        return [Statement.of(kind, body, **about).sign(self.key) for kind, body in bodies]

    def station_file(self, station: str) -> bytes:
        """What the station's machines are installed with."""
        return pack_station_file(self.definition_envelopes()[0], self.definition, station)

    def admit(self, request: MachineKeys) -> bytes:
        centre = MachineKey(self.centre.public.hex, "centre", "", "")
        return self.sign("machine-keys", msgspec.to_builtins(MachineKeys((centre, *request.keys))))

    def install(self, folder: Path, station: str) -> MachineKeys:
        """A station's three folders, with the keys of everybody loaded."""
        pins = {"chair_pin": CHAIR_PIN, "clerk_pin": CLERK_PIN}
        request = install_station(folder, self.station_file(station), self.key.public, station, **pins)
        load_keys(folder, [self.admit(request)])
        return request
