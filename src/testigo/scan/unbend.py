"""Sheets that roll up or wave: where on the picture each dot of the print stands.

Paper that bends up and down along its length keeps its width, so lines of print stay lines and only stand nearer
together or farther apart than they should. How dark the sheet is in each row of dots, in a few columns, is brought to
what its print leads to expect, by the cheapest path that neither jumps nor folds back (dynamic programming, as
Sakoe and Chiba 1978 align words in speech). Then each strip of the sheet is followed from the top to the bottom:
paper that is lifted looks wider, and beside its place; so two ends of each strip are sought, and between them all is
in proportion.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import Plane, sample, shrink, soften
from testigo.scan.sheets import MARGIN

_STEP = 2
"""Dots a step of the path."""

_REACH = 36
"""Steps that a row may stand off its place."""

_BANDS = 6
_CHANGE = 0.03
"""What a step nearer or farther costs, in squared darkness summed over the bands."""

UNBENT_MARGIN = 72
"""Dots around a flattened sheet that is unbent: lifted paper stands so far beside its place."""


class Unbent(msgspec.Struct, frozen=True):
    """A sheet without its bend, with `MARGIN` dots around. `columns`, `rows`: where on the flattened sheet each dot
    is; `shift`: how far each row of dots stood from where it should, down or aside."""

    columns: Any
    rows: Any
    shift: Any

    def of(self, plane: Plane) -> Plane:
        """What that plane of the flattened sheet has at each dot."""
        return sample(plane, self.columns, self.rows, outside="edge")

    def gain(self, flat: Ink, print_: Ink) -> float:
        """By how much the correlation with the print is higher than that of the sheet as it was."""
        before, after = (
            float(correlate(shrink(_inside(seen, edge, print_), 2), shrink(_inside(print_, 0, print_), 2))[0, 0])
            for seen, edge in ((flat, UNBENT_MARGIN), (self.of(flat), MARGIN))
        )
        return after - before


def _inside(ink: Ink, edge: int, print_: Ink) -> Ink:
    return np.ascontiguousarray(ink[edge : edge + len(print_), edge : edge + print_.shape[1]])


def unbend(flat: Ink, print_: Ink, known: Plane | None = None) -> Unbent:
    """How a sheet is bent; `flat` has `UNBENT_MARGIN` dots around. `print_`: what is expected; words that are not known
    may be the mean of those that might stand there. `known`: how surely each row of dots is as expected, 0 to 1."""
    edge = UNBENT_MARGIN
    height, width = min(len(print_), len(flat) - 2 * edge), print_.shape[1]
    print_, known = print_[:height], np.ones(height, np.float32) if known is None else known[:height]
    down = _shift_of_rows(flat[edge : edge + height, edge : edge + width], print_, known)
    wide = np.arange(-edge, width + edge, dtype=np.float32)
    rows = np.arange(height, dtype=np.float32) + down + edge
    straight = sample(flat, *np.meshgrid(wide + edge, rows), outside="edge")
    ends = _smoothed(_followed(straight, print_), height)
    return _maps(ends, down, (height, width))


def _maps(ends: Plane, down: Plane, shape: tuple[int, int]) -> Unbent:
    """`ends`: for each row of dots how far its left and right end are to the right, and lower."""
    height, width = shape
    around = np.clip(np.arange(-MARGIN, height + MARGIN), 0, height - 1)
    part = np.arange(-MARGIN, width + MARGIN, dtype=np.float32)[None, :] / width
    aside, lower = (ends[around, left, None] * (1 - part) + ends[around, left + 1, None] * part for left in (0, 2))
    columns = part * width + UNBENT_MARGIN + aside
    rows = np.arange(-MARGIN, height + MARGIN, dtype=np.float32)[:, None] + UNBENT_MARGIN + down[around, None] + lower
    shift = np.maximum(np.abs(down), np.abs(ends).max(axis=1))
    return Unbent(columns.astype(np.float32), rows.astype(np.float32), shift)


_STRIP, _EVERY = 72, 40
"""Dots of a strip's height, and from one to the next."""

_THIRDS = 3
_ASIDE, _DOWN = 14, 8
"""Dots that a third of a strip may be off where the strip above leads to expect it."""

_LEAST_EDGES = 25.0
"""Edges of print that a third has at least, else it is not looked for: steps from dot to dot, summed."""

_FOUND, _AS_ABOVE = 0.45, 0.15
"""Least correlation of a third; and how much it counts that a strip is like the one above, where 1 is a third that is
found for certain."""


def _followed(straight: Ink, print_: Ink) -> Plane:
    """For each strip how far its left and right end are to the right, and lower."""
    height, width = print_.shape
    ends, found = np.zeros(4), []
    for top in range(0, max(height - _STRIP, 0) + 1, _EVERY):
        seen = []
        for left in range(0, width, width // _THIRDS):
            pattern = print_[top : top + _STRIP, left : left + width // _THIRDS]
            part = (left + width / _THIRDS / 2) / width
            expected = np.array([1 - part, part]) @ ends.reshape(2, 2).T
            third = _third(straight, pattern, (left + float(expected[0]), top + float(expected[1])))
            if third is not None:
                seen.append((part, third[0], expected + third[1:]))
        ends = _fitted(seen, ends)
        found.append(ends)
    return np.array(found, np.float32)


def _third(straight: Ink, pattern: Ink, place: tuple[float, float]) -> tuple[float, float, float] | None:
    """How surely a third of a strip is found, and how far from that place, right and lower."""
    if np.abs(np.diff(pattern, axis=1)).sum() < _LEAST_EDGES:
        return None
    x, y = round(place[0]) + UNBENT_MARGIN - _ASIDE, round(place[1]) - _DOWN
    top = max(y, 0)
    around = straight[top : y + len(pattern) + 2 * _DOWN, max(x, 0) : x + pattern.shape[1] + 2 * _ASIDE]
    if around.shape[1] != pattern.shape[1] + 2 * _ASIDE or len(around) < len(pattern):
        return None
    score, (across, down) = highest(correlate(around, pattern))
    if score < _FOUND:
        return None
    return score * score, x + across - UNBENT_MARGIN - place[0], top + down - place[1]


def _fitted(seen: list[tuple[float, float, NDArray[np.float64]]], above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both ends' shifts that suit the thirds best and are like those of the strip above (least squares)."""
    matrix = np.eye(2) * _AS_ABOVE
    wanted = above.reshape(2, 2).T * _AS_ABOVE
    for part, weight, (aside, down) in seen:
        where = np.array([1 - part, part])
        matrix += weight * np.outer(where, where)
        wanted += weight * np.outer(where, (aside, down))
    return np.asarray(np.linalg.solve(matrix, wanted).T.ravel(), np.float64)


def _smoothed(strips: Plane, height: int) -> Plane:
    """The strips' shifts at each row of dots."""
    middles = np.arange(len(strips)) * _EVERY + _STRIP / 2
    each = [np.interp(np.arange(height), middles, column).astype(np.float32)[:, None] for column in strips.T]
    return np.concatenate([soften(column, _SMOOTH) for column in each], axis=1)


_SMOOTH = 20.0
"""Dots: about half the way between strips."""


def _shift_of_rows(seen: Ink, print_: Ink, known: Plane) -> Plane:
    """For each row of dots how much lower it stands than it should."""
    there, expected = _profile(seen), _profile(print_)
    path = _cheapest(there, expected, known[_STEP // 2 :: _STEP][: len(expected)])
    rows = np.arange(len(print_), dtype=np.float32)
    steps = np.interp(rows, np.arange(len(path)) * _STEP + (_STEP - 1) / 2, path * _STEP).astype(np.float32)
    return soften(np.ascontiguousarray(steps[:, None]), 9.0)[:, 0]


def _profile(ink: Ink) -> NDArray[np.float32]:
    """Darkness of each step in each band, of like contrast."""
    rows = len(ink) // _STEP
    steps = ink[: rows * _STEP].reshape(rows, _STEP, ink.shape[1]).mean(axis=1)
    bands = np.stack([part.mean(axis=1) for part in np.array_split(steps, _BANDS, axis=1)], axis=1)
    return np.asarray(bands / max(float(bands.std()), 1e-3) / 3, np.float32)


def _cheapest(there: NDArray[np.float32], expected: NDArray[np.float32], known: Plane) -> NDArray[np.int64]:
    """For each step the shift of the cheapest path; both ends stand where the marks are."""
    count, shifts = len(expected), np.arange(-_REACH, _REACH + 1)
    places = np.clip(np.arange(count)[:, None] + shifts[None, :], 0, len(there) - 1)
    cost = ((there[places] - expected[:, None, :]) ** 2).sum(axis=2) * known[:, None]
    too_far = np.abs(shifts) > np.minimum(np.arange(count), count - 1 - np.arange(count))[:, None] // 2 + 1
    cost = np.where(too_far, 1e3, cost)
    total, came = cost[0], np.zeros((count, len(shifts)), np.int64)
    for step in range(1, count):
        stay, near, far = total, np.r_[np.inf, total[:-1]] + _CHANGE, np.r_[total[1:], np.inf] + _CHANGE
        choice = np.stack([near, stay, far])
        came[step] = choice.argmin(axis=0) - 1
        total = choice.min(axis=0) + cost[step]
    at = int(total.argmin())
    path = np.zeros(count, np.int64)
    for step in range(count - 1, -1, -1):
        path[step] = shifts[at]
        at += int(came[step][at])
    return path
