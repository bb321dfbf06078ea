"""What all of the matcher's machine code works with: points, angles and hulls.

Coordinates are mathematical: x to the right, y *up*, pixels at 500 dpi; angles counter-clockwise in radians.
`points` is float32 (7, n), sorted by x, then y: x, y, angle, kind (1 ending, 0 bifurcation, 0.5 unknown), quality 0..1,
cosine and sine of the angle.
`codes` is uint64 (4, n): each column a minutia's descriptor (`descriptor`).
"""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

TURN = 2 * math.pi
ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_COSINES = np.cos(np.arange(256) * (TURN / 256))
_SINES = np.sin(np.arange(256) * (TURN / 256))
_UNKNOWN_QUALITY = 0.7  # for records of extractors that report none: the mean over the shared sets is 0.71


@compiled
def whole(count: int) -> int:
    """So many and up to 31 more: a loop over whole vectors leaves no rest to be done one by one."""
    return (count + 31) // 32 * 32


@compiled
def whole_eights(count: int) -> int:
    """So many and up to seven more: what a template takes in the columns (`prepared.LANE`)."""
    return (count + 7) // 8 * 8


@compiled
def wrap(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return angle - TURN * math.floor(angle / TURN + 0.5)


@compiled
def unpacked(places: NDArray[np.int16], traits: Bytes) -> Floats:
    """`points` of a stored template: places (n, 2) x and y up; traits (n, 3) angle in 256ths, kind, quality."""
    n = places.shape[0]
    points = np.empty((7, n), np.float32)
    for i in range(n):
        points[0, i] = places[i, 0]
        points[1, i] = places[i, 1]
        points[2, i] = traits[i, 0] * (TURN / 256)
        kind = traits[i, 1]
        points[3, i] = 1.0 if kind == 1 else (0.0 if kind == 2 else 0.5)
        points[5, i] = _COSINES[traits[i, 0]]
        points[6, i] = _SINES[traits[i, 0]]
        points[4, i] = traits[i, 2] / 100 if traits[i, 2] > 0 else _UNKNOWN_QUALITY
    return points


@compiled
def convex_hull(points: Floats) -> Floats:
    """Corners of the convex hull, counter-clockwise, float32 (h, 2): Andrew's monotone chain."""
    n = points.shape[1]
    hull = np.empty((2 * n + 2, 2), np.float32)
    k = 0
    for way in range(2):
        base = k
        for o in range(n):
            i = o if way == 0 else n - 1 - o
            x = points[0, i]
            y = points[1, i]
            while k - base >= 2 and (
                (hull[k - 1, 0] - hull[k - 2, 0]) * (y - hull[k - 2, 1])
                - (hull[k - 1, 1] - hull[k - 2, 1]) * (x - hull[k - 2, 0])
                <= 0
            ):
                k -= 1
            hull[k, 0] = x
            hull[k, 1] = y
            k += 1
        k -= 1
    return hull[: max(k, 0)]


@compiled
def inside(hull: Floats, x: Floats, y: Floats, within: Bytes) -> None:
    """Which points lie in the convex polygon (corners counter-clockwise): 1 into `within`, else 0."""
    corners = hull.shape[0]
    within[:] = corners >= 3
    for k in range(corners if corners >= 3 else 0):
        after = k + 1 if k + 1 < corners else 0
        ax, ay = hull[k, 0], hull[k, 1]
        way_x, way_y = hull[after, 0] - ax, hull[after, 1] - ay
        for i in range(within.shape[0]):
            within[i] &= way_x * (y[i] - ay) - way_y * (x[i] - ax) >= 0
