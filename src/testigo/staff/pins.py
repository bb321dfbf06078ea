"""PINs of the people at a station: kept as Argon2id hashes, locked after too many wrong ones.

The number of wrong PINs is on disk before an answer is given, so that pulling the plug gives no further guesses.
Parameters of Argon2id: argon2-cffi's defaults, RFC 9106's second recommended option (64 MiB, 3 passes).
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from testigo import storage
from testigo.errors import InvalidInput, NotAllowed

WRONG_PINS = 5
LOCK_SECONDS = 300
SHORTEST_PIN = 6

_hasher = PasswordHasher()


class _Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wrong`: wrong PINs in a row. `locked_until`: Unix seconds, 0 while not locked."""

    hash: str
    wrong: int = 0
    locked_until: int = 0


def hash_pin(pin: str) -> str:
    """The Argon2id hash of a PIN, in its usual text form. Raises `InvalidInput` for a PIN that is too short or too
    simple."""
    if len(pin) < SHORTEST_PIN or len(pin) > 64 or len(set(pin)) < 3:
        raise InvalidInput(
            "the PIN is too simple", hint=f"use at least {SHORTEST_PIN} characters, and three different ones"
        )
    return _hasher.hash(pin)


class Pins:
    """The PINs that one machine knows, by who they belong to (`chair`, `clerk`)."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._clock = clock

    @classmethod
    def create(cls, file: Path, pins: dict[str, str]) -> "Pins":
        """Keep the hashes of these PINs in `file`. Raises `InvalidInput` for a PIN that is too simple."""
        _save(file, {who: _Pin(hash_pin(pin)) for who, pin in pins.items()})
        return cls(file)

    def check(self, who: str, pin: str) -> None:
        """Return if this is their PIN; raises `NotAllowed` if it is wrong, or while locked after too many wrong
        ones."""
        kept = self._load()
        if who not in kept:
            raise NotAllowed(f"there is no PIN of the {who} on this machine")
        known, moment = kept[who], int(self._clock())
        # A clock that was set back must not lock anybody out for longer than the lock lasts.
        remaining = min(known.locked_until - moment, LOCK_SECONDS)
        if remaining > 0:
            raise NotAllowed("too many wrong PINs", hint=f"wait {_minutes(remaining)} and try again")
        wrong = known.wrong + 1
        locked_until = moment + LOCK_SECONDS if wrong >= WRONG_PINS else 0
        _save(self.file, kept | {who: _Pin(known.hash, 0 if locked_until else wrong, locked_until)})
        try:
            _hasher.verify(known.hash, pin)
        except (VerificationError, InvalidHashError):
            if locked_until:
                hint = f"wait {_minutes(LOCK_SECONDS)} and try again"
            else:
                hint = f"{WRONG_PINS - wrong} more tries"
            raise NotAllowed("the PIN is wrong", hint=hint) from None
        _save(self.file, kept | {who: _Pin(known.hash)})

    def _load(self) -> dict[str, _Pin]:
        try:
            return msgspec.json.decode(storage.read(self.file), type=dict[str, _Pin])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise InvalidInput("not a file of PINs", place=str(self.file), hint="install the station again") from None


def _save(file: Path, pins: dict[str, _Pin]) -> None:
    storage.write(file, msgspec.json.encode(pins), mode=0o600)


def _minutes(seconds: int) -> str:
    return f"{-(-seconds // 60)} minutes" if seconds > 60 else f"{seconds} seconds"
