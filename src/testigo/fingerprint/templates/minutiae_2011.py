"""ISO/IEC 19794-2:2011: the general header and the representations of ISO/IEC 19794-1:2011, with minutiae inside.

Every representation states its own length, image and resolution. Minutiae have five bytes or six (with quality).

NBIS in Rust (nbis-python 0.1.21) and afis 1.2 write 99 pixels per centimetre, the standard's lowest, whatever the
image has. They are told by the rest of what they write, and their resolution then counts as not stated.
"""

import struct

from testigo.errors import InvalidInput
from testigo.fingerprint.position import Position
from testigo.fingerprint.templates.minutiae_record import (
    EXTENDED,
    ISO_2011,
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

_START = len(MARK) + len(VERSION)
_HEADER = struct.Struct(">IHB")  # length, representations, whether certificates follow
_LENGTH = struct.Struct(">I")
_REPRESENTATION = struct.Struct(">I9sBHHB")  # length, time, technology, vendor, device, count of qualities
_QUALITY = struct.Struct(">BHH")  # score, algorithm's owner and number
_COUNT = struct.Struct(">B")
_CERTIFICATE_SIZE = 3
_VIEW = struct.Struct(">BBHHBHHBB")  # position, number, resolutions, impression, width, height, field length, count
_NO_TIME = b"\xff" * 9
_SIZE_WITH_QUALITY, _SIZE_WITHOUT = 6, 5
_MOST_VIEWS = 1024  # sixteen of each finger are 176
_NBIS_QUALITY = (0x000F, 0)  # NIST, no algorithm
_NBIS_PER_CM = (99, 99)
_LEAST = _REPRESENTATION.size + _VIEW.size + EXTENDED.size


def encode(template: Template, position: Position | None) -> bytes:
    """One plain live-scan representation, taken at an unknown time, without a quality of the whole.

    The standard asks for at least one minutia; a template without any is written with none all the same.
    """
    size_and_endings = _SIZE_WITH_QUALITY << 4  # endings where the valley forks: the standard's first choice
    view = _VIEW.pack(
        number_of(position), 0, PER_CM, PER_CM, 0, template.width, template.height, size_and_endings, len(template)
    )
    body = view + minutiae_of(template, ISO_2011) + EXTENDED.pack(0)
    length = _REPRESENTATION.size + len(body)
    representation = _REPRESENTATION.pack(length, _NO_TIME, 0, 0, 0, 0) + body
    return MARK + VERSION + _HEADER.pack(_START + _HEADER.size + length, 1, 0) + representation


def fits(data: bytes) -> bool:
    """Whether the lengths in the bytes are those of such a record; ANSI INCITS 378-2009 has the same version."""
    if len(data) < _START + _HEADER.size:
        return False
    length, count, _certificates = _HEADER.unpack_from(data, _START)
    at = _START + _HEADER.size
    for _ in range(count):
        if len(data) - at < _LEAST:
            return False
        at += max(_LEAST, _LENGTH.unpack_from(data, at)[0])
    return bool(length == len(data) == at)


def decode(data: bytes, dpi: int | None) -> list[View]:
    """Every view of a record that `fits`. Raises `InvalidInput`."""
    cursor = Cursor(data, _START)
    _length, count, certificates = cursor.take(_HEADER)
    if certificates > 1:
        raise InvalidInput("template-record.unknown-flag", hint="give-a-whole-template", flag=certificates)
    if count > _MOST_VIEWS:
        raise InvalidInput("template-record.too-many-views", hint="give-a-whole-template", count=count)
    return [_representation(cursor, bool(certificates), dpi) for _ in range(count)]


def _representation(cursor: Cursor, certified: bool, dpi: int | None) -> View:
    start = cursor.at
    length, time, _technology, _vendor, _device, count = cursor.take(_REPRESENTATION)
    qualities = [cursor.take(_QUALITY) for _ in range(count)]
    if certified:
        (certificates,) = cursor.take(_COUNT)
        cursor.skip_certificates(certificates, _CERTIFICATE_SIZE)
    position, _number, *per_cm, impression, width, height, size_and_endings, count = cursor.take(_VIEW)
    if tuple(per_cm) == _NBIS_PER_CM and time == _NO_TIME and [owner for _, *owner in qualities] == [[*_NBIS_QUALITY]]:
        per_cm = [0, 0]
    size = size_and_endings >> 4
    if size not in (_SIZE_WITH_QUALITY, _SIZE_WITHOUT):
        raise InvalidInput("template-record.wrong-minutia-size", hint="give-a-whole-template", count=size)
    minutiae = cursor.minutiae(count, with_quality=size == _SIZE_WITH_QUALITY)
    template = template_of(minutiae, Frame(width, height, *per_cm), ISO_2011, dpi)
    cursor.skip_extended()
    if cursor.at - start != length:
        raise InvalidInput(
            "template-record.other-view-length",
            hint="give-a-whole-template",
            stated=length,
            length=cursor.at - start,
        )
    quality = next((score for score, *_ in qualities if quality_of(score) is not None), None)
    return View(position_of(position), impression, quality, template)
