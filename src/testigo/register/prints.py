"""All prints on disk, opened, for a run over the whole register: cut into parts, each ready to be searched.

A part holds some 32,768 persons in the order of enrolment, with the best impression of each finger:

    enrolments.npy  the persons' enrolments, rising
    starts.npy      where each person's rows begin, and where the last one's end
    rows.npy        a row a print: finger and number of the impression; a person's best finger comes first
    gallery/        the same prints in the same rows, ready to be searched (`testigo.fingerprint.search.gallery`)

All of it is mapped into memory, not read: a worker holds what it looks at, and workers of one machine share it.
"""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testigo import storage
from testigo.fingerprint import Gallery, Prepared, decode_template, prepare
from testigo.register.enrolment import Kept
from testigo.register.work_folder import Loaded, WorkFolder

PART = 32_768
"""Persons in a part, about: seconds of scanning, and minutes of preparing that a cut can lose."""

AT_ONCE = 256
"""Persons whose prints are prepared at a time, on all cores."""

ROW = np.dtype([("finger", "u1"), ("number", "u1")])

Longs = NDArray[np.int64]
Scores = NDArray[np.float64]
Similarities = NDArray[np.float32]
People = Iterator[tuple[int, Sequence[Kept]]]


def best_of_each_finger(kept: Iterable[Kept]) -> list[Kept]:
    """Of several impressions of a finger the one of the highest quality, the best finger first."""
    best: dict[int, Kept] = {}
    for one in kept:
        if one.finger not in best or one.quality > best[one.finger].quality:
            best[one.finger] = one
    return sorted(best.values(), key=lambda one: -one.quality)


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_parts(
    work: WorkFolder, size: int, people_after: Callable[[int], People], done: Callable[[int], None]
) -> None:
    """Write what is missing of the parts, each of `size` persons; `people_after(newest)` gives those enrolled after it.

    `done` is told how many persons more are written. A part that is there is whole; the next one goes on after it.
    """
    number, newest = 0, 0
    while work.part(number).exists():
        enrolments = _mapped(work.part(number) / "enrolments.npy")
        newest = int(enrolments[-1])
        done(len(enrolments))
        number += 1
    people = people_after(newest)
    while first := list(itertools.islice(people, 1)):
        with storage.new_folder(work.part(number), mode=0o700) as folder:
            _write_part(folder, itertools.chain(first, itertools.islice(people, size - 1)), done)
        number += 1


def count_parts(work: WorkFolder) -> Loaded:
    """What the parts hold."""
    persons: list[int] = []
    prints, digest = 0, hashlib.sha256()
    while work.part(len(persons)).exists():
        part = work.part(len(persons))
        enrolments = _mapped(part / "enrolments.npy")
        persons.append(len(enrolments))
        prints += int(_mapped(part / "starts.npy")[-1])
        digest.update(enrolments.tobytes())
    return Loaded(tuple(persons), prints, digest.hexdigest())


def _write_part(folder: Path, people: People, done: Callable[[int], None]) -> None:
    rows: list[tuple[int, int]] = []
    enrolments: list[int] = []
    starts = [0]
    with Gallery.create(folder / "gallery") as gallery, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as cores:
        while some := list(itertools.islice(people, AT_ONCE)):
            best = [(enrolment, best_of_each_finger(kept)) for enrolment, kept in some]
            ready = cores.map(_prepared, [one.template for _, kept in best for one in kept])
            for enrolment, kept in best:
                for one in kept:
                    gallery.add(enrolment, next(ready))
                    rows.append((one.finger, one.number))
                enrolments.append(enrolment)
                starts.append(len(rows))
            done(len(some))
    with storage.explained(folder):
        np.save(folder / "rows.npy", np.array(rows, ROW))
        np.save(folder / "enrolments.npy", np.array(enrolments, "<i8"))
        np.save(folder / "starts.npy", np.array(starts, "<i8"))
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        with storage.explained(file), file.open("rb") as written:
            storage.flush(written.fileno())


def _prepared(template: bytes) -> Prepared:
    return prepare(decode_template(template))


def _mapped(file: Path) -> NDArray[Any]:
    with storage.explained(file):
        return np.asarray(np.load(file, mmap_mode="r"))


# ── Searching ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Part:
    """One part, opened for reading. Persons are numbered from 0 within it."""

    def __init__(self, folder: Path) -> None:
        self.gallery = Gallery.open(folder / "gallery")
        self.rows = _mapped(folder / "rows.npy")
        self._enrolments = _mapped(folder / "enrolments.npy")
        self._starts: Longs = _mapped(folder / "starts.npy")

    def __len__(self) -> int:
        return len(self._enrolments)

    def enrolment(self, person: int) -> int:
        """A person's enrolment."""
        return int(self._enrolments[person])

    def prints_of(self, person: int) -> list[Prepared]:
        """A person's prints, the best finger first."""
        return [self.gallery.prepared(int(row)) for row in self.rows_of([person])[0]]

    def rows_of(self, persons: Iterable[int]) -> tuple[Longs, Longs]:
        """The rows of these persons' prints, one person's behind the other's, and where each person's begin in them."""
        wanted = np.fromiter(persons, np.int64)
        counts = self._starts[wanted + 1] - self._starts[wanted]
        begin = np.cumsum(counts) - counts
        rows = np.repeat(self._starts[wanted] - begin, counts) + np.arange(int(counts.sum()))
        return rows, begin

    def scan(self, probes: Sequence[Sequence[Prepared]], before: int) -> Similarities:
        """How similar each of the first `before` persons is to each person in `probes`, by the gallery's scan.

        `probes`: the prints of one person each. Of each print the best similarity with any print of the
        other counts, whatever the finger, and these are summed: two fingers that each look a little alike tell more
        than one. Returns (probes, before).
        """
        every_print = [probe for own in probes for probe in own]
        seen = self.gallery.scan(every_print, before=int(self._starts[before]), cores=1)
        nearest = _highest_of_each(seen, self._starts[: before + 1])
        ends = np.cumsum([len(own) for own in probes])
        return np.array([own.sum(axis=0) for own in np.split(nearest, ends[:-1])])

    def prefilter(self, probes: Sequence[Prepared], persons: Longs) -> Similarities:
        """The same for these persons, by whole descriptors."""
        rows, begin = self.rows_of(persons)
        similarity = np.zeros(len(persons), np.float32)
        for probe in probes:
            similarity += np.maximum.reduceat(self.gallery.prefilter(probe, rows, cores=1), begin)
        return similarity

    def compare(self, probes: Sequence[Prepared], persons: Sequence[int]) -> list[tuple[Scores, NDArray[Any]]]:
        """For each of these persons the matcher's scores, (probes, person's prints), and the person's `ROW`s."""
        rows, begin = self.rows_of(persons)
        scores = np.array([self.gallery.compare(probe, rows, cores=1) for probe in probes])
        return list(zip(np.split(scores, begin[1:], axis=1), np.split(self.rows[rows], begin[1:]), strict=True))


def _highest_of_each(seen: Similarities, starts: Longs) -> Similarities:
    """Of each row the highest from each start to the next: `maximum.reduceat`, four times as fast on short runs."""
    first, most = starts[:-1], np.diff(starts)
    highest = np.take(seen, first, axis=1)
    for place in range(1, int(most.max(initial=0))):
        np.maximum(highest, np.take(seen, first + np.minimum(place, most - 1), axis=1), out=highest)
    return highest


class Prints:
    """All parts of a run, opened for reading. Persons are numbered from 0 in the order of enrolment."""

    def __init__(self, work: WorkFolder, loaded: Loaded) -> None:
        self.parts = [Part(work.part(number)) for number in range(len(loaded.persons))]
        self._size = loaded.persons[0] if loaded.persons else 1

    def place(self, number: int) -> tuple[int, int]:
        """In which part a person is, and as which of it."""
        return divmod(number, self._size)
