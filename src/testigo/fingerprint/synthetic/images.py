"""Images of synthetic fingers: for demonstrations, load tests and trials, which must not need a living finger.

A *finger* is grown from its seed after Cappelli, Maio, Maltoni, "Synthetic fingerprint-image generation" (ICPR 2000):
an orientation field with cores and deltas, then ridges, by filtering noise again and again with Gabor filters along
the field until ridges stand everywhere; the minutiae arise where ridges must begin, end or fork
(`_ridges`). It carries its scars, creases, warts, pores and worn places through all its impressions
(`_skin`). An *impression* is that finger placed on a reader once: partly beside the glass, turned, pulled out
of shape, too dry or too wet, seen through residue, dust and noise (`_contact`).

One number, the *difficulty*, sets it all. Two points of it are measured: a set of impressions at `LIKE_FVC2002_DB1`
gives the errors of that set, and so at `LIKE_FVC2004_DB1`; `benchmarks/fingerprint_synthetic.py` prints both beside
the real ones.

Same seed, same image, with the same numpy, OpenCV and kind of processor: all randomness comes from
`numpy.random.PCG64`, but filters may round otherwise elsewhere. `template_fingers` makes templates without images, a
thousand times as fast.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.synthetic import _contact, _ridges, _skin
from testigo.fingerprint.synthetic.streams import Stream, source

WIDTH, HEIGHT = _contact.WIDTH, _contact.HEIGHT  # of an impression, pixels at 500 dpi

LIKE_FVC2002_DB1 = 0.55  # an optical reader and willing people, told to shift and turn the finger
LIKE_FVC2004_DB1 = 0.85  # the same kind of reader, fingers dried, moistened and pulled on purpose
DIFFICULTY = 0.4  # where none is said: an ordinary reader and willing people; 0 is an ideal one, 1 a bad one


class Finger:
    """A synthetic finger. `seed`: any whole number from 0 to 2^63 - 1; different seeds are different fingers."""

    def __init__(self, seed: int) -> None:
        check_seed(seed)
        self.seed = seed
        rng = np.random.Generator(source(Stream.IMAGE_FINGER, seed))
        self._skin = _skin.clothe(_ridges.grow(rng), rng)

    @property
    def ridges(self) -> NDArray[np.float32]:
        """The height of the skin, -1 (valley) to 1 (ridge), (464, 352) pixels at 500 dpi: more than the glass shows."""
        return self._skin.ridges

    def impression(self, n: int, *, difficulty: float = DIFFICULTY) -> FingerImage:
        """The finger placed on the reader for the `n`-th time (n from 0), 288 × 384 pixels at 500 dpi.

        Place, turn, pull and moisture of the `n`-th impression are drawn the same, scaled by `difficulty`.
        Raises `InvalidInput` for an `n` below 0 or a `difficulty` outside 0 to 1.
        """
        check_order(n, difficulty)
        rng = np.random.Generator(source(Stream.IMAGE_IMPRESSION, self.seed, n))
        return FingerImage(_contact.press(self._skin, rng, difficulty))


def check_seed(seed: int) -> None:
    """Raise `InvalidInput` for a number that cannot be a seed."""
    if not 0 <= seed < 1 << 63:
        raise InvalidInput("synthetic-finger.wrong-seed", seed=str(seed), most=str((1 << 63) - 1))


def check_order(n: int, difficulty: float) -> None:
    """Raise `InvalidInput` for an impression that cannot be."""
    if n < 0 or not 0 <= difficulty <= 1:
        raise InvalidInput("synthetic-finger.wrong-impression")


@lru_cache(maxsize=32)
def _finger(seed: int) -> Finger:
    return Finger(seed)


def generate(seed: int, impression: int, *, difficulty: float = DIFFICULTY) -> FingerImage:
    """One impression of one synthetic finger; the last fingers are kept, so that more impressions of them are quick."""
    return _finger(seed).impression(impression, difficulty=difficulty)
