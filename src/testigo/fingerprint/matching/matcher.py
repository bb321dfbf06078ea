"""Comparing templates: prepare once, match many times.

How it works (docs/fingerprint.md has the pictures). Each minutia has a *descriptor*: 256 bits that tell what stands
around it. Minutiae of both prints whose descriptors differ in few bits are *leads*; prints of different fingers have
few, and most comparisons end there, after a *prefilter*. Leads that one motion of the finger explains support each
other. The best supported start *alignments*, which grow over the whole print. The most promising are refined
*elastically*: each pair's displacement shifts the places where its neighbours are looked for. What speaks for and
against (pairs, qualities, residuals, types, descriptors, minutiae that should have had a partner) is weighed by
logistic regression, and the best alignment's log-odds become the score by the calibration's curve.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.matching.calibration import FEATURES, calibration
from testigo.fingerprint.matching.prepared import Prepared, PreparedTemplates, prepare
from testigo.fingerprint.parameters import MATCHING, MatchingParameters
from testigo.fingerprint.templates.template import Template

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class MatchResult:
    """`score`: -log10 of the estimated false match rate (see `calibration`); `matched`: score at or over `THRESHOLD`.

    `pairs`: numbers of the minutiae taken for the same, (probe's, candidate's); `log_odds`: the weighed evidence,
    -inf where no alignment was found.
    """

    score: float
    matched: bool
    pairs: tuple[tuple[int, int], ...]
    log_odds: float


class Matcher:
    """Compares probes with one list of candidates, prepared once."""

    def __init__(self, candidates: Iterable[Template | Prepared] | PreparedTemplates = ()) -> None:
        self._candidates = candidates if isinstance(candidates, PreparedTemplates) else PreparedTemplates(candidates)

    def __len__(self) -> int:
        return len(self._candidates)

    def add(self, candidate: Template | Prepared) -> None:
        """One more candidate, at the end of the list."""
        self._candidates.append(candidate)

    def scores(self, probe: Template | Prepared, rows: Rows | None = None) -> NDArray[np.float64]:
        """The score of `probe` against each candidate, in their order, or against those in `rows`.

        A comparison ends early, with score 0, where the prefilter, the support of the first leads or the similarity of
        the pairs promises nothing (`MatchingParameters`); so an impostor's score may differ from `match`'s. Holds no
        lock while it compares: threads may share the candidates. Raises `IndexError` where a row is none of them.
        """
        from testigo.fingerprint.matching import _comparison, _points  # numba is loaded at first use

        ready = prepare(probe)
        columns = self._candidates.columns
        chosen = self._candidates.checked(np.arange(len(self)) if rows is None else rows)
        odds = np.empty(len(chosen))
        _comparison.compare_many(
            _points.unpacked(ready.places, ready.traits), ready.codes,
            columns.starts, columns.counts, columns.places, columns.traits, columns.words,
            chosen, _weights(), MATCHING, odds,
        )  # fmt: skip
        sizes = np.sqrt(len(ready) * columns.counts[chosen].astype(np.float64))
        return calibration().scores(odds, sizes)


def match(probe: Template | Prepared, candidate: Template | Prepared) -> MatchResult:
    """Compare two impressions: are they of one finger? Nothing ends early here."""
    first, second = prepare(probe), prepare(candidate)
    odds, _, pairing = evidence(first, second, _weights())
    size = math.sqrt(len(first) * len(second))
    score = float(calibration().scores(np.array([odds]), np.array([size]))[0])
    pairs = tuple((int(first.origin[i]), int(second.origin[j])) for i, j in enumerate(pairing) if j >= 0)
    return MatchResult(score, score >= calibration().threshold, pairs, odds)


def best_match(probe: Template | Prepared, candidates: Sequence[Template | Prepared]) -> tuple[int, MatchResult] | None:
    """The number of the candidate most like the probe, and the comparison; None where there is no candidate.

    For the enrolled fingers and impressions of *one* person: one impression that matches is enough. With k candidates
    the chance of a false match is up to k times as large, so log10 k is taken off the score before it is judged.
    """
    ready = prepare(probe)
    results = [match(ready, candidate) for candidate in candidates]
    if not results:
        return None
    number = max(range(len(results)), key=lambda k: (results[k].score, results[k].log_odds))
    best = results[number]
    score = max(0.0, best.score - math.log10(len(results)))
    return number, MatchResult(score, score >= calibration().threshold, best.pairs, best.log_odds)


def evidence(
    probe: Prepared, candidate: Prepared, weights: NDArray[np.float64], parameters: MatchingParameters = MATCHING
) -> tuple[float, NDArray[np.float64], Rows]:
    """Log-odds and evidence (`calibration.FEATURES`) under such weights, and for each probe row its partner or -1."""
    from testigo.fingerprint.matching import _comparison, _points  # numba is loaded at first use

    measured = np.zeros(len(FEATURES))
    pairing = np.full(len(probe), -1, np.int64)
    odds = _comparison.compare(
        _points.unpacked(probe.places, probe.traits), probe.codes,
        _points.unpacked(candidate.places, candidate.traits), candidate.codes,
        weights, parameters, measured, pairing,
    )  # fmt: skip
    return float(odds), measured, pairing


@cache
def _weights() -> NDArray[np.float64]:
    return calibration().vector()
