"""The PINs of one machine: kept as Argon2id hashes, each account locked by itself after too many wrong ones.

The number of wrong PINs is on disk before an answer is given, so that pulling the plug gives no further guesses.
Parameters of Argon2id: argon2-cffi's defaults, RFC 9106's second recommended option (64 MiB, 3 passes).

    {"format": 2, "orders": [{"account", "issued", "nonce", "obeyed"}, …], "pins": {ACCOUNT: {"hash", …}, …}}

`orders`: the orders that replaced a PIN here, kept for ever, so that none is obeyed twice. Format 1, of release 0.1, is
the object `pins` alone.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from testigo import canonical, locks, storage
from testigo.errors import IllegalStep, InvalidInput, NotAllowed
from testigo.staff.orders import PIN_ORDER_NAME, PinOrder
from testigo.stored import StoredFormat
from testigo.words import Message, message

WRONG_PINS = 5
LOCK_SECONDS = 300
SHORTEST_PIN = 6
LONGEST_PIN = 64
LOCKED: Final = frozenset({"pin.locked", "pin.wrong-and-locked"})
"""Codes of the errors that say for how long an account is locked."""

_hasher = PasswordHasher()


class _Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wrong`: wrong PINs in a row. `locked_until`: Unix seconds, 0 while not locked."""

    hash: str
    wrong: int = 0
    locked_until: int = 0


class ObeyedOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order that replaced a PIN here. `issued`, `obeyed`: UTC, when it was signed and when it was used."""

    nonce: str
    account: str
    issued: str
    obeyed: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pins: dict[str, _Pin]
    orders: tuple[ObeyedOrder, ...] = ()


def _of_format_1(first: dict[str, object]) -> dict[str, object]:
    """Format 1 is the PINs alone, and its release never wrote a file without one."""
    if not first:
        raise ValueError("no PIN")
    return {"pins": first}


PINS_FORMAT = StoredFormat("pins.json", _File, _of_format_1)


def hash_pin(pin: str) -> str:
    """The Argon2id hash of a PIN, in its usual text form. Raises `InvalidInput` for a PIN that is too short or too
    simple."""
    if not _is_good(pin):
        raise InvalidInput("pin.too-simple", least=SHORTEST_PIN)
    return _hasher.hash(pin)


def draw_pin() -> str:
    """A random PIN of `SHORTEST_PIN` digits that is not too simple."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(SHORTEST_PIN))
        if _is_good(pin):
            return pin


def verify_nothing(pin: str) -> None:
    """Take as long as the check of a PIN does: for accounts that do not exist."""
    _hasher.hash(pin[:LONGEST_PIN])


class Pins:
    """The PINs that one machine knows, by account. Processes and threads take turns, by a lock beside the file."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._clock = clock

    @classmethod
    def create(cls, file: Path, pins: dict[str, str]) -> "Pins":
        """Keep the hashes of these PINs in `file`. Raises `InvalidInput` for a PIN that is too simple."""
        hashed = {who: _Pin(hash_pin(pin)) for who, pin in pins.items()}
        made = cls(file)
        made._save(_File(hashed))
        return made

    def accounts(self) -> tuple[str, ...]:
        """The accounts that have a PIN here."""
        return tuple(sorted(self._load().pins))

    def orders(self) -> tuple[ObeyedOrder, ...]:
        """The orders that replaced a PIN here, oldest first."""
        return self._load().orders

    def check(self, who: str, pin: str) -> None:
        """Return if this is their PIN; raises `NotAllowed` if it is wrong, or while locked after too many wrong
        ones."""
        with self._turn() as kept:
            known, moment = kept.pins.get(who), int(self._clock())
            if known is None:
                verify_nothing(pin)
                raise NotAllowed("pin.none-here", account=who)
            # A clock that was set back must not lock anybody out for longer than the lock lasts.
            remaining = min(known.locked_until - moment, LOCK_SECONDS)
            if remaining > 0:
                raise NotAllowed("pin.locked", wait=_wait(remaining))
            wrong = known.wrong + 1
            locked_until = moment + LOCK_SECONDS if wrong >= WRONG_PINS else 0
            self._put(kept, who, _Pin(known.hash, 0 if locked_until else wrong, locked_until))
            try:
                _hasher.verify(known.hash, pin)
            except (VerificationError, InvalidHashError):
                if locked_until:
                    raise NotAllowed("pin.wrong-and-locked", wait=_wait(LOCK_SECONDS)) from None
                raise NotAllowed("pin.wrong", count=WRONG_PINS - wrong) from None
            self._put(kept, who, _Pin(known.hash))

    def put(self, pins: dict[str, str], *, order: PinOrder | None = None) -> None:
        """Keep the hashes of these PINs, in place of those that were there; a lock of the account ends.

        `order`: the order by which it is done; one that was obeyed here before raises `IllegalStep`, and nothing is
        changed.
        """
        hashed = {who: _Pin(hash_pin(pin)) for who, pin in pins.items()}
        storage.make_folder(self.file.parent, mode=0o700)
        with self._turn() as kept:
            obeyed = kept.orders
            if order is not None:
                refuse_obeyed(order, obeyed)
                obeyed = (*obeyed, ObeyedOrder(order.nonce, order.account, order.issued, canonical.utc_now()))
            self._save(_File(kept.pins | hashed, obeyed))

    def drop(self, accounts: set[str]) -> None:
        """Forget the PINs of these accounts, where they have one."""
        with self._turn() as kept:
            left = {who: pin for who, pin in kept.pins.items() if who not in accounts}
            if left != kept.pins:
                self._save(_File(left, kept.orders))

    def adopt(self, files: list[Path]) -> None:
        """Take in files of one account each, as release 0.1 kept those of enrolment officers, and delete them."""
        with self._turn() as kept:
            pins = dict(kept.pins)
            for file in files:
                pins.update(Pins(file)._load().pins)
            self._save(_File(pins, kept.orders))
        for file in files:
            with storage.explained(file):
                file.unlink()

    @contextmanager
    def _turn(self) -> Iterator[_File]:
        with locks.waiting(self.file.parent, file=f".{self.file.name}.lock"):
            yield self._load()

    def _put(self, kept: _File, who: str, pin: _Pin) -> None:
        self._save(_File(kept.pins | {who: pin}, kept.orders))

    def _load(self) -> _File:
        return PINS_FORMAT.read(self.file) if self.file.exists() else _File({})

    def _save(self, kept: _File) -> None:
        PINS_FORMAT.write(self.file, kept, mode=0o600)


def refuse_obeyed(order: PinOrder, obeyed: tuple[ObeyedOrder, ...]) -> None:
    """Raise `IllegalStep` where the order was used on this machine before."""
    for one in obeyed:
        if one.nonce == order.nonce:
            raise IllegalStep("pin-order.used", place=PIN_ORDER_NAME, at=canonical.moment(one.obeyed))


def _is_good(pin: str) -> bool:
    return SHORTEST_PIN <= len(pin) <= LONGEST_PIN and len(set(pin)) >= 3


def _wait(seconds: int) -> Message:
    minutes = -(-seconds // 60)
    return message("term", "minute", count=minutes) if seconds > 60 else message("term", "second", count=seconds)
