"""What the four standards for finger minutiae records share: six bytes a minutia, and the way to 500 dpi.

A minutia is its type (2 bits) and x (14), 2 reserved bits and y (14), an angle and a quality: ISO/IEC 19794-2:2005,
7.5.2; ANSI INCITS 378-2004, 6.5.2. The standards differ in headers, in the unit of angles and in what says
"quality unknown". Bytes are read strictly from the front: nothing is allocated from a length or count field before the
bytes it speaks of are known to be there.
"""

import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.parameters import IMAGE
from testigo.fingerprint.position import Position
from testigo.fingerprint.templates.template import ANGLE_STEPS, BEST_QUALITY, HIGHEST_KIND, LONGEST_SIDE, Template
from testigo.words import Value

MARK = b"FMR\x00"
MOST_BYTES = 1 << 20  # sixteen views of ten fingers, 255 minutiae each, need a quarter of it
PER_CM = 197  # pixels per centimetre at 500 dpi (196.85), as all writers round it
EXTENDED = struct.Struct(">H")  # length of what follows the minutiae: ridge counts, cores and deltas, vendors' own

_SAME_PER_CM = (196, 197)
_LEAST_PER_CM = 99  # the standards' lowest
_MOST_PER_CM = 788  # 2000 dpi
_ISO_ANGLES = ANGLE_STEPS
_ANSI_ANGLES = 180  # two degrees each

_MINUTIA = np.dtype([("kind_x", ">u2"), ("y", ">u2"), ("angle", "u1"), ("quality", "u1")])
_MINUTIA_WITHOUT_QUALITY = np.dtype([("kind_x", ">u2"), ("y", ">u2"), ("angle", "u1")])
_PLACE = np.uint16(LONGEST_SIDE)  # the bits of a coordinate
_NOT_REPORTED = 254  # and 255: reporting failed; from the 2009 and 2011 editions on


@dataclass(frozen=True)
class View:
    """One impression in a record.

    `position`: the finger, `None` if the record does not know; `impression`: how it was taken, by the standard's
    number (0: plain, live); `quality`: of the impression, 0 to 100, `None` if not stated; `template`: at 500 dpi.
    """

    position: Position | None
    impression: int
    quality: int | None
    template: Template


class Dialect(NamedTuple):
    """How a standard writes what its six bytes leave open.

    `angles`: steps a turn; `zero_is_unknown`: whether quality 0 says "not reported" (2004, 2005) or "the worst" (2009,
    2011, which have 254 for the other); `best_quality`: the number of the best.
    """

    angles: int
    zero_is_unknown: bool
    best_quality: int = BEST_QUALITY


ISO_2005 = Dialect(_ISO_ANGLES, zero_is_unknown=True)
ISO_2011 = Dialect(_ISO_ANGLES, zero_is_unknown=False)
ANSI_2004 = Dialect(_ANSI_ANGLES, zero_is_unknown=True)
ANSI_2009 = Dialect(_ANSI_ANGLES, zero_is_unknown=False)


class Frame(NamedTuple):
    """The image that minutiae lie in, as the record says it: pixels, and pixels per centimetre (0: not stated)."""

    width: int
    height: int
    across: int
    down: int


class Cursor:
    """Reads a record from its front and refuses, in a sentence, to read beyond its end."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        self.data = data
        self.at = start

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, layout: struct.Struct) -> tuple[Any, ...]:
        """The fields of the layout."""
        return layout.unpack_from(self.data, self._over("template-record.too-short", layout.size))

    def skip_certificates(self, count: int, size: int) -> None:
        """Leave certificates unread, each of `size` bytes."""
        self._over("template-record.certificates-cut-off", count * size)

    def minutiae(self, count: int, *, with_quality: bool = True) -> NDArray[np.void]:
        """The next `count` minutiae, in place."""
        kind = _MINUTIA if with_quality else _MINUTIA_WITHOUT_QUALITY
        start = self._over("template-record.minutiae-cut-off", count * kind.itemsize, count=count)
        return np.frombuffer(self.data, kind, count, start)

    def skip_extended(self) -> None:
        """Pass over the extended data of a view, whose length is checked."""
        (length,) = self.take(EXTENDED)
        self._over("template-record.extended-data-cut-off", length)

    def _over(self, code: str, length: int, **values: Value) -> int:
        start = self.at
        if length > self.left:
            raise InvalidInput(code, place="", hint="give-a-whole-template", **values)
        self.at += length
        return start


def position_of(number: int) -> Position | None:
    """The finger of that number; raises `InvalidInput` for what is not one finger."""
    if number > Position.LEFT_LITTLE:
        raise InvalidInput("template-record.unknown-finger", hint="give-a-whole-template", number=number)
    return Position(number) if number else None


def quality_of(number: int) -> int | None:
    """The quality of a view, 0 to 100, or `None` where none is stated."""
    return number if number <= BEST_QUALITY else None


def template_of(minutiae: NDArray[np.void], frame: Frame, dialect: Dialect, dpi: int | None) -> Template:
    """The minutiae of one view as a template at 500 dpi. `dpi` overrules the record's resolution.

    Raises `InvalidInput` where a field is not one of the standard's.
    """
    if not (1 <= frame.width <= LONGEST_SIDE and 1 <= frame.height <= LONGEST_SIDE):
        width, height = frame.width, frame.height
        raise InvalidInput("template-record.wrong-size", hint="give-a-whole-template", width=width, height=height)
    x: NDArray[np.uint16] = minutiae["kind_x"] & _PLACE
    y: NDArray[np.uint16] = minutiae["y"] & _PLACE
    if len(minutiae) and (x.max() >= frame.width or y.max() >= frame.height):
        raise InvalidInput("template-record.minutia-outside", hint="give-a-whole-template")
    across, down = _scales(frame, dpi)
    (width, x), (height, y) = _scaled(frame.width, x, across), _scaled(frame.height, y, down)
    if max(width, height) > LONGEST_SIDE:
        raise InvalidInput("template-record.image-too-large", hint="give-a-whole-template")
    return Template(
        width,
        height,
        x,
        y,
        _angles(minutiae["angle"], dialect.angles),
        _kinds(minutiae["kind_x"]),
        _qualities(minutiae, dialect),
    )


def minutiae_of(template: Template, dialect: Dialect) -> bytes:
    """The minutiae as the standard writes them. Only angles can lose anything, and only where a step is two degrees."""
    minutiae = np.empty(len(template), _MINUTIA)
    minutiae["kind_x"] = (template.kind.astype(np.uint16) << 14) | template.x
    minutiae["y"] = template.y
    minutiae["angle"] = np.rint(template.angle * (dialect.angles / ANGLE_STEPS))  # 255 is 179.3 of 180: never a turn
    unknown = 0 if dialect.zero_is_unknown else _NOT_REPORTED
    minutiae["quality"] = np.where(template.quality == 0, unknown, template.quality)
    return minutiae.tobytes()


def mean_quality(template: Template) -> int:
    """What a view says of its own quality: the mean of its minutiae's, for want of the image."""
    return round(float(template.quality.mean())) if len(template) else 0


def number_of(position: Position | None) -> int:
    return 0 if position is None else int(position)


def _scales(frame: Frame, dpi: int | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """Across and down: (to, from), by which a coordinate of the record becomes one at 500 dpi."""
    if dpi is not None:
        return (IMAGE.usual_dpi, dpi), (IMAGE.usual_dpi, dpi)
    across, down = frame.across or PER_CM, frame.down or PER_CM
    if not (_LEAST_PER_CM <= across <= _MOST_PER_CM and _LEAST_PER_CM <= down <= _MOST_PER_CM):
        raise InvalidInput("template-record.wrong-resolution", hint="give-a-whole-template", across=across, down=down)
    return _scale(across), _scale(down)


def _scale(per_cm: int) -> tuple[int, int]:
    return (1, 1) if per_cm in _SAME_PER_CM else (PER_CM, per_cm)


def _scaled(side: int, places: NDArray[np.uint16], scale: tuple[int, int]) -> tuple[int, NDArray[np.uint16]]:
    """A side and the places along it, at 500 dpi."""
    to, from_ = scale
    if to == from_:
        return side, places
    longer = max(1, side * to // from_)
    moved = np.minimum(places.astype(np.int64) * to // from_, min(longer, LONGEST_SIDE) - 1)
    return longer, moved.astype(np.uint16)


def _angles(steps: NDArray[np.uint8], in_a_turn: int) -> NDArray[np.uint8]:
    if in_a_turn == ANGLE_STEPS:
        return steps
    if steps.size and steps.max() >= in_a_turn:
        raise InvalidInput("template-record.wrong-angle", hint="give-a-whole-template")
    ours: NDArray[np.float64] = np.rint(steps * (ANGLE_STEPS / in_a_turn)) % ANGLE_STEPS
    return ours.astype(np.uint8)


def _kinds(kinds_and_x: NDArray[np.uint16]) -> NDArray[np.uint8]:
    kinds = (kinds_and_x >> 14).astype(np.uint8)
    if kinds.size and kinds.max() > HIGHEST_KIND:
        raise InvalidInput("template-record.unknown-type", hint="give-a-whole-template")
    return kinds


def _qualities(minutiae: NDArray[np.void], dialect: Dialect) -> NDArray[np.uint8]:
    if "quality" not in (minutiae.dtype.names or ()):
        return np.zeros(len(minutiae), np.uint8)
    stated: NDArray[np.uint8] = minutiae["quality"]
    if dialect.best_quality != BEST_QUALITY:
        scaled: NDArray[np.uint8] = np.rint(stated * (BEST_QUALITY / dialect.best_quality)).astype(np.uint8)
        return scaled
    unknown = stated >= _NOT_REPORTED  # 0 in a template, where the worst is 1
    ours: NDArray[np.uint8] = np.where(unknown, 0, stated if dialect.zero_is_unknown else np.maximum(stated, 1))
    if ours.size and ours.max() > BEST_QUALITY:
        raise InvalidInput("template-record.wrong-quality", hint="give-a-whole-template")
    return ours
