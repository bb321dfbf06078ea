"""Comparing templates: prepare once, match many times.

How it works (docs/fingerprint.md has the pictures). Neighbouring minutiae are joined by *edges*; an edge's length and
the two angles that its minutiae make with it do not change when the finger is moved or turned. Edges alike in both
prints vote for the pairs of minutiae at their ends. The best voted pairs start *alignments*, which grow from their
neighbourhood over the whole print. The most promising are refined *elastically*: each pair's displacement shifts
the places where its neighbours are looked for. What speaks for and against (pairs, qualities, residuals, types,
votes, minutiae that should have had a partner) is weighed by logistic regression, and the best alignment's log-odds
become the score by the calibration's curve.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.calibration import FEATURES, calibration
from testigo.fingerprint.parameters import MATCHING, MatchingParameters
from testigo.fingerprint.template import Kind, Template

_UNKNOWN_QUALITY = 0.7  # for records of extractors that report none: the mean over the shared sets is 0.71


@dataclass(frozen=True, eq=False)
class Prepared:
    """A template made ready for comparison; its arrays are the kernel's (see `_kernels`).

    `origin`: for each row of `points` the number of the minutia in the template.
    """

    points: NDArray[np.float32]
    ends: NDArray[np.int16]
    shapes: NDArray[np.float32]
    starts: NDArray[np.int32]
    hull: NDArray[np.float32]
    origin: NDArray[np.int64]


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


def prepare(template: Template | Prepared, parameters: MatchingParameters = MATCHING) -> Prepared:
    """The template made ready to be compared many times; one that is ready already is returned as it is."""
    if isinstance(template, Prepared):
        return template
    best = np.argsort(-template.quality.astype(np.int64), kind="stable")[: parameters.max_minutiae]
    origin = best[np.lexsort((-template.y[best].astype(np.int64), template.x[best]))]  # the kernel's y points up
    quality = np.where(template.quality > 0, template.quality / 100, _UNKNOWN_QUALITY)
    kind = np.select([template.kind == Kind.ENDING, template.kind == Kind.BIFURCATION], [1.0, 0.0], 0.5)
    columns = (template.x, -template.y.astype(np.float64), template.radians, kind, quality)
    points = np.ascontiguousarray(np.column_stack(columns)[origin], dtype=np.float32)
    kernels = _kernels()
    ends, shapes, starts = kernels.build_edges(points, parameters)
    return Prepared(points, ends, shapes, starts, kernels.convex_hull(points), origin)


class Matcher:
    """Compares probes with one list of candidates, prepared once."""

    def __init__(self, candidates: Sequence[Template | Prepared] = ()) -> None:
        self._candidates = [prepare(candidate) for candidate in candidates]

    def __len__(self) -> int:
        return len(self._candidates)

    def add(self, candidate: Template | Prepared) -> None:
        """One more candidate, at the end of the list."""
        self._candidates.append(prepare(candidate))

    def scores(self, probe: Template | Prepared) -> NDArray[np.float64]:
        """The score of `probe` against each candidate, in their order."""
        ready = prepare(probe)
        odds = np.array([_compare(ready, candidate)[0] for candidate in self._candidates], dtype=np.float64)
        sizes = np.array([_size(ready, candidate) for candidate in self._candidates], dtype=np.float64)
        return calibration().scores(odds, sizes)


def match(probe: Template | Prepared, candidate: Template | Prepared) -> MatchResult:
    """Compare two impressions: are they of one finger?"""
    first, second = prepare(probe), prepare(candidate)
    odds, pairing = _compare(first, second)
    score = float(calibration().scores(np.array([odds]), np.array([_size(first, second)]))[0])
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


def evidence(probe: Prepared, candidate: Prepared, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Log-odds and evidence vector (`calibration.FEATURES`) under other weights: for those who calibrate."""
    measured = np.zeros(len(FEATURES))
    pairing = np.empty(max(1, len(probe.points)), np.int64)
    return _run(probe, candidate, weights, measured, pairing), measured


def _size(probe: Prepared, candidate: Prepared) -> float:
    return math.sqrt(len(probe.points) * len(candidate.points))


def _compare(probe: Prepared, candidate: Prepared) -> tuple[float, NDArray[np.int64]]:
    pairing = np.empty(len(probe.points), np.int64)
    return _run(probe, candidate, _weights(), np.empty(len(FEATURES)), pairing), pairing


def _run(
    p: Prepared, c: Prepared, weights: NDArray[np.float64], measured: NDArray[np.float64], pairing: NDArray[np.int64]
) -> float:
    return float(
        _kernels().compare(
            p.points, p.ends, p.shapes, p.hull,
            c.points, c.ends, c.shapes, c.starts, c.hull,
            weights, MATCHING, measured, pairing,
        )
    )  # fmt: skip


@cache
def _weights() -> NDArray[np.float64]:
    return calibration().vector()


def _kernels() -> ModuleType:
    """The machine code, imported at the first comparison: numba takes half a second that not every process needs."""
    from testigo.fingerprint import _kernels

    return _kernels


def warm_up() -> None:
    """Compile the kernels now, some ten seconds once an installation, rather than before the first voter's finger."""
    number = np.arange(12)
    template = Template(
        width=256,
        height=256,
        x=(40 + 15 * number).astype(np.uint16),
        y=(40 + (77 * number) % 160).astype(np.uint16),
        angle=((37 * number) % 256).astype(np.uint8),
        kind=(1 + number % 2).astype(np.uint8),
        quality=(50 + number).astype(np.uint8),
    )
    match(template, template)
