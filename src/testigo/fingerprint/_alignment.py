"""Machine code of alignment: two prints laid onto each other, paired, bent. Arrays as in `_points`.

`partner` int64 (n,): for each probe minutia the candidate's number, or -1. `pose` (4,): cos, sin, shift x, shift y.
`moved` (n, 2): the probe's minutiae where they are laid.
"""

import math

import numpy as np

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint._points import Bools, Doubles, Floats, Longs, wrap
from testigo.fingerprint.parameters import MatchingParameters

NEARBY = 1024  # minutia pairs weighed in one pairing; prints stay far below, and a heap's further ones are left out


@compiled
def move(points: Floats, pose: Doubles, moved: Doubles) -> None:
    """The probe's minutiae laid onto the candidate: `pose` holds cos, sin, shift x, shift y."""
    for i in range(points.shape[0]):
        moved[i, 0] = pose[0] * points[i, 0] - pose[1] * points[i, 1] + pose[2]
        moved[i, 1] = pose[1] * points[i, 0] + pose[0] * points[i, 1] + pose[3]


@compiled
def _first_from(points: Floats, x: float) -> int:
    """The first of the points, sorted by x, that does not lie left of `x`."""
    left = 0
    right = points.shape[0]
    while left < right:
        middle = (left + right) >> 1
        if points[middle, 0] < x:
            left = middle + 1
        else:
            right = middle
    return left


@compiled
def _insert(near: Longs, cost: Doubles, count: int, pair: int, price: float) -> None:
    """Keep the first `count` costs rising while one more comes in: few, and nearly sorted, so this beats a sort."""
    at = count
    while at > 0 and cost[at - 1] > price:
        cost[at] = cost[at - 1]
        near[at] = near[at - 1]
        at -= 1
    cost[at] = price
    near[at] = pair


@compiled
def pair(
    moved: Doubles, pose: Doubles, points_p: Floats, points_c: Floats, reach: float, turn: float,
    partner: Longs, taken: Bools, near: Longs, cost: Doubles,
) -> int:  # fmt: skip
    """Pair minutiae that lie within `reach` and point within `turn` of each other, closest first, each once.

    Fills `partner` (candidate's number or -1) and `taken` (is the candidate's minutia paired?); the rest is scratch.
    """
    rotation = math.atan2(pose[1], pose[0])
    m = points_c.shape[0]
    count = 0
    for i in range(points_p.shape[0]):
        partner[i] = -1
        x = moved[i, 0]
        y = moved[i, 1]
        angle = points_p[i, 2] + rotation
        for j in range(_first_from(points_c, x - reach), m):
            dx = points_c[j, 0] - x
            if dx > reach:
                break
            dy = points_c[j, 1] - y
            away = dx * dx + dy * dy
            if away > reach * reach or count == NEARBY:
                continue
            off = abs(wrap(points_c[j, 2] - angle))
            if off <= turn:
                _insert(near, cost, count, i * m + j, away / (reach * reach) + (off / turn) ** 2)
                count += 1
    taken[:] = False
    found = 0
    for o in range(count):
        i = near[o] // m
        j = near[o] % m
        if partner[i] < 0 and not taken[j]:
            partner[i] = j
            taken[j] = True
            found += 1
    return found


@compiled
def fit(points_p: Floats, points_c: Floats, partner: Longs, p: MatchingParameters, pose: Doubles) -> None:
    """Rigid motion by least squares over the pairs (Umeyama 1991, in the plane, no scale).

    A minutia's direction counts as if it had an arm of `direction_arm` pixels whose end must fall together too.
    """
    n = points_p.shape[0]
    px = py = cx = cy = weight = 0.0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            px += points_p[i, 0]
            py += points_p[i, 1]
            cx += points_c[j, 0]
            cy += points_c[j, 1]
            weight += 1.0
    px /= weight
    py /= weight
    cx /= weight
    cy /= weight
    along = across = 0.0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            ax = points_p[i, 0] - px
            ay = points_p[i, 1] - py
            bx = points_c[j, 0] - cx
            by = points_c[j, 1] - cy
            turn = points_c[j, 2] - points_p[i, 2]
            along += ax * bx + ay * by + p.direction_arm**2 * math.cos(turn)
            across += ax * by - ay * bx + p.direction_arm**2 * math.sin(turn)
    norm = math.sqrt(along * along + across * across) + 1e-9
    pose[0] = along / norm
    pose[1] = across / norm
    pose[2] = cx - (pose[0] * px - pose[1] * py)
    pose[3] = cy - (pose[1] * px + pose[0] * py)


@compiled
def bend(points_c: Floats, partner: Longs, p: MatchingParameters, moved: Doubles) -> None:
    """Move each laid-over minutia by what the pairs around it (never its own) are displaced: skin is elastic."""
    n = moved.shape[0]
    known = np.empty((n, 4))
    k = 0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            known[k, 0] = moved[i, 0]
            known[k, 1] = moved[i, 1]
            known[k, 2] = points_c[j, 0] - moved[i, 0]
            known[k, 3] = points_c[j, 1] - moved[i, 1]
            k += 1
    for i in range(n):
        weight = p.elastic_prior
        dx = dy = 0.0
        for t in range(k):
            ax = known[t, 0] - moved[i, 0]
            ay = known[t, 1] - moved[i, 1]
            away = ax * ax + ay * ay
            if away < 1e-6:
                continue
            share = math.exp(-0.5 * away / p.elastic_reach**2)
            weight += share
            dx += share * known[t, 2]
            dy += share * known[t, 3]
        moved[i, 0] += dx / weight
        moved[i, 1] += dy / weight
