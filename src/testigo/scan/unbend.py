"""Sheets that roll up or wave: where along the sheet each line of its print stands, found without knowing the words.

Paper that bends up and down along its length keeps its width, so lines of print stay lines and only stand nearer
together or farther apart than they should. How dark the sheet is in each row of dots, in a few columns, is brought to
what its print leads to expect, by the cheapest path that neither jumps nor folds back (dynamic programming, as
Sakoe and Chiba 1978 align words in speech). Then the one number is sought by which lifted paper looks wider in its
middle than at its corner marks.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.scan.ink import Ink, correlate
from testigo.scan.planes import Plane, sample, shrink, soften
from testigo.scan.sheets import MARGIN

_STEP = 2
"""Dots a step of the path."""

_REACH = 36
"""Steps that a row may stand off its place."""

_BANDS = 6
_CHANGE = 0.03
"""What a step nearer or farther costs, in squared darkness summed over the bands."""

_WIDER = np.linspace(-0.06, 0.10, 17)


class Unbent(msgspec.Struct, frozen=True):
    """A sheet without its bend, again with `MARGIN` dots around; `shift`: how much lower each row of dots stood than it
    should."""

    ink: Any
    shift: Any


def unbend(flat: Ink, print_: Ink) -> Unbent:
    """The sheet with its bend along its length taken out. `print_`: what is expected; words that are not known may be
    the mean of those that might stand there."""
    height, width = min(len(print_), len(flat) - 2 * MARGIN), print_.shape[1]
    shift = _shift_of_rows(flat[MARGIN : MARGIN + height, MARGIN : MARGIN + width], print_[:height])
    arch = _arch(height)
    best = max(_WIDER, key=lambda wider: _alike(_sampled(flat, shift, 1 + wider * arch), print_[:height]))
    return Unbent(_sampled(flat, shift, 1 + best * arch), shift)


def _arch(height: int) -> Plane:
    """0 at the marks and 1 half way between them."""
    place = np.linspace(-1, 1, height, dtype=np.float32)
    return 1 - place * place


def _sampled(flat: Ink, shift: Plane, wider: Plane) -> Ink:
    width = flat.shape[1] - 2 * MARGIN
    across = np.arange(-MARGIN, width + MARGIN, dtype=np.float32) - width / 2
    ends = {"mode": "edge"}
    down = np.arange(len(shift) + 2 * MARGIN, dtype=np.float32) + np.pad(shift, MARGIN, **ends)  # type: ignore[call-overload]
    columns = across[None, :] * np.pad(wider, MARGIN, **ends)[:, None] + width / 2 + MARGIN  # type: ignore[call-overload]
    return sample(flat, columns.astype(np.float32), np.repeat(down[:, None], flat.shape[1], axis=1), outside="edge")


def _alike(unbent: Ink, print_: Ink) -> float:
    inner = unbent[MARGIN : MARGIN + len(print_), MARGIN : MARGIN + print_.shape[1]]
    return float(correlate(shrink(inner, 2), shrink(print_, 2))[0, 0])


def _shift_of_rows(seen: Ink, print_: Ink) -> Plane:
    """For each row of dots how much lower it stands than it should."""
    there, expected = _profile(seen), _profile(print_)
    path = _cheapest(there, expected)
    rows = np.arange(len(print_), dtype=np.float32)
    steps = np.interp(rows, np.arange(len(path)) * _STEP + (_STEP - 1) / 2, path * _STEP).astype(np.float32)
    return soften(np.ascontiguousarray(steps[:, None]), 9.0)[:, 0]


def _profile(ink: Ink) -> NDArray[np.float32]:
    """Darkness of each step in each band, of like contrast."""
    rows = len(ink) // _STEP
    steps = ink[: rows * _STEP].reshape(rows, _STEP, ink.shape[1]).mean(axis=1)
    bands = np.stack([part.mean(axis=1) for part in np.array_split(steps, _BANDS, axis=1)], axis=1)
    return np.asarray(bands / max(float(bands.std()), 1e-3) / 3, np.float32)


def _cheapest(there: NDArray[np.float32], expected: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each step the shift of the cheapest path; both ends stand where the marks are."""
    count, shifts = len(expected), np.arange(-_REACH, _REACH + 1)
    places = np.clip(np.arange(count)[:, None] + shifts[None, :], 0, len(there) - 1)
    cost = ((there[places] - expected[:, None, :]) ** 2).sum(axis=2)
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
