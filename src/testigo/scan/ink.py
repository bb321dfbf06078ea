"""Arithmetic on ink: pieces of a flattened sheet as darkness, 0 white paper to 1 black print."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""A grey image: rows × columns, 0 black to 255 white."""

Ink = NDArray[np.float32]
"""The same as ink: rows × columns, 0 paper to 1 print."""


def soften(image: Ink, deviation: float) -> Ink:
    """The image blurred by a Gaussian of that standard deviation, in dots."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), deviation), np.float32)


def window_mean(image: Ink, side: int) -> Ink:
    """The mean of the square window of `side` dots around each dot."""
    return np.asarray(cv2.blur(image, (side, side)), np.float32)


def shrink(image: Ink, times: int) -> Ink:
    """The image at one `times`-th of its size, each dot the mean of those it stands for."""
    size = (image.shape[1] // times, image.shape[0] // times)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def correlate(image: Ink, pattern: Ink) -> Ink:
    """Normalised correlation of a pattern at every place of a larger image; 0 where the image has no contrast."""
    found = cv2.matchTemplate(image, pattern, cv2.TM_CCOEFF_NORMED)
    return np.asarray(np.nan_to_num(found, posinf=0, neginf=0), np.float32)


def highest(scores: Ink) -> tuple[float, tuple[int, int]]:
    """The highest value, and where it is: column and row."""
    _, score, _, (column, row) = cv2.minMaxLoc(scores)
    return float(score), (int(column), int(row))


def sample(image: Ink, columns: Ink, rows: Ink) -> Ink:
    """The image's value at each of those places, between dots in proportion."""
    return np.asarray(cv2.remap(image, columns, rows, cv2.INTER_LINEAR), np.float32)
