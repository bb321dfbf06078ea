"""What a comparison found, in words and numbers that a person can check on the picture."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.counted import how_many
from testigo.fingerprint.matching.calibration import calibration
from testigo.fingerprint.matching.matcher import MatchResult
from testigo.fingerprint.parameters import MATCHING
from testigo.fingerprint.templates.template import Template

_PIXELS_PER_MM = 500 / 25.4
_COUNTED = 3.5  # scores up to here were counted in the calibration; above, its tail is continued
_SURE = 6.0  # above, "one in a million" is all that is said: no measurement compared more
_FEWEST = 3  # pairs that a turn is told from


class Explanation(msgspec.Struct, frozen=True):
    """`one_in`: of how many comparisons of different fingers one reaches this score; `counted`: whether that many were
    seen when the score was calibrated, or its tail continued.

    `minutiae`: of the first print and the second; `pairs`: how many were taken for the same. `turn`: degrees by which
    the second print is turned against the first, counter-clockwise; `shift`: millimetres between the middles of the
    pairs, across (right) and down; `spread`: median millimetres between paired minutiae once turned and shifted back
    (skin stretches: up to about 1). All three None with fewer than three pairs.
    """

    score: float
    threshold: float
    matched: bool
    one_in: float
    counted: bool
    minutiae: tuple[int, int]
    pairs: int
    turn: float | None
    shift: tuple[float, float] | None
    spread: float | None

    def sentences(self) -> list[str]:
        """The explanation for a person, a sentence a line."""
        sentences = [
            "The same finger." if self.matched else "Not shown to be the same finger.",
            f"Score {self.score:.2f}, threshold {self.threshold:.2f}: {chance(self.score)}",
            f"{how_many(self.pairs, 'minutia', 'minutiae')} {'pairs' if self.pairs == 1 else 'pair'} up,"
            f" of {self.minutiae[0]} in the first print and {self.minutiae[1]} in the second.",
        ]
        if max(self.minutiae) > MATCHING.max_minutiae:
            sentences.append(f"Of more than {MATCHING.max_minutiae} minutiae only the best by quality were compared.")
        if self.turn is not None and self.shift is not None:
            sentences.append(
                f"The second print is turned by {abs(self.turn):.0f}°"
                f"{'' if round(abs(self.turn)) == 0 else ' counter-clockwise' if self.turn > 0 else ' clockwise'}"
                f" and lies {math.hypot(*self.shift):.1f} mm away; the pairs then differ by {self.spread:.2f} mm."
            )
        return sentences


def explain(probe: Template, candidate: Template, result: MatchResult) -> Explanation:
    """What `match(probe, candidate)` found."""
    turn, shift, spread = _placed(probe, candidate, result.pairs)
    return Explanation(
        score=result.score,
        threshold=calibration().threshold,
        matched=result.matched,
        one_in=float(f"{10**result.score:.3g}"),
        counted=result.score <= _COUNTED,
        minutiae=(len(probe), len(candidate)),
        pairs=len(result.pairs),
        turn=turn,
        shift=shift,
        spread=spread,
    )


def chance(score: float) -> str:
    """How often comparisons of different fingers reach a score, as a sentence."""
    if score < 0.05:
        return "nearly every comparison of different fingers reaches it."
    if score > _SURE:
        return "fewer than one in a million comparisons of different fingers would reach it (estimated)."
    number = float(f"{10**score:.2g}")
    shown = f"{number:,.0f}" if number >= 10 else f"{number:g}"
    end = "." if score <= _COUNTED else " (estimated)."
    return f"one in {shown} comparisons of different fingers would reach it{end}"


def _placed(
    probe: Template, candidate: Template, pairs: tuple[tuple[int, int], ...]
) -> tuple[float | None, tuple[float, float] | None, float | None]:
    """Turn, shift and spread of the rigid motion that carries the paired minutiae over best (least squares)."""
    if len(pairs) < _FEWEST:
        return None, None, None
    numbers = np.array(pairs)
    a, b = _places(probe, numbers[:, 0]), _places(candidate, numbers[:, 1])
    middle_a, middle_b = a.mean(), b.mean()
    turn = float(np.angle(np.sum((b - middle_b) * np.conj(a - middle_a))))
    away = np.abs((b - middle_b) - (a - middle_a) * np.exp(1j * turn))
    shift = middle_b - middle_a
    return (
        math.degrees(turn),
        (float(shift.real) / _PIXELS_PER_MM, -float(shift.imag) / _PIXELS_PER_MM),
        float(np.median(away)) / _PIXELS_PER_MM,
    )


def _places(template: Template, numbers: NDArray[np.int64]) -> NDArray[np.complex128]:
    """Minutiae as complex numbers, y up, so that a turn is one multiplication."""
    x, y = template.x[numbers].astype(np.float64), template.y[numbers].astype(np.float64)
    return x - 1j * y
