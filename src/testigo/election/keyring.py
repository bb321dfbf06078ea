"""Who may sign what. The election's root key admits machine keys; each key may sign only the statements of its role.

A key ring starts with the root key alone. `machine-keys` statements, signed by the root, add keys. Whoever checks a
statement asks the ring `key_for(role, key_id, station)` and gets the key, or a sentence why that key may not sign it.
Which role signs which kind of statement is in the table of `count.kinds`.
"""

from typing import Literal

from testigo.canonical import SignedValue
from testigo.errors import InvalidSignature
from testigo.keys import PublicKey, SealingKey

Role = Literal["root", "centre", "auditor", "log", "chair", "booth", "check-in"]

STATION_ROLES: tuple[Role, ...] = ("chair", "booth", "check-in")
"""The machines of one station. The `log` role signs no statement: its key signs the checkpoints of the public record,
and is admitted by the root so that whoever has the root key alone can tell whether `log.pub` is the right one.
"""


class MachineKey(SignedValue, frozen=True):
    """One admitted key. `station`: empty for the centre's roles. `sealing`: X25519 key, for who receives secrets."""

    key: str
    role: Role
    station: str
    sealing: str

    @property
    def public(self) -> PublicKey:
        """The signing key; raises `InvalidInput` if it is none."""
        return PublicKey.from_hex(self.key)

    @property
    def sealing_key(self) -> SealingKey:
        """The key to seal secrets to; raises `InvalidInput` if it is none."""
        return SealingKey.from_hex(self.sealing)


class MachineKeys(SignedValue, frozen=True):
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

    def key_for(self, role: Role, key_id: str, station: str = "", *, what: str = "statement") -> PublicKey:
        """The key `key_id`, if it is admitted for that role and station; else raises `InvalidSignature`.

        `what`: what bears the signature, for the sentence.
        """
        if role == "root":
            if key_id != self.root.key_id:
                raise InvalidSignature(f"a {what} must be signed by the election's root key")
            return self.root
        key = self._by_id.get(key_id)
        if key is None:
            raise InvalidSignature(f"signed by key {key_id[:16]}…, which the election's root never admitted")
        if key.role != role or (key.station and key.station != station):
            whose = f"{key.role} of station {key.station}" if key.station else key.role
            raise InvalidSignature(
                f"signed by the {whose}, who may not sign a {what}" + (f" of {station}" if station else "")
            )
        return key.public

    def any_key(self, key_id: str) -> PublicKey:
        """The key `key_id`, whatever its role; raises `InvalidSignature` where the root never admitted it."""
        if key_id == self.root.key_id:
            return self.root
        if key_id not in self._by_id:
            raise InvalidSignature(f"signed by key {key_id[:16]}…, which the election's root never admitted")
        return self._by_id[key_id].public
