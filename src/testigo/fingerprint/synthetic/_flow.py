"""Machine code of `template_fingers`: the flow of a finger's ridges.

Coordinates are the finger's: pixels at 500 dpi from its middle, x right, y *up*; angles counter-clockwise.
"""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.synthetic import _words as word
from testigo.fingerprint.synthetic._random import normal, sides, turning, unit
from testigo.fingerprint.synthetic.parameters import Pattern

Words = NDArray[np.uint64]
Doubles = NDArray[np.float64]

_CORE, _DELTA, _BEND, _ARCH, _WAVE = 1.0, -1.0, 2.0, 3.0, 4.0  # what a row of a finger's flow is


@compiled
def grow_flow(words: Words, p: Pattern) -> Doubles:
    """What bends the ridges of a finger, (rows, 5): a row's kind, then its numbers.

    A core or delta: x, y. A loop's bend: its open side, strength. An arch: height, middle. A wave: cosine and sine by
    length, offset, strength. Frequencies of the patterns: Maltoni et al., Handbook of Fingerprint Recognition, 5.1.
    """
    drawn = unit(words[word.PATTERN])
    a, b = sides(words[word.FIRST_PLACE])
    c, d = sides(words[word.SECOND_PLACE])
    e, f = sides(words[word.THIRD_PLACE])
    flow = np.zeros((8, 5))
    rows = 2
    if drawn < 0.037:  # a plain arch
        flow[0, :3] = (_ARCH, 0.75 + 0.3 * a, -35 + 25 * b)
        rows = 1
    elif drawn < 0.316:  # a whorl
        apart = 17 + 10 * (1 + sides(words[word.WHORL_CORES_APART])[0])
        flow[0, :3] = (_CORE, 18 * a, 20 + apart + 10 * b)
        flow[1, :3] = (_CORE, -18 * a, 20 - apart + 10 * b)
        flow[2, :3] = (_DELTA, -112 + 25 * c, -95 + 35 * d)
        flow[3, :3] = (_DELTA, 112 + 25 * e, -95 + 35 * f)
        rows = 4
    elif drawn < 0.345:  # a tented arch
        flow[0, :3] = (_CORE, 12 * a, 10 + 18 * b)
        flow[1, :3] = (_DELTA, 12 * c, -80 + 25 * d)
    else:
        side = 1.0 if drawn < 0.662 else -1.0
        flow[0, :3] = (_CORE, 18 * a, 28 + 22 * b)
        flow[1, :3] = (_DELTA, -side * (85 + 30 * c), -80 + 35 * d)
        flow[2, :3] = (_BEND, side, 1.0 + 0.4 * e)
        rows = 3
    for k in range(word.WAVES):
        turn, offset = sides(words[word.WAVE_TURNS + 2 * k])
        cosine, sine = turning(math.pi * turn)
        length = 110 + 50 * offset
        far = 110 * sides(words[word.WAVE_OFFSETS + 2 * k])[0]
        strength = p.wobble * normal(words[word.WAVE_STRENGTHS + k])
        flow[rows] = (_WAVE, cosine / length, sine / length, far / length, strength)
        rows += 1
    return flow[:rows].copy()


@compiled
def along(x: float, y: float, flow: Doubles) -> tuple[float, float, float]:
    """The ridge's direction at a place, as cosine and sine (of either way), and how fast ridges spread along it.

    Twice the direction is the sum of the angles seen from cores less those from deltas (Sherlock and Monro 1993), here
    a product of complex numbers, and of what else bends. The spreading is the divergence of the direction.
    """
    c, s = 1.0, 0.0  # of twice the direction
    gx, gy = 0.0, 0.0  # slope of twice the direction
    for k in range(flow.shape[0]):
        what, a, b = flow[k, 0], flow[k, 1], flow[k, 2]
        if abs(what) == 1.0:  # a core or a delta
            dx, dy = x - a, y - b
            square = dx * dx + dy * dy + 1.0
            c, s = c * dx - what * s * dy, s * dx + what * c * dy
            gx -= what * dy / square
            gy += what * dx / square
            scale = math.sqrt(c * c + s * s) + 1e-12
            c, s = c / scale, s / scale
            continue
        angle, ax, ay = 0.0, 0.0, 0.0
        if what == _BEND:  # the side without a delta falls away too
            u = a * x / 70
            root = math.sqrt(1 + u * u)
            g = u / root
            angle = -a * b * g * (1 + g) / 2
            ax = -a * b * (0.5 + g) * a / (70 * root * root * root)
        elif what == _ARCH:  # ridges rise in the middle and fall again
            u, v = x / 80, (y - b) / 100
            wave, fade = 2 * u / (1 + u * u), 1 / (1 + v * v)
            angle = -2 * a * wave * fade
            ax = -2 * a * fade * 2 * (1 - u * u) / ((1 + u * u) * (1 + u * u)) / 80
            ay = 2 * a * wave * 2 * v * fade * fade / 100
        else:
            u = a * x + b * y + flow[k, 3]
            angle = flow[k, 4] * 2 * u / (1 + u * u)
            slope = flow[k, 4] * 2 * (1 - u * u) / ((1 + u * u) * (1 + u * u))
            ax, ay = slope * a, slope * b
        cosine, sine = turning(angle)
        c, s = c * cosine - s * sine, s * cosine + c * sine
        gx, gy = gx + ax, gy + ay
    cosine = math.sqrt(max(0.0, (1 + c) / 2))
    sine = s / (2 * cosine) if cosine > 1e-6 else 1.0
    return cosine, sine, (cosine * gy - sine * gx) / 2
