"""Telling two prints apart that differ in a dot or two: ن and ت, an accent, a hyphen.

So small a thing is hidden by noise, or by print that stands a dot higher than it should, long before words are not
legible. So the words around it are found again in the photograph, as both prints have them, and what is seen there must
say the same; and the less, the more noise there is on the paper around.
"""

import numpy as np

from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import convolve, extremes

SMALL = 12.0
"""Squared ink of a difference that is small."""

_AROUND, _REACH = 20, 3
"""Dots around the difference that are found again, and how far from their place."""

_PLAIN = 0.02

_SURELY, _GRACE = 5.0, 0.7
"""Standard deviations of noise that must lie between what is taken for one print, at the reader's limit of 0.2, and
what the other would give, −½."""


def projection(seen: Ink, winner: Ink, other: Ink) -> float:
    """What is seen, projected on the difference: ½ if it looks like the winner, −½ if it looks like the other; less
    where noise may have made it. `seen` has the contrast of the prints."""
    difference = winner - other
    rows, columns = (np.flatnonzero(np.abs(difference).max(axis=axis) > _PLAIN) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    noise = _deviation(seen, winner, difference[top:bottom, left:right])
    there = (
        slice(max(top - _AROUND, 0), bottom + _AROUND),
        slice(max(left - _AROUND, 0), right + _AROUND),
    )
    found = _found_again(seen, np.asarray((winner + other) / 2, np.float32), there)
    return _along(found, difference[there]) - max(_SURELY * noise - _GRACE, 0)


def _found_again(seen: Ink, middle: Ink, there: tuple[slice, slice]) -> Ink:
    """What is seen of that part beyond the middle of both prints, at its best place, in the contrast it has there."""
    expected = middle[there]
    wide = np.pad(seen, _REACH, mode="edge")
    around = wide[there[0].start : there[0].stop + 2 * _REACH, there[1].start : there[1].stop + 2 * _REACH]
    _, (across, down) = highest(correlate(around, expected))
    piece = around[down : down + expected.shape[0], across : across + expected.shape[1]]
    centred, wanted = piece - piece.mean(), expected - expected.mean()
    slope = float((centred * wanted).sum() / max(float((wanted * wanted).sum()), 1e-6))
    return np.asarray(centred / max(slope, _FAINTEST) - wanted, np.float32)


_FAINTEST = 0.3
"""Of the usual contrast; fainter words are not taken for darker ones."""


def _along(beyond: Ink, difference: Ink) -> float:
    return float((beyond * difference).sum()) / max(float((difference * difference).sum()), 1e-6)


def _deviation(seen: Ink, winner: Ink, pattern: Ink) -> float:
    """The standard deviation of a projection on that pattern, wherever the paper should be plain."""
    _, darkest = extremes(winner, max(pattern.shape) + 2)
    plain = convolve(seen, pattern)[darkest < _PLAIN]
    if not len(plain):
        return 0.0
    return 1.48 * float(np.median(np.abs(plain - np.median(plain)))) / max(float((pattern * pattern).sum()), 1e-6)
