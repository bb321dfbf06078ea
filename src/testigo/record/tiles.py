"""Tiles: the log's hashes and entries cut into files that never change once they are full.

Source: C2SP tlog-tiles (https://c2sp.org/tlog-tiles).

- A *tile* of level L holds up to 256 hashes of level L (level 0: leaf hashes; one hash of level L + 1 is the root of a
  full tile of level L), 32 bytes each: `tile/L/N`.
- An *entry bundle* holds the up to 256 entries whose leaf hashes are in the level 0 tile N: each as a big-endian uint16
  length and that many bytes: `tile/entries/N`.
- A tile or bundle that is not full is *partial*, of width W in 1…255: `tile/L/N.p/W`.
- N is written in groups of three digits, all but the last with an `x` before them: 1234067 is `x001/x234/067`.
"""

import itertools
import re
import struct
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from testigo.errors import InvalidInput
from testigo.record import merkle

WIDTH = 256
MAX_ENTRY_SIZE = 65535
ENTRIES = "entries"

_LENGTH = struct.Struct(">H")


class Tile(msgspec.Struct, frozen=True, order=True):
    """The place of one tile or entry bundle. `level`: -1 for entries. `width`: hashes or entries in it, 1…256."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Its file, relative to the record's folder."""
        level = ENTRIES if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{encode_index(self.index)}{partial}"

    @property
    def start(self) -> int:
        """Index, within its level, of its first hash or entry."""
        return self.index * WIDTH

    @property
    def stop(self) -> int:
        """Index after its last hash or entry."""
        return self.start + self.width


def encode_index(index: int) -> str:
    """A tile's number as a path: groups of three digits."""
    last = f"{index % 1000:03d}"
    index //= 1000
    groups = [last]
    while index:
        groups.append(f"x{index % 1000:03d}")
        index //= 1000
    return "/".join(reversed(groups))


_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


def parse_path(path: str) -> Tile | None:
    """The tile at that path, None where no tile has such a path."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = -1 if match[1] == ENTRIES else int(match[1])
    tile = Tile(level, int(match[2].replace("x", "").replace("/", "")), int(match[3] or WIDTH))
    return tile if tile.path == path else None


def holding(index: int, size: int, level: int = -1) -> Tile:
    """The entry bundle, or the tile of level 0, that has entry `index` in a log of `size` entries."""
    number = index // WIDTH
    return Tile(level, number, min(WIDTH, size - number * WIDTH))


def earlier_tile(path: str, size: int) -> Tile | None:
    """The partial tile at that path, if a log that has `size` entries now had it when it was smaller; else None."""
    tile = parse_path(path)
    fits = tile is not None and tile.width < WIDTH and tile.stop <= size >> 8 * max(tile.level, 0)
    return tile if fits else None


def is_earlier_partial(tile: Tile, size: int) -> bool:
    """Whether a log that has `size` entries now had this partial tile when it was smaller, and has no full one yet."""
    count = size >> 8 * max(tile.level, 0)
    return tile.width < WIDTH and tile.index == count // WIDTH and tile.stop <= count


def tiles_of_level(level: int, size: int, *, first: int = 0) -> Iterator[Tile]:
    """Tiles of one level in a log of `size` entries, from tile number `first` on, the last one perhaps partial."""
    count = size >> 8 * max(level, 0)
    for index in range(first, count // WIDTH):
        yield Tile(level, index, WIDTH)
    if count % WIDTH and first <= count // WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def all_tiles(size: int) -> Iterator[Tile]:
    """Every tile and entry bundle of a log of `size` entries, bundles first."""
    return itertools.chain(
        tiles_of_level(-1, size), *(tiles_of_level(level, size) for level in range(level_count(size)))
    )


def level_count(size: int) -> int:
    """How many levels of tiles a log of `size` entries has."""
    return (size.bit_length() + 7) // 8


class HashLevels:
    """The hashes of every tile level of a growing log, as lists; `levels[0]` are the leaf hashes."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = []

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "HashLevels":
        """Those of a log with these leaf hashes."""
        made = cls()
        for leaf in leaves:
            made.append(leaf)
        return made

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash; a level's tile that becomes full adds its root to the level above."""
        hash_ = leaf
        for level in itertools.count():
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(hash_)
            if len(self.levels[level]) % WIDTH:
                return
            hash_ = merkle.root(self.levels[level][-WIDTH:])

    def content(self, tile: Tile) -> bytes:
        """The bytes of a tile of hashes."""
        return b"".join(self.levels[tile.level][tile.start : tile.stop])


def split_hashes(data: bytes, width: int, *, place: str = "") -> list[bytes]:
    """The `width` hashes of a tile's bytes; raises `InvalidInput` for any other length."""
    if len(data) != width * merkle.HASH_SIZE:
        raise InvalidInput("tile.wrong-size", place=place, hint="get-the-file-again", count=width, length=len(data))
    return [data[start : start + merkle.HASH_SIZE] for start in range(0, len(data), merkle.HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle's bytes. Raises `InvalidInput` for more than 256 entries or one longer than 65,535 bytes."""
    if len(entries) > WIDTH or any(len(entry) > MAX_ENTRY_SIZE for entry in entries):
        raise InvalidInput("entry-bundle.too-large", entries=WIDTH, limit=MAX_ENTRY_SIZE)
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def decode_bundle(data: bytes, width: int, *, place: str = "") -> list[bytes]:
    """The exactly `width` entries of a bundle; raises `InvalidInput` where they do not fill it exactly."""
    entries: list[bytes] = []
    position = 0
    while position < len(data) and len(entries) < width:
        start = position + _LENGTH.size
        if start > len(data):
            break
        position = start + _LENGTH.unpack_from(data, start - _LENGTH.size)[0]
        entries.append(data[start:position])
    if position != len(data) or len(entries) != width:
        raise InvalidInput("entry-bundle.malformed", place=place, hint="get-the-file-again", count=width)
    return entries
