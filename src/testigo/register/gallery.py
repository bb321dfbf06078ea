"""The gallery: every enrolled impression, prepared for comparison, in memory; and how likely two persons are one.

A comparison's score is -log10 of the false match rate (`testigo.fingerprint`), a small probability p under "different
fingers". Persons are compared by all their fingers at once:

- For each finger of the newcomer, its best comparison with any impression of the other person; of k comparisons the
  best has p at most k times as large (Bonferroni), so log10 k is taken off.
- m fingers together: Fisher's method (R. A. Fisher, Statistical Methods for Research Workers, 1925): the sum of the
  scores, judged by the distribution that sums of m such scores have by chance (Erlang). Beside it the best finger
  alone, because one finger that matches must not be drowned by nine that don't; log10 2 pays for looking at both.

A newcomer meets N persons, so chance alone would make N p cases. A person becomes a case where the combined score is at
least log10 N + 2 (one false case in a hundred enrolments), and never under the fingerprint room's own threshold.

Fingers are compared with all fingers, whatever their position: who enrols twice may hold out the other hand.
"""

import math
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint import THRESHOLD, Matcher, Prepared, Template, prepare

FALSE_CASES = 0.01
"""Cases that chance may make for one enrolment."""


GLANCE = 2.0
"""Persons whose best impressions compare lower than this are left without a closer look: 99 of 100 others, and hardly
ever somebody's own other impression."""


SHARE = 256
"""Candidates that one core compares at a time; the machine code of comparisons holds no lock."""


class Impression(msgspec.Struct, frozen=True):
    """One impression of an enrolment. `number` counts them from 1; `finger`: ISO/IEC 19794-2 position."""

    number: int
    finger: int
    quality: int
    prepared: Prepared

    @classmethod
    def of(cls, number: int, finger: int, quality: int, template: Template) -> "Impression":
        """An impression made ready to be compared."""
        return cls(number, finger, quality, prepare(template))


class Candidate(msgspec.Struct, frozen=True):
    """Somebody enrolled who is likely the newcomer. `probe`, `candidate`: numbers of the impressions most alike."""

    enrolment: int
    score: float
    probe: int
    candidate: int


class Gallery:
    """Enrolments in the order they were added."""

    def __init__(self) -> None:
        self.newest = 0
        """The highest enrolment in the gallery; 0 while it is empty."""
        self._persons: list[tuple[int, tuple[Impression, ...]]] = []

    def __len__(self) -> int:
        return len(self._persons)

    def add(self, enrolment: int, impressions: Iterable[Impression]) -> None:
        """One more enrolment, whose id is higher than all before."""
        self.newest = enrolment
        self._persons.append((enrolment, tuple(impressions)))

    def search(self, probes: Sequence[Impression], *, after: int = 0) -> list[Candidate]:
        """The likely duplicates among all enrolments behind the first `after` ones, the likeliest first.

        Of each finger only the best impressions are compared with everybody's; a closer look, with all impressions,
        is for those who then seem alike at all.
        """
        found = []
        for enrolment, impressions in self._alike(_best_of_each_finger(probes), self._persons[after:]):
            scores = _compare(probes, impressions)
            score = person_score(scores, [probe.finger for probe in probes])
            if score >= least_score(len(self)):
                row, column = np.unravel_index(int(scores.argmax()), scores.shape)
                found.append(Candidate(enrolment, score, probes[int(row)].number, impressions[int(column)].number))
        return sorted(found, key=lambda candidate: -candidate.score)

    def _alike(
        self, probes: Sequence[Impression], persons: Sequence[tuple[int, tuple[Impression, ...]]]
    ) -> list[tuple[int, tuple[Impression, ...]]]:
        """The persons with a best impression that compares at `GLANCE` or over with one of the probes."""
        best = [_best_of_each_finger(impressions) for _, impressions in persons]
        rivals = [impression for impressions in best for impression in impressions]
        if not probes or not rivals:
            return []
        highest = iter(_compare(probes, rivals).max(axis=0))
        return [
            person
            for person, impressions in zip(persons, best, strict=True)
            if max(islice(highest, len(impressions)), default=0.0) >= GLANCE
        ]


def _best_of_each_finger(impressions: Sequence[Impression]) -> list[Impression]:
    best: dict[int, Impression] = {}
    for one in impressions:
        if one.finger not in best or one.quality > best[one.finger].quality:
            best[one.finger] = one
    return list(best.values())


def _compare(probes: Sequence[Impression], candidates: Sequence[Impression]) -> NDArray[np.float64]:
    """Scores, (probes, candidates). Many candidates are shared among the processor's cores."""
    parts = [candidates[start : start + SHARE] for start in range(0, len(candidates), SHARE)]
    if len(parts) < 2:
        return _scores(probes, candidates)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as cores:
        return np.concatenate(list(cores.map(_scores, repeat(probes), parts)), axis=1)


def _scores(probes: Sequence[Impression], candidates: Sequence[Impression]) -> NDArray[np.float64]:
    matcher = Matcher([candidate.prepared for candidate in candidates])
    return np.array([matcher.scores(probe.prepared) for probe in probes])


def least_score(persons: int) -> float:
    """The score from which one of so many persons is a likely duplicate."""
    return max(THRESHOLD, math.log10(max(persons, 1) / FALSE_CASES))


def person_score(scores: NDArray[np.float64], fingers: Sequence[int]) -> float:
    """-log10 of the chance that somebody else looks as much like the newcomer.

    `scores`: (newcomer's impressions, other's impressions); `fingers`: of each row.
    """
    rows = np.asarray(fingers)
    best = []
    for finger in sorted(set(fingers)):
        part = scores[rows == finger]
        best.append(max(0.0, float(part.max()) - math.log10(part.size)))
    alone = max(best) - math.log10(len(best))
    return max(0.0, max(alone, _fisher(best)) - (math.log10(2) if len(best) > 1 else 0.0))


def _fisher(scores: Sequence[float]) -> float:
    """-log10 of the chance that the sum of so many independent scores is as high: the tail of Erlang's distribution."""
    rate = sum(scores) * math.log(10)
    terms = sum(rate**power / math.factorial(power) for power in range(len(scores)))
    return sum(scores) - math.log10(terms)
