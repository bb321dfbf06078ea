"""How far a measured rate may be from the true one: intervals by drawing the fingers again, with replacement.

The scores of one finger hang together: a worn finger fails all day. So it is the fingers that are drawn, not the
pairs (Bolle, Ratha, Pankanti, "Error analysis of pattern recognition systems: the subsets bootstrap", CVIU 93, 2004;
also ISO/IEC 19795-1). A finger that is drawn w times counts w times: a genuine pair of finger a weighs w(a), an
impostor pair of fingers a and b weighs w(a) · w(b). A finger drawn twice would meet its own copy; those are genuine
scores and are left out of the impostors. 95 % intervals are the 2.5th and 97.5th percentiles of the draws.

What was not seen cannot be drawn: where no error was observed the interval is [0, 0], and `rule_of_three` is the word
to give instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.rates import nearest_mean

Doubles = NDArray[np.float64]
Numbers = NDArray[np.int64]

DRAWS = 1000
CONFIDENCE = 0.95
_SEED = 19795  # always the same draws: two runs over one folder print the same intervals
_TOP = 0.12  # share of the impostors, the highest, that the first attempt looks at
_BLOCK = 1 << 21  # cells of the tables made at a time: 16 MB each


@dataclass(frozen=True, eq=False)
class FingerScores:
    """Comparisons with their fingers, numbered from 0 to `fingers` - 1.

    `genuine` (g,): scores of pairs of the fingers `owner` (g,); `impostor` (i,): of the fingers `first`, `second` (i,).
    """

    fingers: int
    genuine: Doubles
    owner: Numbers
    impostor: Doubles
    first: Numbers
    second: Numbers

    @staticmethod
    def pooled(sets: "Sequence[FingerScores]") -> "FingerScores":
        """Several sets as one, no finger shared between them."""
        before = np.cumsum([0, *(one.fingers for one in sets)])
        shifted = list(zip(sets, before, strict=False))
        return FingerScores(
            int(before[-1]),
            np.concatenate([one.genuine for one in sets]),
            np.concatenate([one.owner + start for one, start in shifted]),
            np.concatenate([one.impostor for one in sets]),
            np.concatenate([one.first + start for one, start in shifted]),
            np.concatenate([one.second + start for one, start in shifted]),
        )


@dataclass(frozen=True, eq=False)
class Draws:
    """Rates of each draw, as fractions: `eer` (d,); `fnmr_at` (d, f), FNMR at each FMR asked for; `fnmr`, `fmr` (d,),
    at the threshold asked for."""

    eer: Doubles
    fnmr_at: Doubles
    fnmr: Doubles
    fmr: Doubles


def interval(values: Doubles) -> tuple[float, float]:
    """The 95 % interval of a rate over the draws."""
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [outside, 1 - outside])
    return float(low), float(high)


def rule_of_three(comparisons: int) -> float:
    """The highest rate, at 95 % confidence, where none of so many independent comparisons failed: 3 / n."""
    return min(1.0, 3 / max(1, comparisons))


def draw(
    scores: FingerScores, fmrs: Sequence[float], threshold: float, *, draws: int = DRAWS, stream: int = 0
) -> Draws:
    """Draw the fingers `draws` times and measure each time; draws without a genuine or an impostor pair are left out.

    The rates are those of `rates.fnmr_at_fmr` (at each of `fmrs`) and `rates.equal_error_rate`, with weights.
    `stream`: sets whose draws are combined need different ones, or their draws would agree.
    """
    rng = np.random.Generator(np.random.PCG64([_SEED, stream]))
    even = np.full(scores.fingers, 1 / scores.fingers)
    return measured(scores, rng.multinomial(scores.fingers, even, size=draws), fmrs, threshold)


def measured(scores: FingerScores, weights: Numbers, fmrs: Sequence[float], threshold: float) -> Draws:
    """The rates under each row of `weights` (d, fingers): how often each finger is drawn."""
    n = scores.fingers
    met = np.bincount(scores.first * n + scores.second, minlength=n * n).reshape(n, n).astype(np.float64)
    impostors = ((weights @ met) * weights).sum(axis=1)  # weight of all impostor pairs of a draw
    genuine = weights @ np.bincount(scores.owner, minlength=n)
    usable = (impostors > 0) & (genuine > 0)
    kept = weights[usable].astype(np.int32)
    return _Table(scores).rates(kept, impostors[usable], np.asarray(fmrs, np.float64), threshold)


class _Table:
    """Scores in order, genuine rising and impostors falling, so that a draw's rates are running sums of weights."""

    def __init__(self, scores: FingerScores) -> None:
        rising = np.argsort(scores.genuine, kind="stable")
        falling = np.argsort(-scores.impostor, kind="stable")
        self.genuine, self.owner = scores.genuine[rising], scores.owner[rising]
        self.impostor = scores.impostor[falling]
        self.first, self.second = scores.first[falling], scores.second[falling]

    def rates(self, weights: NDArray[np.int32], impostors: Doubles, fmrs: Doubles, threshold: float) -> Draws:
        """Low impostor scores decide nothing, so only the highest are looked at, more of them where that was wrong."""
        highest = float(fmrs.max(initial=0.0))
        above = int(np.count_nonzero(self.impostor >= threshold))
        top = min(len(self.impostor), max(1000, above + 1, int(len(self.impostor) * max(_TOP, 1.2 * highest))))
        look = self._look(top)
        parts: list[tuple[Doubles, ...]] = []
        while len(weights):
            rows = max(1, _BLOCK // (top + len(self.genuine)))
            found = self._block(weights[:rows], impostors[:rows], fmrs, threshold, look)
            if found is None:
                top = min(len(self.impostor), 2 * top)
                look = self._look(top)
                continue
            parts.append(found)
            weights, impostors = weights[rows:], impostors[rows:]
        if not parts:
            nothing = np.empty(0)
            return Draws(nothing, np.empty((0, len(fmrs))), nothing, nothing)
        return Draws(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _look(self, top: int) -> "_Look":
        highest = self.impostor[:top]
        whole = top == len(self.impostor)
        kept = self.genuine if whole else self.genuine[self.genuine > highest[-1]]
        thresholds = np.unique(np.concatenate([kept, highest]))
        return _Look(
            top,
            whole,
            np.searchsorted(self.genuine, highest, "right"),
            np.searchsorted(self.genuine, thresholds, "left"),
            np.searchsorted(-highest, -thresholds, "right"),
        )

    def _block(
        self, weights: NDArray[np.int32], impostors: Doubles, fmrs: Doubles, threshold: float, look: "_Look"
    ) -> tuple[Doubles, ...] | None:
        """EER, FNMR at FMRs, FNMR and FMR at the threshold of some draws; None where `look` does not suffice."""
        lost = _running(weights[:, self.owner])  # genuine weight below position k
        lost /= lost[:, -1:]
        passed = _running(weights[:, self.first[: look.top]] * weights[:, self.second[: look.top]])
        most = np.floor(np.outer(impostors, fmrs) + 1e-9)
        if not look.whole and np.any(passed[:, -1:] <= most):
            return None
        eer = look.equal_error_rates(lost, passed / impostors[:, None])
        if eer is None:
            return None
        fnmr_at = np.zeros((len(weights), len(fmrs)))
        for row in range(len(weights)):
            beyond = np.searchsorted(passed[row, 1:], most[row], "right")  # the first impostor that may not match
            within = beyond < look.top
            fnmr_at[row, within] = lost[row, look.refused[beyond[within]]]
        fnmr = lost[:, np.searchsorted(self.genuine, threshold, "left")]
        fmr = passed[:, np.searchsorted(-self.impostor[: look.top], -threshold, "right")] / impostors
        return eer, fnmr_at, fnmr, fmr


@dataclass(frozen=True, eq=False)
class _Look:
    """Where scores stand among each other, of the `top` highest impostors (`whole`: of all of them).

    `refused` (top,): genuine scores at or below each impostor's; `below`, `over`: for each threshold that may be the
    crossing, genuine scores below it and impostors at or over it.
    """

    top: int
    whole: bool
    refused: Numbers
    below: Numbers
    over: Numbers

    def equal_error_rates(self, lost: Doubles, passed: Doubles) -> Doubles | None:
        """Of each draw; None where FNMR and FMR of one do not cross among the impostors looked at."""
        equal = np.empty(len(lost))
        for row in range(len(lost)):
            fnmr, fmr = lost[row, self.below], passed[row, self.over]
            crossing = int(np.searchsorted(fnmr - fmr, 0.0))  # fnmr rises with the threshold and fmr falls
            if crossing == 0 and not self.whole:
                return None
            near = slice(max(0, crossing - 1), crossing + 1)
            equal[row] = nearest_mean(fnmr[near], fmr[near])
        return equal


def _running(weights: NDArray[np.int32]) -> Doubles:
    """(rows, n) → (rows, n + 1): column k is the sum of the first k."""
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums
