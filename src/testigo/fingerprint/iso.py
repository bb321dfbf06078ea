"""ISO/IEC 19794-2:2005 finger minutiae records, clause 7: one view, minutiae only, as stored and exchanged.

Read strictly: every length is checked against the bytes at hand, and nothing is allocated from a length field.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.template import BEST_QUALITY, LONGEST_SIDE, Kind, Template

_MAGIC = b"FMR\x00 20\x00"  # format identifier and version
_HEADER = struct.Struct(">8sIHHHHHBB")  # …, length, device, width, height, resolutions, views, reserved: table 2
_VIEW = struct.Struct(">BBBB")  # position, view number and impression type, quality, count of minutiae: table 3
_MINUTIA = np.dtype([("kind_x", ">u2"), ("y", ">u2"), ("angle", "u1"), ("quality", "u1")])
_EXTENDED = struct.Struct(">H")

_PER_CM = 197  # 500 dpi
_SAME_PER_CM = (196, 197)  # 500 dpi are 196.85: both are written for it
_LEAST_PER_CM = 99  # the standard's lowest
_MOST_PER_CM = 788  # 2000 dpi
_HIGHEST_POSITION = 10
_MEND = "give a record of ISO/IEC 19794-2:2005 with one finger view"


def encode(template: Template) -> bytes:
    """The record: plain live scan of an unknown finger; the view's quality is the mean of its minutiae."""
    minutiae = np.empty(len(template), _MINUTIA)
    minutiae["kind_x"] = (template.kind.astype(np.uint16) << 14) | template.x
    minutiae["y"] = template.y
    minutiae["angle"] = template.angle
    minutiae["quality"] = template.quality
    mean = round(float(template.quality.mean())) if len(template) else 0
    length = _HEADER.size + _VIEW.size + minutiae.nbytes + _EXTENDED.size
    header = _HEADER.pack(_MAGIC, length, 0, template.width, template.height, _PER_CM, _PER_CM, 1, 0)
    return header + _VIEW.pack(0, 0, mean, len(template)) + minutiae.tobytes() + _EXTENDED.pack(0)


def decode(data: bytes) -> Template:
    """The template in a record; other resolutions are brought to 500 dpi, extended data is checked and left.

    Raises `InvalidInput` for anything that is not exactly one record with exactly one view.
    """
    start = _HEADER.size + _VIEW.size
    if len(data) < start + _EXTENDED.size:
        raise _invalid("it is too short")
    magic, length, _device, width, height, across, down, views, _reserved = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise _invalid("it does not begin with the standard's mark and version")
    if length != len(data):
        raise _invalid(f"it states {length} bytes and has {len(data)}")
    if views != 1:
        raise _invalid(f"it has {views} finger views")
    if not (_LEAST_PER_CM <= across <= _MOST_PER_CM and _LEAST_PER_CM <= down <= _MOST_PER_CM):
        raise _invalid(f"its resolution is {across} × {down} pixels per centimetre")
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE):
        raise _invalid(f"its image has {width} × {height} pixels")
    position, _view_and_type, _quality, count = _VIEW.unpack_from(data, _HEADER.size)
    if position > _HIGHEST_POSITION:
        raise _invalid(f"its finger position is {position}")
    end = start + count * _MINUTIA.itemsize
    if end + _EXTENDED.size > len(data):
        raise _invalid(f"it states {count} minutiae and is too short for them")
    if _EXTENDED.unpack_from(data, end)[0] != len(data) - end - _EXTENDED.size:
        raise _invalid("its extended data is not as long as stated")
    return _template(np.frombuffer(data, _MINUTIA, count, start), width, height, across, down)


def _template(minutiae: NDArray[np.void], width: int, height: int, across: int, down: int) -> Template:
    x = (minutiae["kind_x"] & LONGEST_SIDE).astype(np.int64)
    y = (minutiae["y"] & LONGEST_SIDE).astype(np.int64)
    kind = minutiae["kind_x"] >> 14
    if len(minutiae) and (x.max() >= width or y.max() >= height):
        raise _invalid("a minutia lies outside its image")
    if len(minutiae) and (kind.max() > max(Kind) or minutiae["quality"].max() > BEST_QUALITY):
        raise _invalid("a minutia's type or quality is not one of the standard's")
    if across not in _SAME_PER_CM:
        x, width = x * _PER_CM // across, max(1, width * _PER_CM // across)
        x = np.minimum(x, width - 1)
    if down not in _SAME_PER_CM:
        y, height = y * _PER_CM // down, max(1, height * _PER_CM // down)
        y = np.minimum(y, height - 1)
    if max(width, height) > LONGEST_SIDE:
        raise _invalid("its image is too large at 500 dpi")
    kinds = kind.astype(np.uint8)
    return Template(
        width, height, x.astype(np.uint16), y.astype(np.uint16), minutiae["angle"], kinds, minutiae["quality"]
    )


def _invalid(problem: str) -> InvalidInput:
    return InvalidInput(f"this is no fingerprint template that can be read: {problem}", mend=_MEND)
