"""How blurred a picture of known print is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.scan.ink import Ink
from testigo.scan.planes import Plane

REACH = 3
"""Dots that a filter reaches in each direction."""

_SAMPLES = 7000
_EVEN = 2e-4
"""For each sample: what keeps a filter even where print tells too little."""


def blur_of(seen: Ink, print_: Ink, apart: tuple[slice, slice]) -> Plane:
    """The filter of 7 × 7 dots that makes the print most like the picture (least squares over dots near print). Its sum
    is how dark that leaves black. `apart`: a part of the picture that has no say."""
    near = cv2.dilate(print_, np.ones((9, 9))) > 0.05
    near[apart] = False
    near[:REACH] = near[-REACH:] = near[:, :REACH] = near[:, -REACH:] = False
    rows, columns = np.nonzero(near)
    step = max(len(rows) // _SAMPLES, 1)
    rows, columns = rows[::step], columns[::step]
    return _least_squares(seen, print_, rows, columns)


def _least_squares(seen: Ink, print_: Ink, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Plane:
    taps = [(down, across) for down in range(-REACH, REACH + 1) for across in range(-REACH, REACH + 1)]
    shifted = [print_[rows + down, columns + across] for down, across in taps]
    matrix = np.stack([*shifted, np.ones(len(rows), np.float32), seen[rows, columns]], axis=1)
    # Not by BLAS: its threads cost more than they save.
    squares = np.asarray(cv2.mulTransposed(matrix, True), np.float64)
    squares[np.arange(len(taps)), np.arange(len(taps))] += _EVEN * max(len(rows), 1)
    solved = np.linalg.solve(squares[:-1, :-1] + 1e-9 * np.eye(len(taps) + 1), squares[:-1, -1])
    return np.asarray(solved[:-1].reshape(2 * REACH + 1, -1), np.float32)
