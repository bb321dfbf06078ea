"""Machine code of alignment: two prints laid onto each other, paired, bent. Arrays as in `_points`.

`partner` int64 (n,): for each probe minutia the candidate's number, or -1. `pose` (4,): cos, sin, shift x, shift y.
`moved` (n, 2): the probe's minutiae where they are laid.
"""

import math

import numpy as np

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.matching._points import Bools, Bytes, Doubles, Floats, Longs, whole, wrap
from testigo.fingerprint.parameters import MatchingParameters

NEARBY = 1024  # minutia pairs weighed in one pairing; prints stay far below, and a heap's further ones are left out
_FAR = 1e6  # where nothing is near
_BITS = 7  # a pair of minutiae is one number, `i << _BITS | j`: dividing it again would cost 40 cycles


@compiled
def move(points: Floats, pose: Doubles, moved: Doubles) -> None:
    """The probe's minutiae laid onto the candidate: `pose` holds cos, sin, shift x, shift y."""
    for i in range(points.shape[1]):
        moved[i, 0] = pose[0] * points[0, i] - pose[1] * points[1, i] + pose[2]
        moved[i, 1] = pose[1] * points[0, i] + pose[0] * points[1, i] + pose[3]


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
def _mark_near(
    x: np.float32, y: np.float32, cos: np.float32, sin: np.float32, others: Floats, square: np.float32,
    least: np.float32, marks: Bytes,
) -> None:  # fmt: skip
    """Mark the candidate's minutiae that lie near and point the same way; without branches, so it becomes vectors."""
    for j in range(marks.shape[0]):
        dx = others[0, j] - x
        dy = others[1, j] - y
        marks[j] = (dx * dx + dy * dy <= square) & (others[2, j] * cos + others[3, j] * sin >= least)


@compiled
def pair(
    moved: Doubles, pose: Doubles, points_p: Floats, points_c: Floats, reach: float, turn: float,
    partner: Longs, taken: Bools, near: Longs, cost: Doubles,
) -> int:  # fmt: skip
    """Pair minutiae that lie within `reach` and point within `turn` of each other, closest first, each once.

    Fills `partner` (candidate's number or -1) and `taken` (is the candidate's minutia paired?); the rest is scratch.
    """
    rotation = math.atan2(pose[1], pose[0])
    m = points_c.shape[1]
    others = np.full((4, whole(m)), _FAR, np.float32)  # x, y, cosine, sine of the candidate's
    for j in range(m):
        others[0, j], others[1, j] = points_c[0, j], points_c[1, j]
        others[2, j], others[3, j] = points_c[5, j], points_c[6, j]
    marks = np.empty(whole(m), np.uint8)
    eights = marks.view(np.uint64)
    square = np.float32(reach * reach * 1.001)  # generous: rounding leaves out no pair that is looked at below
    least = np.float32(math.cos(turn) - 0.001)
    cos_r = np.float32(pose[0])
    sin_r = np.float32(pose[1])
    count = 0
    for i in range(points_p.shape[1]):
        partner[i] = -1
        x = moved[i, 0]
        y = moved[i, 1]
        cos = points_p[5, i] * cos_r - points_p[6, i] * sin_r
        sin = points_p[6, i] * cos_r + points_p[5, i] * sin_r
        _mark_near(np.float32(x), np.float32(y), cos, sin, others, square, least, marks)
        for k in range(eights.shape[0]):
            if eights[k] == 0:
                continue
            for j in range(8 * k, min(8 * k + 8, m)):
                if not marks[j] or count == NEARBY:
                    continue
                dx = points_c[0, j] - x
                dy = points_c[1, j] - y
                away = dx * dx + dy * dy
                off = abs(wrap(points_c[2, j] - points_p[2, i] - rotation))
                if away <= reach * reach and off <= turn:
                    _insert(near, cost, count, i << _BITS | j, away / (reach * reach) + (off / turn) ** 2)
                    count += 1
    taken[:] = False
    found = 0
    for o in range(count):
        i = near[o] >> _BITS
        j = near[o] & ((1 << _BITS) - 1)
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
    n = points_p.shape[1]
    px = py = cx = cy = weight = 0.0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            px += points_p[0, i]
            py += points_p[1, i]
            cx += points_c[0, j]
            cy += points_c[1, j]
            weight += 1.0
    px /= weight
    py /= weight
    cx /= weight
    cy /= weight
    along = across = 0.0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            ax = points_p[0, i] - px
            ay = points_p[1, i] - py
            bx = points_c[0, j] - cx
            by = points_c[1, j] - cy
            cos = points_c[5, j] * points_p[5, i] + points_c[6, j] * points_p[6, i]  # of the way to turn
            sin = points_c[6, j] * points_p[5, i] - points_c[5, j] * points_p[6, i]
            along += ax * bx + ay * by + p.direction_arm**2 * cos
            across += ax * by - ay * bx + p.direction_arm**2 * sin
    norm = math.sqrt(along * along + across * across) + 1e-9
    pose[0] = along / norm
    pose[1] = across / norm
    pose[2] = cx - (pose[0] * px - pose[1] * py)
    pose[3] = cy - (pose[1] * px + pose[0] * py)


@compiled
def bend(points_c: Floats, partner: Longs, p: MatchingParameters, moved: Doubles) -> None:
    """Move each laid-over minutia by what the pairs around it (never its own) are displaced: skin is elastic.

    A pair's weight falls with its distance as exp(-t), taken as (1 - t / 1024)^1024: ten products, many at a time.
    """
    n = moved.shape[0]
    x, y, weight, dx, dy = np.zeros((5, whole(n)))
    for i in range(n):
        x[i], y[i], weight[i], dx[i], dy[i] = moved[i, 0], moved[i, 1], p.elastic_prior, 0.0, 0.0
    narrow = 0.5 / p.elastic_reach**2 / 1024
    for t in range(n):
        j = partner[t]
        if j < 0:
            continue
        at_x, at_y = x[t], y[t]
        by_x, by_y = points_c[0, j] - at_x, points_c[1, j] - at_y
        for i in range(x.shape[0]):
            ax = at_x - x[i]
            ay = at_y - y[i]
            away = ax * ax + ay * ay
            share = max(0.0, 1.0 - away * narrow)
            for _ in range(10):
                share *= share
            share = share if away >= 1e-6 else 0.0
            weight[i] += share
            dx[i] += share * by_x
            dy[i] += share * by_y
    for i in range(n):
        moved[i, 0] += dx[i] / weight[i]
        moved[i, 1] += dy[i] / weight[i]
