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
    "audit-seed": "auditor",
    "audit-sample": "auditor",
    "closing-count": "auditor",
    "audit-outcome": "auditor",
    "public-draw": "auditor",
    "result": "centre",
}
"""Statement type → the role whose key signs it. A new statement type is a new line here.

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
    """The root key and every key it admitted. Immutable: `admit` returns a new ring."""

    def __init__(self, root: PublicKey, keys: tuple[MachineKey, ...] = ()) -> None:
        self.root = root
        self.keys = keys
        self._by_id = {key.public.key_id: key for key in keys}
        if len(self._by_id) != len(keys) or root.key_id in self._by_id:
            raise InvalidSignature("a key is admitted twice", mend="every machine makes a key of its own")

    def admit(self, keys: MachineKeys) -> "KeyRing":
        """A ring that also holds these keys; raises `InvalidSignature` if one is already in it."""
        return KeyRing(self.root, self.keys + keys.keys)

    def of_station(self, station: str, role: Role) -> MachineKey:
        """The key of a station's machine; raises `InvalidSignature` where there is none."""
        for key in self.keys:
            if key.station == station and key.role == role:
                return key
        raise InvalidSignature(f"no {role} key is admitted for station {station!r}")

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
