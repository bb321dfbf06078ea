"""What a machine knows of the voting day: how things stand now, and nothing of how they came to stand so.

The file has two halves of one fixed size. Each write goes over the older half, so a torn write leaves the other; each
half is `nonce (12) | AES-256-GCM of (turn (8) | JSON, padded with spaces) | tag (16)`. One write is one act: counters,
used cards or voters, and whoever is in the booth or at the desk change together or not at all.

Nothing is appended and nothing grows: the file is made whole at opening and written in place, so neither its length nor
old copies of it on the disk tell of an order. When a voter is done both halves are written (`end`): afterwards the file
does not hold what came before. Docs: docs/adr/2026-11-28-nothing-per-voter-with-time-or-order.md.
"""

import contextlib
import os
import secrets
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from testigo import storage
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.event_log import EventLog
from testigo.station.machine.batches import COUNTED, Pending, note_batch
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.orders import state_of
from testigo.stored import StoredFormat

DAY_STATE = "day-state"
_NONCE = 12
_TURN = 8
_OVERHEAD = _NONCE + _TURN + 16


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what a machine keeps of the day. Collections hold no order: sets of positions, tables sorted by key.

    `pending`: a batch of voters whose line is not written yet."""

    pending: Pending | None = None


AnyDay = TypeVar("AnyDay", bound=Day)


class DayFile(Generic[AnyDay]):
    """The day of one machine, and the file that keeps it from the opening on. `now`: how things stand."""

    def __init__(
        self, folder: MachineFolder, key: bytes, format_: StoredFormat[AnyDay], earlier: Callable[[], AnyDay]
    ) -> None:
        """The day in a machine's folder; an empty one as long as the station was not opened.

        `earlier`: what the event log says of a day that release 0.1 kept there, whole; used where the station is closed
        and there is no file. Raises `StorageError` or `InvalidInput` where the file is missing, was changed, or is of a
        newer release.
        """
        self.file = folder.path / format_.name
        self.now = format_.type()
        self._format = format_
        self._cipher = AESGCM(key)
        about = f"{folder.settings.election}/{folder.station_id}/{folder.machine.name}"
        self._bound = f"testigo day 1\n{about}".encode()
        self._handle = -1
        self._half = 0
        self._turn = 0
        self._settled = True  # both halves say the same
        state = state_of(folder.log)
        if state not in ("open", "paused", "closed"):
            return
        if self.file.exists():
            self._load()
        elif state == "closed" and not any(event.event == COUNTED for event in folder.log):
            self.now = earlier()
        else:
            raise StorageError("day-state.missing", place=self.file)

    def begin(self, room: int) -> None:
        """Make the file with `now` in it, in place of one that is there. `room`: bytes that a day may have as JSON."""
        self.close()
        self._half = room + _OVERHEAD
        halves = [self._sealed(turn, self.now) for turn in (0, 1)]
        storage.write(self.file, b"".join(halves), mode=0o600)
        self._turn, self._settled = 1, True
        self._open()

    def _load(self) -> None:
        self._open()
        with storage.explained(self.file):
            self._half = os.fstat(self._handle).st_size // 2
            halves = [os.pread(self._handle, self._half, number * self._half) for number in (0, 1)]
        found = [(turn, day) for turn, day in map(self._opened, halves) if day is not None]
        if not found:
            raise InvalidInput("day-state.damaged", place=self.file)
        self._turn, self.now = max(found, key=lambda one: one[0])
        self._settled = len(found) == 2 and found[0][1] == found[1][1]

    def keep(self, day: AnyDay) -> None:
        """Replace the day, flushed before the return; raises `StorageError`, and then nothing has happened."""
        if self._handle < 0:
            raise IllegalStep("day-state.not-begun", place=self.file)
        turn = self._turn + 1
        data = self._sealed(turn, day)
        with storage.explained(self.file):
            if os.pwrite(self._handle, data, turn % 2 * self._half) != len(data):
                raise StorageError("disk.wrote-part", place=self.file)
            storage.flush(self._handle)
        self._turn, self.now, self._settled = turn, day, False

    def end(self, day: AnyDay) -> None:
        """Replace the day and write over what came before. Raises `StorageError` as `keep`.

        Once the day is kept, a disk that refuses the second write changes nothing for the voter: the next end, or the
        next start (`settle`), writes again.
        """
        self.keep(day)
        with contextlib.suppress(StorageError):
            self.settle()

    def note(self, log: EventLog, voters: int, counters: dict[str, Any]) -> None:
        """One more voter is done: write what is due in the log (`batches`)."""
        pending = note_batch(log, self.now.pending, voters, counters)
        if pending != self.now.pending:
            with contextlib.suppress(StorageError):
                self.end(msgspec.structs.replace(self.now, pending=pending))

    def settle(self) -> None:
        """Write over an older half that says something else."""
        if not self._settled:
            self.keep(self.now)
            self._settled = True

    def close(self) -> None:
        """Give the file back."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open(self) -> None:
        with storage.explained(self.file):
            self._handle = os.open(self.file, os.O_RDWR | os.O_CLOEXEC)

    def _sealed(self, turn: int, day: AnyDay) -> bytes:
        plain, room = self._format.encode(day), self._half - _OVERHEAD
        if len(plain) > room:
            raise InvalidInput("day-state.too-long", place=self.file, length=len(plain), room=room)
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, turn.to_bytes(_TURN, "big") + plain.ljust(room), self._bound)

    def _opened(self, half: bytes) -> tuple[int, AnyDay | None]:
        try:
            plain = self._cipher.decrypt(half[:_NONCE], half[_NONCE:], self._bound)
        except (InvalidTag, ValueError):
            return 0, None
        return int.from_bytes(plain[:_TURN], "big"), self._format.decode(plain[_TURN:], place=str(self.file))
