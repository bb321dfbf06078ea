"""How near synthetic fingers come to real ones: images by difficulty, templates by difficulty, beside the shared sets.

    python benchmarks/fingerprint_synthetic.py ../shared/data/fingerprints

First table, images: errors of this engine and of a peer that shares nothing with it (NIST's MINDTCT and Bozorth3),
scores of genuine pairs, minutiae, NFIQ 2. Second table, templates made without images: what a search meets, which is
counts, distances, directions and the impostors' scores. All pairs of each set are compared; scores are `-log10` of the
false match rate. With 20 fingers × 4 impressions one genuine pair is 0.8 %.
"""

import argparse
import importlib
import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testigo.cli.output import table
from testigo.fingerprint import THRESHOLD, Extractor, FingerImage, Matcher, Template, prepare, synthetic
from testigo.fingerprint.evaluation.impressions import impressions_in
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.synthetic import TemplateFinger, templates

REAL = ("fvc2002-db1-b", "fvc2004-db1-b")
REAL_TEMPLATES = (*REAL, "fvc2002-db3-b", "fvc2004-db2-b", "upek")
DIFFICULTIES = (0.2, synthetic.DIFFICULTY, synthetic.LIKE_FVC2002_DB1, synthetic.LIKE_FVC2004_DB1, 1.0)
TEMPLATE_DIFFICULTIES = (synthetic.LIKE_FVC2002_DB1, synthetic.LIKE_FVC2004_DB1)
FIRST = 1000  # seed of the first finger
Doubles = NDArray[np.float64]
Set = tuple[list[int], list[Template]]  # finger, impression


def _named(difficulty: float) -> str:
    likes = {synthetic.LIKE_FVC2002_DB1: " (like FVC2002 DB1)", synthetic.LIKE_FVC2004_DB1: " (like FVC2004 DB1)"}
    return f"difficulty {difficulty:g}{likes.get(difficulty, '')}"


def _scores(fingers: list[int], impressions: list[Template]) -> tuple[Doubles, Doubles]:
    """Genuine and impostor scores of all pairs."""
    ready = [prepare(template) for template in impressions]
    rows = [Matcher(ready[i + 1 :]).scores(ready[i]) for i in range(len(ready) - 1)]
    pairs = np.array(list(itertools.combinations(fingers, 2)))
    same, scores = pairs[:, 0] == pairs[:, 1], np.concatenate(rows)
    return scores[same], scores[~same]


def _quantiles(values: Doubles, *shares: float) -> str:
    return " ".join(f"{value:.1f}" for value in np.percentile(values, shares))


def _rates(genuine: Doubles, impostor: Doubles) -> str:
    return f"{100 * equal_error_rate(genuine, impostor):.2f} / {100 * fnmr_at_fmr(genuine, impostor, 0.001):.2f}"


# ── Images ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _peer(fingers: list[int], images: list[FingerImage]) -> tuple[str, str, float]:
    """Rates and genuine scores of MINDTCT and Bozorth3, and the mean NFIQ 2; 0 for an image that it refuses."""
    nbis = importlib.import_module("nbis")
    extractor = nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=True, ppi=500.0
        )
    )
    found: list[Any] = []
    qualities = []
    for image in images:
        try:
            minutiae = extractor.extract_minutiae(FingerImage(image.at_500_dpi()).to_png())
            qualities.append(int(minutiae.quality().score))
            found.append(minutiae)
        except Exception:  # its binding has one error for all that it cannot judge, of no public type
            qualities.append(0)
            found.append(None)
    pairs = list(itertools.combinations(range(len(images)), 2))
    scores = np.array([found[a].compare(found[b]) if found[a] and found[b] else 0.0 for a, b in pairs], np.float64)
    same = np.array([fingers[a] == fingers[b] for a, b in pairs])
    return _rates(scores[same], scores[~same]), _quantiles(scores[same], 5, 25, 50), float(np.mean(qualities))


def _image_row(name: str, fingers: list[int], images: list[FingerImage]) -> list[str]:
    impressions = Extractor().extract_many(images)
    genuine, impostor = _scores(fingers, impressions)
    rates, peer_genuine, nfiq = _peer(fingers, images)
    counts = np.array([len(template) for template in impressions])
    return [
        name,
        _rates(genuine, impostor),
        f"{100 * np.mean(genuine < THRESHOLD):.2f}",
        rates,
        f"{genuine.mean():.1f}",
        _quantiles(genuine, 1, 5, 25),
        peer_genuine,
        f"{counts.mean():.1f} ± {counts.std():.1f}",
        f"{nfiq:.0f}",
    ]


def _images(folder: Path, fingers: int, impressions: int, difficulties: list[float]) -> None:
    rows = []
    for name in REAL:
        found = impressions_in(folder / name)
        rows.append(_image_row(name, [one.finger for one in found], [FingerImage.read(one.path) for one in found]))
    keys = [(seed, n) for seed in range(FIRST, FIRST + fingers) for n in range(impressions)]
    for difficulty in difficulties:
        images = [synthetic.generate(seed, n, difficulty=difficulty) for seed, n in keys]
        rows.append(_image_row(_named(difficulty), [seed for seed, _ in keys], images))
    columns = (
        "images",
        "EER / FNMR at FMR 0.1 %",
        "FNMR at threshold",
        "MINDTCT + Bozorth3",
        "mean genuine",
        "genuine 1, 5, 25 %",
        "Bozorth3 5, 25, 50 %",
        "minutiae",
        "NFIQ 2",
    )
    table("Images", columns, rows)


# ── Templates ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _neighbourhoods(impressions: list[Template]) -> tuple[float, float, float, float, float]:
    """Distance to the nearest minutia: 5 and 50 %. Of pairs 30 to 60 pixels apart the shares in percent that point the
    same way, across, and opposite ways (within 30 degrees, the middle 120, within 30)."""
    nearest, between = [], []
    for template in impressions:
        if len(template) < 2:
            continue
        place = np.column_stack([template.x, template.y]).astype(np.float64)
        distance = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        np.fill_diagonal(distance, np.inf)
        nearest.append(distance.min(axis=1))
        turned = np.abs(np.angle(np.exp(1j * (template.radians[:, None] - template.radians[None]))))
        between.append(turned[(distance > 30) & (distance < 60)])
    turns, near = np.concatenate(between), np.concatenate(nearest)
    same, opposite = np.mean(turns < np.pi / 6), np.mean(turns > 5 * np.pi / 6)
    few, half = np.percentile(near, (5, 50))
    return float(few), float(half), float(100 * same), float(100 * (1 - same - opposite)), float(100 * opposite)


def _template_row(name: str, fingers: list[int], impressions: list[Template]) -> list[str]:
    genuine, impostor = _scores(fingers, impressions)
    counts = np.array([len(template) for template in impressions])
    quality = np.concatenate([template.quality for template in impressions])
    few, half, same, across, opposite = _neighbourhoods(impressions)
    return [
        name,
        f"{counts.mean():.1f} ± {counts.std():.1f}",
        _quantiles(quality, 5, 25, 50),
        f"{few:.1f} {half:.1f}",
        f"{same:.0f} {across:.0f} {opposite:.0f}",
        " ".join(f"{value:.2f}" for value in np.percentile(impostor, (50, 90, 99, 99.9))),
        _quantiles(genuine, 1, 5, 25, 50),
        f"{len(impostor):,}",
    ]


def _templates(folder: Path, fingers: int, impressions: int) -> None:
    rows = []
    for name in REAL_TEMPLATES:
        found = impressions_in(folder / name)
        images = [FingerImage.read(one.path) for one in found]
        rows.append(_template_row(name, [one.finger for one in found], Extractor().extract_many(images)))
    keys = [(seed, n) for seed in range(FIRST, FIRST + fingers) for n in range(impressions)]
    for difficulty in TEMPLATE_DIFFICULTIES:
        made = [TemplateFinger(seed).impression(n, difficulty) for seed, n in keys]
        rows.append(_template_row(_named(difficulty), [seed for seed, _ in keys], made))
    columns = (
        "templates",
        "minutiae",
        "quality 5, 25, 50 %",
        "nearest 5, 50 %",
        "same, across, opposite",
        "impostors 50, 90, 99, 99.9 %",
        "genuine 1, 5, 25, 50 %",
        "impostor pairs",
    )
    table("Templates", columns, rows)


def _speed(count: int) -> None:
    next(templates(0, 1))  # compile
    began = time.process_time()
    for _ in templates(0, count):
        pass
    took = time.process_time() - began
    print(f"templates: {count / took:,.0f} a second of one core; a million in {1e6 * took / count / 60:.1f} minutes")
    began = time.process_time()
    fingers = [synthetic.Finger(seed) for seed in range(8)]
    grown = time.process_time()
    for finger in fingers:
        for n in range(8):
            finger.impression(n)
    print(f"images: a finger {(grown - began) / 8 * 1e3:.0f} ms, an impression", end=" ")
    print(f"{(time.process_time() - grown) / 64 * 1e3:.1f} ms of one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    parser.add_argument("--fingers", type=int, default=20, help="synthetic fingers of each set of images")
    parser.add_argument("--impressions", type=int, default=4)
    parser.add_argument("--difficulties", type=float, nargs="+", default=DIFFICULTIES, help="of the sets of images")
    parser.add_argument("--template-fingers", type=int, default=60, help="of each set of templates")
    parser.add_argument("--only", choices=("images", "templates", "speed"), help="one part of the three")
    arguments = parser.parse_args()
    if arguments.only in (None, "images"):
        _images(arguments.folder, arguments.fingers, arguments.impressions, arguments.difficulties)
    if arguments.only in (None, "templates"):
        _templates(arguments.folder, arguments.template_fingers, arguments.impressions)
    if arguments.only in (None, "speed"):
        _speed(5000)


if __name__ == "__main__":
    main()
