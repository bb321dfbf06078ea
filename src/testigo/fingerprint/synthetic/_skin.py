"""What a finger carries besides ridges, the same in all its impressions: scars, creases, warts, pores, worn places.

All of it is drawn once from the finger's random stream; how plainly it shows depends on the impression (`_contact`).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.synthetic._ridges import HEIGHT, WIDTH, Field, smooth
from testigo.scan import planes


@dataclass(frozen=True)
class SkinParameters:
    """Numbers of the skin. Lengths in pixels at 500 dpi."""

    scars: float = 0.3  # mean number on a finger
    scar_offset: float = 4.0  # how far a scar shifts the ridges on its two sides against each other
    scar_reach: float = 16.0  # how far from the scar the shift is felt
    warts: float = 0.04
    creases: float = 9.0
    pore_distance: float = 9.0  # along and across the ridges
    wear_reach: float = 70.0  # size of worn places


PARAMETERS = SkinParameters()


@dataclass(frozen=True, eq=False)
class Skin:
    """A finger's skin. `layers` float32 (HEIGHT, WIDTH, 4): height of the ridges (-1 to 1), then how much scars and
    warts, creases, and pores take away from the touch (0 or less). `wear` float32 (HEIGHT / 8, WIDTH / 8): about -2 to
    2, high where the ridges wear first; `frailty` 0 to 1: how soon this finger's do.
    """

    layers: Field
    wear: Field
    frailty: float

    @property
    def ridges(self) -> Field:
        ridges: Field = self.layers[:, :, 0]
        return ridges


def clothe(ridges: Field, rng: np.random.Generator, p: SkinParameters = PARAMETERS) -> Skin:
    """Ridges made into a finger's skin."""
    marks = np.zeros_like(ridges)
    for _ in range(int(rng.poisson(p.scars))):
        ridges = _scarred(ridges, marks, rng, p)
    for _ in range(int(rng.poisson(p.warts))):
        _wart(marks, rng)
    pores = _pores(ridges, rng, p)
    layers = np.dstack([ridges, np.minimum(marks, 0), _creases(rng, p), pores])
    wear = smooth(rng, (HEIGHT // 8, WIDTH // 8), p.wear_reach / 8)
    return Skin(np.ascontiguousarray(layers, dtype=np.float32), wear, float(rng.uniform(0, 1)) ** 2)


def _scarred(ridges: Field, marks: Field, rng: np.random.Generator, p: SkinParameters) -> Field:
    """One cut that healed: a line without ridges, and the ridges on its sides no longer meet. Writes into `marks`."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    middle_x, middle_y = rng.uniform(0.25, 0.75) * WIDTH, rng.uniform(0.2, 0.8) * HEIGHT
    angle, half = rng.uniform(0, math.pi), rng.uniform(25, 75)
    cosine, sine = math.cos(angle), math.sin(angle)
    along = (x - middle_x) * cosine + (y - middle_y) * sine
    bow = rng.uniform(-0.25, 0.25) / half
    across = (y - middle_y) * cosine - (x - middle_x) * sine - bow * along * along + 1.2 * smooth(rng, x.shape, 12.0)
    inside = 1 / (1 + np.exp(np.clip((np.abs(along) - half) / 4, -30, 30)))
    marks -= 5 * inside * np.exp(-((across / rng.uniform(1.2, 2.4)) ** 2))
    shift = p.scar_offset * rng.uniform(-1, 1) * np.sign(across) * inside * np.exp(-np.abs(across) / p.scar_reach)
    map_x, map_y = x + shift * cosine, y + shift * sine
    return planes.sample(ridges, map_x, map_y, cubic=True, outside="mirrored")


def _wart(marks: Field, rng: np.random.Generator) -> None:
    """One round place without ridges, which touches as a whole in its middle and not at its rim."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    middle = rng.uniform(0.3, 0.7) * WIDTH, rng.uniform(0.3, 0.7) * HEIGHT
    size = rng.uniform(7, 15)
    distance = np.hypot(x - middle[0], y - middle[1]) / size + 0.15 * smooth(rng, x.shape, 10.0)
    marks -= 6 * np.exp(-(((distance - 1) / 0.35) ** 2)) + 2.5 * np.exp(-((distance / 0.8) ** 4))


def _creases(rng: np.random.Generator, p: SkinParameters) -> Field:
    """Fine white lines across the ridges, nearly straight."""
    creases = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(int(rng.poisson(p.creases))):
        start = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        angle, length, bow = rng.uniform(0, math.pi), rng.uniform(25, 130), rng.uniform(-0.3, 0.3)
        steps = np.linspace(0, length, 8)
        turns = angle + bow * steps / length
        points = np.column_stack([start[0] + steps * np.cos(turns), start[1] + steps * np.sin(turns)])
        depth = float(rng.uniform(0.6, 3.0))
        thick = int(rng.integers(1, 3))
        planes.draw_line(creases, points, -depth, thick)
    return planes.soften(creases, 0.8)


def _pores(ridges: Field, rng: np.random.Generator, p: SkinParameters) -> Field:
    """Sweat pores: small holes on the ridges' tops."""
    step = p.pore_distance
    y, x = np.mgrid[step / 2 : HEIGHT - 1 : step, step / 2 : WIDTH - 1 : step]
    x = np.clip(np.round(x + rng.uniform(-step / 2, step / 2, x.shape)), 2, WIDTH - 3).astype(np.int64).ravel()
    y = np.clip(np.round(y + rng.uniform(-step / 2, step / 2, y.shape)), 2, HEIGHT - 3).astype(np.int64).ravel()
    for _ in range(2):  # up the slope to the ridge's top
        reach = np.arange(-2, 3)
        rows, columns = y[:, None, None] + reach[None, :, None], x[:, None, None] + reach[None, None, :]
        rows, columns = np.clip(rows, 0, HEIGHT - 1), np.clip(columns, 0, WIDTH - 1)
        best = ridges[rows, columns].reshape(len(x), -1).argmax(axis=1)
        y, x = np.clip(y + best // 5 - 2, 2, HEIGHT - 3), np.clip(x + best % 5 - 2, 2, WIDTH - 3)
    depth: NDArray[np.float32] = rng.uniform(0.2, 1.0, len(x)).astype(np.float32)
    pores = np.zeros_like(ridges)
    pores[y, x] = -depth * (ridges[y, x] > 0.6)
    return planes.soften(pores, 0.9) * np.float32(2 * math.pi * 0.9 * 0.9)
