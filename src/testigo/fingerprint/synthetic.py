"""Fingerprints of nobody: for demonstrations and load tests, which must need no living finger.

A *finger* is grown from its seed after Cappelli, Maio, Maltoni, "Synthetic fingerprint-image generation" (ICPR 2000):
an orientation field with cores and deltas (Sherlock and Monro 1993, with a smooth deviation of its own), then ridges,
by filtering noise again and again with Gabor filters along the field until ridges stand everywhere; the minutiae arise
where ridges must begin, end or fork. An *impression* is that finger laid on a reader once: shifted, turned,
stretched, too dry or too wet, partly off the glass, and seen through noise.

Same seed, same image, on any machine of the same numpy: all chance comes from `numpy.random.PCG64`.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.image import FingerImage

Field = NDArray[np.float32]

WIDTH, HEIGHT = 288, 384  # of an impression, pixels at 500 dpi: 14.6 × 19.5 mm, a common reader's glass
_MASTER_WIDTH, _MASTER_HEIGHT = 352, 464  # of the finger: room to shift and turn under the glass
_FINGER_STREAM, _IMPRESSION_STREAM = 1, 2  # so that a finger and its impressions draw from different streams


@dataclass(frozen=True)
class SyntheticParameters:
    """Numbers of the generator. Lengths in pixels at 500 dpi, angles in radians."""

    directions: int = 32  # Gabor filters around half a turn
    growths: int = 14  # filterings at half size, until ridges stand everywhere
    polishes: int = 2  # filterings at full size
    least_period: float = 8.0  # ridge to ridge; adults' index fingers have about 9
    most_period: float = 9.8
    wobble: float = 0.35  # deviation of the orientation field from the model
    shift: float = 26.0  # an impression's largest displacement, at difficulty 1
    turn: float = 0.35  # its largest rotation
    stretch: float = 9.0  # its largest elastic displacement
    dryness: float = 0.45  # how far ridges thin (dry) or thicken (wet)
    grain: float = 0.5  # noise in the skin's contact
    sensor_noise: float = 6.0  # grey levels


PARAMETERS = SyntheticParameters()
DIFFICULTY = 0.6  # an ordinary reader and willing people; 0 an ideal, 1 a bad one


class Finger:
    """A finger that never was. `seed`: any whole number from 0; different seeds are different fingers."""

    def __init__(self, seed: int) -> None:
        if not 0 <= seed < 1 << 63:
            raise InvalidInput(f"{seed} is no seed of a synthetic finger", mend="give a whole number from 0")
        self.seed = seed
        self.ridges = _grow(seed)

    def impression(self, n: int, *, difficulty: float = DIFFICULTY) -> FingerImage:
        """The finger laid on the reader for the `n`-th time (n from 0), 288 × 384 pixels at 500 dpi."""
        if n < 0 or not 0 <= difficulty <= 1:
            raise InvalidInput(
                "an impression has a number from 0 and a difficulty from 0 to 1",
                mend="correct the number or difficulty",
            )
        chance = np.random.Generator(np.random.PCG64([_IMPRESSION_STREAM, self.seed, n]))
        return FingerImage(_press(self.ridges, chance, difficulty, PARAMETERS))


@lru_cache(maxsize=32)
def _finger(seed: int) -> Finger:
    return Finger(seed)


def generate(seed: int, impression: int, *, difficulty: float = DIFFICULTY) -> FingerImage:
    """One impression of one synthetic finger; the last fingers are kept, so that more impressions of them are quick."""
    return _finger(seed).impression(impression, difficulty=difficulty)


# ── The finger ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _grow(seed: int) -> Field:
    """The finger's ridges, -1 (valley) to 1 (ridge), (_MASTER_HEIGHT, _MASTER_WIDTH)."""
    p = PARAMETERS
    chance = np.random.Generator(np.random.PCG64([_FINGER_STREAM, seed]))
    field = _orientation(chance, p)
    period = chance.uniform(p.least_period, p.most_period)
    half = cv2.resize(field[0], None, fx=0.5, fy=0.5), cv2.resize(field[1], None, fx=0.5, fy=0.5)
    ridges = chance.standard_normal(half[0].shape).astype(np.float32)
    small = _filters(period / 2, p.directions)
    for _ in range(p.growths):
        ridges = _filtered(ridges, half, small)
    ridges = cv2.resize(ridges, (_MASTER_WIDTH, _MASTER_HEIGHT), interpolation=cv2.INTER_CUBIC)
    large = _filters(period, p.directions)
    for _ in range(p.polishes):
        ridges = _filtered(ridges, field, large)
    grown: Field = ridges
    return grown


def _orientation(chance: np.random.Generator, p: SyntheticParameters) -> tuple[Field, Field]:
    """Cosine and sine of twice the ridge orientation, at each pixel of the finger (y up)."""
    y, x = np.mgrid[0:_MASTER_HEIGHT, 0:_MASTER_WIDTH].astype(np.float64)
    x -= _MASTER_WIDTH / 2
    y = _MASTER_HEIGHT / 2 - y
    cores, deltas = _singularities(chance)
    twice = np.zeros_like(x)
    for cx, cy in cores:
        twice += np.arctan2(y - cy, x - cx)
    for dx, dy in deltas:
        twice -= np.arctan2(y - dy, x - dx)
    if not cores:  # an arch: ridges rise in the middle and fall again
        bump = chance.uniform(0.5, 1.1) * np.exp(-(((y + chance.uniform(10, 60)) / 110) ** 2))
        twice = -2 * np.arctan(bump * np.sin(np.clip(x / 95, -math.pi, math.pi)) * -1)
    twice += 2 * p.wobble * _smooth(chance, x.shape, 70.0)
    return np.cos(twice).astype(np.float32), np.sin(twice).astype(np.float32)


def _singularities(chance: np.random.Generator) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Cores and deltas, (x, y) from the middle, y up, of a pattern drawn by its frequency among people.

    Frequencies of loops, whorls and arches: Maltoni et al., Handbook of Fingerprint Recognition, section 5.1.
    """
    pattern = chance.choice(["right loop", "left loop", "whorl", "arch"], p=[0.317, 0.338, 0.279, 0.066])

    def jitter(spread: float) -> float:
        return float(chance.uniform(-spread, spread))

    if pattern == "arch":
        return [], []
    if pattern == "whorl":
        apart = chance.uniform(14, 55)
        lean = jitter(20)
        cores = [(lean, 20 + apart / 2 + jitter(15)), (-lean, 20 - apart / 2 + jitter(15))]
        return cores, [(-115 + jitter(25), -95 + jitter(35)), (115 + jitter(25), -95 + jitter(35))]
    side = 1 if pattern == "right loop" else -1
    core = (jitter(18), 28 + jitter(22))
    return [core], [(-side * (85 + jitter(30)), -80 + jitter(35))]


def _smooth(chance: np.random.Generator, shape: tuple[int, ...], reach: float) -> Field:
    """Noise without detail finer than about `reach` pixels, standard deviation 1."""
    step = max(1, int(reach / 4))
    coarse = chance.standard_normal((shape[0] // step + 12, shape[1] // step + 12)).astype(np.float32)
    coarse = cv2.GaussianBlur(coarse, (0, 0), reach / step / 2)
    coarse = (coarse - coarse.mean()) / (coarse.std() + 1e-6)
    size = (coarse.shape[1] * step, coarse.shape[0] * step)
    return np.ascontiguousarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]])


def _filters(period: float, directions: int) -> list[Field]:
    """Gabor filters for ridges of `period`, one for each of `directions` orientations of half a turn, without mean."""
    sigma = 0.42 * period
    reach = max(3, math.ceil(2.2 * sigma))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    bank = []
    for k in range(directions):
        angle = math.pi * k / directions  # of the ridge, y up
        across = x * math.sin(angle) + y * math.cos(angle)
        envelope = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
        wave = envelope * np.cos(2 * math.pi * across / period)
        wave -= envelope * wave.sum() / envelope.sum()
        bank.append((wave / np.abs(wave).sum() * 3.2).astype(np.float32))
    return bank


def _filtered(ridges: Field, field: tuple[Field, Field], bank: list[Field]) -> Field:
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
        answer = cv2.filter2D(ridges[top:bottom, left:right], cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
        part = chosen[top:bottom, left:right]
        grown[top:bottom, left:right][part] = answer[part]
    held: Field = np.tanh(2.0 * grown).astype(np.float32)
    return held


# ── The impression ───────────────────────────────────────────────────────────────────────────────────────────────────


def _press(ridges: Field, chance: np.random.Generator, difficulty: float, p: SyntheticParameters) -> NDArray[np.uint8]:
    """One impression, dark ridges on light, (HEIGHT, WIDTH)."""
    d = difficulty
    map_x, map_y = _placing(chance, d, p)
    skin = cv2.remap(ridges, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=-1.0)
    wetness = d * p.dryness * (chance.uniform(-1, 1) + 0.6 * _smooth(chance, skin.shape, 60.0))
    grain = d * p.grain * (_smooth(chance, skin.shape, 5.0) * 0.7 + _smooth(chance, skin.shape, 14.0) * 0.8)
    inked = 1 / (1 + np.exp(-4.5 * (skin + wetness + grain)))
    inked *= _scratches(chance, d)
    inked *= _contact(chance, d)
    inked = cv2.GaussianBlur(inked.astype(np.float32), (0, 0), chance.uniform(0.6, 0.8 + 0.5 * d))
    paper = chance.uniform(225, 250)
    ink = chance.uniform(20, 60 + 50 * d)
    grey = paper - (paper - ink) * inked + chance.standard_normal(inked.shape) * p.sensor_noise * (0.4 + d)
    pixels: NDArray[np.uint8] = np.clip(np.round(grey), 0, 255).astype(np.uint8)
    return pixels


def _placing(chance: np.random.Generator, d: float, p: SyntheticParameters) -> tuple[Field, Field]:
    """For each pixel of the impression the place on the finger it shows: shift, turn and elastic stretch."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    x -= WIDTH / 2
    y -= HEIGHT / 2
    turn = d * p.turn * chance.uniform(-1, 1)
    shift_x, shift_y = d * p.shift * chance.uniform(-1, 1, 2)
    stretch_x = d * p.stretch / 2 * _smooth(chance, x.shape, 150.0)
    stretch_y = d * p.stretch / 2 * _smooth(chance, x.shape, 150.0)
    map_x = math.cos(turn) * x - math.sin(turn) * y + shift_x + stretch_x + _MASTER_WIDTH / 2
    map_y = math.sin(turn) * x + math.cos(turn) * y + shift_y + stretch_y + _MASTER_HEIGHT / 2
    return map_x.astype(np.float32), map_y.astype(np.float32)


def _contact(chance: np.random.Generator, d: float) -> Field:
    """1 where the finger touches the glass, 0 outside: an ellipse with a ragged rim, of changing size and place."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    centre_x = WIDTH / 2 + d * 24 * chance.uniform(-1, 1)
    centre_y = HEIGHT / 2 + d * 34 * chance.uniform(-1, 1)
    wide = 128 * (1 - 0.28 * d * chance.uniform(0, 1))
    high = 176 * (1 - 0.28 * d * chance.uniform(0, 1))
    rim = np.sqrt(((x - centre_x) / wide) ** 2 + ((y - centre_y) / high) ** 2)
    rim += 0.035 * _smooth(chance, x.shape, 30.0)
    touching: Field = 1 / (1 + np.exp((rim - 1) * 40))
    return touching


def _scratches(chance: np.random.Generator, d: float) -> Field:
    """0 along a few fine straight creases, 1 elsewhere."""
    clear = np.ones((HEIGHT, WIDTH), np.float32)
    for _ in range(int(chance.poisson(3 * d))):
        x, y = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
        angle, length = chance.uniform(0, math.pi), chance.uniform(30, 110)
        end = (int(x + length * math.cos(angle)), int(y + length * math.sin(angle)))
        cv2.line(clear, (int(x), int(y)), end, 0.15, int(chance.integers(1, 3)), cv2.LINE_AA)
    return clear
