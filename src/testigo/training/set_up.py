"""Setting up a training: keys, three machines, poll book, staff, cards; all made here, and nothing of an election's.

    OUT/station/chair  OUT/station/check-in  OUT/station/booth     the three machines
    OUT/paper/cards.pdf  OUT/paper/pin-slips.pdf                   to print and cut
    OUT/paper/slips                                                the paper votes of a booth without a printer
    OUT/training.json                                              voters and PINs, for when it goes on

The root's and the centre's keys sign what a station needs, and are forgotten: nobody can sign for this training again.
"""

import contextlib
import dataclasses
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from testigo import storage
from testigo.canonical import SignedValue, utc_now
from testigo.election import (
    Definition,
    KeyRing,
    MachineKey,
    MachineKeys,
    is_training,
    open_station_file,
    pack_station_file,
)
from testigo.errors import InvalidInput, StorageError, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.locks import FolderLock
from testigo.record import Statement
from testigo.register.issuing import ListedVoter
from testigo.register.poll_book import ListedVoters, pack_poll_book
from testigo.slip import FolderPrinter
from testigo.slip.lengths import require_printable
from testigo.staff.machine import NewPin
from testigo.staff.pins import draw_pin
from testigo.station.booth.booth import Booth
from testigo.station.check_in.check_in import CheckIn
from testigo.station.install import install_station, installed_folders, load_keys, machine_folders
from testigo.station.machine.folder import DEFINITION, MachineFolder, read_settings
from testigo.station.machine.pin_pages import pin_pages
from testigo.station.machine.staffing import STAFFED, MachineStaff
from testigo.training.kept import FORMAT as KEPT
from testigo.training.kept import KeptTraining, kept_pins, new_pins
from testigo.training.people import make_staff, make_voters
from testigo.training.plan import training_id, training_of
from testigo.words import officers_language

STATION, PAPER, LOGS = "station", "paper", "logs"
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of what is kept of 20,000 voters."""

SPARE_CARDS: Final = 8
"""Of each ballot style, beside one for each voter: for cards that are shown around."""


@dataclass(frozen=True)
class Training:
    """A practice station. `voters`: those of its poll book; `pins`: in plain, as on the slips."""

    out: Path
    definition: Definition
    station_id: str
    voters: list[ListedVoter]
    pins: list[NewPin]

    @property
    def station(self) -> Path:
        """The folder of its three machines."""
        return self.out / STATION

    @property
    def paper(self) -> Path:
        """Where its papers are, unless they come out of printers."""
        return self.out / PAPER


def make_training(election: Definition, station_id: str, voters: int, out: Path, *, replace: bool = False) -> Training:
    """Set up a training for a station of an election, for today. `replace`: in the place of an earlier one.

    Raises `InvalidInput` for an unknown station, `StorageError` where something else is in `out`; what is there then
    stays.
    """
    definition = training_of(election, station_id, voters, date.today())
    require_printable(definition)
    if replace:
        clear(out)
    elif _is_of_training(out / STATION):
        raise StorageError("training.there-already", place=out)
    with storage.new_folder(out) as building:
        made = _fill(building, definition, station_id)
    return dataclasses.replace(made, out=out)


def open_training(election: Definition, station_id: str, out: Path) -> Training:
    """A training for that station that was set up before, as it stands now, whatever day it was set up for.

    Raises `StorageError` where there is none, `InvalidInput` where it is of another election or station.
    """
    if not _is_of_training(out / STATION):
        raise StorageError("training.none-to-resume", place=out)
    machine = installed_folders(out / STATION)[0]
    root = PublicKey.from_hex(read_settings(machine).root)
    definition = open_station_file(storage.read(machine / DEFINITION), root, place=str(machine / DEFINITION))
    kept = KEPT.read(out / KEPT.name, limit=_LARGEST)
    if definition.id != training_id(election) or kept.station != station_id:
        raise InvalidInput("training.of-another", place=out, station=kept.station)
    pins = new_pins(kept.pins, definition.digest, station_id)
    return Training(out, definition, station_id, list(kept.voters), pins)


def clear(out: Path) -> None:
    """Remove an earlier training. Raises `StorageError` for a folder that is anything else, and while the training
    runs; nothing is removed then.
    """
    if not out.exists() or not any(out.iterdir()):
        return
    names = {one.name for one in out.iterdir()}
    if not names <= {STATION, PAPER, LOGS, KEPT.name} or not _is_of_training(out / STATION):
        raise StorageError("training.not-one", place=out)
    for machine in installed_folders(out / STATION):
        FolderLock(machine).close()  # one that still runs is not pulled away
    with storage.explained(out):
        for name in names - {KEPT.name}:
            shutil.rmtree(out / name)
        (out / KEPT.name).unlink(missing_ok=True)


def _is_of_training(station: Path) -> bool:
    try:
        for machine in installed_folders(station):
            root = PublicKey.from_hex(read_settings(machine).root)
            if not is_training(
                open_station_file(storage.read(machine / DEFINITION), root, place=str(machine / DEFINITION))
            ):
                return False
    except TestigoError:
        return False
    return True


def _fill(out: Path, definition: Definition, station_id: str) -> Training:
    root, centre = SigningKey.generate(), SigningKey.generate()
    signed = _signed("election-definition", definition.core(), definition, root)
    made = install_station(
        out / STATION,
        pack_station_file(signed, definition, station_id),
        root.public,
        station_id,
        chair_pin=draw_pin(),
        clerk_pin=draw_pin(),
    )
    keys = MachineKeys((*made.keys, MachineKey(centre.public.hex, "centre", station="", sealing="")))
    load_keys(out / STATION, [_signed("machine-keys", keys, definition, root)])
    pins = _staff(out, definition, station_id, centre)
    voters = make_voters(definition)
    _load_poll_book(out / STATION / "check-in", definition, voters, KeyRing(root.public).replace(keys, entry=0), centre)
    with Booth(out / STATION / "booth", FolderPrinter(out / PAPER / "slips")) as booth:
        deck = booth.make_cards(SPARE_CARDS)
    storage.write(storage.make_folder(out / PAPER) / "cards.pdf", deck.pdf())
    storage.make_folder(out / LOGS)
    KEPT.write(out / KEPT.name, KeptTraining(station_id, tuple(voters), kept_pins(pins)), mode=0o600)
    return Training(out, definition, station_id, voters, pins)


def _signed(kind: str, body: SignedValue, definition: Definition, root: SigningKey) -> bytes:
    return Statement.of(kind, body, election=definition.digest, subject="", issued=utc_now()).sign(root)


def _load_poll_book(
    folder: Path, definition: Definition, voters: list[ListedVoter], ring: KeyRing, centre: SigningKey
) -> None:
    with CheckIn(folder) as check_in:
        sealing = ring.of_station(check_in.station_id, "check-in").sealing_key
        listed = ListedVoters(1, utc_now(), voters)
        check_in.load_poll_book(pack_poll_book(definition, check_in.station_id, listed, sealing, centre))


def _staff(out: Path, definition: Definition, station_id: str, centre: SigningKey) -> list[NewPin]:
    """The staff list and a PIN for everybody on it, with the slips."""
    pins: list[NewPin] = []
    for path, found in machine_folders(out / STATION):
        if found.role not in STAFFED:
            continue
        folder = MachineFolder(path, found.role)
        with contextlib.closing(folder):
            machine = MachineStaff(folder)
            machine.load_list(make_staff(definition, station_id, centre))
            drawn = machine.staff.draw_pins()
            machine.keep_pins(drawn)
            pins.extend(drawn)
    slips = pin_pages(pins, officers_language(definition.languages), definition)
    storage.write(storage.make_folder(out / PAPER) / "pin-slips.pdf", slips, mode=0o600)
    return pins
