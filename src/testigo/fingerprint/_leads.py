"""Machine code of the matcher's first steps: differing bits, leads, their agreement. Arrays as in `_points`."""

import math

import numpy as np

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint._points import Bools, Bytes, Doubles, Floats, Longs, Words, ones
from testigo.fingerprint.parameters import MatchingParameters

CHANCE = 128.0  # bits of 256 that differ between any two minutiae


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
def leads(table: Bytes, n: int, m: int, p: MatchingParameters, pairs: Longs, worth: Doubles) -> int:
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
                worth[found] = (CHANCE - table[i, j]) / CHANCE
                found += 1
    return found


@compiled
def agreement(
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
