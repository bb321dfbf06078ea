"""Arithmetic on ink: pieces of a flattened sheet as darkness, 0 white paper to 1 black print."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""A grey image: rows × columns, 0 black to 255 white."""

Colours = NDArray[np.uint8]
"""A coloured image: rows × columns × red, green, blue."""

Ink = NDArray[np.float32]
"""The same as ink: rows × columns, 0 paper to 1 print."""


def correlate(image: Ink, pattern: Ink) -> Ink:
    """Normalised correlation of a pattern at every place of a larger image; 0 where the image has no contrast."""
    found = cv2.matchTemplate(image, pattern, cv2.TM_CCOEFF_NORMED)
    return np.asarray(np.nan_to_num(found, posinf=0, neginf=0), np.float32)


def highest(scores: Ink) -> tuple[float, tuple[int, int]]:
    """The highest value, and where it is: column and row."""
    _, score, _, (column, row) = cv2.minMaxLoc(scores)
    return float(score), (int(column), int(row))
