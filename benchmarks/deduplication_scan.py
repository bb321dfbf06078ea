"""Whom deduplication's first stage would lose: where the right person stands after the scan.

    python benchmarks/deduplication_scan.py [--persons 6000] [--searched 600] [--difficulty 0.8]

Synthetic templates of two fingers a person. The first so many persons are searched with second impressions, for each
level of differing bits and each number of minutiae a finger; a person's similarity is summed over both fingers, as in
`register.prints.Part.scan`. Prints which share of them is among the first of all.
"""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from testigo.cli.output import progress, table
from testigo.fingerprint import Gallery, Prepared, prepare
from testigo.fingerprint.parameters import GALLERY
from testigo.fingerprint.search import gallery
from testigo.fingerprint.synthetic import TemplateFinger

FIRST_SEED = 7_000_000
FINGERS = 2
BLOCK = 100  # persons made, or searched, together
SHARES = (0.001, 0.003, 0.005, 0.01)  # of all persons
CHOICES = ((12, 22), (12, 20), (9, 20), (8, 20), (7, 20))  # minutiae a finger, level


def made(persons: range, impression: int, difficulty: float) -> list[list[Prepared]]:
    """One impression of each finger of these persons."""
    return [
        [
            prepare(TemplateFinger(FIRST_SEED + FINGERS * person + finger).impression(impression, difficulty))
            for finger in range(FINGERS)
        ]
        for person in persons
    ]


def people(count: int, impression: int, difficulty: float) -> list[list[Prepared]]:
    """The same for many, by all cores."""
    blocks = [range(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]
    found: list[list[Prepared]] = []
    task = partial(made, impression=impression, difficulty=difficulty)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool, progress("Making fingers", count) as bar:
        for block in pool.map(task, blocks):
            found += block
            bar.advance(len(block))
    return found


def ahead(
    all_prints: Gallery, searched: Sequence[Sequence[Prepared]], minutiae: int, level: int
) -> NDArray[np.float64]:
    """Which share of all persons looks more like each searched one than that person does."""
    shares: list[float] = []
    with patch.object(gallery, "GALLERY", GALLERY._replace(scan_level=level)):
        for start in range(0, len(searched), BLOCK):
            few = searched[start : start + BLOCK]
            similarity = all_prints.scan([one.best(minutiae) for own in few for one in own])
            persons = similarity.reshape(len(few), FINGERS, -1, FINGERS).max(axis=3).sum(axis=1)
            shares += [float(np.mean(row > row[start + k])) for k, row in enumerate(persons)]
    return np.array(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=6_000)
    parser.add_argument("--searched", type=int, default=600, help="of these, the first so many")
    parser.add_argument("--difficulty", type=float, default=0.8, help="of the prints, 0 to 1")
    arguments = parser.parse_args()
    all_prints = Gallery()
    for person, own in enumerate(people(arguments.persons, 0, arguments.difficulty)):
        for one in own:
            all_prints.add(person, one)
    searched = people(min(arguments.searched, arguments.persons), 1, arguments.difficulty)
    rows = []
    for minutiae, level in CHOICES:
        shares = ahead(all_prints, searched, minutiae, level)
        rows.append((f"{minutiae} each, level {level}", *(f"{100 * np.mean(shares <= most):.2f}" for most in SHARES)))
    title = f"Percent of {len(searched)} persons among the first, of {arguments.persons:,}"
    table(title, ("minutiae", *(f"{100 * most:g} %" for most in SHARES)), rows)


if __name__ == "__main__":
    main()
