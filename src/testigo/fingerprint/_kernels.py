"""The matcher's machine code: edges, votes, alignments, elastic pairing, evidence. `matcher` is its only caller.

One file on purpose: numba's disk cache notices a change of the file a kernel is written in, and of no other.

Coordinates here are mathematical: x to the right, y *up*, pixels at 500 dpi; angles counter-clockwise in radians.
`points` is float32 (n, 5), sorted by x, then y: x, y, angle, kind (1 ending, 0 bifurcation, 0.5 unknown), quality 0..1.
"""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.parameters import MatchingParameters

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Shorts = NDArray[np.int16]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECTORS = 15  # edges are filed by the sectors of both their angles; a sector is a little wider than the tolerance
TURN = 2 * math.pi
FEATURES = 12  # length of the evidence vector, in the order of `calibration.FEATURES`
_NEARBY = 1024  # most minutia pairs weighed in one pairing; 100 x 100 minutiae stay far below


@compiled
def wrap(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    while angle > math.pi:
        angle -= TURN
    while angle <= -math.pi:
        angle += TURN
    return angle


@compiled
def _sector(angle: float) -> int:
    """The sector of an angle in (-pi, pi]."""
    return int((angle + math.pi) / TURN * SECTORS) % SECTORS


# ── Preparation ──────────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _linked(points: Floats, p: MatchingParameters) -> NDArray[np.uint8]:
    """Which minutiae are joined by an edge: each to its nearest neighbours, in both directions."""
    n = points.shape[0]
    joined = np.zeros((n, n), np.uint8)
    squares = np.empty(n)
    for i in range(n):
        for j in range(n):
            dx = points[j, 0] - points[i, 0]
            dy = points[j, 1] - points[i, 1]
            squares[j] = dx * dx + dy * dy
        taken = 0
        for j in np.argsort(squares):
            if squares[j] < p.shortest_edge**2:
                continue
            if taken >= p.neighbours or squares[j] > p.longest_edge**2:
                break
            taken += 1
            joined[i, j] = joined[j, i] = 1
    return joined


@compiled
def build_edges(points: Floats, p: MatchingParameters) -> tuple[Shorts, Floats, Ints]:
    """Edges of a template in both directions, filed by the sectors of their two angles.

    Returns ends int16 (m, 2): minutia numbers; shapes float32 (m, 3): length, angle of each end's minutia against the
    edge; starts int32 (SECTORS² + 1,): where each drawer begins. The shape does not change when the finger is moved or
    turned, which is what makes the votes invariant.
    """
    n = points.shape[0]
    joined = _linked(points, p)
    count = int(joined.sum())
    ends = np.empty((count, 2), np.int16)
    shapes = np.empty((count, 3), np.float32)
    drawers = np.empty(count, np.int64)
    e = 0
    for i in range(n):
        for j in range(n):
            if joined[i, j]:
                dx = points[j, 0] - points[i, 0]
                dy = points[j, 1] - points[i, 1]
                course = math.atan2(dy, dx)
                ends[e, 0] = i
                ends[e, 1] = j
                shapes[e, 0] = math.sqrt(dx * dx + dy * dy)
                shapes[e, 1] = wrap(points[i, 2] - course)
                shapes[e, 2] = wrap(points[j, 2] - course)
                drawers[e] = _sector(shapes[e, 1]) * SECTORS + _sector(shapes[e, 2])
                e += 1
    starts = np.zeros(SECTORS * SECTORS + 1, np.int32)
    for e in range(count):
        starts[drawers[e] + 1] += 1
    for b in range(SECTORS * SECTORS):
        starts[b + 1] += starts[b]
    filed_ends = np.empty_like(ends)
    filed_shapes = np.empty_like(shapes)
    free = starts.copy()
    for e in range(count):
        place = free[drawers[e]]
        free[drawers[e]] += 1
        filed_ends[place] = ends[e]
        filed_shapes[place] = shapes[e]
    return filed_ends, filed_shapes, starts


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
    return hull[: max(k, 0)].copy()


# ── Votes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _apart(one: float, other: float) -> float:
    """How far two angles within a turn of each other lie apart, 0 to pi."""
    away = abs(one - other)
    return TURN - away if away > math.pi else away


@compiled
def _vote(
    ends_p: Shorts,
    shapes_p: Floats,
    ends_c: Shorts,
    shapes_c: Floats,
    starts_c: Ints,
    p: MatchingParameters,
    votes: Floats,
) -> None:
    """Every two edges alike give a vote to the pairs of minutiae at their ends, stronger the more alike they are.

    `votes` (n, m) so counts, for each probe and candidate minutia, how far their neighbourhoods agree. An edge and its
    reverse agree with the same edges, so the probe's are taken in one direction only.
    """
    tolerance = p.edge_angle_tolerance
    reach = math.ceil(tolerance / TURN * SECTORS)
    for e in range(shapes_p.shape[0]):
        i = ends_p[e, 0]
        j = ends_p[e, 1]
        if i > j:
            continue
        length = shapes_p[e, 0]
        near = shapes_p[e, 1]
        far = shapes_p[e, 2]
        slack = p.length_tolerance + p.length_share * length
        near_sector = _sector(near)
        far_sector = _sector(far)
        for a in range(near_sector - reach, near_sector + reach + 1):
            for b in range(far_sector - reach, far_sector + reach + 1):
                drawer = (a % SECTORS) * SECTORS + b % SECTORS
                for f in range(starts_c[drawer], starts_c[drawer + 1]):
                    longer = abs(shapes_c[f, 0] - length)
                    if longer > slack:
                        continue
                    turn_near = _apart(shapes_c[f, 1], near)
                    turn_far = _apart(shapes_c[f, 2], far)
                    if turn_near > tolerance or turn_far > tolerance:
                        continue
                    alike = (1 - longer / slack) * (1 - turn_near / tolerance) * (1 - turn_far / tolerance)
                    vote = p.vote_floor + (1 - p.vote_floor) * alike
                    votes[i, ends_c[f, 0]] += vote
                    votes[j, ends_c[f, 1]] += vote


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
def _pair(
    moved: Doubles, pose: Doubles, points_p: Floats, points_c: Floats, usable: Bools, reach: float, turn: float,
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
        if not usable[i]:
            continue
        x = moved[i, 0]
        y = moved[i, 1]
        angle = points_p[i, 2] + rotation
        for j in range(_first_from(points_c, x - reach), m):
            dx = points_c[j, 0] - x
            if dx > reach:
                break
            dy = points_c[j, 1] - y
            away = dx * dx + dy * dy
            if away > reach * reach:
                continue
            off = abs(wrap(points_c[j, 2] - angle))
            if off > turn or count == _NEARBY:
                continue
            near[count] = i * m + j
            cost[count] = away / (reach * reach) + (off / turn) ** 2
            count += 1
    taken[:] = False
    found = 0
    for o in np.argsort(cost[:count]):
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
    points_p: Floats, hull_p: Floats, points_c: Floats, hull_c: Floats, partner: Longs, taken: Bools, moved: Doubles,
    pose: Doubles, votes: Floats, p: MatchingParameters, evidence: Doubles,
) -> None:  # fmt: skip
    """The evidence vector of one pairing, in the order of `calibration.FEATURES`.

    A minutia without a partner counts against only where the other print has seen the skin too: inside its hull.
    """
    rotation = math.atan2(pose[1], pose[0])
    paired = residual = turned = kinds = support = support_roots = 0.0
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
            support += votes[i, j]
            support_roots += math.sqrt(votes[i, j])
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
    evidence[7] = math.sqrt(support)
    evidence[8] = support_roots
    evidence[9] = lone_p + lone_c
    evidence[10] = min(lone_p, lone_c)
    evidence[11] = math.sqrt(points_p.shape[0] * points_c.shape[0])


# ── The comparison ───────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _best_voted(votes: Floats, tried: Bools, least: float) -> int:
    """The untried pair of minutiae with the most votes above `least`, as i * m + j, or -1."""
    best = -1
    most = least
    m = votes.shape[1]
    for i in range(votes.shape[0]):
        for j in range(m):
            if votes[i, j] > most and not tried[i, j]:
                most = votes[i, j]
                best = i * m + j
    return best


@compiled
def compare(
    points_p: Floats, ends_p: Shorts, shapes_p: Floats, hull_p: Floats,
    points_c: Floats, ends_c: Shorts, shapes_c: Floats, starts_c: Ints, hull_c: Floats,
    weights: Doubles, p: MatchingParameters, evidence: Doubles, pairing: Longs,
) -> float:  # fmt: skip
    """Log-odds that two prepared templates are of one finger; -inf where no alignment was found.

    `weights` (FEATURES + 1): the calibration's logistic regression, the constant last. Fills `evidence` (FEATURES,) and
    `pairing` (at least n): for each probe minutia the candidate's number or -1, of the best alignment.
    """
    n = points_p.shape[0]
    m = points_c.shape[0]
    evidence[:] = 0.0
    pairing[:n] = -1
    best = -np.inf
    if n < 3 or m < 3:
        return best
    votes = np.zeros((n, m), np.float32)
    _vote(ends_p, shapes_p, ends_c, shapes_c, starts_c, p, votes)
    moved = np.empty((n, 2))
    pose = np.empty(4)
    partner = np.empty(n, np.int64)
    taken = np.empty(m, np.bool_)
    near = np.empty(_NEARBY, np.int64)
    cost = np.empty(_NEARBY)
    everyone = np.ones(n, np.bool_)
    usable = np.ones(n, np.bool_)
    tried = np.zeros((n, m), np.bool_)
    worth = np.zeros(p.finalists)
    finalists = np.empty((p.finalists, n), np.int64)
    for _seed in range(p.seeds):
        start = _best_voted(votes, tried, p.least_votes)
        if start < 0:
            break
        si = start // m
        sj = start % m
        tried[si, sj] = True
        turn = points_c[sj, 2] - points_p[si, 2]
        pose[0] = math.cos(turn)
        pose[1] = math.sin(turn)
        pose[2] = points_c[sj, 0] - (pose[0] * points_p[si, 0] - pose[1] * points_p[si, 1])
        pose[3] = points_c[sj, 1] - (pose[1] * points_p[si, 0] + pose[0] * points_p[si, 1])
        _move(points_p, pose, moved)
        for i in range(n):
            dx = points_p[i, 0] - points_p[si, 0]
            dy = points_p[i, 1] - points_p[si, 1]
            usable[i] = dx * dx + dy * dy < p.local_radius**2
        found = _pair(
            moved, pose, points_p, points_c, usable, p.local_distance, p.angle_tolerance, partner, taken, near, cost
        )
        for _pass in range(p.rigid_passes):
            if found < 3:
                break
            _fit(points_p, points_c, partner, p, pose)
            _move(points_p, pose, moved)
            found = _pair(
                moved,
                pose,
                points_p,
                points_c,
                everyone,
                p.rigid_distance,
                p.angle_tolerance,
                partner,
                taken,
                near,
                cost,
            )
        if found < 3:
            continue
        value = 0.0
        for i in range(n):
            j = partner[i]
            if j >= 0:
                tried[i, j] = True  # the same alignment need not be found again from another of its pairs
                dx = points_c[j, 0] - moved[i, 0]
                dy = points_c[j, 1] - moved[i, 1]
                value += points_p[i, 4] * points_c[j, 4] * (1 - 0.5 * (dx * dx + dy * dy) / p.rigid_distance**2)
        weakest = np.argmin(worth)
        if value > worth[weakest]:
            worth[weakest] = value
            finalists[weakest] = partner
    trial = np.empty(FEATURES)
    for slot in range(p.finalists):
        if worth[slot] <= 0:
            continue
        partner[:] = finalists[slot]
        found = 3
        for _pass in range(p.elastic_passes):
            if found < 3:
                break
            _fit(points_p, points_c, partner, p, pose)
            _move(points_p, pose, moved)
            _bend(points_c, partner, p, moved)
            found = _pair(
                moved,
                pose,
                points_p,
                points_c,
                everyone,
                p.elastic_distance,
                p.angle_tolerance,
                partner,
                taken,
                near,
                cost,
            )
        if found < 3:
            continue
        _measure(points_p, hull_p, points_c, hull_c, partner, taken, moved, pose, votes, p, trial)
        odds = weights[FEATURES]
        for k in range(FEATURES):
            odds += weights[k] * trial[k]
        if odds > best:
            best = odds
            evidence[:] = trial
            pairing[:n] = partner
    return best
