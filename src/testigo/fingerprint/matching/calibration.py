"""What a score means: the calibration turns evidence into log-odds, and these into a false match rate.

**Score** = -log10 of the estimated false match rate (FMR) at that score: of 10^score comparisons of different fingers,
one is expected to reach it. 4 is therefore FMR 0.01 %, the decision threshold.

Large prints offer more to pair by chance, small ones need less to agree: so the log-odds of impostors are judged among
those of prints of their size. For each size the file gives the log-odds that one impostor comparison in a hundred
exceeds (`location`) and the mean excess of those that do (`scale`); with z = (log-odds - location) / scale, the score
is 2 + z log10 e above that point (an exponential tail: counted to about 3.5, extrapolated beyond), and counted below.
A score is never below 0 and never above `highest`.

The file `calibration.json` names the data, the date and the command that made it.
"""

import math
from functools import cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "paired",  # sum over pairs of the product of both qualities
    "paired_root",
    "share",  # paired, as a share of what both prints show of the common area
    "paired_share",  # paired times share
    "residual",  # squared distances left after elastic correction, in squared tolerances, weighted by quality
    "turned",  # the same for directions
    "kinds",  # agreement (+) and contradiction (-) of types
    "alike",  # similarity of the paired minutiae's descriptors: 2 all bits equal, 0 chance
    "alike_squares",  # the same, squared where positive
    "alike_share",  # alike times share
    "support_root",  # root of the support of the lead that started the alignment
    "lone",  # quality of minutiae of the common area without partner, both prints
    "lone_least",  # the lesser of the two prints' lone quality
    "size",  # geometric mean of the numbers of minutiae: larger prints pair more by chance
)


class Tail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The upper end of impostors' log-odds for prints of one `size` (geometric mean of the numbers of minutiae)."""

    size: float
    location: float
    scale: float


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calibration file. `tails` by rising size; `curve`: points (z, score) up to (0, 2), both rising."""

    date: str
    data: str
    method: str
    command: str
    genuine: int
    impostors: int
    threshold: float
    highest: float
    weights: dict[str, float]
    constant: float
    tails: tuple[Tail, ...]
    curve: tuple[tuple[float, float], ...]

    def vector(self) -> NDArray[np.float64]:
        """The weights in the order of `FEATURES`, the constant last: what the kernel takes."""
        return np.array([*(self.weights[name] for name in FEATURES), self.constant])

    def standing(self, odds: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        """z: where log-odds stand among those of impostors of the same size."""
        known = np.log([tail.size for tail in self.tails])
        wanted = np.log(np.maximum(sizes, 1.0))
        location = np.interp(wanted, known, [tail.location for tail in self.tails])
        scale = np.interp(wanted, known, [tail.scale for tail in self.tails])
        z: NDArray[np.float64] = (odds - location) / scale
        return z

    def scores(self, odds: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of log-odds (-inf: nothing in common, score 0) of comparisons of such sizes."""
        z = self.standing(odds, sizes)
        points, values = np.array(self.curve).T
        scores: NDArray[np.float64] = np.interp(z, points, values) + np.maximum(z, 0.0) * math.log10(math.e)
        return scores.clip(0.0, self.highest)


@cache
def calibration() -> Calibration:
    """The calibration that ships with this release."""
    text = resources.files(__package__).joinpath("calibration.json").read_bytes()
    return msgspec.json.decode(text, type=Calibration)
