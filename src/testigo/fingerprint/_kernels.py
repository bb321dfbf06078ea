"""The matcher's machine code: differing bits, leads, alignments, elastic pairing, evidence. `matcher` calls it.

One file, though a long one: the steps of one comparison, in their order.

Coordinates here are mathematical: x to the right, y *up*, pixels at 500 dpi; angles counter-clockwise in radians.
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
from testigo.fingerprint.parameters import MatchingParameters

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

FEATURES = 14  # length of the evidence vector, in the order of `calibration.FEATURES`
TURN = 2 * math.pi
_UNKNOWN_QUALITY = 0.7  # for records of extractors that report none: the mean over the shared sets is 0.71
_NEARBY = 1024  # minutia pairs weighed in one pairing; prints stay far below, and a heap's further ones are left out
_CHANCE = 128.0  # bits of 256 that differ between any two minutiae


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


# ── Leads: minutiae with alike surroundings ──────────────────────────────────────────────────────────────────────────


@compiled
def differences(
    codes_p: Words, first_c: Words, second_c: Words, third_c: Words, fourth_c: Words, level: int, table: Bytes
) -> float:
    """Fills `table` (n, m) with the number of bits that differ; returns how alike the prints look at a glance.

    That is, over the probe's minutiae, by how many bits its most alike one of the candidate stays under `level`.
    """
    m = first_c.shape[0]
    glance = 0
    for i in range(codes_p.shape[1]):
        first = codes_p[0, i]
        second = codes_p[1, i]
        third = codes_p[2, i]
        fourth = codes_p[3, i]
        least = np.uint64(255)
        for j in range(m):
            differing = (
                ones(first ^ first_c[j])
                + ones(second ^ second_c[j])
                + ones(third ^ third_c[j])
                + ones(fourth ^ fourth_c[j])
            )
            differing = min(differing, np.uint64(255))
            least = min(least, differing)
            table[i, j] = differing
        glance += max(0, level - int(least))
    return float(glance)


@compiled
def _leads(table: Bytes, n: int, m: int, p: MatchingParameters, pairs: Longs, worth: Doubles) -> int:
    """The pairs of minutiae with the most alike surroundings, at most `p.leads`: `pairs` i * m + j, `worth` of each."""
    counts = np.zeros(256, np.int64)
    for i in range(n):
        for j in range(m):
            counts[table[i, j]] += 1
    limit = 0  # pairs that differ in fewer bits are all taken, and of those that differ in just so many the first few
    room = p.leads
    while limit < p.lead_level and counts[limit] <= room:
        room -= counts[limit]
        limit += 1
    found = 0
    for i in range(n):
        for j in range(m):
            if table[i, j] == limit:
                room -= 1
            if table[i, j] < limit or (table[i, j] == limit and room >= 0):
                pairs[found] = i * m + j
                worth[found] = (_CHANCE - table[i, j]) / _CHANCE
                found += 1
    return found


@compiled
def _agreement(
    points_p: Floats, points_c: Floats, pairs: Longs, worth: Doubles, count: int, p: MatchingParameters,
    agree: Bools, support: Doubles,
) -> None:  # fmt: skip
    """Which leads could come from one and the same motion of the finger, and how much support each has from others."""
    m = points_c.shape[0]
    cos = np.empty(count)
    sin = np.empty(count)
    least = math.cos(p.lead_turn)
    for a in range(count):
        turn = points_c[pairs[a] % m, 2] - points_p[pairs[a] // m, 2]
        cos[a] = math.cos(turn)
        sin[a] = math.sin(turn)
        support[a] = 0.0
    for a in range(count):
        i = pairs[a] // m
        j = pairs[a] % m
        agree[a, a] = False
        for b in range(a):
            agree[a, b] = agree[b, a] = False
            if cos[a] * cos[b] + sin[a] * sin[b] < least:
                continue
            k = pairs[b] // m
            o = pairs[b] % m
            px = points_p[k, 0] - points_p[i, 0]
            py = points_p[k, 1] - points_p[i, 1]
            length = math.sqrt(px * px + py * py)
            if i == k or j == o or length < p.shortest_lead:
                continue
            c = cos[a] + cos[b]
            s = sin[a] + sin[b]
            norm = math.sqrt(c * c + s * s)
            dx = (c * px - s * py) / norm - (points_c[o, 0] - points_c[j, 0])
            dy = (s * px + c * py) / norm - (points_c[o, 1] - points_c[j, 1])
            off = (dx * dx + dy * dy) / (p.lead_distance + p.lead_stretch * length) ** 2
            if off < 1:
                agree[a, b] = agree[b, a] = True
                gain = worth[a] * worth[b] * (1 - 0.5 * off)
                support[a] += gain
                support[b] += gain


# ── Alignment and pairing ────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _move(points: Floats, pose: Doubles, moved: Doubles) -> None:
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
def _pair(
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
            if away > reach * reach or count == _NEARBY:
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
def _fit(points_p: Floats, points_c: Floats, partner: Longs, p: MatchingParameters, pose: Doubles) -> None:
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
def _bend(points_c: Floats, partner: Longs, p: MatchingParameters, moved: Doubles) -> None:
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


# ── Evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _inside(hull: Floats, x: float, y: float) -> bool:
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


@compiled
def _measure(
    points_p: Floats, hull_p: Floats, points_c: Floats, hull_c: Floats, table: Bytes, partner: Longs, taken: Bools,
    moved: Doubles, pose: Doubles, support: float, p: MatchingParameters, evidence: Doubles,
) -> None:  # fmt: skip
    """The evidence vector of one pairing, in the order of `calibration.FEATURES`.

    A minutia without a partner counts against only where the other print has seen the skin too: inside its hull.
    """
    rotation = math.atan2(pose[1], pose[0])
    paired = residual = turned = kinds = alike = alike_squares = 0.0
    common_p = common_c = lone_p = lone_c = 0.0
    for i in range(points_p.shape[0]):
        j = partner[i]
        if j >= 0:
            dx = points_c[j, 0] - moved[i, 0]
            dy = points_c[j, 1] - moved[i, 1]
            off = wrap(points_c[j, 2] - points_p[i, 2] - rotation) / p.angle_tolerance
            weight = points_p[i, 4] * points_c[j, 4]
            paired += weight
            residual += weight * (dx * dx + dy * dy) / p.elastic_distance**2
            turned += weight * off * off
            kinds += weight * (2 * points_p[i, 3] - 1) * (2 * points_c[j, 3] - 1)
            likeness = 2 * (_CHANCE - table[i, j]) / _CHANCE
            alike += likeness
            alike_squares += max(0.0, likeness) ** 2
            common_p += points_p[i, 4]
            common_c += points_c[j, 4]
        elif _inside(hull_c, moved[i, 0], moved[i, 1]):
            lone_p += points_p[i, 4]
    for j in range(points_c.shape[0]):
        if not taken[j]:
            x = points_c[j, 0] - pose[2]
            y = points_c[j, 1] - pose[3]
            if _inside(hull_p, pose[0] * x + pose[1] * y, pose[0] * y - pose[1] * x):
                lone_c += points_c[j, 4]
    share = paired / (math.sqrt((common_p + lone_p) * (common_c + lone_c)) + p.share_prior)
    evidence[0] = paired
    evidence[1] = math.sqrt(paired)
    evidence[2] = share
    evidence[3] = paired * share
    evidence[4] = residual
    evidence[5] = turned
    evidence[6] = kinds
    evidence[7] = alike
    evidence[8] = alike_squares
    evidence[9] = alike * share
    evidence[10] = math.sqrt(support)
    evidence[11] = lone_p + lone_c
    evidence[12] = min(lone_p, lone_c)
    evidence[13] = math.sqrt(points_p.shape[0] * points_c.shape[0])


# ── The comparison ───────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _finalists(
    points_p: Floats, points_c: Floats, table: Bytes, p: MatchingParameters, partners: Longs, supports: Doubles
) -> int:
    """The most promising alignments: their pairings into `partners` (p.finalists, n), the support behind each.

    Each starts from the best supported lead and those that agree with it, and grows over the whole print.
    """
    n = points_p.shape[0]
    m = points_c.shape[0]
    pairs = np.empty(p.leads, np.int64)
    worth = np.empty(p.leads)
    count = _leads(table, n, m, p, pairs, worth)
    agree = np.empty((count, count), np.bool_)
    support = np.empty(count)
    _agreement(points_p, points_c, pairs, worth, count, p, agree, support)
    moved = np.empty((n, 2))
    pose = np.empty(4)
    partner = np.empty(n, np.int64)
    taken = np.empty(m, np.bool_)
    near = np.empty(_NEARBY, np.int64)
    cost = np.empty(_NEARBY)
    tried = np.zeros(count, np.bool_)
    values = np.zeros(p.finalists)
    filled = 0
    for _seed in range(p.seeds):
        start = -1
        most = p.least_support
        for a in range(count):
            if support[a] > most and not tried[a]:
                most = support[a]
                start = a
        if start < 0:
            break
        tried[start] = True
        partner[:] = -1
        partner[pairs[start] // m] = pairs[start] % m
        for a in range(count):
            if agree[start, a] and partner[pairs[a] // m] < 0:
                partner[pairs[a] // m] = pairs[a] % m
        found = 2
        for _pass in range(p.rigid_passes):
            if found < 2:
                break
            _fit(points_p, points_c, partner, p, pose)
            _move(points_p, pose, moved)
            found = _pair(
                moved, pose, points_p, points_c, p.rigid_distance, p.angle_tolerance, partner, taken, near, cost
            )
        if found < 3:
            continue
        for a in range(count):  # the same alignment need not be found again from another of its pairs
            if partner[pairs[a] // m] == pairs[a] % m:
                tried[a] = True
        value = 0.0
        for i in range(n):
            j = partner[i]
            if j >= 0:
                dx = points_c[j, 0] - moved[i, 0]
                dy = points_c[j, 1] - moved[i, 1]
                closeness = 1 - 0.5 * (dx * dx + dy * dy) / p.rigid_distance**2
                value += points_p[i, 4] * points_c[j, 4] * closeness
        weakest = np.argmin(values)
        if value > values[weakest]:
            filled += values[weakest] == 0.0
            values[weakest] = value
            partners[weakest] = partner
            supports[weakest] = most
    return filled


@compiled
def _align(
    points_p: Floats, points_c: Floats, table: Bytes, weights: Doubles, p: MatchingParameters,
    evidence: Doubles, pairing: Longs,
) -> float:  # fmt: skip
    """Log-odds that two templates are of one finger; -inf where no alignment was found.

    `table`: the bits that differ (`differences`). `weights` (FEATURES + 1): the calibration's logistic regression,
    the constant last. Fills `evidence` (FEATURES,) and `pairing` (at least n): for each probe minutia the candidate's
    number or -1, of the best alignment.
    """
    n = points_p.shape[0]
    m = points_c.shape[0]
    evidence[:] = 0.0
    pairing[:n] = -1
    best = -np.inf
    if n < 3 or m < 3:
        return best
    partners = np.empty((p.finalists, n), np.int64)
    supports = np.empty(p.finalists)
    filled = _finalists(points_p, points_c, table, p, partners, supports)
    if filled == 0:
        return best
    hull_p = convex_hull(points_p)
    hull_c = convex_hull(points_c)
    moved = np.empty((n, 2))
    pose = np.empty(4)
    taken = np.empty(m, np.bool_)
    near = np.empty(_NEARBY, np.int64)
    cost = np.empty(_NEARBY)
    trial = np.empty(FEATURES)
    for slot in range(filled):
        partner = partners[slot]
        found = 3
        for _pass in range(p.elastic_passes):
            if found < 3:
                break
            _fit(points_p, points_c, partner, p, pose)
            _move(points_p, pose, moved)
            _bend(points_c, partner, p, moved)
            found = _pair(
                moved, pose, points_p, points_c, p.elastic_distance, p.angle_tolerance, partner, taken, near, cost
            )
        if found < 3:
            continue
        _measure(
            points_p, hull_p, points_c, hull_c, table, partner, taken, moved, pose, supports[slot], p, trial
        )  # fmt: skip
        odds = weights[FEATURES]
        for k in range(FEATURES):
            odds += weights[k] * trial[k]
        if odds > best:
            best = odds
            evidence[:] = trial
            pairing[:n] = partner
    return best


@compiled
def compare(
    points_p: Floats, codes_p: Words, points_c: Floats, codes_c: Words, weights: Doubles, p: MatchingParameters,
    evidence: Doubles, pairing: Longs,
) -> float:  # fmt: skip
    """One comparison, never left at a glance; see `_align` for what it returns and fills."""
    table = np.empty((points_p.shape[0], points_c.shape[0]), np.uint8)
    differences(codes_p, codes_c[0], codes_c[1], codes_c[2], codes_c[3], p.glance_level, table)
    return _align(points_p, points_c, table, weights, p, evidence, pairing)


@compiled
def compare_many(
    points_p: Floats, codes_p: Words, starts: Longs, counts: NDArray[np.int32], places: NDArray[np.int16],
    traits: Bytes, words: tuple[Words, Words, Words, Words], rows: Longs, weights: Doubles, p: MatchingParameters,
    odds: Doubles,
) -> None:  # fmt: skip
    """Log-odds of one probe against the stored templates `rows`; -inf where nothing speaks for one finger.

    Those that look less alike at a glance than chance lets prints of such sizes (`p.least_glance`) are left at that.
    """
    n = points_p.shape[0]
    table = np.empty((n, p.max_minutiae), np.uint8)
    evidence = np.empty(FEATURES)
    pairing = np.empty(n, np.int64)
    for r in range(rows.shape[0]):
        m = counts[rows[r]]
        start = starts[rows[r]]
        end = start + m
        odds[r] = -np.inf
        if n < 3 or m < 3:
            continue
        glance = differences(
            codes_p, words[0][start:end], words[1][start:end], words[2][start:end], words[3][start:end],
            p.glance_level, table,
        )  # fmt: skip
        if glance >= p.least_glance * n * math.log(3.0 + m):
            points_c = unpacked(places[start:end], traits[start:end])
            odds[r] = _align(points_p, points_c, table, weights, p, evidence, pairing)
