"""Machine code of the matcher's first steps: differing bits, leads, their agreement. Arrays as in `_points`."""

import math

import numpy as np

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.matching._eights import EIGHT, Columns, differing, lower
from testigo.fingerprint.matching._points import ALL, Bools, Bytes, Doubles, Floats, Longs, Words, whole
from testigo.fingerprint.parameters import MatchingParameters

CHANCE = 128.0  # bits of 256 that differ between any two minutiae


@compiled
def differences(codes_p: Words, words_c: Columns, m: int, level: int, table: Bytes, nearest: Bytes) -> float:
    """How many bits differ, and how alike the prints are: what the prefilter judges.

    That is, over the probe's minutiae, by how many bits its most alike one of the candidate stays under `level`.
    Fills `table` (n, as many eights as `m` takes) and `nearest` (n, 8): the least of each row's every eighth, from the
    first on, from the second on, and so on. `words_c` goes on to whole eights; what is behind the `m`-th counts 255.
    """
    eights = table.view(np.uint64)
    nearest_eights = nearest.view(np.uint64)
    similarity = 0
    for i in range(codes_p.shape[1]):
        code = (codes_p[0, i], codes_p[1, i], codes_p[2, i], codes_p[3, i])
        least = ALL
        for k in range((m + EIGHT - 1) // EIGHT):
            eight = differing(words_c, k * EIGHT, code)
            if m < (k + 1) * EIGHT:
                eight |= ALL << np.uint64(EIGHT * (m - k * EIGHT))
            eights[i, k] = eight
            least = lower(least, eight)
        nearest_eights[i, 0] = least
        least = lower(least, least >> np.uint64(32))
        least = lower(least, least >> np.uint64(16))
        least = lower(least, least >> np.uint64(8))
        similarity += max(0, level - int(least & np.uint64(255)))
    return float(similarity)


@compiled
def leads(
    table: Bytes, nearest: Bytes, n: int, m: int, p: MatchingParameters, pairs: Longs, worth: Doubles
) -> int:  # fmt: skip
    """The pairs of minutiae with the most alike surroundings, at most `p.leads`, row by row; returns their number.

    Fills `pairs` (p.leads, 2), the probe's minutia and the candidate's, and `worth` (p.leads,) of each.
    """
    counts = np.zeros(256, np.int64)
    for i in range(n):
        for k in range(EIGHT):
            counts[nearest[i, k]] += 1
    bound = enough = 0  # as many pairs as are needed are no farther than this: no pair beyond need be looked at
    while bound < p.lead_level and enough + counts[bound] < p.leads:
        enough += counts[bound]
        bound += 1
    eights = table.view(np.uint64)
    nearest_eights = nearest.view(np.uint64)
    above = np.uint64(bound + 1) * np.uint64(0x0101_0101_0101_0101)
    near = np.empty((n * m, 2), np.int64)
    count = 0
    counts[:] = 0
    for i in range(n):
        if lower(nearest_eights[i, 0], above) == above:
            continue
        for k in range((m + EIGHT - 1) // EIGHT):
            if lower(eights[i, k], above) == above:
                continue
            for j in range(EIGHT * k, min(EIGHT * k + EIGHT, m)):
                if table[i, j] <= bound:
                    near[count, 0] = i
                    near[count, 1] = j
                    count += 1
                    counts[table[i, j]] += 1
    limit = 0  # pairs that differ in fewer bits are all taken, and of those that differ in just so many the first few
    room = p.leads
    while limit < p.lead_level and counts[limit] <= room:
        room -= counts[limit]
        limit += 1
    found = 0
    for k in range(count):
        bits = table[near[k, 0], near[k, 1]]
        if bits == limit:
            room -= 1
        if bits < limit or (bits == limit and room >= 0):
            pairs[found, 0] = near[k, 0]
            pairs[found, 1] = near[k, 1]
            worth[found] = (CHANCE - bits) / CHANCE
            found += 1
    return found


@compiled
def agreement(
    points_p: Floats, points_c: Floats, pairs: Longs, worth: Doubles, count: int, p: MatchingParameters,
    agree: Bools, support: Doubles,
) -> None:  # fmt: skip
    """Which leads could come from one and the same motion of the finger, and how much support each has from others."""
    # Whole columns of small numbers and no branches, so that the loop becomes vectors: all of the square in less time
    # than half of it one by one. What fills the columns up weighs nothing.
    width = whole(count)
    xp, yp, xc, yc, cos, sin, weight, gained = np.zeros((8, width), np.float32)
    gains = np.empty(width, np.float32)
    least, shortest = np.float32(math.cos(p.lead_turn)), np.float32(p.shortest_lead)
    distance, stretch = np.float32(p.lead_distance), np.float32(p.lead_stretch)
    half, one, nothing = np.float32(0.5), np.float32(1), np.float32(0)
    for a in range(count):
        i = pairs[a, 0]
        j = pairs[a, 1]
        xp[a], yp[a], xc[a], yc[a] = points_p[0, i], points_p[1, i], points_c[0, j], points_c[1, j]
        cos[a] = points_c[5, j] * points_p[5, i] + points_c[6, j] * points_p[6, i]
        sin[a] = points_c[6, j] * points_p[5, i] - points_c[5, j] * points_p[6, i]
        weight[a] = worth[a]
    for a in range(count):
        ax, ay, bx, by, cos_a, sin_a, weight_a = xp[a], yp[a], xc[a], yc[a], cos[a], sin[a], weight[a]
        for b in range(width):
            px = xp[b] - ax
            py = yp[b] - ay
            cx = xc[b] - bx
            cy = yc[b] - by
            length = math.sqrt(px * px + py * py)
            c = cos_a + cos[b]
            s = sin_a + sin[b]
            square = c * c + s * s
            norm = math.sqrt(square)
            dx = c * px - s * py - norm * cx  # all `norm` times as long: one division instead of three
            dy = s * px + c * py - norm * cy
            allowed = distance + stretch * length
            off = (dx * dx + dy * dy) / (square * allowed * allowed)
            turned = cos_a * cos[b] + sin_a * sin[b] >= least
            apart = (length >= shortest) & (cx * cx + cy * cy > nothing)
            gains[b] = weight_a * weight[b] * (one - half * off) if turned & apart & (off < one) else nothing
        for b in range(width):
            gained[b] += gains[b]
        for b in range(count):
            agree[a, b] = gains[b] > nothing
    for a in range(count):
        support[a] = gained[a]
