"""Who may sign what. The election's root key admits machine keys; each key may sign only the statements of its role.

A key ring starts with the root key alone. `machine-keys` statements, signed by the root, add keys. Whoever checks a
statement asks the ring `key_for(type, key_id, station)` and gets the key, or a sentence why that key may not sign it.
"""

from typing import Literal

import msgspec

from testigo.errors import InvalidSignature
from testigo.keys import PublicKey, SealingKey

Role = Literal["root", "centre", "auditor", "log", "chair", "booth", "check-in"]

STATEMENT_SIGNERS: dict[str, Role] = {
    "election-definition": "root",
    "machine-keys": "root",
    "logic-and-accuracy": "chair",
    "zero-report": "chair",
    "tally-sheet": "chair",
    "event-log": "chair",
    "booth-report": "booth",
    "check-in-report": "check-in",
    "audit-seed": "auditor",
    "audit-sample": "auditor",
    "closing-count": "auditor",
    "public-draw": "auditor",
    "result": "centre",
}
"""Statement type → the role whose key signs it. A new statement type is a new line here and in `count.bodies.BODIES`.

The `log` role signs no statement: its key signs the checkpoints of the public record, and is admitted by the root so
that whoever has the root key alone can tell whether `log.pub` is the right one.
"""

STATION_ROLES: tuple[Role, ...] = ("chair", "booth", "check-in")


class MachineKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One admitted key. `station`: empty for the centre's roles. `sealing`: X25519 key, for who receives secrets."""

    key: str
    role: Role
    station: str = ""
    sealing: str = ""

    @property
    def public(self) -> PublicKey:
        """The signing key; raises `InvalidInput` if it is none."""
        return PublicKey.from_hex(self.key)

    @property
    def sealing_key(self) -> SealingKey:
        """The key to seal secrets to; raises `InvalidInput` if it is none."""
        return SealingKey.from_hex(self.sealing)


class MachineKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a `machine-keys` statement."""

    keys: tuple[MachineKey, ...]


class KeyRing:
    """The root key and every key it admitted. Immutable: `admit` and `replace` return a new ring."""

    def __init__(self, root: PublicKey, keys: tuple[MachineKey, ...] = ()) -> None:
        self.root = root
        self._by_id: dict[str, MachineKey] = {}
        self._holders: dict[tuple[str, Role], MachineKey] = {}
        self._put(keys)

    @property
    def keys(self) -> tuple[MachineKey, ...]:
        """Every key that the root admitted and has not replaced, in that order."""
        return tuple(self._by_id.values())

    def admit(self, keys: MachineKeys) -> "KeyRing":
        """A ring that also holds these keys; raises `InvalidSignature` if one is already in it."""
        wider = KeyRing(self.root)
        # A country admits tens of thousands of keys one station at a time: none is looked at again.
        wider._by_id, wider._holders = dict(self._by_id), dict(self._holders)
        wider._put(keys.keys)
        return wider

    def replace(self, keys: MachineKeys) -> "KeyRing":
        """A ring in which these keys stand in for those of the same role and station, which may sign nothing any more.

        For a machine whose disk died before its station said anything; `count.Ledger` holds that condition. Raises
        `InvalidSignature` if a key is already in the ring, also one that would be replaced.
        """
        wider = self.admit(keys)
        ended = {(key.station, key.role) for key in keys.keys} & self._holders.keys()
        if not ended:
            return wider
        kept = tuple(key for key in self.keys if (key.station, key.role) not in ended)
        return KeyRing(self.root, kept + keys.keys)

    def of_station(self, station: str, role: Role) -> MachineKey:
        """The key of a station's machine; raises `InvalidSignature` where there is none."""
        key = self._holders.get((station, role))
        if key is None:
            raise InvalidSignature(f"no {role} key is admitted for station {station!r}")
        return key

    def holds(self, station: str, role: Role) -> bool:
        """Whether such a key is admitted."""
        return (station, role) in self._holders

    def _put(self, keys: tuple[MachineKey, ...]) -> None:
        for key in keys:
            key_id = key.public.key_id
            if key_id in self._by_id or key_id == self.root.key_id:
                raise InvalidSignature("a key is admitted twice", mend="every machine makes a key of its own")
            self._by_id[key_id] = key
            self._holders.setdefault((key.station, key.role), key)

    def key_for(self, statement_type: str, key_id: str, station: str = "") -> PublicKey:
        """The key `key_id`, if it may sign statements of this type about this station; else `InvalidSignature`."""
        role = STATEMENT_SIGNERS.get(statement_type)
        if role is None:
            raise InvalidSignature(f"{statement_type!r} is no kind of statement this election knows")
        if role == "root":
            if key_id != self.root.key_id:
                raise InvalidSignature(f"a {statement_type} must be signed by the election's root key")
            return self.root
        key = self._by_id.get(key_id)
        if key is None:
            raise InvalidSignature(f"signed by key {key_id[:16]}…, which the election's root never admitted")
        if key.role != role or (key.station and key.station != station):
            whose = f"{key.role} of station {key.station}" if key.station else key.role
            raise InvalidSignature(
                f"signed by the {whose}, who may not sign a {statement_type}" + (f" of {station}" if station else "")
            )
        return key.public
