"""ANSI INCITS 378-2009 (version `030`) and its amendment 1 (`035`): each view states its own image and resolution.

Its draft of 2007, which NIST's BIOMDI tools read and write, has the equipment's certificate and number in two bytes
instead of three; a record whose views only fit behind that header is taken for one.
"""

import struct

from testigo.errors import InvalidInput
from testigo.fingerprint.position import Position
from testigo.fingerprint.templates.minutiae_record import (
    ANSI_2009,
    EXTENDED,
    MARK,
    PER_CM,
    Cursor,
    Frame,
    View,
    minutiae_of,
    number_of,
    position_of,
    quality_of,
    template_of,
)
from testigo.fingerprint.templates.template import Template

VERSION = b"030\x00"
AMENDED_VERSION = b"035\x00"

_START = len(MARK) + len(VERSION)
_HEADER = struct.Struct(">IHHBHBB")  # length, product's owner and type, certificate, equipment, views, reserved
_DRAFT_HEADER = struct.Struct(">IHHHBB")
_VIEW = struct.Struct(">BBBBHHHHHHB")  # position, number, impression, quality, its algorithm, image, resolutions, count
_UNKNOWN_OWNER = 0x0103  # IBIA's number of "vendor unknown"; 0 is reserved
_NOT_REPORTED = 254


def encode(template: Template, position: Position | None) -> bytes:
    """One plain live-scan view of an unknown product, without a quality of the whole."""
    owner, image = (_UNKNOWN_OWNER, 0), (template.width, template.height, PER_CM, PER_CM)
    view = _VIEW.pack(number_of(position), 0, 0, _NOT_REPORTED, *owner, *image, len(template))
    body = view + minutiae_of(template, ANSI_2009) + EXTENDED.pack(0)
    header = _HEADER.pack(_START + _HEADER.size + len(body), *owner, 0, 0, 1, 0)
    return MARK + VERSION + header + body


def decode(data: bytes, dpi: int | None) -> list[View]:
    """Every view of a record whose mark and version were seen. Raises `InvalidInput`."""
    draft = not _fits(data, _HEADER) and _fits(data, _DRAFT_HEADER)
    cursor = Cursor(data, _START)
    length, *_product, count, _reserved = cursor.take(_DRAFT_HEADER if draft else _HEADER)
    if length != len(data):
        raise InvalidInput(
            "template-record.other-length", hint="give-a-whole-template", stated=length, length=len(data)
        )
    views = [_view(cursor, dpi) for _ in range(count)]
    if cursor.left:
        raise InvalidInput("template-record.bytes-left", hint="give-a-whole-template", count=cursor.left)
    return views


def _fits(data: bytes, header: struct.Struct) -> bool:
    """Whether the views behind such a header end where the bytes end."""
    at = _START + header.size
    if len(data) < at:
        return False
    for _ in range(data[at - 2]):
        at += _VIEW.size
        if at > len(data):
            return False
        at += data[at - 1] * 6
        if at + EXTENDED.size > len(data):
            return False
        at += EXTENDED.size + EXTENDED.unpack_from(data, at)[0]
    return at == len(data)


def _view(cursor: Cursor, dpi: int | None) -> View:
    position, _number, impression, quality, _owner, _algorithm, *image, count = cursor.take(_VIEW)
    template = template_of(cursor.minutiae(count), Frame(*image), ANSI_2009, dpi)
    cursor.skip_extended()
    return View(position_of(position), impression, quality_of(quality), template)
