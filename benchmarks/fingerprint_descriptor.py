"""Learn `descriptor.npz` of `fingerprint/matching`: which directions of a minutia's surroundings tell fingers apart.

    python benchmarks/fingerprint_descriptor.py ../shared/data/fingerprints \\
        src/testigo/fingerprint/matching/descriptor.npz

Only the first half of each set's fingers is used, and synthetic templates beside them. What agrees is learnt from the
pairs of minutiae that the matcher finds between impressions of one finger, and from each impression against a copy of
itself that was stretched, cut, and robbed of minutiae; what differs, from minutiae of different fingers. The matcher
uses the file that is there already; make the calibration again afterwards.
"""

import argparse
import itertools
import math
from pathlib import Path

import numpy as np
from fingerprint_calibration import SETS, Group, first_half
from numpy.typing import NDArray

from testigo.fingerprint import Extractor, Template, match, prepare, synthetic
from testigo.fingerprint.matching._descriptor import surroundings
from testigo.fingerprint.matching._points import unpacked
from testigo.fingerprint.matching.descriptor import BITS
from testigo.fingerprint.matching.prepared import ordered
from testigo.fingerprint.parameters import DESCRIPTOR

WORN = 4  # stretched copies of each impression
STRETCH = 0.05  # standard deviation of the linear stretch
BUMP = 8.0  # and of the local displacement, pixels
DIFFERENT = 6000  # pairs of minutiae of different fingers from each group
WEIGHT_WORN = 0.3  # of stretched copies of real impressions, beside the pairs that the matcher finds
WEIGHT_SYNTHETIC = 0.1  # of synthetic fingers, which no one sensor shapes
PULL = 0.03  # of what agrees towards equal in all directions: a sensor never seen before is then lost less
SURE = 3.0  # score from which an alignment of one finger is believed: the hard ones teach most
SINGLE = 64  # bits that are one direction each
MIXED = 96  # directions that the other bits mix
SYNTHETIC = 300
SYNTHETIC_SEED = 5_000_000
FEWEST = 6  # minutiae of an impression that is worn

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def points_of(template: Template) -> Floats:
    """The minutiae as the kernels know them, a row each: x, y, angle, kind, quality."""
    places, traits, _ = ordered(template)
    return unpacked(places, traits)[:5].T


def seen_from(points: Floats) -> Floats:
    """The surroundings of each of these minutiae."""
    return surroundings(np.ascontiguousarray(points.T), DESCRIPTOR)


def worn(points: Floats, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """A stretched, cut and thinned copy, and for each of its first rows which minutia it was."""
    n = len(points)
    place = points[:, :2] - points[:, :2].mean(axis=0)
    linear = np.eye(2) + rng.normal(0, STRETCH, (2, 2))
    moved = place @ linear.T
    slope = np.tile(linear, (n, 1, 1))
    for _ in range(3):
        centre, width, push = rng.normal(0, 90, 2), rng.uniform(50, 110), rng.normal(0, BUMP, 2)
        share = np.exp(-((place - centre) ** 2).sum(axis=1) / (2 * width**2))
        moved += share[:, None] * push
        slope += push[None, :, None] * (-(place - centre) / width**2 * share[:, None])[:, None, :]
    moved += rng.normal(0, 1.5, (n, 2))
    way = np.einsum("nij,nj->ni", slope, np.column_stack([np.cos(points[:, 2]), np.sin(points[:, 2])]))
    angle = np.arctan2(way[:, 1], way[:, 0]) + rng.normal(0, 0.08, n)
    quality = np.clip(points[:, 4] + rng.normal(0, 0.1, n), 0.3, 1.0)
    kept = rng.random(n) > 0.12 + 0.35 * (quality < 0.55)
    if rng.random() < 0.5:
        middle = place[rng.integers(n)]
        kept &= np.hypot(*(place - middle).T) < rng.uniform(70, 160)
    false = rng.poisson(0.08 * n)
    invented = np.column_stack(
        [
            rng.uniform(place.min(axis=0), place.max(axis=0), (false, 2)),
            rng.uniform(-math.pi, math.pi, false),
            np.full(false, 0.5),
            rng.uniform(0.3, 0.5, false),
        ]
    )
    copy = np.column_stack([moved, angle, points[:, 3], quality])[kept]
    return np.concatenate([copy, invented]).astype(np.float32), np.flatnonzero(kept)


def worn_differences(seen: list[Floats], points: list[Floats], rng: np.random.Generator) -> Floats:
    """Differences of the surroundings of minutiae and of the same ones in worn copies."""
    found = []
    for own, one in zip(seen, points, strict=True):
        for _ in range(WORN if len(one) >= FEWEST else 0):
            copy, origin = worn(one, rng)
            found.append(own[origin] - seen_from(copy)[: len(origin)])
    return np.concatenate(found)


def matched_differences(group: Group, seen: list[Floats]) -> Floats:
    """The same of minutiae that the matcher pairs in impressions of one finger."""
    ready = [prepare(template) for _, template in group]
    row = [np.argsort(one.origin) for one in ready]  # of a minutia's number
    found = [np.zeros((0, seen[0].shape[1]), np.float32)]
    for i, j in itertools.combinations(range(len(group)), 2):
        if group[i][0] == group[j][0] and (result := match(ready[i], ready[j])).score >= SURE:
            one, other = np.array(result.pairs).T
            found.append(seen[i][row[i][one]] - seen[j][row[j][other]])
    return np.concatenate(found)


def different_fingers(group: Group, seen: list[Floats], rng: np.random.Generator) -> Floats:
    """Differences of the surroundings of minutiae of different fingers."""
    found: list[Floats] = []
    while len(found) < DIFFERENT:
        i, j = rng.integers(len(group), size=2)
        if group[i][0] != group[j][0] and len(seen[i]) and len(seen[j]):
            found.append(seen[i][rng.integers(len(seen[i]))] - seen[j][rng.integers(len(seen[j]))])
    return np.array(found)


def spread(differences: list[Floats]) -> Doubles:
    """Mean square of differences, (cells x directions)²."""
    total = sum(part.T.astype(np.float64) @ part for part in differences)
    return np.asarray(total / sum(map(len, differences)))


def projection(same: Doubles, apart: Doubles) -> NDArray[np.float16]:
    """The discriminant directions, single and mixed, (cells x directions, 256)."""
    pulled = same + np.eye(len(same)) * PULL * np.trace(same) / len(same)
    root = np.linalg.inv(np.linalg.cholesky(pulled))
    values, vectors = np.linalg.eigh(root @ apart @ root.T)
    directions = root.T @ vectors[:, np.argsort(-values)]
    rng = np.random.default_rng(5)
    rotations = [np.linalg.qr(rng.standard_normal((MIXED, MIXED)))[0] for _ in range((BITS - SINGLE) // MIXED)]
    matrix = np.column_stack([directions[:, :SINGLE], directions[:, :MIXED] @ np.concatenate(rotations).T])
    halved: NDArray[np.float16] = (matrix / np.abs(matrix).max(axis=0)).astype(np.float16)
    return halved  # only signs count, so half precision holds it


def learn(real: dict[str, Group], synthetic: Group) -> tuple[NDArray[np.float16], Floats]:
    """Matrix and mean for `descriptor.npz`."""
    rng = np.random.default_rng(1)
    points = {name: [points_of(template) for _, template in group] for name, group in real.items()}
    seen = {name: [seen_from(one) for one in group] for name, group in points.items()}
    invented = [points_of(template) for _, template in synthetic]
    invented_seen = [seen_from(one) for one in invented]
    matched = spread([matched_differences(group, seen[name]) for name, group in real.items()])
    worn_real = spread([worn_differences(seen[name], points[name], rng) for name in real])
    worn_synthetic = spread([worn_differences(invented_seen, invented, rng)])
    same = matched + WEIGHT_WORN * worn_real + WEIGHT_SYNTHETIC * worn_synthetic
    apart = spread([different_fingers(group, seen[name], rng) for name, group in real.items()])
    apart += WEIGHT_SYNTHETIC * spread([different_fingers(synthetic, invented_seen, rng)])
    mean = np.concatenate([rows for group in seen.values() for rows in group]).mean(axis=0)
    return projection(same, apart), mean.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    parser.add_argument("out", type=Path, help="the descriptor file to write")
    arguments = parser.parse_args()
    extractor = Extractor()
    real = {name: first_half(arguments.folder / name, extractor) for name in SETS}
    templates = synthetic.templates(SYNTHETIC_SEED, SYNTHETIC, 0.6)
    matrix, mean = learn(real, list(enumerate(templates)))
    np.savez_compressed(arguments.out, matrix=matrix, mean=mean)
    print(f"{arguments.out}: {matrix.shape[0]} cells and directions to {matrix.shape[1]} bits")


if __name__ == "__main__":
    main()
