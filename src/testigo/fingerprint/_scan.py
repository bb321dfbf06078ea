"""Machine code of the gallery's first two stages: one word, then the whole descriptor, of each minutia."""

import math

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint._compiled import compiled
from testigo.fingerprint._kernels import differences, ones

Words = NDArray[np.uint64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

LANE = 8  # minutiae that stand together, see `prepared`
STEP = 4  # probe words looked at in one go; their number is a multiple of it


@compiled
def scan(
    probe: Words, words: Words, starts: Longs, counts: Ints, first: int, level: int, most: int,
    likeness: NDArray[np.float32],
) -> None:  # fmt: skip
    """How alike the templates from `first` on look by the first word of their descriptors, into `likeness`.

    For each of a template's minutiae: by how many bits its most alike one of the probe's stays under `level`; summed,
    and divided by the root of their number, since more minutiae look alike by chance. `most`: minutiae of the largest.
    """
    start_level = np.uint64(level)
    least = np.empty(most + LANE, np.uint64)
    for r in range(likeness.shape[0]):
        start = starts[first + r]
        room = (counts[first + r] + LANE - 1) // LANE * LANE
        template = words[start : start + room]
        least[:room] = start_level
        for i in range(0, probe.shape[0], STEP):
            a = probe[i]
            b = probe[i + 1]
            c = probe[i + 2]
            d = probe[i + 3]
            for j in range(room):
                word = template[j]
                nearest = min(min(ones(a ^ word), ones(b ^ word)), min(ones(c ^ word), ones(d ^ word)))
                least[j] = min(least[j], nearest)
        under = np.uint64(0)
        for j in range(room):
            under += start_level - least[j]
        likeness[r] = under / math.sqrt(room + 1.0)


@compiled
def glance(
    codes_p: Words, words: tuple[Words, Words, Words, Words], starts: Longs, counts: Ints, rows: Longs, level: int,
    most: int, likeness: NDArray[np.float32],
) -> None:  # fmt: skip
    """How alike the templates `rows` look by their whole descriptors, by the measure of the matcher's own glance."""
    table = np.empty((codes_p.shape[1], most), np.uint8)
    for r in range(rows.shape[0]):
        start = starts[rows[r]]
        end = start + counts[rows[r]]
        under = differences(
            codes_p, words[0][start:end], words[1][start:end], words[2][start:end], words[3][start:end], level, table
        )
        likeness[r] = under / math.log(3.0 + counts[rows[r]])
