"""What every machine of a station has: a folder of its own, a lock on it, settings, keys, the definition, an event log.

FOLDER/settings.json        which election, station and role this is
       definition.json      the election definition, signed by the root, with the proof of this station
                            (`election.station_file`)
       machine-keys.json    the machine keys, signed by the root, once they came back
       signing.pem          this machine's key; the check-in has an opening.pem as well
       events.log           what happened here, but nothing of one voter
       day-state            booth and check-in: how the voting day stands (`day_file`)
"""

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import msgspec

from testigo import storage
from testigo.canonical import SignedValue, utc_now, why_refused
from testigo.election import (
    STATION_ROLES,
    Definition,
    KeyRing,
    MachineKeys,
    Role,
    StationMachine,
    StationMachines,
    open_station_file,
    speak_own_languages,
)
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.event_log import EventLog, log_origin
from testigo.keys import PublicKey, SigningKey
from testigo.locks import FolderLock
from testigo.record import SignedStatement, Statement, open_statement
from testigo.station.machine.retired import refuse_retired
from testigo.stored import StoredFormat
from testigo.words import Message, message

SETTINGS = "settings.json"
DEFINITION = "definition.json"
MACHINE_KEYS = "machine-keys.json"
SIGNING_KEY = "signing.pem"
OPENING_KEY = "opening.pem"
EVENTS = "events.log"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`election`: digest of the definition. `root`: the election's root key, hexadecimal. `number`: of the machine
    among those of its role.

    `second_disk`: the booth's folder for the second copy of the ballot box; relative to the booth's own folder, or
    absolute.
    """

    election: str
    station: str
    role: Role
    root: str
    second_disk: str = "second-disk"
    number: int = 1

    @property
    def machine(self) -> StationMachine:
        """Which machine of the station this is."""
        return StationMachine(self.role, self.number)


class LoadedKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `machine-keys` statements that were loaded, in their envelopes, as text."""

    statements: tuple[str, ...]


SETTINGS_FORMAT = StoredFormat(SETTINGS, Settings, lambda first: {**first, "number": 1})
KEYS_FORMAT = StoredFormat(MACHINE_KEYS, LoadedKeys, lambda first: {"statements": first})


def read_settings(path: Path) -> Settings:
    """The settings of a machine's folder; raises `StorageError`, `InvalidInput` where it is none, `IllegalStep` where
    the machine is retired.
    """
    refuse_retired(path)
    return SETTINGS_FORMAT.read(path / SETTINGS)


def read_definition(path: Path, settings: Settings) -> Definition:
    """The definition in a machine's folder, as the root signed it, for whoever only prints from it.

    Raises `InvalidInput` or `InvalidSignature` where it is not that of its settings.
    """
    file = path / DEFINITION
    definition = open_station_file(storage.read(file), PublicKey.from_hex(settings.root), place=str(file))
    if definition.digest != settings.election:
        raise InvalidInput("folder.definition-of-another-election", place=path)
    speak_own_languages(definition)
    return definition


class MachineFolder:
    """A machine's folder, opened and locked: a second process that opens it is refused."""

    def __init__(self, path: Path, role: Role, *, new: bool = False) -> None:
        """`new`: it is being installed, and its event log begins."""
        self.path = path
        self.settings = read_settings(path)
        if self.settings.role != role:
            found = self.settings.machine.label
            raise InvalidInput("folder.of-another-role", place=path, found=found, role=StationMachine(role).label)
        self.role: Role = role
        self.machine = self.settings.machine
        self.station_id = self.settings.station
        self.root = PublicKey.from_hex(self.settings.root)
        self.definition = read_definition(path, self.settings)
        self.station = self.definition.station(self.station_id)
        self.key = SigningKey.load(path / SIGNING_KEY)
        self.guard = threading.RLock()
        self._lock = FolderLock(path)
        try:
            with contextlib.suppress(StorageError):
                storage.remove_unfinished(path)
            self.ring = self._load_ring()
            origin = log_origin(self.settings.election, self.station_id, self.machine.name)
            self.log = EventLog(path / EVENTS, self.key, origin, begun=not new)
        except BaseException:
            self._lock.close()
            raise

    @property
    def place(self) -> Message:
        """How sentences name this machine."""
        return message("place", "machine", station=self.station_id, role=self.machine.label)

    @property
    def machines(self) -> StationMachines:
        """Which machines the station has; one of each before the keys are loaded."""
        return self.ring.machines(self.station_id) if self.ring is not None else StationMachines()

    def load_keys(self, envelopes: Sequence[bytes]) -> None:
        """Take in `machine-keys` statements signed by the root, in the order of the record: a later key takes the place
        of an earlier one. Together they must name this machine, and at least one of each role.

        Raises `InvalidInput` or `InvalidSignature`, and then nothing is changed.
        """
        ring = self.read_keys(envelopes)
        KEYS_FORMAT.write(self.path / MACHINE_KEYS, LoadedKeys(tuple(envelope.decode() for envelope in envelopes)))
        self.ring = ring
        self.log.append("keys-loaded", keys=[key.public.key_id for key in ring.keys if key.station == self.station_id])

    def key_of(self, machine: StationMachine) -> PublicKey:
        """The admitted key of a machine of this station; raises `IllegalStep` before the keys are loaded."""
        if self.ring is None:
            raise IllegalStep("machine-keys.not-loaded", place=self.place)
        return self.ring.of_station(self.station_id, machine.role, machine.number).public

    def sign_statement(self, type_: str, body: SignedValue) -> bytes:
        """A statement of this machine about its station, signed with its key."""
        about = {"election": self.settings.election, "subject": self.station_id}
        return Statement.of(type_, body, **about, issued=utc_now()).sign(self.key)

    def even_times(self) -> None:
        """Give every file and folder here, and on the second disk, the present time: afterwards no file's time is the
        last voter's. A disk that does not let us changes nothing."""
        moment = time.time()
        for top in (self.path, self.path / self.settings.second_disk):
            with contextlib.suppress(OSError):  # a folder that cannot be listed
                for path in (top, *top.rglob("*")):
                    with contextlib.suppress(OSError):
                        os.utime(path, (moment, moment))

    def close(self) -> None:
        """Close the log and give up the lock."""
        self.log.close()
        self._lock.close()

    def _load_ring(self) -> KeyRing | None:
        file = self.path / MACHINE_KEYS
        if not file.exists():
            return None
        return self.read_keys([text.encode() for text in KEYS_FORMAT.read(file).statements])

    def read_keys(self, envelopes: Sequence[bytes]) -> KeyRing:
        """What `load_keys` would take in; raises as it does."""
        ring = KeyRing(self.root)
        for number, envelope in enumerate(dict.fromkeys(envelopes)):
            place = message("place", "machine-keys", number=number + 1)
            keys = _machine_keys(open_statement(envelope, self.root, place=place), self.settings, place)
            ring = ring.replace(keys, entry=number)
        own = ring.of_station(self.station_id, self.role, self.machine.number).public
        if own != self.key.public:
            own_role = self.machine.label
            raise InvalidSignature("machine-keys.not-of-this-machine", role=own_role, station=self.station_id)
        for role in STATION_ROLES:
            ring.of_station(self.station_id, role)
        return ring


def _machine_keys(signed: SignedStatement, settings: Settings, place: Message) -> MachineKeys:
    statement = signed.statement
    if statement.type != "machine-keys":
        raise InvalidInput("machine-keys.another-kind", place=place, kind=statement.type[:60])
    if statement.election != settings.election:
        raise InvalidInput("machine-keys.of-another-election", place=place)
    try:
        return msgspec.convert(statement.body, MachineKeys, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("machine-keys.malformed", place=place, why=why_refused(error)) from None


class Guarded(Protocol):
    """What `exclusive` needs of a machine's folder, and what its sentences name."""

    guard: "threading.RLock"

    @property
    def place(self) -> Message:
        """How sentences name the machine."""


class _HasFolder(Protocol):
    @property
    def folder(self) -> Guarded: ...


_Machine = TypeVar("_Machine", bound=_HasFolder)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def exclusive(method: Callable[Concatenate[_Machine, _P], _R]) -> Callable[Concatenate[_Machine, _P], _R]:
    """One call at a time on a machine: web servers answer from several threads."""

    @functools.wraps(method)
    def guarded(machine: _Machine, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with machine.folder.guard:
            return method(machine, *args, **kwargs)

    return guarded
