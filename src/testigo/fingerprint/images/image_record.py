"""ISO/IEC 19794-4:2005 and 2011 finger image records: images of fingers, each with its position and resolution.

The image inside is raw, bit-packed, WSQ, JPEG, JPEG 2000 or PNG. What the record says of size and resolution is
believed before what the image inside says; where their sizes differ the record is refused. ANSI INCITS 381-2004
records (the 2005 layout with four bytes of product identifier) are read too.
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.images import image_file
from testigo.fingerprint.position import Position, label_of
from testigo.words import Message, Value, message

MARK = b"FIR\x00"
VERSION_2005 = b"010\x00"
VERSION_2011 = b"020\x00"

_START = len(MARK) + len(VERSION_2005)
# 2005, table 2: device, level, fingers, units, scan and image resolutions, depth, compression, reserved.
_LENGTH_2005 = struct.Struct(">HI")
_PRODUCT_SIZE = 4  # ANSI INCITS 381-2004 only
_HEADER_2005 = struct.Struct(">HHBBHHHHBBH")
# 2005, table 4: length, position, views of this finger, number, quality, impression, width, height, reserved.
_VIEW_2005 = struct.Struct(">IBBBBBHHB")
# 2011, tables 2 and 4, over ISO/IEC 19794-1:2011: as in `minutiae_2011`, and then the image's own.
_HEADER_2011 = struct.Struct(">IHBB")  # length, representations, whether certificates follow, positions
_REPRESENTATION = struct.Struct(">I9sBHHB")  # length, time, technology, vendor, device, count of qualities
_QUALITY_SIZE, _CERTIFICATE_SIZE = 5, 3
_VIEW_2011 = struct.Struct(">BBBHHHHBBBHHI")  # position, number, units, resolutions, depth, compression, …, length
_TIME = struct.Struct(">HBBBBBH")
_NO_TIME = b"\xff" * _TIME.size

_RAW, _PACKED, _HIGHEST_COMPRESSION = 0, 1, 6
_INCH, _CENTIMETRE = 1, 2
_DEEPEST = 16
_MOST_VIEWS = 1024  # of all fingers of one record; the standard of 2011 counts to 672
_NO_QUALITY = 254
_PLAIN, _UNKNOWN_IMPRESSION = 0, 29
_LEVELS = ((980, 40), (490, 30), (240, 20))  # image acquisition setting levels by dpi: 2005, table 1
_LOWEST_LEVEL = 10


@dataclass(frozen=True)
class ImageView:
    """One image in a record, not decoded yet.

    `code`: the finger or fingers by the standard's number; `dpi`: across and down as the record states them;
    `compression`: by the numbers of the standard, of which only 0 (raw) and 1 (packed) are believed: the rest of the
    image formats say themselves what they are; `depth`: bits a pixel where it is raw or packed.
    """

    code: int
    width: int
    height: int
    dpi: tuple[float, float]
    depth: int
    compression: int
    data: bytes

    @property
    def position(self) -> Position | None:
        """The finger, `None` where the record does not know it."""
        return Position(self.code) if 1 <= self.code <= max(Position) else None

    @property
    def label(self) -> Message:
        """What a person calls the finger, or the number of what is not one finger."""
        if self.code > max(Position):
            return message("term", "finger-position", number=self.code)
        return label_of(self.position)


def decode(data: bytes, position: Position | None, place: str) -> tuple[NDArray[np.uint8], int | None]:
    """Greys and resolution of the only image in a record, or of the first of the finger at `position`.

    Raises `InvalidInput` for what is not such a record, for none or several images to choose from, and for an image of
    several fingers.
    """
    view = choose(read_views(data, place), position, place)
    if view.code > max(Position):
        raise InvalidInput("image-record.more-than-one-finger", place=place, position=view.label)
    image_file.check_size(view.width, view.height, place)
    if view.compression in (_RAW, _PACKED):
        return _uncompressed(view, place), image_file.first_believed([view.dpi])
    pixels, inner_dpi = image_file.decode(view.data, place)
    if pixels.shape != (view.height, view.width):
        raise _invalid(
            "image-record.other-size",
            width=view.width,
            height=view.height,
            found_width=pixels.shape[1],
            found_height=pixels.shape[0],
        ).at(place)
    return pixels, image_file.first_believed([view.dpi]) or inner_dpi


def read_views(data: bytes, place: str = "") -> list[ImageView]:
    """Every image of a record, in its order. Raises `InvalidInput` where the bytes are not a whole record."""
    version = data[len(MARK) : _START]
    if not data.startswith(MARK) or version not in (VERSION_2005, VERSION_2011):
        raise _invalid("image-record.not-of-the-standard").at(place)
    try:
        return _read_2005(data) if version == VERSION_2005 else _read_2011(data)
    except InvalidInput as error:
        raise error.at(place) from None


def name_of(data: bytes) -> str:
    """The edition of a record that `decode` reads."""
    return "fir-2005" if data[len(MARK) : _START] == VERSION_2005 else "fir-2011"


def encode_2005(pixels: NDArray[np.uint8], dpi: int, position: Position | None) -> bytes:
    """A record of 2005 with the pixels raw: a plain impression of one finger."""
    height, width = pixels.shape
    number = 0 if position is None else int(position)
    length = _VIEW_2005.size + pixels.size
    view = _VIEW_2005.pack(length, number, 1, 1, _NO_QUALITY, _PLAIN, width, height, 0)
    level = next((level for least, level in _LEVELS if dpi >= least), _LOWEST_LEVEL)
    header = _HEADER_2005.pack(0, level, 1, _INCH, dpi, dpi, dpi, dpi, 8, _RAW, 0)
    total = _START + _LENGTH_2005.size + len(header) + length
    return MARK + VERSION_2005 + _LENGTH_2005.pack(0, total) + header + view + pixels.tobytes()


def encode_2011(
    pixels: NDArray[np.uint8], dpi: int, position: Position | None, captured: datetime | None = None
) -> bytes:
    """A record of 2011 with the pixels raw; `captured`: when the finger was taken (UTC), where that is known."""
    height, width = pixels.shape
    number = 0 if position is None else int(position)
    view = _VIEW_2011.pack(
        number, 0, _INCH, dpi, dpi, dpi, dpi, 8, _RAW, _UNKNOWN_IMPRESSION, width, height, pixels.size
    )
    length = _REPRESENTATION.size + len(view) + pixels.size
    time = _NO_TIME
    if captured is not None:
        time = _TIME.pack(*captured.timetuple()[:6], captured.microsecond // 1000)
    header = _HEADER_2011.pack(_START + _HEADER_2011.size + length, 1, 0, 1)
    representation = _REPRESENTATION.pack(length, time, 0, 0, 0, 0)
    return MARK + VERSION_2011 + header + representation + view + pixels.tobytes()


def _read_2005(data: bytes) -> list[ImageView]:
    high, low = _take(_LENGTH_2005, data, _START)
    if (high << 32) + low != len(data):
        raise _invalid("image-record.other-length", stated=(high << 32) + low, length=len(data))
    at = _START + _LENGTH_2005.size
    if not _chain_fits(data, at + _HEADER_2005.size) and _chain_fits(data, at + _PRODUCT_SIZE + _HEADER_2005.size):
        at += _PRODUCT_SIZE
    _device, _level, _fingers, units, _, _, across, down, depth, compression, _ = _take(_HEADER_2005, data, at)
    at += _HEADER_2005.size
    views: list[ImageView] = []
    while at < len(data):
        if len(views) == _MOST_VIEWS:
            raise _invalid("image-record.too-many-images", most=_MOST_VIEWS)
        length, code, _views, _number, _quality, _impression, width, height, _ = _take(_VIEW_2005, data, at)
        if not _VIEW_2005.size <= length <= len(data) - at:
            raise _invalid("image-record.cut-off", length=length)
        body = data[at + _VIEW_2005.size : at + length]
        views.append(_view(code, width, height, units, across, down, depth, compression, body))
        at += length
    return views


def _chain_fits(data: bytes, at: int) -> bool:
    """Whether images that state their lengths follow each other from here to the end."""
    for _ in range(_MOST_VIEWS):
        if at + _VIEW_2005.size > len(data):
            break
        at += max(_VIEW_2005.size, _VIEW_2005.unpack_from(data, at)[0])
    return at == len(data)


def _read_2011(data: bytes) -> list[ImageView]:
    length, count, certificates, _positions = _take(_HEADER_2011, data, _START)
    if length != len(data):
        raise _invalid("image-record.other-length", stated=length, length=len(data))
    if certificates > 1:
        raise _invalid("image-record.unknown-flag", flag=certificates)
    if count > _MOST_VIEWS:
        raise _invalid("image-record.too-many-images", most=_MOST_VIEWS)
    at, views = _START + _HEADER_2011.size, []
    for _ in range(count):
        length, *_capture, qualities = _take(_REPRESENTATION, data, at)
        if length > len(data) - at:
            raise _invalid("image-record.cut-off", length=length)
        views.append(
            _representation(data[at : at + length], _REPRESENTATION.size + qualities * _QUALITY_SIZE, certificates)
        )
        at += length
    if at != len(data):
        raise _invalid("image-record.bytes-left", count=len(data) - at)
    return views


def _representation(data: bytes, at: int, certificates: int) -> ImageView:
    if certificates:
        (count,) = _take(struct.Struct(">B"), data, at)
        at += 1 + count * _CERTIFICATE_SIZE
    code, _number, units, _, _, across, down, depth, compression, _impression, width, height, length = _take(
        _VIEW_2011, data, at
    )
    body = data[at + _VIEW_2011.size :]
    if length > len(body):
        raise _invalid("image-record.cut-off", length=length)
    return _view(code, width, height, units, across, down, depth, compression, body[:length])


def _view(
    code: int, width: int, height: int, units: int, across: int, down: int, depth: int, compression: int, body: bytes
) -> ImageView:
    if units not in (_INCH, _CENTIMETRE):
        raise _invalid("image-record.unknown-unit", unit=units)
    if compression > _HIGHEST_COMPRESSION:
        raise _invalid("image-record.unknown-compression", compression=compression)
    dpi = (across, down) if units == _INCH else (image_file.per_inch(across), image_file.per_inch(down))
    return ImageView(code, width, height, dpi, depth, compression, body)


def _take(layout: struct.Struct, data: bytes, at: int) -> tuple[Any, ...]:
    if at + layout.size > len(data):
        raise _invalid("image-record.too-short")
    return layout.unpack_from(data, at)


def choose(views: list[ImageView], position: Position | None, place: str = "") -> ImageView:
    """The only image, or the first of the finger at `position`; the only image may also be of an unknown finger.

    Raises `InvalidInput` where that is none or several.
    """
    if not views:
        raise _invalid("image-record.no-image").at(place)
    fingers = [view.label for view in {view.code: view for view in views}.values()]
    if position is not None:
        for view in views:
            if view.position == position or (view.code == 0 and len(views) == 1):
                return view
        raise InvalidInput("image-record.no-such-finger", place=place, finger=label_of(position), fingers=fingers)
    if len(views) > 1:
        raise InvalidInput("image-record.several-images", place=place, count=len(views), fingers=fingers)
    return views[0]


def _uncompressed(view: ImageView, place: str) -> NDArray[np.uint8]:
    """Greys of pixels in whole bytes (two above eight bits), or packed without gaps, or packed row by row."""
    if not 1 <= view.depth <= _DEEPEST:
        raise _invalid("image-record.unknown-depth", depth=view.depth).at(place)
    pixels, bits = view.width * view.height, view.depth
    whole = np.dtype(">u2") if bits > 8 else np.dtype("u1")
    if len(view.data) == pixels * whole.itemsize and (view.compression == _RAW or bits in (8, 16)):
        values = np.frombuffer(view.data, whole)
    elif view.compression == _PACKED and len(view.data) == -(-pixels * bits // 8):
        values = _unpacked(view.data, 1, pixels, bits)
    elif view.compression == _PACKED and len(view.data) == view.height * -(-view.width * bits // 8):
        values = _unpacked(view.data, view.height, view.width, bits)
    else:
        raise _invalid(
            "image-record.other-pixels", width=view.width, height=view.height, bits=bits, length=len(view.data)
        ).at(place)
    if bits == 8:
        return values.reshape(view.height, view.width).astype(np.uint8)
    greys = np.minimum(values.astype(np.uint32) * 255 // ((1 << bits) - 1), 255)
    return greys.reshape(view.height, view.width).astype(np.uint8)


def _unpacked(data: bytes, rows: int, columns: int, bits: int) -> NDArray[np.uint16]:
    """(rows × columns) numbers of so many bits, the highest first, each row from a new byte."""
    single = np.unpackbits(np.frombuffer(data, np.uint8).reshape(rows, -1), axis=1, count=columns * bits)
    values = np.zeros((rows, columns), np.uint16)
    for bit in range(bits):
        values = np.left_shift(values, 1, dtype=np.uint16) | single[:, bit::bits]
    return values.reshape(-1)


def _invalid(code: str, **values: Value) -> InvalidInput:
    return InvalidInput(code, place="", hint="give-a-whole-image-record", **values)
