"""Which random stream is for what: every purpose draws from a stream of its own, so that none depends on another."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """The first number of a stream's seed; then come the finger's seed and, for an impression, its number."""

    IMAGE_FINGER = 1
    IMAGE_IMPRESSION = 2
    TEMPLATE_FINGER = 3  # other streams than the images': a seed's template is not its image's
    TEMPLATE_IMPRESSION = 4


def source(stream: Stream, *numbers: int) -> np.random.PCG64:
    """The random source of a stream, for a finger's seed or for a seed and the number of an impression."""
    return np.random.PCG64([int(stream), *numbers])
