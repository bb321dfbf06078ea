"""Tiles and entry bundles: the paths of the specification, growth, and fuzz."""

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testigo.errors import InvalidInput
from testigo.record import merkle, tiles
from testigo.record.tiles import Tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [  # C2SP tlog-tiles' own example is 1234067; the others follow its rules by hand
        (Tile(0, 1234067, 256), "tile/0/x001/x234/067"),
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 999, 7), "tile/0/999.p/7"),
        (Tile(1, 1000, 256), "tile/1/x001/000"),
        (Tile(-1, 273, 112), "tile/entries/273.p/112"),
        (Tile(-1, 1000000, 256), "tile/entries/x001/x000/000"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_the_tiles_of_the_specifications_example() -> None:
    # C2SP tlog-tiles: a log of 70,000 entries has 273 full tiles of level 0 and one of 112, one full tile and one of 17
    # of level 1, and one of 1 of level 2.
    paths = [tile.path for tile in tiles.all_tiles(70_000)]
    assert {"tile/0/000", "tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= set(
        paths
    )
    assert len(paths) == len(set(paths)) == 274 + 274 + 2 + 1


@given(st.integers(0, 2**40))
@example(256)
@example(65536)
def test_every_level_of_every_size_covers_its_hashes(size: int) -> None:
    for level in range(tiles.level_count(size)):
        count = size >> 8 * level
        assert count > 0
        last = list(tiles.tiles_of_level(level, size, first=max(count // 256 - 1, 0)))
        assert last[-1].stop == count
        assert all(1 <= tile.width <= 256 for tile in last)
    assert size >> 8 * tiles.level_count(size) == 0


@given(st.lists(st.integers(1, 400), max_size=4))
@settings(max_examples=20, deadline=None)
def test_growing_levels_hold_the_roots_of_full_tiles(steps: list[int]) -> None:
    leaves = [hashlib.sha256(n.to_bytes(4)).digest() for n in range(sum(steps))]
    levels = tiles.HashLevels()
    for leaf in leaves:
        levels.append(leaf)
    for tile in tiles.tiles_of_level(1, len(leaves)):
        expected = [merkle.root(leaves[n * 256 : n * 256 + 256]) for n in range(tile.start, tile.stop)]
        assert tiles.split_hashes(levels.content(tile), tile.width) == expected


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries), len(entries)) == entries


def test_a_bundles_lengths_are_two_bytes_big_endian() -> None:
    assert tiles.encode_bundle([b"ab", b"", b"x" * 258]) == b"\x00\x02ab\x00\x00\x01\x02" + b"x" * 258
    tiles.encode_bundle([b"x" * 65535])


@pytest.mark.parametrize("entries", [[b"x" * 65536], [b""] * 257])
def test_what_a_bundle_cannot_hold_is_refused(entries: list[bytes]) -> None:
    with pytest.raises(InvalidInput):
        tiles.encode_bundle(entries)


@given(st.binary(max_size=200), st.integers(1, 256))
def test_any_bytes_are_a_bundle_in_one_spelling_or_refused(data: bytes, width: int) -> None:
    try:
        entries = tiles.decode_bundle(data, width)
    except InvalidInput:
        return
    assert len(entries) == width
    assert tiles.encode_bundle(entries) == data


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=20), st.data())
def test_a_cut_or_lengthened_bundle_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = tiles.encode_bundle(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for bad in (whole[:cut], whole + b"\x00"):
        with pytest.raises(InvalidInput):
            tiles.decode_bundle(bad, len(entries))


@pytest.mark.parametrize("length", [0, 31, 63, 65, 96])
def test_a_tile_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(InvalidInput):
        tiles.split_hashes(bytes(length), 2)
