"""Which of several legal prints a piece of a photograph shows, or none of them.

Three questions are asked, each of the ink itself:

1. *Which is most alike?* Normalised correlation, at the best of small shifts.
2. *Is it surely not another?* Where two prints differ, and only there: with the photograph brought to the contrast of
   the winner A by least squares, it is projected on A − B. The result is +½ if it looks like A there, −½ if it looks
   like B. A name that differs from another in one letter is told from it by that letter.
3. *Is it nothing but that print?* In every small window the ink left unexplained is compared with the ink expected. A
   crossed-out line, a word written beside or over it, a wiped-out piece leave windows that no legal print explains.
"""

import itertools

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import sample, shrink, window_mean
from testigo.slip_reader.small_differences import SMALL, projection


class Limits(msgspec.Struct, frozen=True):
    """Where certainty ends. Where the values come from: docs/adr/2026-11-21-reading-the-paper-vote.md."""

    alike: float = 0.50
    """Least correlation of the whole piece."""
    apart: float = 0.20
    """Least projection for the winner against each other print; ½ is certain, 0 is undecided."""
    strange: float = 0.10
    """Most unexplained ink in a window, in squared ink averaged over it."""
    explained: float = 0.60
    """So much of the expected ink's energy in a window may be missing or changed (blur, thermal fading) before it
    counts."""
    window: int = 19
    """Dots; about the size of a letter."""


LIMITS = Limits()

HEADING_LIMITS = Limits(strange=0.35)
"""Titles say nothing about the choices; they need only be there and legible."""


class Similarity(msgspec.Struct, frozen=True):
    """The winner's place among the candidates, and the three measures (see the module)."""

    winner: int
    alike: float
    apart: float
    strange: float
    at: tuple[int, int]
    """Where it was found: dots to the right of and below its place."""

    def doubt(self, limits: Limits = LIMITS) -> str:
        """Why this is not certain: `not-legible`, `strange` or `one-of-two`; "" if it is."""
        if self.alike < limits.alike:
            return "not-legible"
        if self.strange > limits.strange:
            return "strange"
        if self.apart < limits.apart:
            return "one-of-two"
        return ""


def compare(piece: Ink, candidates: NDArray[np.float32], margin: int, *, by_letter: bool = True) -> Similarity:
    """Compare a piece with candidates (count × height × width); the piece is larger by `margin` dots on each side.
    `by_letter`: see `tell_apart`."""
    best, at = _most_similar(piece, candidates, margin)
    seen, alike = _straightened(piece, candidates[best], at)
    apart = tell_apart(seen, candidates, best, finely=True, by_letter=by_letter)
    strange = _strange(_to_contrast_of(seen, candidates[best]), candidates[best])
    return Similarity(best, alike, apart, strange, (at[0] - margin, at[1] - margin))


def tell_apart(
    seen: Ink, candidates: NDArray[np.float32], best: int, *, finely: bool = False, by_letter: bool = False
) -> float:
    """The smallest projection of the winner against any other print; ½ where there is none, 0 where another is the
    same.

    `finely`: small differences are looked at closely (`small_differences`). `by_letter`: against a near twin every
    letter that differs must say the same, because print that is half one name and half its twin is neither."""
    winner = candidates[best]
    seen = _to_contrast_of(seen, winner)
    smallest = 0.5
    for place, other in enumerate(candidates):
        if place == best:
            continue
        difference = winner - other
        towards = (seen - (winner + other) / 2) * difference
        weight = difference * difference
        energy = float(weight.sum())
        if energy < 1e-3:
            return 0.0
        share = float(towards.sum()) / energy
        if finely and energy < SMALL:
            share = min(share + _BLURRED, projection(seen, winner, other))
        smallest = min(smallest, share)
        if by_letter and energy < _TWIN * float((winner * winner).sum()):
            smallest = min(smallest, _least_letter(towards, weight))
    return smallest


_BLURRED = 0.1
"""How much of a small difference blur may take away; `projection` reckons with blur, and has the say beside it."""

_TWIN = 0.3
"""Two prints are twins if they differ in less than this part of the ink's energy."""

_LETTER, _LETTER_ENERGY = 13, 3.0
"""Dots a letter is wide; and the energy of a difference that is enough to be asked by itself."""


def _least_letter(towards: Ink, weight: Ink) -> float:
    """The smallest projection in any window of a letter's size, plus what noise may take away from so small a piece."""
    area = _LETTER * _LETTER
    energy = window_mean(weight, _LETTER) * area
    asked = energy > _LETTER_ENERGY
    if not asked.any():
        return 0.5
    return float((window_mean(towards, _LETTER)[asked] * area / energy[asked]).min()) + _LETTER_GRACE


_LETTER_GRACE = 0.40
"""Over 64 slips of each, the least letter was −0.21 on good print, and at most −0.39 on half one name, half its twin
(docs/adr/2026-11-21-reading-the-paper-vote.md); this puts the limit between the two."""


def _most_similar(piece: Ink, candidates: NDArray[np.float32], margin: int) -> tuple[int, tuple[int, int]]:
    """All candidates at a third of the size first, then the eight most alike at full size around where they were
    found."""
    third = 3
    small_piece = shrink(piece, third)
    rough = []
    for place, candidate in enumerate(candidates):
        score, where = highest(correlate(small_piece, shrink(candidate, third)))
        rough.append((score, place, where))
    best = (0, -1.0, (margin, margin))
    for _, place, where in sorted(rough, reverse=True)[:8]:
        left, top = max(where[0] * third - 4, 0), max(where[1] * third - 4, 0)
        height, width = candidates[place].shape
        around = piece[top : top + height + 8, left : left + width + 8]
        if around.shape[0] < height or around.shape[1] < width:
            continue
        score, found = highest(correlate(around, candidates[place]))
        if score > best[1]:
            best = (place, score, (left + found[0], top + found[1]))
    return best[0], best[2]


_PARTS = 6
_PART_SHIFT = 4


def _straightened(piece: Ink, print_: Ink, at: tuple[int, int]) -> tuple[Ink, float]:
    """The piece at its place, with the slow bend of curled paper taken out; and its correlation with the print.

    The print is cut into upright parts; each is found again within `_PART_SHIFT` dots, and what lies between is
    interpolated."""
    height, width = print_.shape
    edges = np.linspace(0, width, _PARTS + 1).astype(int)
    middles, shifts = [], []
    for left, right in itertools.pairwise(edges):
        pattern = print_[:, left:right]
        x, y = at[0] + left - _PART_SHIFT, at[1] - _PART_SHIFT
        around = piece[max(y, 0) : y + height + 2 * _PART_SHIFT, max(x, 0) : x + right - left + 2 * _PART_SHIFT]
        full = (height + 2 * _PART_SHIFT, right - left + 2 * _PART_SHIFT)
        if pattern.sum() < _LEAST_INK or around.shape != full:
            continue
        score, found = highest(correlate(around, pattern))
        if score > 0.4:
            middles.append((left + right) / 2)
            shifts.append((found[0] - _PART_SHIFT, found[1] - _PART_SHIFT))
    across, down = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    if shifts:
        dx, dy = (np.interp(across, middles, [shift[axis] for shift in shifts]) for axis in (0, 1))
    else:
        dx = dy = np.zeros(width)
    map_x = np.tile((at[0] + across + dx).astype(np.float32), (height, 1))
    map_y = (at[1] + down[:, None] + dy[None, :]).astype(np.float32)
    seen = sample(piece, map_x, map_y)
    return seen, float(correlate(seen, print_)[0, 0])


_LEAST_INK = 30.0
"""Squared dots of ink that a part needs to be found by."""


def _to_contrast_of(seen: Ink, print_: Ink) -> Ink:
    """Ink scaled and shifted so that it fits the print best; a piece without contrast becomes plain paper."""
    centred = seen - seen.mean()
    expected = print_ - print_.mean()
    slope = float((centred * expected).sum() / max(float((expected * expected).sum()), 1e-6))
    if slope < 0.02:
        return np.zeros_like(seen)
    return np.asarray(centred / slope + print_.mean(), np.float32)


def _strange(seen: Ink, print_: Ink, limits: Limits = LIMITS) -> float:
    """The most unexplained ink in any window."""
    left_over = window_mean((seen - print_) ** 2, limits.window)
    expected = window_mean(print_**2, limits.window)
    return float((left_over - limits.explained * expected).max())
