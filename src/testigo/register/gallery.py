"""The gallery: every enrolled impression, ready to be searched, in memory; and how likely two persons are one.

Persons are compared by all their fingers at once: for each finger of the newcomer its best comparison with any
impression of the other person, and these fused into one score (`fingerprint.matching.fusion`).

A newcomer meets N persons, so chance alone, with p the false match rate of a score, would make N p cases. A person
becomes a case where the fused score is at least log10 N + 2 (one false case in a hundred enrolments), and never under
the fingerprint room's own threshold.

Fingers are compared with all fingers, whatever their position: who enrols twice may hold out the other hand.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo import fingerprint
from testigo.fingerprint import THRESHOLD, Matcher, Prepared, Template, prepare
from testigo.fingerprint.matching import best_of, fuse

FALSE_CASES = 0.01
"""Cases that chance may make for one enrolment."""


PREFILTER_SCORE = 2.0
"""Persons whose best impressions compare lower than this are left without a closer look: 99 of 100 others, and hardly
ever somebody's own other impression."""


class EnrolledPrint(msgspec.Struct, frozen=True):
    """One impression of an enrolment. `number` counts them from 1; `finger`: ISO/IEC 19794-2 position."""

    number: int
    finger: int
    quality: int
    prepared: Prepared

    @classmethod
    def of(cls, number: int, finger: int, quality: int, template: Template) -> "EnrolledPrint":
        """An impression made ready to be compared."""
        return cls(number, finger, quality, prepare(template))


class DuplicateCandidate(msgspec.Struct, frozen=True):
    """Somebody enrolled who is likely the newcomer. `probe`, `candidate`: numbers of the impressions most alike."""

    enrolment: int
    score: float
    probe: int
    candidate: int


class PersonGallery:
    """Enrolments in the order they were added. For one thread at a time: the register holds a lock."""

    def __init__(self) -> None:
        self.newest = 0
        """The highest enrolment in the gallery; 0 while it is empty."""
        self._persons: list[tuple[int, tuple[EnrolledPrint, ...]]] = []
        self._prints = fingerprint.Gallery()  # the best impression of each finger, numbered by the person's place
        self._first_print = [0]  # of each person the first of these, and where the next person's will begin

    def __len__(self) -> int:
        return len(self._persons)

    def add(self, enrolment: int, impressions: Iterable[EnrolledPrint]) -> None:
        """One more enrolment, whose id is higher than all before."""
        own = tuple(impressions)
        for impression in _best_of_each_finger(own):
            self._prints.add(len(self._persons), impression.prepared)
        self.newest = enrolment
        self._persons.append((enrolment, own))
        self._first_print.append(len(self._prints))

    def search(self, probes: Sequence[EnrolledPrint], *, after: int = 0) -> list[DuplicateCandidate]:
        """The likely duplicates among all enrolments behind the first `after` ones, the most similar first.

        Of each finger only the best impressions are looked up among all; a closer look, with all impressions,
        is for those who then seem alike at all.
        """
        found = []
        for enrolment, impressions in self._alike(_best_of_each_finger(probes), after):
            matcher = Matcher([impression.prepared for impression in impressions])
            scores = np.array([matcher.scores(probe.prepared) for probe in probes])
            score = person_score(scores, [probe.finger for probe in probes])
            if score >= least_score(len(self)):
                row, column = np.unravel_index(int(scores.argmax()), scores.shape)
                found.append(
                    DuplicateCandidate(enrolment, score, probes[int(row)].number, impressions[int(column)].number)
                )
        return sorted(found, key=lambda candidate: -candidate.score)

    def _alike(self, probes: Sequence[EnrolledPrint], after: int) -> list[tuple[int, tuple[EnrolledPrint, ...]]]:
        """The persons with a best impression that compares at `PREFILTER_SCORE` or over with one of the probes."""
        alike: set[int] = set()
        for probe in probes:
            rows = self._prints.search(probe.prepared, after=self._first_print[after])
            scores = self._prints.compare(probe.prepared, rows)
            alike.update(self._prints.numbers[rows[scores >= PREFILTER_SCORE]].tolist())
        return [self._persons[place] for place in sorted(alike)]


def _best_of_each_finger(impressions: Sequence[EnrolledPrint]) -> list[EnrolledPrint]:
    best: dict[int, EnrolledPrint] = {}
    for one in impressions:
        if one.finger not in best or one.quality > best[one.finger].quality:
            best[one.finger] = one
    return list(best.values())


def least_score(persons: int) -> float:
    """The score from which one of so many persons is a likely duplicate."""
    return max(THRESHOLD, math.log10(max(persons, 1) / FALSE_CASES))


def person_score(scores: NDArray[np.float64], fingers: Sequence[int]) -> float:
    """-log10 of the chance that somebody else looks as much like the newcomer.

    `scores`: (newcomer's impressions, other's impressions); `fingers`: of each row.
    """
    rows = np.asarray(fingers)
    return fuse([best_of(scores[rows == finger].ravel().tolist()) for finger in sorted(set(fingers))])
