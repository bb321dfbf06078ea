"""What all of the matcher's machine code works with: points, angles, hulls, and the counting of bits.

Coordinates are mathematical: x to the right, y *up*, pixels at 500 dpi; angles counter-clockwise in radians.
`points` is float32 (n, 5), sorted by x, then y: x, y, angle, kind (1 ending, 0 bifurcation, 0.5 unknown), quality 0..1.
`codes` is uint64 (4, n): each column a minutia's descriptor (`descriptor`).
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

TURN = 2 * math.pi
_UNKNOWN_QUALITY = 0.7  # for records of extractors that report none: the mean over the shared sets is 0.71


def _ones(_context: Any, _word: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


ones = cast("Callable[[np.uint64], np.uint64]", intrinsic(_ones))
"""How many bits of a word are set: one instruction of the processor, several words at a time."""


@compiled
def wrap(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return angle - TURN * math.floor(angle / TURN + 0.5)


@compiled
def unpacked(places: NDArray[np.int16], traits: Bytes) -> Floats:
    """`points` of a stored template: places (n, 2) x and y up; traits (n, 3) angle in 256ths, kind, quality."""
    n = places.shape[0]
    points = np.empty((n, 5), np.float32)
    for i in range(n):
        points[i, 0] = places[i, 0]
        points[i, 1] = places[i, 1]
        points[i, 2] = traits[i, 0] * (TURN / 256)
        kind = traits[i, 1]
        points[i, 3] = 1.0 if kind == 1 else (0.0 if kind == 2 else 0.5)
        points[i, 4] = traits[i, 2] / 100 if traits[i, 2] > 0 else _UNKNOWN_QUALITY
    return points


@compiled
def convex_hull(points: Floats) -> Floats:
    """Corners of the convex hull, counter-clockwise, float32 (h, 2): Andrew's monotone chain."""
    n = points.shape[0]
    hull = np.empty((2 * n + 2, 2), np.float32)
    k = 0
    for way in range(2):
        base = k
        for o in range(n):
            i = o if way == 0 else n - 1 - o
            x = points[i, 0]
            y = points[i, 1]
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
def inside(hull: Floats, x: float, y: float) -> bool:
    """Whether the point lies in the convex polygon (corners counter-clockwise)."""
    n = hull.shape[0]
    if n < 3:
        return False
    for k in range(n):
        ax = hull[k, 0]
        ay = hull[k, 1]
        after = k + 1 if k + 1 < n else 0
        if (hull[after, 0] - ax) * (y - ay) - (hull[after, 1] - ay) * (x - ax) < 0:
            return False
    return True
