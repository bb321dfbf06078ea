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

_DARKER, _DARKER_ON_ONE_SIDE = 0.034, 0.08
"""Least darkness of every cell of a band against what is above and below, in parts of full black; yellow ink leaves
0.04 to 0.1. And where on one side there is only print."""

_LIGHTER = 0.02
"""How much lighter than expected paper counts at most: print that is gone makes no band of the paper between."""

_KNOWN, _KNOWN_BESIDE = 9, (3, 4)
"""Cells of a band that must have paper in them, of fifteen; and of the five on each side, or on the only one."""

_EVEN = 0.6
"""The lightest cell of a band against its mean."""

_SURE = 5.0
"""Times that a cell must be darker than noise makes a cell."""


def find_band(darker: Plane, white: Plane) -> tuple[int, int] | None:
    """Where a band is (dots from the left and from the top), or None. `darker`: ink above the expected; `white`: how
    surely each dot should be white."""
    darker = np.maximum(darker, np.float32(-_LIGHTER))
    cells, known = _cells(darker, white)
    sure = _SURE * _noise(darker, white)
    best, at = np.float32(0), (0, 0)
    for height in _HEIGHTS:
        score = _bands(cells, known, height, sure)
        if score.max() > best:
            best = score.max()
            down, across = np.unravel_index(int(score.argmax()), score.shape)
            at = (2 * int(across), 2 * int(down))
    return at if best > 0 else None


def _bands(cells: Plane, known: NDArray[np.bool_], height: int, sure: float) -> Plane:
    """By how much a band of that height around each dot is darker than what is beside it; 0 where there is none."""
    inside = [(down, across) for down in (_EDGE - height // 2, 0, height // 2 - _EDGE) for across in _LENGTH]
    above, below = ([(side * (height // 2 + _EDGE), across) for across in _LENGTH] for side in (-1, 1))
    mean, lightest, count = _over(cells, known, inside, np.minimum)
    (_, over, over_count), (_, under, under_count) = (_over(cells, known, side, np.maximum) for side in (above, below))
    some, most = _KNOWN_BESIDE
    score = np.zeros_like(cells)
    for beside, asked, least in (
        (np.maximum(over, under), (over_count >= some) & (under_count >= some), _DARKER),
        (over, (over_count >= most) & (under_count < some), _DARKER_ON_ONE_SIDE),
        (under, (under_count >= most) & (over_count < some), _DARKER_ON_ONE_SIDE),
    ):
        clear = lightest - beside
        band = asked & (count >= _KNOWN) & (clear > max(least, sure)) & (clear > _EVEN * (mean - beside))
        score = np.maximum(score, np.where(band, clear, np.float32(0)))
    return score


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
