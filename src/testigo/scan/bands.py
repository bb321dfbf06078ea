"""Bands that are a little darker than the paper: what a highlighter leaves in a grey picture, or grey correction tape.

A band is 3 to 6 mm high, runs along the lines of print for at least 10 mm, is evenly dark and ends sharply above and
below. So the ring of a cup, a stain, a fold and the edge of a shadow are none. Only dots that should be white are
asked.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.scan.planes import Plane, shrink

_CELL = (3, 8)
"""Rows and columns of a cell at half the size: 0.75 by 2 mm."""

_LENGTH = (-16, -8, 0, 8, 16)
"""Middles of the five cells along a band, at half the size."""

_HEIGHTS = (14, 16, 18, 20, 22, 24)
_EDGE = 3
"""From a band's edge to the middles of the rows of cells inside and outside, at half the size."""

_DARKER = 0.045
"""Least darkness of every cell of a band, in parts of full black; yellow ink leaves 0.07 to 0.1."""

_EVEN = 0.75
"""The lightest cell of a band against its mean."""

_SURE = 5.0
"""Times that a cell must be darker than noise makes a cell."""


def find_band(darker: Plane, white: Plane) -> tuple[int, int] | None:
    """Where a band is (dots from the left and from the top), or None. `darker`: ink above the expected; `white`: how
    surely each dot should be white."""
    cells, known = _cells(darker, white)
    least = np.float32(max(_DARKER, _SURE * _noise(darker, white)))
    best, at = np.float32(0), (0, 0)
    for height in _HEIGHTS:
        inside = [(down, across) for down in (_EDGE - height // 2, 0, height // 2 - _EDGE) for across in _LENGTH]
        above, below = ([(side * (height // 2 + _EDGE), across) for across in _LENGTH] for side in (-1, 1))
        mean, lightest, count = _over(cells, known, inside, np.minimum)
        (_, over, over_count), (_, under, under_count) = (
            _over(cells, known, side, np.maximum) for side in (above, below)
        )
        darkest = np.maximum(over, under)
        clear = lightest - darkest
        asked = (count >= 12) & (over_count >= 3) & (under_count >= 3)
        band = asked & (clear > least) & (clear > _EVEN * (mean - darkest))
        score = np.where(band, clear, 0)
        if score.max() > best:
            best = score.max()
            down, across = np.unravel_index(int(score.argmax()), score.shape)
            at = (2 * int(across), 2 * int(down))
    return at if best > 0 else None


def _cells(darker: Plane, white: Plane) -> tuple[Plane, NDArray[np.bool_]]:
    """The mean darkness of the white dots in the cell around each dot, at half the size, and where there are enough."""
    size = _CELL[::-1]
    dots = cv2.blur(shrink(white, 2), size)
    return cv2.blur(shrink(darker * white, 2), size) / (dots + np.float32(1e-3)), dots > 0.3


def _noise(darker: Plane, white: Plane) -> float:
    """The standard deviation of a cell; neighbouring dots are alike, so it is twice that of dots on their own."""
    some = darker[white > 0.9][::11]
    if not len(some):
        return 1.0
    return 2 * 1.48 * float(np.median(np.abs(some - np.median(some)))) / float(np.sqrt(4 * _CELL[0] * _CELL[1]))


def _over(
    cells: Plane, known: NDArray[np.bool_], shifts: list[tuple[int, int]], extreme: np.ufunc
) -> tuple[Plane, Plane, NDArray[np.int8]]:
    """Over the known ones of cells at those shifts: their mean, the extreme, and how many there are."""
    total, count = np.zeros_like(cells), np.zeros(cells.shape, np.int8)
    worst = np.full_like(cells, 9 if extreme is np.minimum else -9)
    for shift in shifts:
        back = (-shift[0], -shift[1])
        seen, there = np.roll(cells, back, (0, 1)), np.roll(known, back, (0, 1))
        total += np.where(there, seen, np.float32(0))
        count += there.astype(np.int8)
        worst = np.where(there, extreme(worst, seen), worst)
    mean = total / np.maximum(count, 1).astype(np.float32)
    return np.asarray(mean, np.float32), np.asarray(worst, np.float32), count
