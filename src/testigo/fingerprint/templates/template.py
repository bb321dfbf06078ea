"""Templates: the minutiae of one impression, in the units of ISO/IEC 19794-2:2005."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from testigo.errors import InvalidInput
from testigo.words import Value

MOST_MINUTIAE = 255
LONGEST_SIDE = (1 << 14) - 1  # coordinates have 14 bits
ANGLE_STEPS = 256
BEST_QUALITY = 100


class Kind(IntEnum):
    """What a minutia is, by the numbers of the standard."""

    OTHER = 0
    ENDING = 1
    BIFURCATION = 2


HIGHEST_KIND = int(max(Kind))


@dataclass(frozen=True, eq=False)
class Template:
    """The minutiae of one impression. `width`, `height`: the image's, in pixels at 500 dpi (197 per centimetre).

    Arrays of one length, at most 255, read-only:
    `x`, `y` uint16: pixels from the top left corner, y down; `angle` uint8: where the ridge of an ending runs to,
    counter-clockwise from the x axis in 256ths of a turn; `kind` uint8: a `Kind`; `quality` uint8: 1 to 100, 0 unknown.
    Raises `InvalidInput` where any of this does not hold.
    """

    width: int
    height: int
    x: NDArray[np.uint16]
    y: NDArray[np.uint16]
    angle: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if not (1 <= self.width <= LONGEST_SIDE and 1 <= self.height <= LONGEST_SIDE):
            raise _invalid("template.wrong-size", width=self.width, height=self.height)
        limits = (
            ("x", self.width - 1, np.uint16),
            ("y", self.height - 1, np.uint16),
            ("angle", ANGLE_STEPS - 1, np.uint8),
            ("kind", HIGHEST_KIND, np.uint8),
            ("quality", BEST_QUALITY, np.uint8),
        )
        for name, most, dtype in limits:
            object.__setattr__(self, name, _checked(getattr(self, name), name, most, dtype))
        if len({len(getattr(self, name)) for name, _, _ in limits}) > 1:
            raise _invalid("template.lengths-differ")

    def __len__(self) -> int:
        return len(self.x)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self._everything() == other._everything()

    def __hash__(self) -> int:
        return hash(self._everything())

    def _everything(self) -> tuple[int | bytes, ...]:
        columns = (self.x, self.y, self.angle, self.kind, self.quality)
        return (self.width, self.height, *(column.tobytes() for column in columns))

    @property
    def radians(self) -> NDArray[np.float64]:
        """The angles in radians, 0 to 2π."""
        return self.angle.astype(np.float64) * (2 * np.pi / ANGLE_STEPS)


def _checked(values: ArrayLike, name: str, most: int, dtype: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    array = np.asarray(values)
    if array.ndim != 1 or len(array) > MOST_MINUTIAE:
        raise _invalid("template.no-plain-list", most=MOST_MINUTIAE)
    if array.size and not _whole_numbers(array, most):
        raise _invalid("template.wrong-value", field=name, most=most)
    kept = array.astype(dtype)
    kept.flags.writeable = False
    return kept


def _whole_numbers(array: NDArray[np.generic], most: int) -> bool:
    """Whether these are whole numbers from 0 to `most`. Templates are read by the million: no look too many."""
    if array.dtype.kind == "u":
        return (array.dtype.itemsize == 1 and most >= 0xFF) or bool(array.max() <= most)
    return array.dtype.kind == "i" and bool(array.min() >= 0 and array.max() <= most)


def _invalid(code: str, **values: Value) -> InvalidInput:
    return InvalidInput(code, place="", hint="extract-it-again", **values)
