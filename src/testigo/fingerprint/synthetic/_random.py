"""Machine code of `template_fingers`: numbers from random words, and angles, the same on any machine.

Only + - × ÷ and square roots, which IEEE 754 fixes to the last bit: a sine of the C library would not be the same
everywhere. Angles are carried as cosine and sine; randomness comes in as words of 64 bits.
"""

import math

import numpy as np

from testigo.fingerprint._compiled import compiled


@compiled
def unit(word: int) -> float:
    """A number in [0, 1) from a word."""
    return float(np.uint64(word) >> np.uint64(11)) * 2.0**-53


@compiled
def sides(word: int) -> tuple[float, float]:
    """Two numbers in [-1, 1) from the halves of a word."""
    low = float(np.uint64(word) & np.uint64(0xFFFFFFFF))
    high = float(np.uint64(word) >> np.uint64(32))
    return low * 2.0**-31 - 1.0, high * 2.0**-31 - 1.0


@compiled
def normal(word: int) -> float:
    """A number of mean 0 and deviation 1, nearly normal: the sum of the word's four quarters (Irwin and Hall)."""
    total = np.uint64(0)
    for quarter in range(4):
        total += (np.uint64(word) >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)
    return (float(total) / 65536.0 - 2.0) * 1.7320508075688772


@compiled
def turning(angle: float) -> tuple[float, float]:
    """Cosine and sine of an angle from -pi to pi, by Taylor's series of its quarter, doubled twice (error 1e-9)."""
    q = angle / 4
    s = q * q
    c = 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90))))
    n = q * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110)))))
    for _ in range(2):
        c, n = c * c - n * n, 2 * c * n
    return c, n


@compiled
def step(c: float, s: float) -> int:
    """The direction of cosine `c` and sine `s` in 256ths of a turn, by Abramowitz and Stegun 4.4.49 (error 1e-5)."""
    low, high = min(abs(c), abs(s)), max(abs(c), abs(s))
    r = low / high if high > 0 else 0.0
    q = r * r
    angle = r * (0.9998660 + q * (-0.3302995 + q * (0.1801410 + q * (-0.0851330 + q * 0.0208351))))
    if abs(s) > abs(c):
        angle = math.pi / 2 - angle
    if c < 0:
        angle = math.pi - angle
    if s < 0:
        angle = -angle
    return math.floor(angle * (128 / math.pi) + 0.5) & 255
