"""Arithmetic on planes: images of float32, rows × columns, of whatever is measured at each pixel.

Blurs mirror a plane at its edges without repeating the edge itself (OpenCV's `BORDER_REFLECT_101`), where nothing else
is said. Coordinates are of pixels' middles: the first is at 0.
"""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def soften(plane: Plane, deviation: float) -> Plane:
    """The plane blurred by a Gaussian of that standard deviation, in pixels."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), deviation), np.float32)


def window_mean(plane: Plane, side: int) -> Plane:
    """The mean of the square window of `side` pixels around each pixel."""
    return np.asarray(cv2.blur(plane, (side, side)), np.float32)


def shrink(plane: Plane, times: int) -> Plane:
    """The plane at one `times`-th of its size, each pixel the mean of those it stands for."""
    size = (plane.shape[1] // times, plane.shape[0] // times)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def enlarge(plane: Plane, shape: tuple[int, int], *, cubic: bool = False) -> Plane:
    """The plane at a larger size, `shape` in rows and columns; between pixels in proportion, or by cubic curves."""
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, shape[::-1], interpolation=how), np.float32)


def enlarge_field(field: Plane, cell: tuple[int, int], shape: tuple[int, int]) -> Plane:
    """Values of the middles of cells (rows × columns × layers), of `cell` pixels down and across, at every pixel of a
    plane of that shape; beyond the outermost middles they stay as they are."""
    places = [
        np.clip((np.arange(size, dtype=np.float32) + 0.5) / step - 0.5, 0, count - 1)
        for size, step, count in zip(shape, cell, field.shape, strict=False)
    ]
    down, across = np.meshgrid(places[0], places[1], indexing="ij")
    return np.asarray(cv2.remap(field, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def sample(
    plane: Plane,
    columns: Plane,
    rows: Plane,
    *,
    cubic: bool = False,
    outside: Literal["mirrored", "edge"] | tuple[float, ...] = (0.0,),
) -> Plane:
    """The plane's value at each of those places, between pixels in proportion or by cubic curves.

    `outside`: what is beyond the edges: the plane `mirrored`, with the edge repeated; the nearest value of its `edge`;
    or one value for each layer of a plane of up to four (rows × columns × layers).
    """
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    if isinstance(outside, tuple):
        found = cv2.remap(plane, columns, rows, how, borderMode=cv2.BORDER_CONSTANT, borderValue=outside)
    else:
        border = cv2.BORDER_REFLECT if outside == "mirrored" else cv2.BORDER_REPLICATE
        found = cv2.remap(plane, columns, rows, how, borderMode=border)
    return np.asarray(found, np.float32)


def convolve(plane: Plane, kernel: Plane) -> Plane:
    """The sum of each pixel's surroundings weighed by the kernel, which is not turned. The plane is mirrored at its
    edges, with the edge repeated."""
    return np.asarray(cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT), np.float32)


def slopes(plane: Plane) -> tuple[Plane, Plane]:
    """How steeply the plane rises to the right and downwards: Sobel's 3 × 3 filters, eight times the rise a pixel."""
    across, down = (cv2.Sobel(plane, cv2.CV_32F, *direction) for direction in ((1, 0), (0, 1)))
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def extremes(plane: Plane, across: int) -> tuple[Plane, Plane]:
    """The lowest and the highest value in the disc around each pixel, `across` pixels wide."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    return np.asarray(cv2.erode(plane, disc), np.float32), np.asarray(cv2.dilate(plane, disc), np.float32)


def draw_line(plane: Plane, points: NDArray[np.float64], value: float, thickness: int) -> None:
    """Write `value` along a line through those points: x and y, taken to a sixteenth of a pixel."""
    fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(plane, [fixed], isClosed=False, color=value, thickness=thickness, lineType=cv2.LINE_8, shift=4)


def draw_dot(plane: Plane, place: tuple[int, int], radius: int, value: float) -> None:
    """Write `value` into a disc around a pixel, x and y."""
    cv2.circle(plane, place, radius, value, -1, cv2.LINE_AA)
