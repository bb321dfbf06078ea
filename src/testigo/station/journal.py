"""The session journal: what the voter in the booth has done so far, so that a power cut costs nobody their turn.

One file of two halves of one fixed size. Each write goes over the older half, so a torn write leaves the other; each
half is `nonce | AES-256-GCM ciphertext | tag`, and random bytes when there is no session. Once a vote is deposited both
halves are overwritten: afterwards nothing here says that there was a session, let alone what was chosen.
"""

import os
import secrets
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from testigo import storage
from testigo.errors import InvalidInput, StorageError

_NONCE = 12
_TAG = 16
_BOUND = b"testigo session journal 1\n"

JournalStage = Literal["language", "voting", "review", "printing", "printed", "depositing"]


class JournalEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session under way. `session`: its random name in the event log. `slip`: number of the paper vote, from
    `printing` on.

    `prints`: how many prints of this session the event log held when this was written.
    """

    session: str
    style: str
    stage: JournalStage
    language: str
    choices: dict[str, tuple[str, ...]]
    slip: str = ""
    prints: int = 0
    turn: int = 0


class SessionJournal:
    """The journal's file, open. `room`: bytes that an entry may have when encoded."""

    def __init__(self, file: Path, key: bytes, room: int) -> None:
        """Open the journal, or make an empty one."""
        self.file = file
        self._cipher = AESGCM(key)
        self._half = room + _NONCE + _TAG
        self._turn = 0
        if not file.exists() or file.stat().st_size != 2 * self._half:
            storage.write(file, secrets.token_bytes(2 * self._half), mode=0o600)
        with storage.explained(file):
            self._handle = os.open(file, os.O_RDWR | os.O_CLOEXEC)

    def read(self) -> JournalEntry | None:
        """The newest whole entry; None where there is no session."""
        with storage.explained(self.file):
            halves = [os.pread(self._handle, self._half, number * self._half) for number in (0, 1)]
        found = [entry for entry in map(self._open, halves) if entry is not None]
        if not found:
            return None
        newest = max(found, key=lambda entry: entry.turn)
        self._turn = newest.turn
        return newest

    def write(self, entry: JournalEntry) -> None:
        """Keep an entry, flushed before the return; raises `StorageError`, and then the entry before is still there."""
        turn = self._turn + 1
        plain = msgspec.json.encode(msgspec.structs.replace(entry, turn=turn))
        room = self._half - _NONCE - _TAG
        if len(plain) > room:
            raise InvalidInput(f"a session of {len(plain)} bytes does not fit in the journal's {room}")
        nonce = secrets.token_bytes(_NONCE)
        self._put(turn % 2, nonce + self._cipher.encrypt(nonce, plain.ljust(room), _BOUND))
        self._turn = turn

    def wipe(self) -> None:
        """Overwrite both halves with random bytes."""
        for number in (0, 1):
            self._put(number, secrets.token_bytes(self._half))

    def close(self) -> None:
        """Give the file back."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open(self, half: bytes) -> JournalEntry | None:
        try:
            plain = self._cipher.decrypt(half[:_NONCE], half[_NONCE:], _BOUND)
            return msgspec.json.decode(plain, type=JournalEntry)
        except (InvalidTag, ValueError):
            return None

    def _put(self, number: int, data: bytes) -> None:
        with storage.explained(self.file):
            if os.pwrite(self._handle, data, number * self._half) != len(data):
                raise StorageError("the disk took only part of a write", place=str(self.file))
            storage.flush(self._handle)
