"""What keeps a signed message from being used twice: numbers that never repeat, and nonces.

The sender numbers its messages (`Numbers`), and the receiver refuses any number that is not above the last; or the
message carries a nonce (`new_nonce`), and the receiver remembers those that it obeyed. Both hold over restarts: who
receives keeps the number or the nonce on disk together with what was done.
"""

import re
import secrets
from pathlib import Path
from typing import Annotated

import msgspec

from testigo.stored import StoredFormat

_HIGHEST = 2**53
"""No sender comes near it, and every reader of JSON keeps it as it is."""

_NONCE = re.compile(r"[0-9a-f]{32}")


def new_nonce() -> str:
    """128 random bits as 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)


def is_nonce(text: str) -> bool:
    """Whether a text could come from `new_nonce`."""
    return _NONCE.fullmatch(text) is not None


class Reserved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reserved`: no higher number was given."""

    reserved: Annotated[int, msgspec.Meta(ge=0, le=_HIGHEST)]


NUMBERS_FORMAT = StoredFormat("orders.json", Reserved, lambda first: {"reserved": first})
"""A station's chair keeps that of its orders under this name."""


class Numbers:
    """Numbers from 1 on that never repeat, also after a power cut, for one process at a time.

    A block of numbers is noted in `file` as used before its first is given. So those of a block that were not given
    before a restart never are.
    """

    BLOCK = 1000

    def __init__(self, file: Path) -> None:
        """Go on after the numbers that `file` has as used. Raises `InvalidInput` where it holds something else."""
        self._file = file
        self._next = self._reserved = self._load()

    def next(self) -> int:
        """The next number. Raises `StorageError` where a new block cannot be noted; then none was given."""
        if self._next >= self._reserved:
            NUMBERS_FORMAT.write(self._file, Reserved(self._next + self.BLOCK))
            self._reserved = self._next + self.BLOCK
        self._next += 1
        return self._next

    def _load(self) -> int:
        return NUMBERS_FORMAT.read(self._file).reserved if self._file.exists() else 0
