"""Telling two prints apart that differ in a dot or two: ن and ت, an accent, a hyphen.

So small a thing is hidden by noise, by blur, or by print that stands half a dot higher than it should, long before
words are not legible. So the words around it are found again in the photograph; both prints are made as blurred as the
photograph is; and what is seen around the difference is taken apart, by least squares, into what both prints share, a
small shift of it, the paper, and the difference. How much noise there is in the last is measured on the paper around.
"""

from typing import Any

import numpy as np

from testigo.scan.blur import blur_of
from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import convolve, extremes

SMALL = 12.0
"""Squared ink of a difference that is small."""

_AROUND, _REACH = 20, 3
"""Dots around the difference that are found again, and how far from their place."""

_BESIDE = 8
"""Dots around the difference that are taken apart."""

_PLAIN = 0.02

_SURELY, _GRACE = 5.0, 0.6
"""Standard deviations of noise that must lie between what is taken for one print, at the reader's limit of 0.2, and
what the other would give; that is −½, and often only −0.4. Near print there is nearly twice the noise of paper."""


def projection(seen: Ink, winner: Ink, other: Ink) -> float:
    """How much of the difference is seen: ½ if it looks like the winner, −½ if it looks like the other; less where
    noise may have made it, 0 where the prints hardly differ anywhere. `seen` has the contrast of the prints."""
    if float(np.abs(winner - other).max()) <= _PLAIN:
        return 0  # nothing in which the prints differ plainly could be looked for
    rows, columns = _extent(winner - other, _PLAIN)
    kernel = blur_of(seen, np.asarray((winner + other) / 2, np.float32), _wider(rows, columns, 4))
    winner, other = convolve(winner, kernel), convolve(other, kernel)
    difference, middle = winner - other, np.asarray((winner + other) / 2, np.float32)
    rows, columns = _extent(difference, 0.05 * float(np.abs(difference).max()))
    share, filter_ = _taken_apart(seen, middle, difference, (rows, columns))
    size = max(rows.stop - rows.start, columns.stop - columns.start)
    return share - max(_SURELY * _deviation(seen, winner, filter_, size) - _GRACE, 0)


def _extent(difference: Ink, least: float) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(np.abs(difference).max(axis=axis) > least) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _wider(rows: slice, columns: slice, dots: int) -> tuple[slice, slice]:
    return (
        slice(max(rows.start - dots, 0), rows.stop + dots),
        slice(max(columns.start - dots, 0), columns.stop + dots),
    )


_SHIFT = 0.01
"""What keeps a difference that looks like a shift from being taken for one, if all else stands in its place."""


def _taken_apart(seen: Ink, middle: Ink, difference: Ink, extent: tuple[slice, slice]) -> tuple[float, Ink]:
    """How much of the difference is in what is seen around it, in the contrast it has there; and the filter that gives
    that."""
    there = _wider(*extent, _BESIDE)
    piece = _found_again(seen, middle, there, _wider(*extent, _AROUND)).astype(np.float64)
    slopes = np.gradient(middle)
    parts = [np.ones_like(piece), middle[there], slopes[0][there], slopes[1][there], difference[there]]
    matrix = np.stack([part.ravel() for part in parts], axis=1).astype(np.float64)
    squares = matrix.T @ matrix + np.diag([1e-9, 1e-9, _SHIFT, _SHIFT, 1e-9])
    filters = np.linalg.solve(squares, matrix.T)
    _, contrast, _, _, share = filters @ piece.ravel()
    filter_ = filters[-1].reshape(piece.shape) / max(float(contrast), _FAINTEST)
    return float(share) / max(float(contrast), _FAINTEST), np.asarray(filter_, np.float32)


def _found_again(seen: Ink, middle: Ink, there: tuple[slice, slice], around: tuple[slice, slice]) -> Ink:
    """What is seen of `there`, at the place where what both prints share is found `around` it."""
    wide = np.pad(seen, _REACH, mode="edge")
    pattern = np.ascontiguousarray(middle[around])
    top, left = around[0].start, around[1].start
    height, width = pattern.shape
    scores = correlate(wide[top : top + height + 2 * _REACH, left : left + width + 2 * _REACH], pattern)
    _, (across, down) = highest(scores)
    height, width = middle[there].shape
    top, left = there[0].start + down, there[1].start + across
    return np.asarray(wide[top : top + height, left : left + width], np.float32)


_FAINTEST = 0.3
"""Of the usual contrast; fainter words are not taken for darker ones."""


def _deviation(seen: Ink, winner: Ink, filter_: Any, size: int) -> float:
    """The standard deviation of what the filter gives where the paper should be plain; `size`: dots of most of it."""
    _, darkest = extremes(winner, size + 2)
    plain = convolve(seen, filter_)[darkest < _PLAIN]
    return 1.48 * float(np.median(np.abs(plain - np.median(plain)))) if len(plain) else 0.0
