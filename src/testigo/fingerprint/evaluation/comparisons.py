"""All pairs of a set of impressions compared: the scores, which are genuine, and how long a comparison takes."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.bootstrap import FingerScores
from testigo.fingerprint.evaluation.impressions import Impression, Progress
from testigo.fingerprint.matching.matcher import Matcher
from testigo.fingerprint.matching.prepared import Prepared, prepare
from testigo.fingerprint.search.warm_up import warm_up
from testigo.fingerprint.templates.template import Template

TIMED = 20  # probes whose comparisons are timed one after another, with nothing beside them


@dataclass(frozen=True, eq=False)
class Comparisons:
    """All pairs of a set: the impressions' numbers, scores, which are genuine, which belong to the FVC protocol.

    `fingers` (impressions,): each impression's finger, numbered from 0. Times on one thread, in microseconds.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    scores: NDArray[np.float64]
    genuine: NDArray[np.bool_]
    fvc: NDArray[np.bool_]
    fingers: NDArray[np.int64]
    microseconds: float
    preparing: float

    def by_finger(self, chosen: NDArray[np.bool_] | None = None) -> FingerScores:
        """The scores with their fingers, for the bootstrap; of the chosen pairs (by default all) and their fingers."""
        kept = np.ones(len(self.scores), np.bool_) if chosen is None else chosen
        same, other = kept & self.genuine, kept & ~self.genuine
        first, second = self.fingers[self.first], self.fingers[self.second]
        known = np.unique(np.concatenate([first[kept], second[kept]]))
        first, second = np.searchsorted(known, first), np.searchsorted(known, second)
        return FingerScores(len(known), self.scores[same], first[same], self.scores[other], first[other], second[other])


def compare_all(
    impressions: Sequence[Impression], templates: Sequence[Template | Prepared], tell: Progress | None = None
) -> Comparisons:
    """Every pair of different impressions once, the one with the lower number as the probe; all cores at work.

    Scores are `Matcher`'s: 0 where a comparison promises nothing early on, even where `match`, which always goes on,
    gives a little more.
    Before, `TIMED` probes from all over the set are compared alone, for the time a comparison takes.
    """
    warm_up()
    ready, preparing = _prepared(templates)
    probes = len(ready) - 1
    sample = sorted({int(number) for number in np.linspace(0, probes - 1, min(TIMED, probes))})
    rows: dict[int, NDArray[np.float64]] = {}
    times = []
    matcher = Matcher(ready)

    def row(number: int) -> NDArray[np.float64]:
        return matcher.scores(ready[number], np.arange(number + 1, len(ready)))

    for number in sample:
        began = perf_counter()
        rows[number] = row(number)
        times.append((perf_counter() - began) / (probes - number))
    others = [number for number in range(probes) if number not in rows]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for number, scores in zip(others, pool.map(row, others), strict=True):
                rows[number] = scores
                if tell:
                    tell("compared", len(rows), probes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if tell:
        tell("compared", probes, probes)
    scores = np.concatenate([rows[number] for number in range(probes)])
    return _labelled(impressions, scores, median(times) * 1e6, preparing)


def _prepared(templates: Sequence[Template | Prepared]) -> tuple[list[Prepared], float]:
    """The templates ready to be compared, and the median of the microseconds it took."""
    ready, times = [], []
    for template in templates:
        began = perf_counter()
        ready.append(prepare(template))
        times.append(perf_counter() - began)
    return ready, median(times) * 1e6


def _labelled(
    impressions: Sequence[Impression], scores: NDArray[np.float64], microseconds: float, preparing: float
) -> Comparisons:
    """The scores of all pairs, the lower number first, with what they are pairs of."""
    first, second = np.triu_indices(len(impressions), 1)
    names, finger = np.unique([impression.finger for impression in impressions], return_inverse=True)
    leads = np.zeros(len(impressions), np.bool_)
    leads[[int(np.flatnonzero(finger == number)[0]) for number in range(len(names))]] = True  # of each finger, one
    genuine = finger[first] == finger[second]
    fvc = genuine | (leads[first] & leads[second])
    return Comparisons(first, second, scores, genuine, fvc, finger, microseconds, preparing)


def score_lines(impressions: Sequence[Impression], compared: Comparisons) -> str:
    """A line `finger impression finger impression score` for each pair."""
    names = [f"{one.finger} {one.number}" for one in impressions]
    pairs = zip(compared.first, compared.second, compared.scores, strict=True)
    return "".join(f"{names[i]} {names[j]} {score:.6f}\n" for i, j, score in pairs)
