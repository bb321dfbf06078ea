"""Scribbles: fine lines close together, such as a zigzag or a wavy line by a hard pencil through a name.

No piece of them is straight for long enough to be a stroke (`scan.strokes`). Counted is all that is darker than the
paper around it within a millimetre, on dots that should be white, in windows of 4 and 6 mm. The rings of cups are too
wide to count for much, and a fold alone is too little. Where letters stand beside their place, as on crumpled paper,
ink is missing on one side that is too much on the other, so what is missing there is taken off.
"""

import cv2
import numpy as np

from testigo.scan.planes import Plane, window_mean

_FINE, _PAPER = 1.0, 4.0
"""Standard deviations, in dots, of what is a line's width and of the paper around it."""

_LEAST, _MOST = 0.03, 0.3
"""Darkness that counts, in units (`strokes.unit_of`), and in ink."""

_NOISY = 1.5
"""Standard deviations of the picture's noise that count for nothing."""

_TAKEN_OFF, _MUCH = 0.5, 3.0
"""How much of the ink that is missing is taken off, of what is so many times as much as counts at all."""

_WINDOWS = ((33, 7.5), (49, 11.0))
"""Dots of a window's side, and how many squared dots of a unit are too much."""


def find_scribble(ink: Plane, white: Plane, missing: Plane, unit: float, noise: float) -> tuple[int, int] | None:
    """Where most of a scribble is (dots from the left and from the top), or None. `missing`: ink that the print leads
    to expect and that is not there; `noise`: the standard deviation of a white dot; the others as in `strokes`."""
    fine = (_among_white(ink, white, _FINE) - _among_white(ink, white, _PAPER)) * white
    least = np.float32(max(_LEAST * unit, _NOISY * noise))
    dark = np.clip(fine - least, 0, np.float32(_MOST)) - _TAKEN_OFF * np.clip(missing - _MUCH * least, 0, _MOST)
    dark = np.asarray(dark, np.float32)
    for side, most in _WINDOWS:
        total = window_mean(dark, side)
        down, across = np.unravel_index(int(total.argmax()), total.shape)
        if total[down, across] * side * side > most * unit:
            return int(across), int(down)
    return None


def _among_white(ink: Plane, white: Plane, deviation: float) -> Plane:
    """The mean ink of white dots, near ones weighing most."""
    some = cv2.GaussianBlur(white, (0, 0), deviation) + np.float32(0.05)
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), deviation) / some, np.float32)
