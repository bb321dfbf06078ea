"""Machine code of `template_fingers`: one impression of a finger's minutiae. Coordinates as in `_flow`."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint.synthetic import _words as word
from testigo.fingerprint.synthetic._flow import along
from testigo.fingerprint.synthetic._random import normal, sides, step, turning, unit
from testigo.fingerprint.synthetic.parameters import Rendering

Words = NDArray[np.uint64]
Doubles = NDArray[np.float64]

_QUALITY = np.array(  # clarity → quality: so that clarity of deviation 1 gives the shared sets' quantiles
    [[-1.3, 30.0], [-1.05, 42.0], [-0.55, 76.0], [-0.2, 88.0], [0.1, 92.0], [0.75, 95.0], [1.7, 97.0], [9.0, 98.0]]
)


class Placement(NamedTuple):
    """How a finger lies on the glass once."""

    x: float  # the contact's middle on the finger
    y: float
    half_wide: float
    half_high: float
    cosine: float  # of the turn
    sine: float
    pull_x: float
    pull_y: float
    torsion: float
    scale: float
    place_x: float  # the contact's middle in the image, from the image's, y up
    place_y: float
    clarity: float
    waves: Doubles  # (2, 5): cosine and sine by length, offset, push x, y
    patches: Doubles  # (2, 3): x, y, depth


@compiled
def _placement(words: Words, p: Rendering) -> Placement:
    """One laying of the finger on the glass."""
    hard = unit(words[word.HARDNESS])
    hard = 0.4 + 2.7 * hard * hard * hard * hard * hard  # of ten impressions of a person most are good, and one is bad
    size = unit(words[word.CONTACT_SIZE])
    size = p.smaller * size * size
    other = 0.12 * (2 * unit(words[word.CONTACT_SHAPE]) - 1)
    half_wide, half_high = p.half_wide * (1 - size * (1 + other)), p.half_high * (1 - size * (1 - other))
    waves, patches = np.empty((2, 5)), np.empty((2, 3))
    for k in range(word.BENDS):
        turn, offset = sides(words[word.BEND_TURNS + k])
        cosine, sine = turning(math.pi * turn)
        length = 80 + 30 * offset
        push_x, push_y = sides(words[word.BEND_PUSHES + k])
        waves[k] = (cosine / length, sine / length, sides(words[word.BEND_OFFSETS + k])[0], push_x, push_y)
    for k in range(word.PATCHES):
        a, b = sides(words[word.PATCH_PLACES + k])
        patches[k] = (half_wide * a, half_high * b, hard * p.patch * unit(words[word.PATCH_DEPTHS + k]))
    waves[:, 3:] *= p.traction / 2
    cosine, sine = turning(min(2.0, max(-2.0, p.turn * normal(words[word.TURN]))))
    return Placement(
        p.off_x * normal(words[word.OFF_X]),
        p.off_y * normal(words[word.OFF_Y]),
        half_wide,
        half_high,
        cosine,
        sine,
        hard * p.traction * normal(words[word.PULL_X]),
        hard * p.traction * normal(words[word.PULL_Y]),
        hard * p.torsion * normal(words[word.TORSION]),
        1 + p.stretch * normal(words[word.SCALE]),
        9 * normal(words[word.PLACE_X]),
        12 * normal(words[word.PLACE_Y]),
        p.clarity + p.clarity_sway * (normal(words[word.CLARITY]) + 0.55 * (1 - hard)),
        waves,
        patches,
    )


@compiled
def _smoothstep(u: float) -> float:
    u = min(1.0, max(0.0, u))
    return u * u * (3 - 2 * u)


@compiled
def _distorted(x: float, y: float, placement: Placement) -> tuple[float, float]:
    """Where a place of the finger, from the contact's middle, comes to lie in the image, y up, from its middle.

    After Cappelli, Maio and Maltoni, "Modelling plastic distortion in fingerprint images" (2001): the middle holds
    firm, the rim follows the finger's pull and turn, and between them the skin stretches. Slow waves stand for the
    uneven pressure.
    """
    loose = _smoothstep((math.sqrt(_rim(x, y, placement)) - 0.35) / 0.9)
    cosine, sine = turning(loose * placement.torsion)
    px = cosine * x - sine * y + loose * placement.pull_x
    py = sine * x + cosine * y + loose * placement.pull_y
    for k in range(word.BENDS):
        u = placement.waves[k, 0] * x + placement.waves[k, 1] * y + placement.waves[k, 2]
        bend = 2 * u / (1 + u * u)
        px, py = px + placement.waves[k, 3] * bend, py + placement.waves[k, 4] * bend
    px, py = px * placement.scale, py * placement.scale
    return (
        placement.cosine * px - placement.sine * py + placement.place_x,
        placement.sine * px + placement.cosine * py + placement.place_y,
    )


@compiled
def _rim(x: float, y: float, placement: Placement) -> float:
    """0 in the contact's middle, 1 on its rim."""
    u, v = x / placement.half_wide, y / placement.half_high
    return u * u + v * v


@compiled
def _quality(clarity: float) -> int:
    """The extractor's word for a clarity, 30 to 98; 0 where it would not report the minutia."""
    if clarity < _QUALITY[0, 0]:
        return 0
    k = 1
    while clarity > _QUALITY[k, 0] and k < _QUALITY.shape[0] - 1:
        k += 1
    share = min(1.0, (clarity - _QUALITY[k - 1, 0]) / (_QUALITY[k, 0] - _QUALITY[k - 1, 0]))
    return int(_QUALITY[k - 1, 1] + share * (_QUALITY[k, 1] - _QUALITY[k - 1, 1]) + 0.5)


@compiled
def _touching(words: Words, minutiae: Doubles, flow: Doubles, placement: Placement, p: Rendering) -> Doubles:
    """Minutiae in the contact, as a finger's but from the contact's middle; then spurious ones, along the ridges."""
    touching = np.empty((minutiae.shape[0] + word.SPURIOUS_TRIES, 6))
    count = 0
    for k in range(minutiae.shape[0]):
        x, y = minutiae[k, 0] - placement.x, minutiae[k, 1] - placement.y
        if _rim(x, y, placement) < 1:
            touching[count, 0], touching[count, 1] = x, y
            touching[count, 2:] = minutiae[k, 2:]
            touching[count, 5] += placement.clarity
            count += 1
    for k in range(word.SPURIOUS_TRIES):
        w = word.SPURIOUS + k * word.SPURIOUS_TAKES
        a, b = sides(words[w + word.SPURIOUS_PLACE])
        drawn = unit(words[w + word.SPURIOUS_DENSITY]) * word.SPURIOUS_TRIES
        if a * a + b * b >= 1 or drawn >= p.spurious * 1.27:  # 4 / pi: tries off the ellipse
            continue
        x, y = placement.half_wide * a, placement.half_high * b
        cosine, sine, _ = along(x + placement.x, y + placement.y, flow)
        if unit(words[w + word.SPURIOUS_WAY]) < 0.5:
            cosine, sine = -cosine, -sine
        ending = 1.0 if unit(words[w + word.SPURIOUS_KIND]) < 0.6 else 0.0
        touching[count] = (x, y, cosine, sine, ending, p.spurious_clarity)
        count += 1
    return touching[:count]


@compiled
def impress(words: Words, minutiae: Doubles, flow: Doubles, p: Rendering) -> NDArray[np.int64]:
    """One impression's minutiae, (n, 5): x, y (down), angle in 256ths, 1 ending or 2 bifurcation, quality."""
    placement = _placement(words, p)
    touching = _touching(words, minutiae, flow, placement, p)
    seen = np.empty((touching.shape[0], 5), np.int64)
    count, w = 0, word.SIGHTINGS
    for k in range(min(touching.shape[0], (words.shape[0] - w) // word.SIGHTING_TAKES)):
        x, y, cosine, sine, ending, clarity = touching[k]
        noise = p.clarity_noise * normal(words[w + word.SIGHTING_CLARITY])
        clarity += noise - 0.5 * _smoothstep((_rim(x, y, placement) - 0.8) / 0.2)
        for patch in range(word.PATCHES):
            dx, dy = x - placement.patches[patch, 0], y - placement.patches[patch, 1]
            clarity -= placement.patches[patch, 2] / (1 + (dx * dx + dy * dy) / 1600)
        doubt = 1.0 + max(0.0, 0.6 - clarity)  # the less clear, the less sure
        u, v = _distorted(x, y, placement)
        ahead_u, ahead_v = _distorted(x + 6 * cosine, y + 6 * sine, placement)
        cosine, sine = ahead_u - u, ahead_v - v
        px = math.floor(p.width / 2 + u + p.jitter * doubt * normal(words[w + word.SIGHTING_X]) + 0.5)
        py = math.floor(p.height / 2 - v + p.jitter * doubt * normal(words[w + word.SIGHTING_Y]) + 0.5)
        off, off_sine = turning(p.direction_jitter * doubt * normal(words[w + word.SIGHTING_DIRECTION]))
        swapped = unit(words[w + word.SIGHTING_KIND]) < p.confusion * doubt
        w += word.SIGHTING_TAKES
        quality = _quality(clarity)
        if quality > 0 and _on_glass(px, py, p) and _apart(px, py, seen, count):
            angle = step(cosine * off - sine * off_sine, sine * off + cosine * off_sine)
            seen[count] = (px, py, angle, 1 if (ending == 1.0) != swapped else 2, quality)
            count += 1
    ordered = np.argsort(seen[:count, 1] * 65536 + seen[:count, 0])  # so that the order tells nothing of the finger's
    return seen[ordered]


@compiled
def _on_glass(x: int, y: int, p: Rendering) -> bool:
    return 4 <= x < p.width - 4 and 4 <= y < p.height - 4


@compiled
def _apart(x: int, y: int, seen: NDArray[np.int64], count: int) -> bool:
    """Whether an extractor would report a minutia at a place as another than those seen."""
    for k in range(count):
        dx, dy = x - seen[k, 0], y - seen[k, 1]
        if dx * dx + dy * dy < 36:
            return False
    return True
