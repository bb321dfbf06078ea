"""Who may sign what. The election's root key admits machine keys; each key may sign only the statements of its role.

A key ring starts with the root key alone. `machine-keys` statements, signed by the root, add keys, and replace the keys
of a role that has one: from that entry of the record on the old key may sign nothing, and what it signed before stays
valid. The root key itself is never replaced. Whoever checks a statement asks the ring `key_for(role, key_id, station)`
and gets the key, or a sentence why that key may not sign it. Which role signs which kind of statement is in the table
of `count.kinds`.
"""

import math
from dataclasses import dataclass
from typing import Annotated

import msgspec

from testigo.canonical import SignedValue
from testigo.election.machines import MOST_OF_A_ROLE, STATION_ROLES, Role, StationMachines
from testigo.errors import InvalidSignature
from testigo.keys import PublicKey, SealingKey
from testigo.words import Message, message


class MachineKey(SignedValue, frozen=True):
    """One admitted key. `station`: empty for the centre's roles. `sealing`: X25519 key, for who receives secrets.
    `number`: of a station's machine among those of its role, from 1.

    The `log` role signs no statement: its key signs the checkpoints of the public record, and is admitted by the root
    so that whoever has the root key alone can tell whether `log.pub` is the right one.
    """

    key: str
    role: Role
    station: str
    sealing: str
    number: Annotated[int, msgspec.Meta(ge=1, le=MOST_OF_A_ROLE)] = 1

    @property
    def public(self) -> PublicKey:
        """The signing key; raises `InvalidInput` if it is none."""
        return PublicKey.from_hex(self.key)

    @property
    def sealing_key(self) -> SealingKey:
        """The key to seal secrets to; raises `InvalidInput` if it is none."""
        return SealingKey.from_hex(self.sealing)

    @property
    def holder(self) -> tuple[str, Role, int]:
        """Whose key it is: no two keys of one ring have the same."""
        return self.station, self.role, self.number


class MachineKeys(SignedValue, frozen=True):
    """Body of a `machine-keys` statement."""

    VERSION = 2

    keys: tuple[MachineKey, ...]


@dataclass(frozen=True)
class ReplacedKey:
    """A key that the root has replaced. `entry`: index in the record of the statement that did it."""

    key: MachineKey
    entry: int


class KeyRing:
    """The root key and every key it admitted. Immutable: `admit` and `replace` return a new ring."""

    def __init__(self, root: PublicKey, keys: tuple[MachineKey, ...] = ()) -> None:
        self.root = root
        self._by_id: dict[str, MachineKey] = {}
        self._holders: dict[tuple[str, Role, int], MachineKey] = {}
        self._replaced: dict[str, ReplacedKey] = {}
        self._put(keys)

    @property
    def keys(self) -> tuple[MachineKey, ...]:
        """Every key that the root admitted and has not replaced, in that order."""
        return tuple(self._by_id.values())

    def admit(self, keys: MachineKeys) -> "KeyRing":
        """A ring that also holds these keys; raises `InvalidSignature` if one is already in it."""
        wider = KeyRing(self.root)
        # A country admits tens of thousands of keys one station at a time: none is looked at again.
        wider._by_id, wider._holders, wider._replaced = dict(self._by_id), dict(self._holders), dict(self._replaced)
        wider._put(keys.keys)
        return wider

    def replace(self, keys: MachineKeys, *, entry: int) -> "KeyRing":
        """A ring in which these keys stand in for those of the same role and station, which may sign nothing any more.

        `entry`: index in the record of the statement that says so. For a key of the authority, and for a machine whose
        disk died before its station said anything; `count.RecordRules` holds that condition. Raises `InvalidSignature`
        if a key is already in the ring, also one that would be replaced, or is a replaced key of the authority.
        """
        wider = self.admit(keys)
        ended = {key.holder for key in keys.keys} & self._holders.keys()
        if not ended:
            return wider
        kept = tuple(key for key in self.keys if key.holder not in ended)
        replaced = {key_id: ReplacedKey(key, entry) for key_id, key in self._by_id.items() if key.holder in ended}
        made = KeyRing(self.root, kept + keys.keys)
        made._replaced = wider._replaced | replaced
        return made

    @property
    def replaced(self) -> tuple[ReplacedKey, ...]:
        """The keys that may sign nothing any more, in the order in which they were replaced."""
        return tuple(self._replaced.values())

    def log_keys(self, size: int) -> tuple[PublicKey, ...]:
        """The keys of which one signs the checkpoint of a record of `size` entries, oldest first.

        The checkpoint that first covers the replacement of the log's key bears the old key's signature until the log
        has taken up the new one; so of that one size there are two.
        """
        chain = [(old.key, old.entry + 1.0) for old in self.replaced if old.key.role == "log"]
        if self.contains("", "log"):
            chain.append((self.of_station("", "log"), math.inf))
        first = [0.0, *(last for _, last in chain)]
        return tuple(key.public for (key, last), start in zip(chain, first, strict=False) if start <= size <= last)

    def of_station(self, station: str, role: Role, number: int = 1) -> MachineKey:
        """The key of a station's machine; raises `InvalidSignature` where there is none."""
        key = self._holders.get((station, role, number))
        if key is None:
            raise InvalidSignature("key.none-of-role", role=role_label(role, station, number))
        return key

    def contains(self, station: str, role: Role, number: int = 1) -> bool:
        """Whether such a key is admitted."""
        return (station, role, number) in self._holders

    def machines(self, station: str) -> StationMachines:
        """How many machines of each role a station has: those with the numbers from 1 on whose keys are admitted."""
        return StationMachines(self._count(station, "check-in"), self._count(station, "booth"))

    def _count(self, station: str, role: Role) -> int:
        return next(number for number in range(1, MOST_OF_A_ROLE + 1) if not self.contains(station, role, number + 1))

    def _put(self, keys: tuple[MachineKey, ...]) -> None:
        for key in keys:
            key_id = key.public.key_id
            if key_id in self._by_id or key_id == self.root.key_id:
                raise InvalidSignature("key.admitted-twice")
            old = self._replaced.get(key_id)
            # A disk that is found again may come back to a station that has said nothing; a key of the authority that
            # was replaced may be in other hands.
            if old is not None and old.key.role not in STATION_ROLES:
                raise InvalidSignature("key.replaced-before", key=f"{key_id[:16]}…", role=role_label(old.key.role))
            self._replaced.pop(key_id, None)
            self._by_id[key_id] = key
            self._holders.setdefault(key.holder, key)

    def key_for(
        self, role: Role, key_id: str, station: str = "", number: int = 1, *, what: Message | None = None
    ) -> PublicKey:
        """The key `key_id`, if it is admitted for that role, station and number; else raises `InvalidSignature`.

        `what`: what bears the signature, for the sentence; without it, some statement.
        """
        what = what or message("term", "statement")
        if role == "root":
            if key_id != self.root.key_id:
                raise InvalidSignature("signature.not-by-root", what=what)
            return self.root
        key = self._admitted(key_id)
        if key.role != role or (key.station and (key.station, key.number) != (station, number)):
            code = "signature.not-allowed-for" if station else "signature.not-allowed"
            own = role_label(key.role, key.station, key.number)
            raise InvalidSignature(code, role=own, what=what, station=station)
        return key.public

    def role_of(self, key_id: str) -> Role | None:
        """The role of an admitted key; None where it is none."""
        key = self._by_id.get(key_id)
        return key.role if key is not None else None

    def any_key(self, key_id: str) -> PublicKey:
        """The key `key_id`, whatever its role; raises `InvalidSignature` where the root never admitted or has replaced
        it.
        """
        return self.root if key_id == self.root.key_id else self._admitted(key_id).public

    def _admitted(self, key_id: str) -> MachineKey:
        key, old = self._by_id.get(key_id), self._replaced.get(key_id)
        if key is None and old is not None:
            whose, at = role_label(old.key.role, old.key.station, old.key.number), str(old.entry)
            raise InvalidSignature("signature.by-replaced-key", key=f"{key_id[:16]}…", role=whose, entry=at)
        if key is None:
            raise InvalidSignature("signature.by-unknown-key", key=f"{key_id[:16]}…")
        return key


def role_label(role: Role, station: str = "", number: int = 1) -> Message:
    """Who holds a key, for a sentence."""
    if station and number > 1:
        return message("term", f"role-{role}-of-numbered", station=station, number=number)
    if station:
        return message("term", f"role-{role}-of", station=station)
    return message("term", f"role-{role}")
