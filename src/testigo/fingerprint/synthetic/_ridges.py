"""The ridges of a synthetic finger, grown from its random stream; `images` describes the whole generator.

Orientation field: cores and deltas (Sherlock and Monro 1993), each core's angle bent so that a loop's legs run
parallel (as Vizcaya and Gerhardt 1996 do with straight pieces), and so each delta's for its three arms; between a core
and a delta ridges cross the line that joins them, as they do where people count them; slow and short waves of its own.
Ridges: Gabor filters along the field, from noise, again and again (Cappelli, Maio, Maltoni 2000).

Where the directions of a field spread, new ridges must begin: the field says where the minutiae are and which way they
point. What a pattern's own cores and deltas ask for is much the same in every finger of that pattern, so there must be
little of it; the short waves ask for minutiae of the finger's own (docs/fingerprint-synthetic.md).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testigo.scan import planes

Field = NDArray[np.float32]
Doubles = NDArray[np.float64]
Point = tuple[float, float]

WIDTH, HEIGHT = 352, 464  # of the finger's skin, pixels at 500 dpi: more than the glass, so that it can shift and turn


@dataclass(frozen=True)
class RidgeParameters:
    """Numbers of the growth. Lengths in pixels at 500 dpi, angles in radians."""

    directions: int = 32  # Gabor filters around half a turn
    growths: int = 12  # filterings at half size, until ridges stand everywhere
    polishes: int = 2  # filterings at full size
    least_period: float = 8.0  # ridge to ridge; adults' index fingers have about 9
    most_period: float = 10.0
    sigma: float = 0.42  # of the filters across the ridges, in periods
    longer: float = 1.15  # how much longer they are along the ridges; shorter ones grow more minutiae
    gain: float = 2.0  # before a filtered value is held within -1 and 1
    wobble: float = 0.12  # deviation of the orientation field from the model: slow waves,
    wobble_reach: float = 90.0
    ripple: float = 0.10  # and short ones, which make fingers of one pattern differ
    ripple_reach: float = 40.0
    parallel: float = 0.85  # how parallel a loop's legs run; 0: they fan out as the zero-pole model has them
    parallel_reach: float = 110.0  # from the core
    arms: float = 0.85  # the same for a delta's arms
    arms_reach: float = 110.0
    across: float = 0.9  # how far ridges turn, at most, to cross the line from core to delta; 1: at a right angle
    across_reach: float = 85.0  # deviation of the place where they do
    tilt: float = 0.25  # how far the pattern leans on the finger
    dome: float = 0.8  # how far the ridges above a core fall to both sides, besides what the deltas ask
    breathing: float = 5.0  # displacement that makes the period change over the finger


PARAMETERS = RidgeParameters()


def grow(rng: np.random.Generator, p: RidgeParameters = PARAMETERS) -> Field:
    """The finger's ridges, -1 (valley) to 1 (ridge), (HEIGHT, WIDTH)."""
    half = _orientation(rng, p)
    period = rng.uniform(p.least_period, p.most_period)
    ridges = rng.standard_normal(half[0].shape, dtype=np.float32)
    small = _filters(period / 2, p)
    for _ in range(p.growths):
        ridges = _filtered(ridges, half, small, p)
    shape = (HEIGHT, WIDTH)
    ridges = planes.enlarge(ridges, shape, cubic=True)
    field = (planes.enlarge(half[0], shape), planes.enlarge(half[1], shape))
    large = _filters(period, p)
    for _ in range(p.polishes):
        ridges = _filtered(ridges, field, large, p)
    return _breathed(ridges, rng, p)


def smooth(rng: np.random.Generator, shape: tuple[int, ...], reach: float) -> Field:
    """Noise without detail finer than about `reach` pixels, standard deviation about 1."""
    step = max(1, int(reach / 4))
    coarse = rng.standard_normal((shape[0] // step + 12, shape[1] // step + 12), dtype=np.float32)
    coarse = planes.soften(coarse, reach / step / 2)
    coarse = (coarse - coarse.mean()) / (coarse.std() + 1e-6)
    enlarged = planes.enlarge(coarse, (coarse.shape[0] * step, coarse.shape[1] * step), cubic=True)
    return np.ascontiguousarray(enlarged[: shape[0], : shape[1]])


@dataclass(frozen=True)
class _Pattern:
    """What bends a finger's ridges. Places in pixels from its middle, y up; a loop's `side` is 1 where it opens to the
    right, else -1; 0 for whorls and arches. The rest scales the parts of `_modelled`.
    """

    cores: list[Point]
    deltas: list[Point]
    side: int
    parallel: float
    across: float
    fall: float
    fall_reach: float
    dome: float
    bump: float
    bump_below: float
    bump_reach: float


def _orientation(rng: np.random.Generator, p: RidgeParameters) -> tuple[Field, Field]:
    """Cosine and sine of twice the ridge orientation (y up), at every second pixel of the finger."""
    y, x = np.mgrid[0:HEIGHT:2, 0:WIDTH:2].astype(np.float64)
    x -= WIDTH / 2
    y = HEIGHT / 2 - y
    tilt = rng.uniform(-p.tilt, p.tilt)
    x, y = math.cos(tilt) * x + math.sin(tilt) * y, math.cos(tilt) * y - math.sin(tilt) * x
    pattern = _pattern(rng, p)
    twice = 2 * tilt + _modelled(x, y, pattern, p)
    for dx, dy in pattern.deltas:
        seen, right = np.arctan2(y - dy, x - dx), _modelled(np.array(dx + 1e-6), np.array(dy), pattern, p)
        twice += p.arms / 3 * _near(x - dx, y - dy, p.arms_reach) * np.sin(3 * seen - right)
    for strength, reach in ((p.wobble, p.wobble_reach), (p.ripple, p.ripple_reach)):
        twice += 2 * strength * np.asarray(smooth(rng, (HEIGHT, WIDTH), reach), np.float64)[::2, ::2]
    return np.cos(twice).astype(np.float32), np.sin(twice).astype(np.float32)


def _pattern(rng: np.random.Generator, p: RidgeParameters) -> _Pattern:
    """A finger's own pattern."""
    cores, deltas, side = _singularities(rng)
    return _Pattern(
        cores,
        deltas,
        side,
        parallel=p.parallel * rng.uniform(0.75, 1.1),
        across=p.across * rng.uniform(0.2, 1.0),
        fall=rng.uniform(0.7, 1.3),
        fall_reach=rng.uniform(50, 100),
        dome=p.dome * rng.uniform(0.5, 1.5),
        bump=rng.uniform(0.5, 1.0),
        bump_below=rng.uniform(10, 60),
        bump_reach=rng.uniform(75, 115),
    )


def _modelled(x: Doubles, y: Doubles, of: _Pattern, p: RidgeParameters) -> Doubles:
    """Twice the orientation that a pattern asks for, before its deltas' arms are bent."""
    twice = _across(x, y, of, p)
    for number, (cx, cy) in enumerate(of.cores):
        others = of.cores[:number] + of.cores[number + 1 :]
        seen, here = np.arctan2(y - cy, x - cx), (np.array(cx), np.array(cy))
        legs = _twice(*here, others, of.deltas) + _across(*here, of, p)  # at the core: which way its legs run
        twice = twice + seen - of.parallel * _near(x - cx, y - cy, p.parallel_reach) * np.sin(seen - legs)
    twice = twice + _twice(x, y, [], of.deltas)
    if not of.cores:  # an arch: ridges rise in the middle and fall again
        height = of.bump * np.exp(-(((y + of.bump_below) / 110) ** 2))
        bow: Doubles = np.arctan(height * np.sin(np.clip(x / of.bump_reach, -math.pi, math.pi)))
        return twice - 2 * bow
    u = of.side * x / of.fall_reach  # the side without a delta falls away too
    g = u / np.sqrt(1 + u * u)
    rise = np.clip(y / 150, 0, 1)
    dome = of.dome * (x / np.hypot(x, 110)) * rise * rise * (3 - 2 * rise)
    return twice - of.side * of.fall * g * (1 + g) / 2 - dome


def _across(x: Doubles, y: Doubles, of: _Pattern, p: RidgeParameters) -> Doubles:
    """What turns ridges between each delta and the lowest core: without it all run upright there, however far the delta
    is to the side, and the ridges of the loop fan out to get there.
    """
    twice = np.zeros_like(x)
    for dx, dy in of.deltas:
        cx, cy = min(of.cores, key=lambda core: core[1])
        upright = math.copysign(math.atan2(cy - dy, abs(cx - dx)), cx - dx)  # from there to a right angle
        square = (x - (cx + dx) / 2) ** 2 + (y - (cy + dy) / 2) ** 2
        twice = twice + 2 * of.across * upright * np.exp(-square / (2 * p.across_reach**2))
    return twice


def _near(x: Doubles, y: Doubles, reach: float) -> Doubles:
    """1 at the origin, falling to a half at `reach`."""
    near: Doubles = 1 / (1 + (x * x + y * y) / reach**2)
    return near


def _twice(x: Doubles, y: Doubles, cores: list[Point], deltas: list[Point]) -> Doubles:
    """Twice the orientation by the zero-pole model."""
    total = np.zeros_like(x)
    for cx, cy in cores:
        total = total + np.arctan2(y - cy, x - cx)
    for dx, dy in deltas:
        total = total - np.arctan2(y - dy, x - dx)
    return total


def _singularities(rng: np.random.Generator) -> tuple[list[Point], list[Point], int]:
    """Cores and deltas, (x, y) from the middle, y up, and a loop's open side, of a pattern drawn by its frequency.

    Frequencies of loops, whorls and arches: Maltoni et al., Handbook of Fingerprint Recognition, section 5.1.
    """
    pattern = rng.choice(["right loop", "left loop", "whorl", "arch"], p=[0.317, 0.338, 0.279, 0.066])

    def jitter(spread: float) -> float:
        return float(rng.uniform(-spread, spread))

    if pattern == "arch":
        return [], [], 0
    if pattern == "whorl":
        apart = rng.uniform(14, 90)
        lean = jitter(35)
        cores = [(lean, 20 + apart / 2 + jitter(15)), (-lean, 20 - apart / 2 + jitter(15))]
        return cores, [(-110 + jitter(50), -90 + jitter(60)), (110 + jitter(50), -90 + jitter(60))], 0
    side = 1 if pattern == "right loop" else -1
    core = (jitter(24), 28 + jitter(30))
    away, below = rng.uniform(70, 210), rng.uniform(0.4, 1.35)
    return [core], [(core[0] - side * away * math.cos(below), core[1] - away * math.sin(below))], side


def _filters(period: float, p: RidgeParameters) -> list[Field]:
    """Gabor filters for ridges of `period`, one for each orientation of half a turn, without mean."""
    across_sigma, along_sigma = p.sigma * period, p.sigma * p.longer * period
    reach = max(3, math.ceil(2.2 * along_sigma))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    bank = []
    for k in range(p.directions):
        angle = math.pi * k / p.directions  # of the ridge, y up
        across = x * math.sin(angle) + y * math.cos(angle)
        along = x * math.cos(angle) - y * math.sin(angle)
        envelope = np.exp(-((across / across_sigma) ** 2 + (along / along_sigma) ** 2) / 2)
        wave = envelope * np.cos(2 * math.pi * across / period)
        wave -= envelope * wave.sum() / envelope.sum()
        bank.append((wave / np.abs(wave).sum() * 3.2).astype(np.float32))
    return bank


def _filtered(ridges: Field, field: tuple[Field, Field], bank: list[Field], p: RidgeParameters) -> Field:
    """One growth: each pixel through the filter along its own orientation, then held within -1 and 1."""
    directions = len(bank)
    number = np.round(np.arctan2(field[1], field[0]) / (2 * math.pi) * directions).astype(np.int64) % directions
    grown = np.zeros_like(ridges)
    for k, kernel in enumerate(bank):
        chosen = number == k
        rows = np.flatnonzero(chosen.any(axis=1))
        columns = np.flatnonzero(chosen.any(axis=0))
        if not len(rows):
            continue
        reach = kernel.shape[0] // 2
        top, bottom = max(0, rows[0] - reach), rows[-1] + reach + 1
        left, right = max(0, columns[0] - reach), columns[-1] + reach + 1
        answer = planes.convolve(ridges[top:bottom, left:right], kernel)
        part = chosen[top:bottom, left:right]
        grown[top:bottom, left:right][part] = answer[part]
    bounded: Field = np.tanh(p.gain * grown).astype(np.float32)
    return bounded


def _breathed(ridges: Field, rng: np.random.Generator, p: RidgeParameters) -> Field:
    """The ridges with a period that changes over the finger: wider below, and here and there."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    lower = np.clip((y - HEIGHT / 2) / HEIGHT, 0, 1)
    map_x = x + p.breathing * smooth(rng, x.shape, 130.0)
    map_y = y + p.breathing * smooth(rng, x.shape, 130.0) - 70 * lower * lower
    return planes.sample(ridges, map_x, map_y, cubic=True, outside="mirrored")
