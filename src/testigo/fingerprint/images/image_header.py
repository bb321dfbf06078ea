"""What an image file says of itself, read before any decoder sees it: size, work, resolution.

Only markers, boxes and tags are walked here, in Python, with every length checked against the bytes at hand.

Sources: WSQ, FBI IAFIS-IC-0110 (markers) and NIST's comment of it (`NIST_COM`, `PPI`); JPEG 2000, ISO/IEC 15444-1,
annexes A.5.1 (SIZ) and I.5.3 (boxes, resolution); JPEG, ISO/IEC 10918-1; TIFF 6.0.
"""

import contextlib
import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, TiffImagePlugin

WSQ_MARK = b"\xff\xa0"  # start of image

_WSQ_TABLES = (0xFFA4, 0xFFA5, 0xFFA6, 0xFFA8)  # transform, quantisation, Huffman, comment
_WSQ_FRAME, _WSQ_COMMENT = 0xFFA2, 0xFFA8
_SEGMENT = struct.Struct(">HH")
_FRAME_SIZE = struct.Struct(">2xHH")  # black and white are passed over; height, width
_PPI = re.compile(rb"^PPI (\d{1,5})\s*$", re.MULTILINE)

_CODESTREAM = b"\xff\x4f\xff\x51"  # start of a JPEG 2000 codestream and its size marker
_SIZ = struct.Struct(">4xHHIIIIIIIIH")
_BOX = struct.Struct(">I4s")
_LONG_BOX = struct.Struct(">Q")
_RESOLUTION = struct.Struct(">HHHHbb")
_PER_METRE = 0.0254

_START_OF_SCAN = b"\xff\xda"
_EXIF_X, _EXIF_Y, _EXIF_UNIT = 282, 283, 296
_PER_INCH = {2: 1.0, 3: 2.54}  # by TIFF's and Exif's resolution unit
_TILE_SIDES = (322, 323)  # TIFF's TileWidth and TileLength


class Wsq(NamedTuple):
    """Pixels, and dots per inch by NIST's comment (0: not stated)."""

    width: int
    height: int
    dpi: int


class Codestream(NamedTuple):
    """A JPEG 2000 codestream by its SIZ marker: pixels, planes, and the tiles it is cut into."""

    width: int
    height: int
    planes: int
    tiles: int


def wsq(data: bytes) -> Wsq | None:
    """The header of a WSQ file; `None` where it has no frame."""
    at, dpi = len(WSQ_MARK), 0
    while at + _SEGMENT.size <= len(data):
        marker, length = _SEGMENT.unpack_from(data, at)
        body = data[at + _SEGMENT.size : at + 2 + length]
        if marker == _WSQ_FRAME:
            if len(body) < _FRAME_SIZE.size:
                return None
            height, width = _FRAME_SIZE.unpack_from(body)
            return Wsq(width, height, dpi)
        if marker not in _WSQ_TABLES or length < 2:
            return None
        if marker == _WSQ_COMMENT and body.startswith(b"NIST_COM") and (found := _PPI.search(body)):
            dpi = int(found[1])
        at += 2 + length
    return None


def codestream(data: bytes) -> Codestream | None:
    """The codestream in a JPEG 2000 file or in the bytes themselves; `None` where there is none that could be read."""
    start = 0 if data.startswith(_CODESTREAM) else next((at for at, _, name in _boxes(data) if name == b"jp2c"), None)
    if start is None or not data.startswith(_CODESTREAM, start) or len(data) - start < _SIZ.size:
        return None
    _length, _profile, x, y, left, top, tile_x, tile_y, tile_left, tile_top, planes = _SIZ.unpack_from(data, start)
    if x <= left or y <= top or not tile_x or not tile_y or tile_left > left or tile_top > top:
        return None
    tiles = -((tile_left - x) // tile_x) * -((tile_top - y) // tile_y)
    return Codestream(x - left, y - top, planes, tiles)


def display_dpi(data: bytes) -> list[tuple[float, float]]:
    """The resolution a JPEG 2000 file is to be shown at, across and down; Pillow reads only that of its capture."""
    found = []
    for header, header_end, name in _boxes(data):
        for at, end, inner in _boxes(data, header, header_end) if name == b"jp2h" else ():
            for place, limit, kind in _boxes(data, at, end) if inner == b"res " else ():
                if kind == b"resd" and limit - place >= _RESOLUTION.size:
                    found.append(_resolution(data, place))
    return found


def stated_dpi(picture: Image.Image, data: bytes) -> list[tuple[float, float]]:
    """What a file that Pillow opened says of its resolution, across and down, the best source first."""
    found = []
    if isinstance(stated := picture.info.get("dpi"), tuple) and len(stated) == 2:
        found.append((float(stated[0]), float(stated[1])))
    if picture.format in ("JPEG", "MPO", "PNG"):
        with contextlib.suppress(Exception):  # a broken Exif does not spoil the image
            tags = picture.getexif()
            scale = _PER_INCH[tags.get(_EXIF_UNIT, 2)]
            found.append((float(tags[_EXIF_X]) * scale, float(tags[_EXIF_Y]) * scale))
    if picture.format == "JPEG2000":
        found += display_dpi(data)
    return found


def scans(data: bytes) -> int:
    """How often a JPEG file goes over its image; compressed data cannot hold the marker by chance."""
    return data.count(_START_OF_SCAN)


def longest_tile(picture: Image.Image) -> int:
    """The longest side of a TIFF file's tiles; 0 where it has none."""
    if not isinstance(picture, TiffImagePlugin.TiffImageFile):
        return 0
    return max(int(picture.tag_v2.get(tag, 0)) for tag in _TILE_SIDES)


def _boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """(start of contents, end, name) of every box of a JPEG 2000 file, or of those inside another box."""
    end = len(data) if end is None else end
    while start + _BOX.size <= end:
        length, name = _BOX.unpack_from(data, start)
        contents = start + _BOX.size
        if length == 1 and contents + _LONG_BOX.size <= end:
            (length,) = _LONG_BOX.unpack_from(data, contents)
            contents += _LONG_BOX.size
        stop = start + length if length else end
        if not contents <= stop <= end:
            return
        yield contents, stop, name
        start = stop


def _resolution(data: bytes, at: int) -> tuple[float, float]:
    """Across and down in dots per inch, from numerators, denominators and powers of ten per metre: I.5.3.7.1."""
    down, by_down, across, by_across, ten_down, ten_across = _RESOLUTION.unpack_from(data, at)
    if not by_across or not by_down:
        return 0.0, 0.0
    return across / by_across * 10.0**ten_across * _PER_METRE, down / by_down * 10.0**ten_down * _PER_METRE
