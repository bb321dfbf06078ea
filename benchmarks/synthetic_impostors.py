"""Whether different synthetic fingers match no more often than a score says: the rehearsal's fingers, and templates.

    python benchmarks/synthetic_impostors.py [--fingers 2000] [--seeds 1] [--only images]

A score of s promises that one comparison of different fingers in 10^s reaches it. *images*: the fingers that a
rehearsal of that seed enrols, two a person, from the image file to the template; *templates*: those of
`synthetic.templates`, which have no image. Each finger is compared with each other one, as a search compares.
`nominal`: pairs expected at the threshold or over; `95 %`: interval of the number found, by drawing the fingers again
(`fingerprint.evaluation.bootstrap`). Fingers are too alike where the whole interval lies over the nominal number; then
the exit code is 1. 2,000 images take ten minutes of two cores.
"""

import argparse
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.cli.output import progress, table
from testigo.fingerprint import Extractor, Matcher, PreparedTemplates, Template, prepare
from testigo.fingerprint.evaluation.bootstrap import DRAWS, interval, rule_of_three
from testigo.fingerprint.synthetic import templates
from testigo.rehearsal.fingers import FINGER_NAMES, SyntheticFingers

THRESHOLDS = (3, 4, 5, 6)
PEOPLE = 10  # whose fingers one process makes at a time
TEMPLATES_APART = 1_000_003  # seeds of templates from one master seed to the next
Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]  # fingers, fingers, scores


def from_images(people: range, seed: int) -> list[Template]:
    """What the registration desk keeps of these people's fingers."""
    cv2.setNumThreads(1)
    fingers, extractor = SyntheticFingers(seed), Extractor()
    files = [file for person in people for *_, file in fingers.for_enrolment(person)]
    return extractor.extract_many(files, workers=1)


def from_minutiae(people: range, seed: int) -> list[Template]:
    """As many templates without images."""
    first, count = len(FINGER_NAMES) * people.start, len(FINGER_NAMES) * len(people)
    return list(templates(seed * TEMPLATES_APART + first, count))


def made(make: Callable[[range, int], list[Template]], fingers: int, seed: int) -> list[Template]:
    """So many fingers' templates, by all cores."""
    people = -(-fingers // len(FINGER_NAMES))
    blocks = [range(start, min(start + PEOPLE, people)) for start in range(0, people, PEOPLE)]
    found: list[Template] = []
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool, progress("Making fingers", fingers) as bar:
        for block in pool.map(make, blocks, repeat(seed)):
            found += block
            bar.advance(len(block))
    return found[:fingers]


def alike(found: list[Template]) -> Pairs:
    """The pairs of different fingers that reach the lowest threshold."""
    ready = [prepare(template) for template in found]
    matcher = Matcher(PreparedTemplates(ready))
    first, second, scores = [], [], []
    with progress("Comparing", len(ready)) as bar:
        for number, probe in enumerate(ready):
            later = np.arange(number + 1, len(ready))
            reached = matcher.scores(probe, later)
            high = np.flatnonzero(reached >= THRESHOLDS[0])
            first.append(np.full(len(high), number))
            second.append(later[high])
            scores.append(reached[high])
            bar.advance()
    return np.concatenate(first), np.concatenate(second), np.concatenate(scores)


def spread(fingers: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[float, float]:
    """The 95 % interval of the share of pairs that these are: fingers drawn again, none meeting its own copy."""
    rng = np.random.Generator(np.random.PCG64(fingers))
    weights = rng.multinomial(fingers, np.full(fingers, 1 / fingers), size=DRAWS)
    met = (fingers**2 - (weights**2).sum(axis=1)) / 2
    return interval((weights[:, first] * weights[:, second]).sum(axis=1) / met)


def rows(name: str, found: list[Template]) -> list[list[str]]:
    """A line for each threshold."""
    first, second, scores = alike(found)
    fingers, minutiae = len(found), np.mean([len(template) for template in found])
    all_pairs = fingers * (fingers - 1) // 2
    lines = []
    for threshold in THRESHOLDS:
        high = scores >= threshold
        matched, nominal = int(high.sum()), all_pairs * 10.0**-threshold
        low, most = spread(fingers, first[high], second[high]) if matched else (0.0, rule_of_three(all_pairs))
        verdict = "too alike" if low * all_pairs > nominal else "holds"
        numbers = f"{low * all_pairs:,.1f} to {most * all_pairs:,.1f}"
        lines.append([name, f"{minutiae:.1f}", str(threshold), f"{nominal:,.2f}", f"{matched:,}", numbers, verdict])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fingers", type=int, default=2_000, help="of each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the rehearsal")
    parser.add_argument("--only", choices=("images", "templates"), help="one of the two kinds")
    arguments = parser.parse_args()
    lines: list[list[str]] = []
    for seed in arguments.seeds:
        for kind, make in (("images", from_images), ("templates", from_minutiae)):
            if arguments.only in (None, kind):
                lines += rows(f"{kind}, seed {seed}", made(make, arguments.fingers, seed))
    title = f"{arguments.fingers:,} different fingers a seed"
    table(title, ("fingers", "minutiae", "threshold", "nominal", "found", "95 %", "verdict"), lines)
    sys.exit(1 if any(line[-1] != "holds" for line in lines) else 0)


if __name__ == "__main__":
    main()
