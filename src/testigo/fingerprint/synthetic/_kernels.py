"""The machine code of `template_fingers`, its only caller: a finger's minutiae, and one impression of them.

One file on purpose, as `_kernels` is: numba's disk cache notices a change of the file a kernel is written in only.

Only + - × ÷ and square roots, which IEEE 754 fixes to the last bit: the same seed gives the same template on any
machine, where a sine of the C library would not. Angles are carried as cosine and sine; chance comes in as words of 64
bits.

Coordinates are the finger's: pixels at 500 dpi from its middle, x right, y *up*; angles counter-clockwise.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled

Words = NDArray[np.uint64]
Doubles = NDArray[np.float64]

FINGER_WORDS, IMPRESSION_WORDS = 6144, 3072  # of chance; what is not used is thrown away
_MOST = 160  # minutiae of a finger
_TRIES = 40  # of a spurious minutia, each with its share of the chance
_CORE, _DELTA, _BEND, _ARCH, _WAVE = 1.0, -1.0, 2.0, 3.0, 4.0  # what a row of a finger's flow is


class Impressing(NamedTuple):
    """What an impression is like at a difficulty. Lengths in pixels, angles in radians, clarity in its deviations."""

    width: int
    height: int
    half_wide: float  # axes of the contact ellipse
    half_high: float
    smaller: float  # how much smaller they may get, as a share
    off_x: float  # deviations of where on the finger the contact lies
    off_y: float
    turn: float
    traction: float  # Cappelli's: how far the skin outside the firm contact is pulled,
    torsion: float  # and turned
    stretch: float  # change of scale over the whole print
    clarity: float  # mean of what clearness a minutia has in an impression
    clarity_sway: float  # its deviation between impressions
    clarity_noise: float  # and between the same minutia's sightings
    patch: float  # depth of the dry or wet patches
    jitter: float  # of the place
    direction_jitter: float
    confusion: float  # share of endings taken for bifurcations and the reverse, of minutiae of middling quality
    spurious: float  # their mean number
    spurious_clarity: float


class Pattern(NamedTuple):
    """A finger's own numbers. Lengths in pixels, angles in radians."""

    half_wide: float = 158.0  # of the skin that may touch the glass
    half_high: float = 215.0
    density: float = 5.9e-4  # minutiae a square pixel: 0.24 a square millimetre, before the extractor loses some
    density_sway: float = 0.21
    least_distance: float = 9.5  # no two nearer
    free_distance: float = 28.0  # from here on they take no notice of each other
    crowding: float = 0.3  # share of near neighbours that repulsion lets through just over the least distance
    paired_distance: float = 27.0  # nearer than this a share of minutiae is a pair of opposite ways
    paired: float = 0.25
    period: float = 9.0
    spread: float = 1.0  # share of the ridges' spreading that new ridges make good (the rest: wider ridges)
    steady: float = 3.0e-4  # density of minutiae that no spreading asks for
    direction_noise: float = 0.10
    endings: float = 0.64
    wobble: float = 0.30


PATTERN = Pattern()
_QUALITY = np.array(  # clarity → quality: so that clarity of deviation 1 gives the shared sets' quantiles
    [[-1.3, 30.0], [-1.05, 42.0], [-0.55, 76.0], [-0.2, 88.0], [0.1, 92.0], [0.75, 95.0], [1.7, 97.0], [9.0, 98.0]]
)


# ── Chance and angles ────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def _unit(word: int) -> float:
    """A number in [0, 1) from a word."""
    return float(np.uint64(word) >> np.uint64(11)) * 2.0**-53


@compiled
def _sides(word: int) -> tuple[float, float]:
    """Two numbers in [-1, 1) from the halves of a word."""
    low = float(np.uint64(word) & np.uint64(0xFFFFFFFF))
    high = float(np.uint64(word) >> np.uint64(32))
    return low * 2.0**-31 - 1.0, high * 2.0**-31 - 1.0


@compiled
def _normal(word: int) -> float:
    """A number of mean 0 and deviation 1, nearly normal: the sum of the word's four quarters (Irwin and Hall)."""
    total = np.uint64(0)
    for quarter in range(4):
        total += (np.uint64(word) >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)
    return (float(total) / 65536.0 - 2.0) * 1.7320508075688772


@compiled
def _turning(angle: float) -> tuple[float, float]:
    """Cosine and sine of an angle from -pi to pi, by Taylor's series of its quarter, doubled twice (error 1e-9)."""
    q = angle / 4
    s = q * q
    c = 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90))))
    n = q * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110)))))
    for _ in range(2):
        c, n = c * c - n * n, 2 * c * n
    return c, n


@compiled
def _step(c: float, s: float) -> int:
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


# ── The finger ───────────────────────────────────────────────────────────────────────────────────────────────────────


@compiled
def grow_flow(words: Words, p: Pattern) -> Doubles:
    """What bends the ridges of a finger, (rows, 5): a row's kind, then its numbers. Uses the first 24 words.

    A core or delta: x, y. A loop's bend: its open side, strength. An arch: height, middle. A wave: cosine and sine by
    length, offset, strength. Frequencies of the patterns: Maltoni et al., Handbook of Fingerprint Recognition, 5.1.
    """
    drawn = _unit(words[0])
    a, b = _sides(words[1])
    c, d = _sides(words[2])
    e, f = _sides(words[3])
    flow = np.zeros((8, 5))
    rows = 2
    if drawn < 0.037:  # a plain arch
        flow[0, :3] = (_ARCH, 0.75 + 0.3 * a, -35 + 25 * b)
        rows = 1
    elif drawn < 0.316:  # a whorl
        apart = 17 + 10 * (1 + _sides(words[4])[0])
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
    for k in range(4):
        turn, offset = _sides(words[5 + 2 * k])
        cosine, sine = _turning(math.pi * turn)
        length = 110 + 50 * offset
        far = 110 * _sides(words[6 + 2 * k])[0]
        flow[rows] = (_WAVE, cosine / length, sine / length, far / length, p.wobble * _normal(words[14 + k]))
        rows += 1
    return flow[:rows].copy()


@compiled
def _along(x: float, y: float, flow: Doubles) -> tuple[float, float, float]:
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
        cosine, sine = _turning(angle)
        c, s = c * cosine - s * sine, s * cosine + c * sine
        gx, gy = gx + ax, gy + ay
    cosine = math.sqrt(max(0.0, (1 + c) / 2))
    sine = s / (2 * cosine) if cosine > 1e-6 else 1.0
    return cosine, sine, (cosine * gy - sine * gx) / 2


@compiled
def _nearest(x: float, y: float, taken: Doubles, count: int) -> tuple[float, int]:
    """The squared distance to the nearest minutia there already, and its number; -1 where there is none."""
    least, number = math.inf, -1
    for k in range(count):
        dx, dy = x - taken[k, 0], y - taken[k, 1]
        if dx * dx + dy * dy < least:
            least, number = dx * dx + dy * dy, k
    return least, number


@compiled
def _room(square: float, p: Pattern) -> float:
    """The chance that a minutia can be as near to another as the root of `square`."""
    if square < p.least_distance * p.least_distance:
        return 0.0
    if square >= p.free_distance * p.free_distance:
        return 1.0
    share = (math.sqrt(square) - p.least_distance) / (p.free_distance - p.least_distance)
    return p.crowding + (1 - p.crowding) * share


@compiled
def grow_minutiae(words: Words, flow: Doubles, p: Pattern) -> Doubles:
    """A finger's minutiae, (n, 6): x, y, cosine and sine of the direction, 1 ending or 0 bifurcation, clarity.

    New ridges arise where the old ones spread, and run where they spread to: that gives a minutia's direction one of
    its two ways. Besides, they arise anywhere, either way, and close together as pairs of opposite ways: where a ridge
    begins and soon ends, or leaves another and joins the next.
    """
    wanted = math.pi * p.half_wide * p.half_high * p.density * (1 + p.density_sway * _normal(words[24]))
    most = p.steady + p.spread / (p.period * 25)
    grown = np.empty((_MOST, 6))
    count, w = 0, 25
    while count < min(wanted, _MOST) and w + 7 <= words.shape[0]:
        a, b = _sides(words[w])
        x, y = p.half_wide * a, p.half_high * b
        w += 2
        if a * a + b * b >= 1:
            continue
        cosine, sine, spreading = _along(x, y, flow)
        asked = spreading * p.spread / p.period
        rate = p.steady + abs(asked)
        room, way = _sides(words[w - 1])
        square, nearest = _nearest(x, y, grown, count)
        if _unit(words[w]) * most >= rate or (1 + room) / 2 >= _room(square, p):
            w += 1
            continue
        turned = (1 + way) / 2 * rate >= p.steady / 2 + max(0.0, asked)
        if square < p.paired_distance * p.paired_distance and _unit(words[w + 4]) < p.paired:
            turned = cosine * grown[nearest, 2] + sine * grown[nearest, 3] > 0
        if turned:
            cosine, sine = -cosine, -sine
        off, off_sine = _turning(p.direction_noise * _normal(words[w + 1]))
        kind = 1.0 if _unit(words[w + 2]) < p.endings else 0.0
        grown[count] = (
            x, y, cosine * off - sine * off_sine, sine * off + cosine * off_sine, kind, 0.75 * _normal(words[w + 3])
        )  # fmt: skip
        count += 1
        w += 5
    return grown[:count].copy()


# ── The impression ───────────────────────────────────────────────────────────────────────────────────────────────────


class Laid(NamedTuple):
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
def _laid(words: Words, p: Impressing) -> Laid:
    """One laying of the finger on the glass. Uses the first 24 words."""
    hard = _unit(words[22])
    hard = 0.4 + 2.7 * hard * hard * hard * hard * hard  # of ten impressions of a person most are good, and one is bad
    size = _unit(words[2])
    size = p.smaller * size * size
    other = 0.12 * (2 * _unit(words[3]) - 1)
    half_wide, half_high = p.half_wide * (1 - size * (1 + other)), p.half_high * (1 - size * (1 - other))
    waves, patches = np.empty((2, 5)), np.empty((2, 3))
    for k in range(2):
        turn, offset = _sides(words[12 + k])
        cosine, sine = _turning(math.pi * turn)
        length = 80 + 30 * offset
        push_x, push_y = _sides(words[16 + k])
        waves[k] = (cosine / length, sine / length, _sides(words[14 + k])[0], push_x, push_y)
        a, b = _sides(words[18 + k])
        patches[k] = (half_wide * a, half_high * b, hard * p.patch * _unit(words[20 + k]))
    waves[:, 3:] *= p.traction / 2
    cosine, sine = _turning(min(2.0, max(-2.0, p.turn * _normal(words[4]))))
    return Laid(
        p.off_x * _normal(words[0]),
        p.off_y * _normal(words[1]),
        half_wide,
        half_high,
        cosine,
        sine,
        hard * p.traction * _normal(words[5]),
        hard * p.traction * _normal(words[6]),
        hard * p.torsion * _normal(words[7]),
        1 + p.stretch * _normal(words[8]),
        9 * _normal(words[9]),
        12 * _normal(words[10]),
        p.clarity + p.clarity_sway * (_normal(words[11]) + 0.55 * (1 - hard)),
        waves,
        patches,
    )


@compiled
def _smoothstep(u: float) -> float:
    u = min(1.0, max(0.0, u))
    return u * u * (3 - 2 * u)


@compiled
def _pressed(x: float, y: float, laid: Laid) -> tuple[float, float]:
    """Where a place of the finger, from the contact's middle, comes to lie in the image, y up, from its middle.

    After Cappelli, Maio and Maltoni, "Modelling plastic distortion in fingerprint images" (2001): the middle holds
    firm, the rim follows the finger's pull and turn, and between them the skin stretches. Slow waves stand for the
    uneven pressure.
    """
    loose = _smoothstep((math.sqrt(_rim(x, y, laid)) - 0.35) / 0.9)
    cosine, sine = _turning(loose * laid.torsion)
    px = cosine * x - sine * y + loose * laid.pull_x
    py = sine * x + cosine * y + loose * laid.pull_y
    for k in range(2):
        u = laid.waves[k, 0] * x + laid.waves[k, 1] * y + laid.waves[k, 2]
        bend = 2 * u / (1 + u * u)
        px, py = px + laid.waves[k, 3] * bend, py + laid.waves[k, 4] * bend
    px, py = px * laid.scale, py * laid.scale
    return laid.cosine * px - laid.sine * py + laid.place_x, laid.sine * px + laid.cosine * py + laid.place_y


@compiled
def _rim(x: float, y: float, laid: Laid) -> float:
    """0 in the contact's middle, 1 on its rim."""
    u, v = x / laid.half_wide, y / laid.half_high
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
def _touching(words: Words, minutiae: Doubles, flow: Doubles, laid: Laid, p: Impressing) -> Doubles:
    """Minutiae in the contact, as a finger's but from the contact's middle; then spurious ones, along the ridges.

    Uses four words a try of a spurious one.
    """
    touching = np.empty((minutiae.shape[0] + _TRIES, 6))
    count = 0
    for k in range(minutiae.shape[0]):
        x, y = minutiae[k, 0] - laid.x, minutiae[k, 1] - laid.y
        if _rim(x, y, laid) < 1:
            touching[count, 0], touching[count, 1] = x, y
            touching[count, 2:] = minutiae[k, 2:]
            touching[count, 5] += laid.clarity
            count += 1
    for k in range(_TRIES):
        a, b = _sides(words[4 * k])
        if a * a + b * b >= 1 or _unit(words[4 * k + 1]) * _TRIES >= p.spurious * 1.27:  # 4 / pi: tries off the ellipse
            continue
        x, y = laid.half_wide * a, laid.half_high * b
        cosine, sine, _ = _along(x + laid.x, y + laid.y, flow)
        if _unit(words[4 * k + 2]) < 0.5:
            cosine, sine = -cosine, -sine
        ending = 1.0 if _unit(words[4 * k + 3]) < 0.6 else 0.0
        touching[count] = (x, y, cosine, sine, ending, p.spurious_clarity)
        count += 1
    return touching[:count]


@compiled
def impress(words: Words, minutiae: Doubles, flow: Doubles, p: Impressing) -> NDArray[np.int64]:
    """One impression's minutiae, (n, 5): x, y (down), angle in 256ths, 1 ending or 2 bifurcation, quality."""
    laid = _laid(words, p)
    touching = _touching(words[24:], minutiae, flow, laid, p)
    seen = np.empty((touching.shape[0], 5), np.int64)
    count, w = 0, 24 + 4 * _TRIES
    for k in range(min(touching.shape[0], (words.shape[0] - w) // 5)):
        x, y, cosine, sine, ending, clarity = touching[k]
        clarity += p.clarity_noise * _normal(words[w]) - 0.5 * _smoothstep((_rim(x, y, laid) - 0.8) / 0.2)
        for patch in range(2):
            dx, dy = x - laid.patches[patch, 0], y - laid.patches[patch, 1]
            clarity -= laid.patches[patch, 2] / (1 + (dx * dx + dy * dy) / 1600)
        doubt = 1.0 + max(0.0, 0.6 - clarity)  # the less clear, the less sure
        u, v = _pressed(x, y, laid)
        ahead_u, ahead_v = _pressed(x + 6 * cosine, y + 6 * sine, laid)
        cosine, sine = ahead_u - u, ahead_v - v
        px = math.floor(p.width / 2 + u + p.jitter * doubt * _normal(words[w + 1]) + 0.5)
        py = math.floor(p.height / 2 - v + p.jitter * doubt * _normal(words[w + 2]) + 0.5)
        off, off_sine = _turning(p.direction_jitter * doubt * _normal(words[w + 3]))
        swapped = _unit(words[w + 4]) < p.confusion * doubt
        w += 5
        quality = _quality(clarity)
        if quality > 0 and _on_glass(px, py, p) and _apart(px, py, seen, count):
            angle = _step(cosine * off - sine * off_sine, sine * off + cosine * off_sine)
            seen[count] = (px, py, angle, 1 if (ending == 1.0) != swapped else 2, quality)
            count += 1
    ordered = np.argsort(seen[:count, 1] * 65536 + seen[:count, 0])  # so that the order tells nothing of the finger's
    return seen[ordered]


@compiled
def _on_glass(x: int, y: int, p: Impressing) -> bool:
    return 4 <= x < p.width - 4 and 4 <= y < p.height - 4


@compiled
def _apart(x: int, y: int, seen: NDArray[np.int64], count: int) -> bool:
    """Whether an extractor would report a minutia at a place as another than those seen."""
    for k in range(count):
        dx, dy = x - seen[k, 0], y - seen[k, 1]
        if dx * dx + dy * dy < 36:
            return False
    return True
