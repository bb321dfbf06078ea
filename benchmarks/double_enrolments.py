"""How likely is it that somebody who enrols twice is not found, with two fingers of judged quality each time?

    python benchmarks/double_enrolments.py --persons 800

Synthetic persons as in rehearsals enrol twice, each time with new impressions of two fingers, taken again where their
quality is poor. One finger alone opens the case if its score reaches the limit for so many enrolled persons, after what
the register takes off for comparing several fingers and looking at them in two ways. So a person is missed only if both
fingers fail alone. From the share of fingers that fail, at its upper bound (95 %, one-sided, Clopper and Pearson),
follows a bound for both: its square, because a synthetic person's two fingers come from seeds of their own. Real
fingers of one hand are not so independent, and readers differ; this says what a rehearsal may rely on.
"""

import argparse
import math

import numpy as np

from testigo.cli.output import progress, table
from testigo.fingerprint import FingerImage, Template, extract, match, quality
from testigo.register.enrolment import LEAST_QUALITY
from testigo.register.gallery import least_score
from testigo.rehearsal import SyntheticFingers
from testigo.rehearsal.chance import at_least
from testigo.rehearsal.fingers import FINGER_NAMES
from testigo.rehearsal.officer import MOST_ATTEMPTS

TAKEN_OFF = 3 * math.log10(2)
"""For two candidates of one finger, for the better of two fingers (both `fusion.best_of`), and for judging them
together and alone (`fusion.fuse`)."""


def upper_bound(events: int, trials: int, confidence: float = 0.95) -> float:
    """The rate above which so few events would be less likely than 1 - `confidence`."""
    low, high = events / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if 1 - at_least(events + 1, trials, middle) < 1 - confidence else (middle, high)
    return high


def enrolled(fingers: SyntheticFingers, person: int, enrolment: int) -> list[Template] | None:
    """Both fingers, taken again where one is poor; None where they stay poor."""
    for attempt in range(MOST_ATTEMPTS):
        images = [FingerImage.read(data) for _, data in fingers.for_enrolment(person, enrolment, attempt)]
        templates = [extract(image) for image in images]
        if all(quality(image, made) >= LEAST_QUALITY for image, made in zip(images, templates, strict=True)):
            return templates
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=800, help="with two fingers each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--register", type=int, default=60, help="persons enrolled, which sets the limit")
    parser.add_argument("--planted", type=int, default=3, help="double enrolments in one rehearsal")
    arguments = parser.parse_args()
    fingers = SyntheticFingers(arguments.seed)
    scores: list[float] = []
    poor = 0
    with progress("Enrolling twice", arguments.persons) as bar:
        for person in range(arguments.persons):
            first, second = (enrolled(fingers, person, enrolment) for enrolment in (0, 1))
            if first is None or second is None:
                poor += 1
            else:
                scores += [match(one, other).score for one, other in zip(first, second, strict=True)]
            bar.advance()
    limit = least_score(arguments.register) + TAKEN_OFF
    failed = sum(score < limit for score in scores)
    rate = upper_bound(failed, len(scores))
    missed = rate ** len(FINGER_NAMES)
    rows = [
        ("Persons, of these never of judged quality", f"{arguments.persons}, {poor}"),
        ("Fingers compared", str(len(scores))),
        ("Lowest score, 1 %, median", " · ".join(f"{one:.1f}" for one in np.percentile(scores, (0, 1, 50)))),
        (f"Score that opens a case alone, {arguments.register} enrolled", f"{limit:.2f}"),
        ("Fingers below", str(failed)),
        ("A finger fails, at most (95 %)", f"{rate:.2g}"),
        ("Both fail: a person is missed, at most", f"{missed:.2g}"),
        (f"In a rehearsal with {arguments.planted}, at most", f"{1 - (1 - missed) ** arguments.planted:.2g}"),
    ]
    table("Double enrolments", ("", ""), rows)


if __name__ == "__main__":
    main()
