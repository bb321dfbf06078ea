"""The descriptor of a minutia: 256 bits that say what stands around it. Alike surroundings have few bits that differ.

The grid of `_descriptor.surroundings` is projected on directions in which impressions of one finger agree and different
fingers differ (linear discriminant analysis), and each projection keeps only its sign. The first 64 bits are the 64
most telling directions one by one: the gallery's scan compares these alone. The other 192 mix the best 96 evenly
(random rotations; Strecha, Bronstein, Fua, "LDAHash", IEEE PAMI 34(1), 2012), so that every bit counts about the
same.

The projection is in `descriptor.npz`, made by `benchmarks/fingerprint_descriptor.py` of synthetic templates and the
data that `calibration.json` names.
"""

import hashlib
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.parameters import DESCRIPTOR, MATCHING

BITS = 256
WORDS = BITS // 64


def codes(places: NDArray[np.int16], traits: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The descriptors of one impression's minutiae, (WORDS, n) uint64. `places` and `traits`: as in `prepared`."""
    from testigo.fingerprint.matching import _descriptor, _points  # numba is loaded at first use

    matrix, offset = _projection()
    surroundings = _descriptor.surroundings(_points.unpacked(places, traits), DESCRIPTOR)
    return _descriptor.described(surroundings, matrix, offset)


@cache
def identity() -> str:
    """What distinguishes these descriptors from those of another release: templates prepared by one fit no other."""
    text = resources.files(__package__).joinpath("descriptor.npz").read_bytes()
    return hashlib.sha256(text + repr((DESCRIPTOR, MATCHING.max_minutiae)).encode()).hexdigest()[:16]


@cache
def _projection() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Matrix (cells x directions, BITS) and what is taken off (BITS,)."""
    with resources.files(__package__).joinpath("descriptor.npz").open("rb") as file:
        arrays = np.load(file)
        matrix = arrays["matrix"].astype(np.float32)
        return matrix, (arrays["mean"].astype(np.float32) @ matrix)
