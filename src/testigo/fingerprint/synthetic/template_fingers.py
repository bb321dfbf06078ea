"""Templates of synthetic fingers, by the million: for tests of search and storage that need more than living fingers.

No image is made. A *finger* is a flow of ridges (loops, whorls and arches by their frequency) with minutiae in it:
never nearer to each other than a ridge, running along the ridges, one way where ridges spread and either way elsewhere.
An *impression* shifts, turns and distorts them, cuts the contact's ellipse out, loses some minutiae, adds a few that
are none, and blurs place, direction, kind and quality as the extractor does, the more the less clear a minutia is. How
near this comes to the templates of real fingers is measured by `benchmarks/fingerprint_synthetic.py`.

Same seed, same template, on any machine: the random words are `numpy.random.PCG64`'s, and the arithmetic uses only what
IEEE 754 fixes to the last bit (see `_random`).
"""

from collections.abc import Iterator
from functools import lru_cache

from testigo.fingerprint.synthetic._words import FINGER_WORDS, IMPRESSION_WORDS
from testigo.fingerprint.synthetic.images import HEIGHT, LIKE_FVC2002_DB1, WIDTH, check_order, check_seed
from testigo.fingerprint.synthetic.parameters import PATTERN, Rendering
from testigo.fingerprint.synthetic.streams import Stream, source
from testigo.fingerprint.templates.template import Template


class TemplateFinger:
    """A synthetic finger, as minutiae only. `seed`: any whole number from 0 to 2^63 - 1, a finger each."""

    def __init__(self, seed: int) -> None:
        check_seed(seed)
        self.seed = seed
        from testigo.fingerprint.synthetic import _flow, _minutiae  # numba is loaded at first use

        words = source(Stream.TEMPLATE_FINGER, seed).random_raw(FINGER_WORDS)
        self._flow = _flow.grow_flow(words, PATTERN)
        self._minutiae = _minutiae.grow_minutiae(words, self._flow, PATTERN)

    def impression(self, n: int, difficulty: float = LIKE_FVC2002_DB1) -> Template:
        """The finger placed on the reader for the `n`-th time (n from 0), 288 × 384 pixels at 500 dpi.

        `difficulty`: 0 (every minutia seen well) to 1. Raises `InvalidInput` for other numbers.
        """
        check_order(n, difficulty)
        from testigo.fingerprint.synthetic import _impression  # numba is loaded at first use

        words = source(Stream.TEMPLATE_IMPRESSION, self.seed, n).random_raw(IMPRESSION_WORDS)
        x, y, angle, kind, quality = _impression.impress(words, self._minutiae, self._flow, _rendering(difficulty)).T
        return Template(WIDTH, HEIGHT, x, y, angle, kind, quality)


def templates(
    first_seed: int, count: int, difficulty: float = LIKE_FVC2002_DB1, *, impression: int = 0
) -> Iterator[Template]:
    """One impression of each of `count` fingers, of the seeds from `first_seed` on, made as they are asked for."""
    for seed in range(first_seed, first_seed + count):
        yield TemplateFinger(seed).impression(impression, difficulty)


@lru_cache(maxsize=8)
def _rendering(d: float) -> Rendering:
    """The numbers of an impression at a difficulty; see the benchmark for what they were fitted to."""
    placing = min(1.0, 1.8 * d)  # people differ in how they place the finger; readers do not make it worse
    return Rendering(
        width=WIDTH,
        height=HEIGHT,
        half_wide=132.0,
        half_high=192.0,
        smaller=0.36 * placing,
        off_x=15.0 * placing,
        off_y=27.0 * placing,
        turn=0.05 + 0.22 * d,
        traction=8.0 * d,
        torsion=0.08 * d,
        stretch=0.02 * d,
        clarity=0.4 - 0.4 * d,
        clarity_sway=0.1 + 0.4 * d,
        clarity_noise=0.1 + 0.40 * d,
        patch=1.4 * d,
        jitter=0.3 + 0.3 * d,
        direction_jitter=0.008 + 0.028 * d,
        confusion=0.01 + 0.07 * d,
        spurious=1.0 + 5.0 * d,
        spurious_clarity=-0.75,
    )
