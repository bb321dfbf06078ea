"""Setting up a station: a folder and a key for each machine, and the request that has the root admit the keys.

    STATION/chair/     STATION/check-in/     STATION/booth/     STATION/booth-2/     STATION/machine-keys-request.json

The folders then go to their machines. The request goes to where the root key is kept; what comes back, the
`machine-keys` statement, is loaded on every machine (`load_keys`).
"""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from testigo import storage
from testigo.election import (
    MOST_OF_A_ROLE,
    MachineKey,
    MachineKeys,
    Role,
    StationMachine,
    StationMachines,
    open_station_file,
)
from testigo.errors import InvalidInput, StorageError
from testigo.keys import OpeningKey, PublicKey, SigningKey
from testigo.staff.machine import PINS
from testigo.staff.pins import Pins, hash_pin
from testigo.station.booth.votes import SECRETS, SECRETS_FORMAT, BoothSecrets
from testigo.station.machine.folder import (
    DEFINITION,
    OPENING_KEY,
    SETTINGS,
    SETTINGS_FORMAT,
    SIGNING_KEY,
    MachineFolder,
    Settings,
    read_settings,
)
from testigo.station.machine.retired import is_retired

REQUEST = "machine-keys-request.json"


def install_station(
    folder: Path,
    station_file: bytes,
    root_key: PublicKey,
    station_id: str,
    *,
    chair_pin: str,
    clerk_pin: str,
    machines: StationMachines = StationMachines(),  # noqa: B008  # immutable
    second_disk: str = "second-disk",
    place: str = "",
) -> MachineKeys:
    """Make the machines' folders under `folder` and return their public keys, also written as the request file.

    `station_file`: the definition signed by `root_key`, with the proof of the station (`election.station_file`).
    `second_disk`: where a booth keeps the second copy of its ballot box, as it will be called on the booth's machine.
    `place`: where the definition was found.
    Raises `InvalidInput` (another station, PINs too simple), `InvalidSignature` (the definition is not the root's, the
    station not proven), `StorageError` (something is installed there already, disk full); everything is checked before
    anything is written.
    """
    definition = open_station_file(station_file, root_key, place=place)
    definition.station(station_id)
    for pin in (chair_pin, clerk_pin):
        hash_pin(pin)
    if chair_pin == clerk_pin:
        raise InvalidInput("pins.same")
    settings = Settings(definition.digest, station_id, "chair", root_key.hex, second_disk)
    with storage.new_folder(folder) as building:
        return _install(building, settings, station_file, machines, (chair_pin, clerk_pin))


def _install(
    folder: Path, settings: Settings, station_file: bytes, machines: StationMachines, pins: tuple[str, str]
) -> MachineKeys:
    """Fill the station's folder. `pins`: of chair and clerk. All desks have one key that opens poll books."""
    chair, clerk = pins
    known: dict[Role, dict[str, str]] = {"chair": {"chair": chair}, "check-in": {"chair": chair, "clerk": clerk}}
    opening, made = OpeningKey.generate(), []
    for machine in machines.all:
        own = msgspec.structs.replace(settings, role=machine.role, number=machine.number)
        made.append(_install_machine(folder / machine.name, own, opening))
        storage.write(folder / machine.name / DEFINITION, station_file)
        if machine.role in known:
            Pins.create(folder / machine.name / PINS, known[machine.role])
    request = MachineKeys(tuple(made))
    storage.write(folder / REQUEST, msgspec.json.format(msgspec.json.encode(request), indent=2) + b"\n")
    for machine in machines.all:
        opened = MachineFolder(folder / machine.name, machine.role, new=True)
        key = opened.key.public.key_id
        opened.log.append("installed", station=settings.station, role=machine.name, key=key)
        opened.close()
    return request


def load_keys(folder: Path, envelopes: Sequence[bytes]) -> None:
    """Load `machine-keys` statements into every machine found under `folder` (a station's folder, or one machine's
    own).

    Raises as `MachineFolder.load_keys` does for any of them, and then none is changed.
    """
    with contextlib.ExitStack() as opened:
        machines = []
        for path, found in machine_folders(folder):
            machine = MachineFolder(path, found.role)
            opened.callback(machine.close)
            machine.read_keys(envelopes)
            machines.append(machine)
        for machine in machines:
            machine.load_keys(envelopes)


def machine_folders(folder: Path) -> list[tuple[Path, StationMachine]]:
    """The machines' folders under a station's folder, or the one machine's own, and which machine's each is.

    Raises `StorageError` where there is none, `IllegalStep` where a machine is retired.
    """
    return [(path, read_settings(path).machine) for path in installed_folders(folder)]


def installed_folders(folder: Path) -> list[Path]:
    """The same folders, those of retired machines included; raises `StorageError` where there is none."""
    most = StationMachines(MOST_OF_A_ROLE, MOST_OF_A_ROLE)
    found = [path for path in (folder, *(folder / machine.name for machine in most.all)) if _is_installed(path)]
    if not found:
        raise StorageError("folder.without-station", place=folder)
    return found


def _is_installed(path: Path) -> bool:
    return (path / SETTINGS).exists() or is_retired(path)


def _install_machine(path: Path, settings: Settings, opening: OpeningKey) -> MachineKey:
    storage.make_folder(path, mode=0o700)
    key = SigningKey.generate()
    key.save(path / SIGNING_KEY)
    sealing = ""
    if settings.role == "check-in":
        opening.save(path / OPENING_KEY)
        sealing = opening.public.hex
    if settings.role == "booth":
        made = BoothSecrets(*(secrets.token_hex(32) for _ in msgspec.structs.fields(BoothSecrets)))
        SECRETS_FORMAT.write(path / SECRETS, made, mode=0o600)
    SETTINGS_FORMAT.write(path / SETTINGS, settings)
    return MachineKey(key.public.hex, settings.role, settings.station, sealing, settings.number)
