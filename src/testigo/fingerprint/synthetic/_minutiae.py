"""Machine code of `template_fingers`: the minutiae of a finger. Coordinates as in `_flow`."""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.synthetic import _words as word
from testigo.fingerprint.synthetic._flow import along
from testigo.fingerprint.synthetic._random import normal, sides, turning, unit
from testigo.fingerprint.synthetic.parameters import Pattern

Words = NDArray[np.uint64]
Doubles = NDArray[np.float64]

_MOST = 160  # minutiae of a finger


@compiled
def _nearest(x: float, y: float, taken: Doubles, count: int) -> tuple[float, int]:
    """The squared distance to the nearest minutia there already, and its number; -1 where there is none."""
    least, number = math.inf, -1
    for k in range(count):
        dx, dy = x - taken[k, 0], y - taken[k, 1]
        if dx * dx + dy * dy < least:
            least, number = dx * dx + dy * dy, k
    return least, number


@compiled
def _nearness_allowed(square: float, p: Pattern) -> float:
    """The probability that a minutia can be as near to another as the root of `square`."""
    if square < p.least_distance * p.least_distance:
        return 0.0
    if square >= p.free_distance * p.free_distance:
        return 1.0
    share = (math.sqrt(square) - p.least_distance) / (p.free_distance - p.least_distance)
    return p.crowding + (1 - p.crowding) * share


@compiled
def grow_minutiae(words: Words, flow: Doubles, p: Pattern) -> Doubles:
    """A finger's minutiae, (n, 6): x, y, cosine and sine of the direction, 1 ending or 0 bifurcation, clarity.

    New ridges arise where the old ones spread, and run where they spread to: that gives a minutia's direction one of
    its two ways. Besides, they arise anywhere, either way, and close together as pairs of opposite ways: where a ridge
    begins and soon ends, or leaves another and joins the next.
    """
    wanted = math.pi * p.half_wide * p.half_high * p.density * (1 + p.density_sway * normal(words[word.MINUTIAE]))
    most = p.steady + p.spread / (p.period * 25)
    grown = np.empty((_MOST, 6))
    count, w = 0, word.TRIES
    while count < min(wanted, _MOST) and w + word.TRY_KEPT <= words.shape[0]:
        a, b = sides(words[w + word.TRY_PLACE])
        x, y = p.half_wide * a, p.half_high * b
        if a * a + b * b >= 1:
            w += word.TRY_OUTSIDE
            continue
        cosine, sine, spreading = along(x, y, flow)
        asked = spreading * p.spread / p.period
        rate = p.steady + abs(asked)
        room, way = sides(words[w + word.TRY_ROOM_AND_WAY])
        square, nearest = _nearest(x, y, grown, count)
        if unit(words[w + word.TRY_DENSITY]) * most >= rate or (1 + room) / 2 >= _nearness_allowed(square, p):
            w += word.TRY_REFUSED
            continue
        turned = (1 + way) / 2 * rate >= p.steady / 2 + max(0.0, asked)
        if square < p.paired_distance * p.paired_distance and unit(words[w + word.TRY_PAIRED]) < p.paired:
            turned = cosine * grown[nearest, 2] + sine * grown[nearest, 3] > 0
        if turned:
            cosine, sine = -cosine, -sine
        off, off_sine = turning(p.direction_noise * normal(words[w + word.TRY_DIRECTION]))
        kind = 1.0 if unit(words[w + word.TRY_KIND]) < p.endings else 0.0
        clarity = 0.75 * normal(words[w + word.TRY_CLARITY])
        grown[count] = (x, y, cosine * off - sine * off_sine, sine * off + cosine * off_sine, kind, clarity)
        count += 1
        w += word.TRY_KEPT
    return grown[:count].copy()
