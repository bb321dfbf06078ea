"""The PINs of one machine: kept as Argon2id hashes, each account locked by itself after too many wrong ones (`tries`).

The number of wrong PINs is on disk before an answer is given, so that pulling the plug gives no further guesses.
Parameters of Argon2id: argon2-cffi's defaults, RFC 9106's second recommended option (64 MiB, 3 passes). No more PINs
are hashed than may be tried: a check takes some 50 ms, in which nobody else at the machine is served.

    {"format": 3, "orders": [{"account", "issued", "nonce", "obeyed"}, …],
     "pins": {ACCOUNT: {"hash", "known": [ADDRESS, …], "tries": {SOURCE: {"wrong", "since", "locked_until"}, …}}, …}}

`orders`: the orders that replaced a PIN here, kept for ever, so that none is obeyed twice. Format 2 had one count of
wrong PINs for each account, whatever their source; format 1, of release 0.1, is the object `pins` alone.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from testigo import canonical, locks, storage
from testigo.errors import IllegalStep, InvalidInput, NotAllowed
from testigo.staff import tries
from testigo.staff.orders import PIN_ORDER_NAME, PinOrder
from testigo.staff.tries import MOST_KNOWN, OWN_SCREEN, Counts
from testigo.stored import StoredFormat
from testigo.words import Message, message

SHORTEST_PIN = 6
LONGEST_PIN = 64
LOCKED: Final = frozenset({"pin.locked", "pin.wrong-and-locked"})
"""Codes of the errors that say for how long an account is locked."""

_hasher = PasswordHasher()


class _Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`known`: addresses that have brought the right one, newest last. `tries`: wrong ones, by source."""

    hash: str
    known: tuple[str, ...] = ()
    tries: Counts = {}


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


def _of_format_2(second: dict[str, Any]) -> dict[str, Any]:
    """Format 2 counted the wrong PINs of an account together; they are now those of the own screen."""
    pins = {}
    for who, pin in second["pins"].items():
        counts = {name: pin[name] for name in ("wrong", "locked_until") if pin.get(name)}
        pins[who] = {"hash": pin["hash"], "tries": {OWN_SCREEN: counts} if counts else {}}
    return {**second, "pins": pins}


PINS_FORMAT = StoredFormat("pins.json", _File, _of_format_1, _of_format_2)


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


class Pins:
    """The PINs that one machine knows, by account. Processes and threads take turns, by a lock beside the file."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._clock = clock
        self._of_nobody: Counts = {}
        """Tries of accounts that are not there, by source; while the process lives."""

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

    def check(self, who: str, pin: str, source: str = OWN_SCREEN) -> None:
        """Return if this is their PIN; raises `NotAllowed` if it is wrong, or while locked after too many wrong
        ones. `source`: the address that it comes from; "" for the machine's own screen."""
        with self._turn() as kept:
            known, moment = kept.pins.get(who), int(self._clock())
            if known is None:
                self._verify_nothing(pin, source)
                raise NotAllowed("pin.none-here", account=who)
            _refuse_locked(known.tries, source, known.known, moment)
            counted = msgspec.structs.replace(known, tries=tries.one_more(known.tries, source, known.known, moment))
            self._put(kept, who, counted)
            try:
                _hasher.verify(known.hash, pin)
            except (VerificationError, InvalidHashError):
                locked = tries.seconds_locked(counted.tries, source, known.known, moment)
                if locked:
                    raise NotAllowed("pin.wrong-and-locked", wait=_wait(locked)) from None
                left = tries.tries_left(counted.tries, source, known.known)
                raise NotAllowed("pin.wrong", count=left) from None
            sources = known.known if source in (OWN_SCREEN, *known.known) else (*known.known, source)[-MOST_KNOWN:]
            self._put(kept, who, _Pin(known.hash, sources, tries.right(known.tries, source)))

    def check_nobody(self, pin: str, source: str = OWN_SCREEN) -> None:
        """Take as long as `check` does, and lock as it does: for accounts that are not there. Raises `NotAllowed` while
        locked."""
        self._verify_nothing(pin, source)

    def _verify_nothing(self, pin: str, source: str) -> None:
        moment = int(self._clock())
        _refuse_locked(self._of_nobody, source, (), moment)
        self._of_nobody = tries.one_more(self._of_nobody, source, (), moment)
        _hasher.hash(pin[:LONGEST_PIN])

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


def _refuse_locked(counts: Counts, source: str, known: tuple[str, ...], moment: int) -> None:
    remaining = tries.seconds_locked(counts, source, known, moment)
    if remaining:
        raise NotAllowed("pin.locked", wait=_wait(remaining))


def _is_good(pin: str) -> bool:
    return SHORTEST_PIN <= len(pin) <= LONGEST_PIN and len(set(pin)) >= 3


def _wait(seconds: int) -> Message:
    minutes = -(-seconds // 60)
    return message("term", "minute", count=minutes) if seconds > 60 else message("term", "second", count=seconds)
