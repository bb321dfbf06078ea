"""Setting up a station: three folders with a key each, and the request that goes to the root to have the keys admitted.

    STATION/chair/     STATION/check-in/     STATION/booth/     STATION/machine-keys-request.json

The three folders then go to their three machines. The request goes to where the root key is kept; what comes back, the
`machine-keys` statement, is loaded on every machine (`load_keys`).
"""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from testigo import storage
from testigo.election import STATION_ROLES, MachineKey, MachineKeys, Role, open_station_file
from testigo.errors import InvalidInput, StorageError
from testigo.keys import OpeningKey, PublicKey, SigningKey
from testigo.staff.machine import PINS
from testigo.staff.pins import Pins, hash_pin
from testigo.station.folder import (
    DEFINITION,
    OPENING_KEY,
    SETTINGS,
    SETTINGS_FORMAT,
    SIGNING_KEY,
    MachineFolder,
    Settings,
    read_settings,
)
from testigo.station.retired import is_retired
from testigo.station.votes import SECRETS, SECRETS_FORMAT, BoothSecrets

REQUEST = "machine-keys-request.json"


def install_station(
    folder: Path,
    station_file: bytes,
    root_key: PublicKey,
    station_id: str,
    *,
    chair_pin: str,
    clerk_pin: str,
    second_disk: str = "second-disk",
    place: str = "",
) -> MachineKeys:
    """Make the three machines' folders under `folder` and return their public keys, also written as the request file.

    `station_file`: the definition signed by `root_key`, with the proof of the station (`election.station_file`).
    `second_disk`: where the booth keeps the second copy of its ballot box, as it will be called on the booth's machine.
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
        return _install(building, settings, station_file, chair_pin, clerk_pin)


def _install(folder: Path, settings: Settings, station_file: bytes, chair_pin: str, clerk_pin: str) -> MachineKeys:
    """Fill the station's folder."""
    made = tuple(
        _install_machine(folder / role, msgspec.structs.replace(settings, role=role)) for role in STATION_ROLES
    )
    for role in STATION_ROLES:
        storage.write(folder / role / DEFINITION, station_file)
    Pins.create(folder / "chair" / PINS, {"chair": chair_pin})
    Pins.create(folder / "check-in" / PINS, {"chair": chair_pin, "clerk": clerk_pin})
    request = MachineKeys(made)
    storage.write(folder / REQUEST, msgspec.json.format(msgspec.json.encode(request), indent=2) + b"\n")
    for role in STATION_ROLES:
        machine = MachineFolder(folder / role, role, new=True)
        machine.log.append("installed", station=settings.station, role=role, key=machine.key.public.key_id)
        machine.close()
    return request


def load_keys(folder: Path, envelopes: Sequence[bytes]) -> None:
    """Load `machine-keys` statements into every machine found under `folder` (a station's folder, or one machine's
    own).

    Raises as `MachineFolder.load_keys` does for any of them, and then none is changed.
    """
    with contextlib.ExitStack() as opened:
        machines = []
        for path, role in machine_folders(folder):
            machine = MachineFolder(path, role)
            opened.callback(machine.close)
            machine.read_keys(envelopes)
            machines.append(machine)
        for machine in machines:
            machine.load_keys(envelopes)


def machine_folders(folder: Path) -> list[tuple[Path, Role]]:
    """The machines' folders under a station's folder, or the one machine's own, with their roles.

    Raises `StorageError` where there is none, `IllegalStep` where a machine is retired.
    """
    return [(path, read_settings(path).role) for path in installed_folders(folder)]


def installed_folders(folder: Path) -> list[Path]:
    """The same folders, those of retired machines included; raises `StorageError` where there is none."""
    found = [path for path in (folder, *(folder / role for role in STATION_ROLES)) if _is_installed(path)]
    if not found:
        raise StorageError("folder.without-station", place=folder)
    return found


def _is_installed(path: Path) -> bool:
    return (path / SETTINGS).exists() or is_retired(path)


def _install_machine(path: Path, settings: Settings) -> MachineKey:
    storage.make_folder(path, mode=0o700)
    key = SigningKey.generate()
    key.save(path / SIGNING_KEY)
    sealing = ""
    if settings.role == "check-in":
        opening = OpeningKey.generate()
        opening.save(path / OPENING_KEY)
        sealing = opening.public.hex
    if settings.role == "booth":
        made = BoothSecrets(*(secrets.token_hex(32) for _ in msgspec.structs.fields(BoothSecrets)))
        SECRETS_FORMAT.write(path / SECRETS, made, mode=0o600)
    SETTINGS_FORMAT.write(path / SETTINGS, settings)
    return MachineKey(key=key.public.hex, role=settings.role, station=settings.station, sealing=sealing)
