"""The stations of an election: a list that the definition's core names by its length and a Merkle root.

The root is that of RFC 6962 over the canonical JSON of each station, in the order of the definition. So the list can
travel in pieces (`StationList`), and one station of tens of thousands is proven by its own line and about fifteen
hashes (`StationProof`): docs/adr/2026-11-28-definition-core-and-stations.md.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from testigo import canonical
from testigo.election.value import Value
from testigo.errors import InvalidSignature
from testigo.record import merkle

PIECE = 256
"""Stations in each statement of the list but the last: about 50 kilobytes."""

Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Station(Value, frozen=True):
    """One polling table: one register of `register_size` voters, one check-in desk, one booth, one box."""

    id: str
    name: str
    district: str
    register_size: int
    address: str = ""
    roll_sizes: dict[str, int] = msgspec.field(default_factory=dict)
    """Of `register_size`, how many are on each roll besides the general one."""
    utc_offset: str = ""
    """Where its clock shows another hour than the election's `utc-offset` says."""


class StationsRoot(Value, frozen=True):
    """What the core says of the list. `root`: RFC 6962 root hash over the stations, 64 hexadecimal digits."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    root: Hash

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> "StationsRoot":
        """Of the list with these leaf hashes (`leaf`)."""
        return cls(len(leaves), merkle.root(leaves).hex())


class StationList(Value, frozen=True):
    """Body of a `station-list` statement: one piece of the list. `first`: place (from 0) of its first station."""

    VERSION = 2

    first: Annotated[int, msgspec.Meta(ge=0)]
    stations: Annotated[tuple[Station, ...], msgspec.Meta(min_length=1, max_length=PIECE)]


class StationProof(Value, frozen=True):
    """That an election has this station. `index`: its place (from 0) in the list; `hashes`: the sibling hashes on the
    way from it to the root, lowest first (RFC 9162 section 2.1.3).
    """

    station: Station
    index: Annotated[int, msgspec.Meta(ge=0)]
    hashes: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=64)]

    def check(self, stations: StationsRoot) -> None:
        """Return if the list with that root has the station at that place; else raise `InvalidSignature`."""
        try:
            hashes = [bytes.fromhex(text) for text in self.hashes]
            merkle.verify_inclusion(
                leaf(self.station), self.index, stations.count, hashes, bytes.fromhex(stations.root)
            )
        except (InvalidSignature, ValueError):
            raise InvalidSignature(
                "station.not-proven", station=self.station.id, number=self.index + 1, count=stations.count
            ) from None


def leaf(station: Station) -> bytes:
    """The leaf hash of a station."""
    return merkle.leaf_hash(canonical.encode(station))


def pieces(stations: Sequence[Station]) -> list[StationList]:
    """The bodies of the statements that hold the list, in order."""
    return [StationList(first, tuple(stations[first : first + PIECE])) for first in range(0, len(stations), PIECE)]
