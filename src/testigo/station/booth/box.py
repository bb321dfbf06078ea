"""The ballot box: votes without order or time, on two paths, each vote in a slot of its own that chance chose.

A copy of the box is a file of `slots` slots of one size and nothing else. An empty slot is random bytes, the same in
both copies; a used one is `nonce (12) | AES-256-GCM ciphertext | tag (16)`, which without the key looks the same. So
the files tell nobody which slots are used or how many, also not side by side; what is in them comes out in the order of
the slots, which chance chose. The tag also covers
the box's name and the slot's number: a slot copied elsewhere, or from another box, does not open.

A deposit is written and flushed on the first path, then on the second, then it counts. After a power cut a slot that is
whole on one path only is copied to the other. What this hides, and from whom it cannot, is said in
docs/adr/2026-11-21-ballot-box.md.
"""

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from testigo import storage
from testigo.ballot import CastVoteRecord
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.station.machine.folder import MachineFolder

_NONCE = 12
_TAG = 16
OVERHEAD = _NONCE + _TAG
LARGEST_BOX = 1 << 30

Paths = tuple[Path, Path]


def box_paths(folder: MachineFolder) -> Paths:
    """Where a booth keeps the two copies of its ballot box."""
    second = folder.path / folder.settings.second_disk
    return folder.path / "ballot-box", second / "ballot-box"


class BallotBox:
    """An open ballot box. `slot_size`: bytes of a slot in the file. `recorded`: votes in it."""

    def __init__(self, paths: Paths, key: bytes, name: str, slot_size: int, *, closed: bool = False) -> None:
        """Open the box; `name` says whose box it is (election and station). Repairs slots that are whole on one path
        only; unless nothing more is put in (`closed`), empty slots become alike on both.

        Raises `StorageError` where a copy is missing or has another size, `InvalidInput` where two copies of one slot
        hold different votes.
        """
        self.paths = paths
        self.slot_size = slot_size
        self._cipher = AESGCM(key)
        self._name = name.encode()
        self._votes: dict[int, CastVoteRecord] = {}
        self._slips: set[str] = set()
        self._handles: list[int] = []
        copies = [_read_copy(path, slot_size) for path in paths]
        if len(copies[0]) != len(copies[1]):
            raise StorageError("box.copies-differ-in-size", place=paths[1])
        self.slots = len(copies[0]) // slot_size
        try:
            for path in paths:
                with storage.explained(path):
                    self._handles.append(os.open(path, os.O_RDWR | os.O_CLOEXEC))
            self.repaired = self._read_slots(copies, alike=not closed)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, paths: Paths, key: bytes, name: str, *, slots: int, slot_size: int) -> "BallotBox":
        """A new, empty box on both paths; raises `StorageError` where one is already there or the disk is too small."""
        if slots < 1 or slot_size <= OVERHEAD or slots * slot_size > LARGEST_BOX:
            raise InvalidInput("box.impossible-size", slots=slots, size=slot_size)
        for path in paths:
            if path.exists():
                raise StorageError("box.there-already", place=path)
        empty = secrets.token_bytes(slots * slot_size)
        for path in paths:
            storage.make_folder(path.parent, mode=0o700)
            storage.write(path, empty, mode=0o600)
        return cls(paths, key, name, slot_size)

    @staticmethod
    def restore(paths: Paths) -> Path:
        """Write the copy that is missing again from the one that is left, after a disk was replaced; returns its path.

        Raises `IllegalStep` unless exactly one copy is missing.
        """
        missing = [path for path in paths if not path.exists()]
        if len(missing) != 1:
            raise IllegalStep("box.not-one-copy-missing", place=paths[0].parent, count=len(missing))
        left = paths[1] if missing[0] == paths[0] else paths[0]
        storage.make_folder(missing[0].parent, mode=0o700)
        storage.write(missing[0], storage.read(left, limit=LARGEST_BOX), mode=0o600)
        return missing[0]

    @property
    def recorded(self) -> int:
        """How many votes are in the box."""
        return len(self._votes)

    def contains(self, slip: str) -> bool:
        """Whether the vote with this slip number is in the box."""
        return slip in self._slips

    def records(self) -> tuple[CastVoteRecord, ...]:
        """Every vote, in the order of slip numbers, which are random and so tell nothing of the order of voting."""
        return tuple(sorted(self._votes.values(), key=lambda vote: vote.slip))

    def deposit(self, vote: CastVoteRecord) -> None:
        """Put a vote in, flushed on both paths before the return; the same slip number again is the same vote, once.

        Raises `IllegalStep` where the box is full, `StorageError` where a disk refuses: then the vote is on neither
        path.
        """
        if self.contains(vote.slip):
            return
        free = [slot for slot in range(self.slots) if slot not in self._votes]
        if not free:
            raise IllegalStep("box.full", place=self.paths[0], hint="call-the-chair")
        slot = secrets.choice(free)
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, vote.encode(self.slot_size - OVERHEAD), self._bound(slot))
        try:
            for number in range(len(self.paths)):
                self._write(number, slot, sealed)
        except StorageError:
            self._take_back(slot)
            raise
        self._keep(slot, vote)

    def destroy(self) -> None:
        """Overwrite and remove the box: only ever for the box of test ballots."""
        self.close()
        for path in self.paths:
            storage.destroy(path)
        self._votes.clear()
        self._slips.clear()

    def close(self) -> None:
        """Give the files back."""
        for handle in self._handles:
            os.close(handle)
        self._handles = []

    def _read_slots(self, copies: Sequence[bytes], *, alike: bool) -> int:
        repaired = 0
        for slot in range(self.slots):
            pieces = [copy[slot * self.slot_size : (slot + 1) * self.slot_size] for copy in copies]
            votes = [self._open(slot, piece) for piece in pieces]
            first, second = votes
            if first is None and second is None:
                if alike and pieces[0] != pieces[1]:  # half a deposit, or a box of release 0.1
                    self._write(1, slot, pieces[0])
                continue
            if first is not None and second is not None and first != second:
                raise InvalidInput("box.copies-disagree", place=self.paths[0].parent, slot=str(slot))
            if first is None or second is None:
                self._write(0 if first is None else 1, slot, pieces[1] if first is None else pieces[0])
                repaired += 1
            self._keep(slot, first or second)
        return repaired

    def _keep(self, slot: int, vote: CastVoteRecord | None) -> None:
        # One slip number in two slots happens where a disk refused both a write and its taking back: it is one vote.
        if vote is not None and not self.contains(vote.slip):
            self._votes[slot] = vote
            self._slips.add(vote.slip)

    def _open(self, slot: int, piece: bytes) -> CastVoteRecord | None:
        try:
            plain = self._cipher.decrypt(piece[:_NONCE], piece[_NONCE:], self._bound(slot))
        except InvalidTag:
            return None
        return CastVoteRecord.decode(plain)

    def _bound(self, slot: int) -> bytes:
        return b"testigo ballot box 1\n" + self._name + b"\n" + str(slot).encode()

    def _write(self, number: int, slot: int, data: bytes) -> None:
        with storage.explained(self.paths[number]):
            written = os.pwrite(self._handles[number], data, slot * self.slot_size)
            if written != len(data):
                raise StorageError("disk.wrote-part", place=self.paths[number])
            storage.flush(self._handles[number])

    def _take_back(self, slot: int) -> None:
        empty = secrets.token_bytes(self.slot_size)
        for number in range(len(self.paths)):
            # A dead disk refuses this too; what stays behind is found by its slip number when the box is opened again.
            with contextlib.suppress(StorageError):
                self._write(number, slot, empty)


def _read_copy(path: Path, slot_size: int) -> bytes:
    if not path.exists():
        raise StorageError("box.copy-missing", place=path)
    data = storage.read(path, limit=LARGEST_BOX)
    if not data or len(data) % slot_size:
        raise StorageError("box.copy-wrong-size", place=path)
    return data
