"""Machine code of the descriptor: what stands around each minutia, seen from it, as a grid of numbers, then as bits."""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.parameters import DescriptorParameters

Floats = NDArray[np.float32]

WORD = 64
TURN = 2 * math.pi
_FAR = 3.0  # standard deviations after which a neighbour's share in a cell is nothing


@compiled
def grid(p: DescriptorParameters) -> NDArray[np.int64]:
    """Which cells of the square grid lie within the radius: their running number, or -1; (side, side)."""
    cells = np.full((p.side, p.side), -1, np.int64)
    number = 0
    for a in range(p.side):
        for b in range(p.side):
            x = (a + 0.5) / p.side * 2 * p.radius - p.radius
            y = (b + 0.5) / p.side * 2 * p.radius - p.radius
            if x * x + y * y <= p.radius * p.radius:
                cells[a, b] = number
                number += 1
    return cells


@compiled
def surroundings(points: Floats, p: DescriptorParameters) -> Floats:
    """For each minutia the roots of its cells, float32 (n, cells x directions).

    Each neighbour is seen from the minutia, which stands in the middle and looks to the right; it spreads over the
    cells around its place and over the directions around its own, weighted by its quality. (The idea of the cylinder:
    Cappelli, Ferrara, Maltoni, "Minutia Cylinder-Code", IEEE PAMI 32(12), 2010.) The root keeps crowded cells from
    outweighing all others.
    """
    cells = grid(p)
    n = points.shape[1]
    seen = np.zeros((n, int(cells.max() + 1), p.directions), np.float32)
    step = 2 * p.radius / p.side
    reach = _FAR * p.place_spread
    across = np.empty(p.side)
    upward = np.empty(p.side)
    around = np.empty(p.directions)
    for i in range(n):
        cos = math.cos(points[2, i])
        sin = math.sin(points[2, i])
        for j in range(n):
            dx = points[0, j] - points[0, i]
            dy = points[1, j] - points[1, i]
            if j == i or dx * dx + dy * dy > (p.radius + reach) ** 2:
                continue
            x = cos * dx + sin * dy
            y = cos * dy - sin * dx
            left = max(0, int((x - reach + p.radius) / step))
            right = min(p.side, int((x + reach + p.radius) / step) + 1)
            low = max(0, int((y - reach + p.radius) / step))
            high = min(p.side, int((y + reach + p.radius) / step) + 1)
            for a in range(left, right):
                off = ((a + 0.5) * step - p.radius - x) / p.place_spread
                across[a] = math.exp(-0.5 * off * off)
            for b in range(low, high):
                off = ((b + 0.5) * step - p.radius - y) / p.place_spread
                upward[b] = math.exp(-0.5 * off * off)
            for k in range(p.directions):
                off = (k + 0.5) / p.directions * TURN - math.pi - (points[2, j] - points[2, i])
                off = (off - TURN * math.floor(off / TURN + 0.5)) / p.direction_spread
                around[k] = math.exp(-0.5 * off * off)
            for a in range(left, right):
                for b in range(low, high):
                    cell = cells[a, b]
                    if cell >= 0:
                        share = points[4, j] * across[a] * upward[b]
                        for k in range(p.directions):
                            seen[i, cell, k] += share * around[k]
    return np.sqrt(seen.reshape(n, seen.shape[1] * seen.shape[2]))  # -1 would not do without minutiae


@compiled
def described(seen: Floats, matrix: Floats, offset: Floats) -> NDArray[np.uint64]:
    """The signs of `seen @ matrix - offset`, one bit each, (bits / 64, n) words: a row for each word, side by side.

    Not a library's matrix product: the sums are always taken in the same order, and no second thread is woken for so
    little. Four minutiae at a time, because reading the matrix takes longest. Another machine may still find another
    bit where a sum is nearly zero: sines and exponentials are its C library's, `offset` a library's product.
    """
    n = seen.shape[0]
    bits = matrix.shape[1]
    words = np.zeros((bits // WORD, n), np.uint64)
    sums = np.empty((4, bits), np.float32)
    for first in range(0, n, 4):
        sums[:] = -offset
        last = n - 1
        for cell in range(seen.shape[1]):
            one = seen[first, cell]
            two = seen[min(first + 1, last), cell]
            three = seen[min(first + 2, last), cell]
            four = seen[min(first + 3, last), cell]
            if one + two + three + four > 0:
                for bit in range(bits):
                    weight = matrix[cell, bit]
                    sums[0, bit] += one * weight
                    sums[1, bit] += two * weight
                    sums[2, bit] += three * weight
                    sums[3, bit] += four * weight
        for i in range(first, min(first + 4, n)):
            for bit in range(bits):
                if sums[i - first, bit] > 0:
                    words[bit // WORD, i] |= np.uint64(1) << np.uint64(bit % WORD)
    return words
