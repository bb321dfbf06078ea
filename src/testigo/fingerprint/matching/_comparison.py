"""Machine code of a comparison: finalists among alignments, their evidence, its weight. `matcher` calls it.

The steps before are in `_leads` and `_alignment`; arrays are as in `_points`.
"""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.matching._alignment import NEARBY, bend, fit, move, pair
from testigo.fingerprint.matching._eights import EIGHT
from testigo.fingerprint.matching._leads import CHANCE, agreement, differences, leads
from testigo.fingerprint.matching._points import (
    Bools,
    Bytes,
    Doubles,
    Floats,
    Longs,
    Words,
    convex_hull,
    inside,
    unpacked,
    whole,
    whole_eights,
    wrap,
)
from testigo.fingerprint.parameters import MatchingParameters

FEATURES = 14  # length of the evidence vector, in the order of `calibration.FEATURES`


@compiled
def _measure(
    points_p: Floats, hull_p: Floats, points_c: Floats, hull_c: Floats, table: Bytes, partner: Longs, taken: Bools,
    moved: Doubles, pose: Doubles, support: float, p: MatchingParameters, evidence: Doubles,
) -> None:  # fmt: skip
    """The evidence vector of one pairing, in the order of `calibration.FEATURES`.

    A minutia without a partner counts against only where the other print has seen the skin too: inside its hull.
    """
    n = points_p.shape[1]
    m = points_c.shape[1]
    x, y = np.zeros((2, whole(max(n, m))), np.float32)
    seen = np.empty(x.shape[0], np.uint8)
    for i in range(n):
        x[i], y[i] = moved[i, 0], moved[i, 1]
    inside(hull_c, x, y, seen)
    rotation = math.atan2(pose[1], pose[0])
    paired = residual = turned = kinds = alike = alike_squares = 0.0
    common_p = common_c = lone_p = lone_c = 0.0
    for i in range(n):
        j = partner[i]
        if j >= 0:
            dx = points_c[0, j] - moved[i, 0]
            dy = points_c[1, j] - moved[i, 1]
            off = wrap(points_c[2, j] - points_p[2, i] - rotation) / p.angle_tolerance
            weight = points_p[4, i] * points_c[4, j]
            paired += weight
            residual += weight * (dx * dx + dy * dy) / p.elastic_distance**2
            turned += weight * off * off
            kinds += weight * (2 * points_p[3, i] - 1) * (2 * points_c[3, j] - 1)
            similarity = 2 * (CHANCE - table[i, j]) / CHANCE
            alike += similarity
            alike_squares += max(0.0, similarity) ** 2
            common_p += points_p[4, i]
            common_c += points_c[4, j]
        elif seen[i]:
            lone_p += points_p[4, i]
    for j in range(m):  # the candidate's, laid onto the probe
        away_x, away_y = points_c[0, j] - pose[2], points_c[1, j] - pose[3]
        x[j] = pose[0] * away_x + pose[1] * away_y
        y[j] = pose[0] * away_y - pose[1] * away_x
    inside(hull_p, x, y, seen)
    for j in range(m):
        if not taken[j] and seen[j]:
            lone_c += points_c[4, j]
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
    evidence[13] = math.sqrt(n * m)


@compiled
def _judged(
    points_p: Floats, points_c: Floats, table: Bytes, moved: Doubles, partner: Longs, p: MatchingParameters
) -> tuple[float, float]:
    """What a pairing is worth: pairs by quality and nearness; and how alike its minutiae's surroundings are.

    The similarity is 1 where they are the same, 0 as by chance, on the mean by quality.
    """
    worth = alike = weight = 0.0
    for i in range(points_p.shape[1]):
        j = partner[i]
        if j >= 0:
            quality = points_p[4, i] * points_c[4, j]
            dx = points_c[0, j] - moved[i, 0]
            dy = points_c[1, j] - moved[i, 1]
            worth += quality * (1 - 0.5 * (dx * dx + dy * dy) / p.rigid_distance**2)
            alike += quality * (CHANCE - table[i, j])
            weight += quality
    return worth, alike / (weight * CHANCE) if weight > 0 else 0.0


@compiled
def _grown(
    points_p: Floats, points_c: Floats, table: Bytes, least_similarity: float, p: MatchingParameters,
    partner: Longs, taken: Bools, moved: Doubles, pose: Doubles, near: Longs, cost: Doubles,
) -> tuple[int, float]:  # fmt: skip
    """Grow the few pairs in `partner` over the whole print, fitting and pairing again: how many pairs, and their worth.

    Given up, with 0 pairs, where their similarity (`_judged`) is below `least_similarity` after a fit; `partner` then
    still holds them. The last line of arguments is scratch, from `taken` on.
    """
    found = 2
    worth = 0.0
    for _pass in range(p.rigid_passes):
        if found < 2:
            break
        fit(points_p, points_c, partner, p, pose)
        move(points_p, pose, moved)
        found = pair(moved, pose, points_p, points_c, p.rigid_distance, p.angle_tolerance, partner, taken, near, cost)
        worth, similarity = _judged(points_p, points_c, table, moved, partner, p)
        if similarity < least_similarity:
            found = 0
    return found, worth


@compiled
def _finalists(
    points_p: Floats, points_c: Floats, table: Bytes, nearest: Bytes, least_support: float, least_similarity: float,
    p: MatchingParameters, partners: Longs, supports: Doubles,
) -> int:  # fmt: skip
    """The most promising alignments: their pairings into `partners` (p.finalists, n), the support behind each.

    Each starts from the best supported lead, if it has `least_support`, and those that agree with it, and grows over
    the whole print (`_grown`).
    """
    n = points_p.shape[1]
    m = points_c.shape[1]
    pairs = np.empty((p.leads, 2), np.int64)
    worth = np.empty(p.leads)
    count = leads(table, nearest, n, m, p, pairs, worth)
    agree = np.empty((count, count), np.bool_)
    support = np.empty(count)
    agreement(points_p, points_c, pairs, worth, count, p, agree, support)
    moved = np.empty((n, 2))
    pose = np.empty(4)
    partner = np.empty(n, np.int64)
    taken = np.empty(m, np.bool_)
    near = np.empty(NEARBY, np.int64)
    cost = np.empty(NEARBY)
    tried = np.zeros(count, np.bool_)
    values = np.zeros(p.finalists)
    filled = 0
    for _seed in range(p.seeds):
        start = -1
        most = least_support
        for a in range(count):
            if support[a] > most and not tried[a]:
                most = support[a]
                start = a
        if start < 0:
            break
        tried[start] = True
        partner[:] = -1
        partner[pairs[start, 0]] = pairs[start, 1]
        for a in range(count):
            if agree[start, a] and partner[pairs[a, 0]] < 0:
                partner[pairs[a, 0]] = pairs[a, 1]
        found, value = _grown(
            points_p, points_c, table, least_similarity, p, partner, taken, moved, pose, near, cost
        )  # fmt: skip
        for a in range(count):  # the same alignment need not be found again from another of its pairs
            if partner[pairs[a, 0]] == pairs[a, 1]:
                tried[a] = True
        if found < 3:
            continue
        weakest = np.argmin(values)
        if value > values[weakest]:
            filled += values[weakest] == 0.0
            values[weakest] = value
            partners[weakest] = partner
            supports[weakest] = most
    return filled


@compiled
def _align(
    points_p: Floats, hull_p: Floats, points_c: Floats, table: Bytes, nearest: Bytes, least_support: float,
    least_similarity: float, weights: Doubles, p: MatchingParameters, evidence: Doubles, pairing: Longs,
) -> float:  # fmt: skip
    """Log-odds that two templates are of one finger; -inf where no alignment was found.

    `table`, `nearest`: the bits that differ (`differences`). `weights` (FEATURES + 1): the calibration's logistic
    regression, the constant last. Fills `evidence` (FEATURES,) and `pairing` (at least n): for each probe minutia the
    candidate's number or -1, of the best alignment.
    """
    n = points_p.shape[1]
    m = points_c.shape[1]
    evidence[:] = 0.0
    pairing[:n] = -1
    best = -np.inf
    if n < 3 or m < 3:
        return best
    partners = np.empty((p.finalists, n), np.int64)
    supports = np.empty(p.finalists)
    filled = _finalists(points_p, points_c, table, nearest, least_support, least_similarity, p, partners, supports)
    if filled == 0:
        return best
    hull_c = convex_hull(points_c)
    moved = np.empty((n, 2))
    pose = np.empty(4)
    taken = np.empty(m, np.bool_)
    near = np.empty(NEARBY, np.int64)
    cost = np.empty(NEARBY)
    trial = np.empty(FEATURES)
    for slot in range(filled):
        partner = partners[slot]
        found = 3
        for _pass in range(p.elastic_passes):
            if found < 3:
                break
            fit(points_p, points_c, partner, p, pose)
            move(points_p, pose, moved)
            bend(points_c, partner, p, moved)
            found = pair(
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
    """One comparison, without prefilter; see `_align` for what it returns and fills."""
    n = points_p.shape[1]
    m = points_c.shape[1]
    padded = np.zeros((4, whole_eights(m)), np.uint64)
    padded[:, :m] = codes_c
    table = np.empty((n, whole_eights(m)), np.uint8)
    nearest = np.empty((n, EIGHT), np.uint8)
    differences(codes_p, (padded[0], padded[1], padded[2], padded[3]), m, p.prefilter_level, table, nearest)
    return _align(
        points_p, convex_hull(points_p), points_c, table, nearest, p.least_support, -1.0, weights, p, evidence, pairing
    )  # fmt: skip


@compiled
def compare_many(
    points_p: Floats, codes_p: Words, starts: Longs, counts: NDArray[np.int32], places: NDArray[np.int16],
    traits: Bytes, words: tuple[Words, Words, Words, Words], rows: Longs, weights: Doubles, p: MatchingParameters,
    odds: Doubles,
) -> None:  # fmt: skip
    """Log-odds of one probe against the stored templates `rows`; -inf where nothing speaks for one finger.

    The prefilter leaves out those that look less alike than chance lets prints of such sizes (`p.least_prefilter`), and
    those that look hardly more alike where no lead has the more support for it (`p.least_promise`). An alignment is
    given up where its pairs are less alike (`_judged`) than prints of such sizes must be (`p.least_similarity`).
    """
    n = points_p.shape[1]
    hull_p = convex_hull(points_p)
    table = np.empty((n, whole_eights(p.max_minutiae)), np.uint8)
    nearest = np.empty((n, EIGHT), np.uint8)
    evidence = np.empty(FEATURES)
    pairing = np.empty(n, np.int64)
    for r in range(rows.shape[0]):
        m = counts[rows[r]]
        start = starts[rows[r]]
        end = start + m
        odds[r] = -np.inf
        if n < 3 or m < 3:
            continue
        whole = start + whole_eights(m)
        similarity = differences(
            codes_p, (words[0][start:whole], words[1][start:whole], words[2][start:whole], words[3][start:whole]),
            m, p.prefilter_level, table, nearest,
        )  # fmt: skip
        similarity /= n * math.log(3.0 + m)
        if similarity >= p.least_prefilter:
            points_c = unpacked(places[start:end], traits[start:end])
            least_support = max(p.least_support, p.least_promise / similarity**2)
            least_similarity = p.least_similarity * math.log(3.0 + math.sqrt(n * m))
            odds[r] = _align(
                points_p, hull_p, points_c, table, nearest, least_support, least_similarity, weights, p, evidence,
                pairing,
            )  # fmt: skip
