"""A flattened sheet laid over its print, dot upon dot, wherever the paper is a little bent.

The sheet is cut into cells. Each cell's print is found again near its place, to a part of a dot; cells that differ from
all around them are passed over, and between the middles of cells the shift is interpolated.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import enlarge_field, sample
from testigo.scan.sheets import MARGIN

_CELL = (64, 72)
"""Dots, down and across."""

_STRIP_REACH, _CELL_REACH = 10, 5
"""Dots that a strip of cells may be off its place, and a cell off its strip."""

_LEAST_EDGES = 25.0
"""A cell must have so much of edges in a direction: a rule says nothing about where it is along itself."""

_ALIKE = 0.5
_OUTLIER = 1.5
"""Dots by which a cell may differ from its neighbours."""

Field = NDArray[np.float32]
"""For each cell the shift across and down, in dots."""


def lay_over(flat: Ink, print_: Ink) -> Ink:
    """The sheet as seen at each dot of the print; `flat` has `MARGIN` dots around."""
    height, width = print_.shape
    field = _field(flat, print_)
    shift = enlarge_field(field, _CELL, (height, width))
    across = np.arange(width, dtype=np.float32)[None, :] + MARGIN + shift[..., 0]
    down = np.arange(height, dtype=np.float32)[:, None] + MARGIN + shift[..., 1]
    return sample(flat, across, down, cubic=True, outside="edge")


def is_off(seen: Ink, print_: Ink, place: tuple[int, int]) -> bool:
    """Whether what is seen around that dot, of a sheet that was laid over its print, is still clearly off its place:
    a crease moves a few letters."""
    (across, down), reach = place, 5
    left, top = max(across - _NEAR, reach), max(down - _NEAR, reach)
    pattern = print_[top : down + _NEAR, left : across + _NEAR]
    around = seen[top - reach : down + _NEAR + reach, left - reach : across + _NEAR + reach]
    if min(_tells(pattern)) == 0 or around.shape != (pattern.shape[0] + 2 * reach, pattern.shape[1] + 2 * reach):
        return False
    scores = correlate(around, pattern)
    score, (right, lower) = highest(scores)
    return max(abs(right - reach), abs(lower - reach)) > 1 and score > float(scores[reach, reach]) + _CLEARLY


_NEAR, _CLEARLY = 24, 0.05


def _field(flat: Ink, print_: Ink) -> Field:
    height, width = print_.shape
    rows, columns = -(-height // _CELL[0]), width // _CELL[1]
    shifts, weights = np.zeros((rows, columns, 2), np.float32), np.zeros((rows, columns, 2), np.float32)
    strip = (0, 0)
    for row in range(rows):
        top, bottom = row * _CELL[0], min((row + 1) * _CELL[0], height)
        strip = _strip_shift(flat, print_[top:bottom], top, strip)
        for column in range(columns):
            left = column * _CELL[1]
            pattern = print_[top:bottom, left : left + _CELL[1]]
            shifts[row, column], weights[row, column] = _cell_shift(flat, pattern, (top, left), strip)
    return _smooth(shifts, weights)


def _strip_shift(flat: Ink, pattern: Ink, top: int, before: tuple[int, int]) -> tuple[int, int]:
    """Where a whole strip is found, at half the size; the strip before says it where there is too little print."""
    reach = _STRIP_REACH
    height, width = pattern.shape
    first = MARGIN + top - reach
    around = flat[first : first + height + 2 * reach, MARGIN - reach : MARGIN + width + reach]
    if not all(_tells(pattern)) or around.shape != (height + 2 * reach, width + 2 * reach):
        return before
    score, found = highest(correlate(around[::2, ::2], pattern[::2, ::2]))
    return (2 * found[0] - reach, 2 * found[1] - reach) if score > 0.4 else before


def _tells(pattern: Ink) -> tuple[float, float]:
    """How well a piece of print says where it is across and down, 0 to 1."""
    if min(pattern.shape) < 20:
        return 0.0, 0.0
    edges = (float(np.abs(np.diff(pattern, axis=axis)).sum()) for axis in (1, 0))
    across, down = (min(each / 60, 1.0) if each > _LEAST_EDGES else 0.0 for each in edges)
    return across, down


def _cell_shift(
    flat: Ink, pattern: Ink, place: tuple[int, int], strip: tuple[int, int]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The cell's shift, and the weights of both its parts."""
    weights, nothing = _tells(pattern), ((0.0, 0.0), (0.0, 0.0))
    height, width = pattern.shape
    top, left = MARGIN + place[0] + strip[1] - _CELL_REACH, MARGIN + place[1] + strip[0] - _CELL_REACH
    around = flat[max(top, 0) : top + height + 2 * _CELL_REACH, max(left, 0) : left + width + 2 * _CELL_REACH]
    if not any(weights) or around.shape != (height + 2 * _CELL_REACH, width + 2 * _CELL_REACH):
        return nothing
    scores = correlate(around, pattern)
    score, (column, row) = highest(scores)
    if score < _ALIKE:
        return nothing
    across = strip[0] + column - _CELL_REACH + _between(scores[row, max(column - 1, 0) : column + 2])
    down = strip[1] + row - _CELL_REACH + _between(scores[max(row - 1, 0) : row + 2, column])
    return (across, down), (weights[0] * score * score, weights[1] * score * score)


def _between(three: NDArray[np.float32]) -> float:
    """How far from the middle of three scores the top of the parabola through them is."""
    if len(three) < 3:
        return 0.0
    before, middle, after = map(float, three)
    bend = before - 2 * middle + after
    return 0.5 * (before - after) / bend if bend < -1e-6 else 0.0


def _smooth(shifts: Field, weights: Field) -> Field:
    """Each cell with its neighbours, and where there are none with those farther away; outliers left out."""
    smooth = shifts
    for _ in range(2):
        near, near_weight = _spread(shifts, weights, 0.9)
        far, far_weight = _spread(shifts, weights, 4.0)
        total = near_weight + np.float32(0.02) * far_weight + np.float32(1e-9)
        smooth = np.asarray((near + np.float32(0.02) * far) / total, np.float32)
        weights = np.where(np.abs(shifts - smooth) > _OUTLIER, np.float32(0), weights)
    return smooth


def _spread(shifts: Field, weights: Field, cells: float) -> tuple[Field, Field]:
    both = np.concatenate([shifts * weights, weights], axis=2)
    blurred = cv2.GaussianBlur(both, (0, 0), cells, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred[..., :2], np.float32), np.asarray(blurred[..., 2:], np.float32)
