"""Make `calibration.json` of `fingerprint/matching`: the weights of the evidence, the curve from log-odds to scores.

    python benchmarks/fingerprint_calibration.py ../shared/data/fingerprints \\
        src/testigo/fingerprint/matching/calibration.json

Only the first half of each set's fingers is used (FVC 101 to 105, UPEK 1 to 8); the other half is what
docs/fingerprint.md reports. Synthetic fingers count for the tails, so that the score promises no less on them. Partial
prints are made of the same templates by cropping, because the sets hold few, and a matcher that never saw one takes six
of seven chance pairs for proof. The weights and the alignments they choose depend on each other: fitting is repeated.
"""

import argparse
import datetime
import itertools
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint import Extractor, FingerImage, Prepared, Template, prepare, synthetic
from testigo.fingerprint.evaluation.impressions import impressions_in
from testigo.fingerprint.matching.calibration import FEATURES, Calibration, Tail
from testigo.fingerprint.matching.matcher import evidence
from testigo.fingerprint.parameters import MATCHING

SETS = ("fvc2002-db1-b", "fvc2002-db3-b", "fvc2004-db1-b", "fvc2004-db2-b", "upek")
ROUNDS = 3
RIDGE = 1e-4  # pull of the weights towards 0, against chance agreements among the features
FOCUSINGS = 4
FOCUS = 1.5  # log-odds over which an impostor's importance falls by e
SIZE_BOUNDS = (10, 13, 16, 20, 24, 28, 33, 40, 50, 60, 80, 200)  # of the bins in which tails are counted
SIZES = (10.0, 14.0, 20.0, 28.0, 40.0)  # at which the file gives them; larger prints are judged as those of 40
LEAST_SCALE = 0.3  # small bins have few exceedances; a smaller scale would promise what was not counted
HIGHEST = 20.0
FEWEST = 8  # minutiae that a template needs to be cropped for the partial prints
UNALIGNED = -30.0  # log-odds that stand for "no alignment found"
PARTIAL_GENUINE = 0.5  # of the comparisons of partial prints that are used, so that whole ones weigh more
PARTIAL_IMPOSTORS = 0.17
SYNTHETIC = 80  # fingers
SYNTHETIC_SEED = 3000
SYNTHETIC_DIFFICULTIES = (0.4, 0.7)
SYNTHETIC_PAIRS = 6000  # about as many as of real fingers

UNGATED = MATCHING._replace(least_support=0.0)  # so that tails are counted among impostors that found an alignment
Doubles = NDArray[np.float64]
Group = list[tuple[int, Template]]  # finger, impression


@dataclass(frozen=True)
class Pair:
    """One comparison to learn from."""

    probe: Prepared
    candidate: Prepared
    genuine: bool


def first_half(folder: Path, extractor: Extractor) -> Group:
    """The impressions of the first half of a set's fingers."""
    found = impressions_in(folder)
    fingers = sorted({impression.finger for impression in found})
    kept = set(fingers[: len(fingers) // 2])
    chosen = [impression for impression in found if impression.finger in kept]
    templates = extractor.extract_many([FingerImage.read(impression.path) for impression in chosen])
    return list(zip([impression.finger for impression in chosen], templates, strict=True))


def cropped(template: Template, rng: np.random.Generator) -> Template:
    """A partial print: what lies within a disc of 50 to 110 pixels around one of the minutiae."""
    if len(template) < FEWEST:
        return template
    centre = rng.integers(len(template))
    x, y = template.x.astype(float), template.y.astype(float)
    kept = np.hypot(x - x[centre], y - y[centre]) < rng.uniform(50, 110)
    arrays = (getattr(template, name)[kept] for name in ("x", "y", "angle", "kind", "quality"))
    return Template(template.width, template.height, *arrays)


def pairs_of(groups: dict[str, Group]) -> list[Pair]:
    """All pairs within each set, and a share of its partial prints against its whole ones."""
    rng = np.random.default_rng(1)
    pairs = []
    for group in groups.values():
        ready = [(finger, prepare(template)) for finger, template in group]
        for (finger, probe), (other, candidate) in itertools.combinations(ready, 2):
            pairs.append(Pair(probe, candidate, finger == other))
        for number, (finger, template) in enumerate(group):
            part = prepare(cropped(template, rng))
            for second, (other, candidate) in enumerate(ready):
                share = PARTIAL_GENUINE if finger == other else PARTIAL_IMPOSTORS
                if number != second and rng.random() < share:
                    pairs.append(Pair(part, candidate, finger == other))
    return pairs


def synthetic_impostors(extractor: Extractor) -> list[Pair]:
    """Pairs of different synthetic fingers, for the tails alone: fingers of one family, more alike than people's."""
    images, fingers = [], []
    for seed in range(SYNTHETIC_SEED, SYNTHETIC_SEED + SYNTHETIC):
        finger = synthetic.Finger(seed)
        for n, difficulty in enumerate(SYNTHETIC_DIFFICULTIES):
            images.append(finger.impression(n, difficulty=difficulty))
            fingers.append(seed)
    ready = [prepare(template) for template in extractor.extract_many(images)]
    both = [(i, j) for i, j in itertools.combinations(range(len(ready)), 2) if fingers[i] != fingers[j]]
    chosen = np.random.default_rng(4).permutation(len(both))[:SYNTHETIC_PAIRS]
    return [Pair(ready[i], ready[j], genuine=False) for i, j in (both[k] for k in chosen)]


def compared(pairs: list[Pair], weights: Doubles) -> tuple[Doubles, Doubles]:
    """Evidence vectors and log-odds of all pairs, aligned as the weights prefer."""
    results = [evidence(pair.probe, pair.candidate, weights, UNGATED) for pair in pairs]
    return np.array([vector for _, vector, _ in results]), np.array([odds for odds, _, _ in results])


def logistic(vectors: Doubles, genuine: NDArray[np.bool_]) -> Doubles:
    """Logistic regression, focused on what decides at a low false match rate.

    After a first fit with both classes of equal weight, impostors count the more the nearer they come to the threshold
    (which two in a thousand exceed), genuine comparisons the less the farther they are above it.
    """
    middle, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-9
    design = np.column_stack([(vectors - middle) / spread, np.ones(len(vectors))])
    importance = np.ones(len(vectors))
    weights = np.zeros(design.shape[1])
    for _ in range(FOCUSINGS):
        balanced = np.where(genuine, importance / importance[genuine].sum(), importance / importance[~genuine].sum())
        weights = _newton(design, genuine, 0.5 * balanced, weights)
        above = design @ weights
        above -= np.sort(above[~genuine])[::-1][int(0.002 * (~genuine).sum())]
        near = np.exp(np.clip(above / FOCUS, -6, 1))
        missed = 1 / (1 + np.exp(np.clip((above - 4) / 2, -50, 50)))
        importance = np.maximum(np.where(genuine, missed, near), 0.01)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] - plain @ middle)


def _newton(design: Doubles, genuine: NDArray[np.bool_], importance: Doubles, weights: Doubles) -> Doubles:
    pull = np.append(np.full(design.shape[1] - 1, RIDGE), 0.0)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -50, 50)))
        gradient = design.T @ (importance * (chance - genuine)) + pull * weights
        curvature = (design * (importance * chance * (1 - chance) + 1e-12)[:, None]).T @ design + np.diag(pull)
        weights = weights - np.linalg.solve(curvature, gradient)
    return weights


def tails(odds: Doubles, sizes: Doubles) -> list[Tail]:
    """Location and scale of the upper hundredth of impostors' log-odds by size, smoothed over the sizes."""
    found = []
    for least, most in itertools.pairwise(SIZE_BOUNDS):
        group = np.sort(odds[(sizes >= least) & (sizes < most)])[::-1]
        if len(group) < 100:
            continue
        location = group[int(0.01 * len(group))]
        excess = float((group[group > location] - location).mean())
        found.append((np.log(np.sqrt(least * most)), location, excess, np.sqrt(len(group))))
    log_size, location, scale, importance = np.array(found).T
    locations = np.polynomial.Polynomial.fit(log_size, location, 2, w=importance)
    scales = np.polynomial.Polynomial.fit(log_size, scale, 1, w=importance)
    return [
        Tail(
            float(size),
            round(float(locations(np.log(size))), 4),
            round(max(LEAST_SCALE, float(scales(np.log(size)))), 4),
        )
        for size in SIZES
    ]


def curve(standing: Doubles) -> list[tuple[float, float]]:
    """(z, -log10 FMR) as counted among impostors, from nothing to the hundredth at z = 0."""
    ranked = np.sort(standing)[::-1]
    shares = (0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02)
    points = [(min(-0.01, float(ranked[int(share * len(ranked))])), float(-np.log10(share))) for share in shares]
    return [(points[0][0] - 5.0, 0.0), *points, (0.0, 2.0)]


def calibrated(groups: dict[str, Group], invented: list[Pair], data: str) -> Calibration:
    """The calibration that these impressions make; `invented` count for the tails alone."""
    pairs = pairs_of(groups)
    genuine = np.array([pair.genuine for pair in pairs])
    weights = np.zeros(len(FEATURES) + 1)
    weights[FEATURES.index("paired_share")] = 1.0
    for _ in range(ROUNDS):
        vectors, odds = compared(pairs, weights)
        aligned = np.isfinite(odds)
        weights = np.round(logistic(vectors[aligned], genuine[aligned]), 6)
    impostors = [pair for pair in pairs if not pair.genuine] + invented
    odds = np.maximum(compared(impostors, weights)[1], UNALIGNED)
    sizes = np.array([np.sqrt(len(pair.probe) * len(pair.candidate)) for pair in impostors])
    draft = Calibration(
        date=datetime.date.today().isoformat(),
        data=data,
        method="logistic regression of the evidence; FMR by size, counted to 1 %, exponential tail beyond",
        command="python benchmarks/fingerprint_calibration.py ../shared/data/fingerprints "
        "src/testigo/fingerprint/matching/calibration.json",
        genuine=int(genuine.sum()),
        impostors=len(impostors),
        threshold=4.0,
        highest=HIGHEST,
        weights={name: float(weight) for name, weight in zip(FEATURES, weights[:-1], strict=True)},
        constant=float(weights[-1]),
        tails=tuple(tails(odds, sizes)),
        curve=(),
    )
    return msgspec.structs.replace(draft, curve=tuple(curve(draft.standing(odds, sizes))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    parser.add_argument("out", type=Path, help="the calibration file to write")
    arguments = parser.parse_args()
    extractor = Extractor()
    groups = {name: first_half(arguments.folder / name, extractor) for name in SETS}
    data = "first half of the fingers of " + ", ".join(SETS) + f"; {SYNTHETIC} synthetic fingers for the tails"
    made = msgspec.json.format(msgspec.json.encode(calibrated(groups, synthetic_impostors(extractor), data)), indent=2)
    arguments.out.write_bytes(made + b"\n")
    print(made.decode())


if __name__ == "__main__":
    main()
