"""Accuracy of the fingerprint engine on the shared sets and on synthetic fingers, beside the peers' measured figures.

    python benchmarks/fingerprint_accuracy.py ../shared/data/fingerprints

Rates in percent over all cross-finger pairs of each set: EER, FNMR at FMR 0.1 %, then FNMR and FMR at the shipped
threshold; for all fingers, and for the second half of them, on which nothing was tuned. Below, all sets pooled.
"""

import argparse
from pathlib import Path

import numpy as np

from testigo.cli.output import table
from testigo.fingerprint import THRESHOLD, Extractor, FingerImage, synthetic
from testigo.fingerprint.evaluation import Comparisons, Impression, compare_all, impressions_in
from testigo.fingerprint.rates import equal_error_rate, fnmr_at_fmr

PEERS = {  # EER and FNMR at FMR 0.1 %: SourceAFIS 3.18.1; LEADER's minutiae (quality >= 0.3) with SourceAFIS's matcher
    "fvc2002-db1-b": ("3.22 / 8.21", "0.35 / 0.36"),
    "fvc2002-db3-b": ("7.50 / 20.00", "1.07 / 2.14"),
    "fvc2004-db1-b": ("8.17 / 23.93", "1.85 / 6.79"),
    "fvc2004-db2-b": ("16.43 / 31.79", "5.00 / 8.21"),
    "upek": ("0.00 / 0.00", "0.00 / 0.00"),
}
Scores = tuple[np.ndarray, np.ndarray]  # genuine, impostor


def _real(folder: Path) -> tuple[list[Impression], Comparisons]:
    impressions = impressions_in(folder)
    templates = Extractor().extract_many([FingerImage.read(one.path) for one in impressions])
    return impressions, compare_all(impressions, templates)


def _synthetic(fingers: int, impressions: int, difficulty: float) -> tuple[list[Impression], Comparisons]:
    keys = [(seed, n) for seed in range(fingers) for n in range(impressions)]
    images = [synthetic.generate(seed, n, difficulty=difficulty) for seed, n in keys]
    listed = [Impression(seed, n, Path()) for seed, n in keys]
    return listed, compare_all(listed, Extractor().extract_many(images))


def _split(impressions: list[Impression], compared: Comparisons, *, second_half: bool) -> Scores:
    finger = np.array([impression.finger for impression in impressions])
    known = np.unique(finger)
    kept = np.isin(finger, known[len(known) // 2 :] if second_half else known)
    chosen = kept[compared.first] & kept[compared.second]
    return compared.scores[chosen & compared.genuine], compared.scores[chosen & ~compared.genuine]


def _figures(genuine: np.ndarray, impostor: np.ndarray) -> list[str]:
    eer, at = equal_error_rate(genuine, impostor), fnmr_at_fmr(genuine, impostor, 0.001)
    fnmr, fmr = np.mean(genuine < THRESHOLD), np.mean(impostor >= THRESHOLD)
    return [f"{eer:.2%} / {at:.2%}".replace("%", ""), f"{fnmr * 100:.2f} / {fmr * 100:.4f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    parser.add_argument("--synthetic", type=int, default=40, help="synthetic fingers, four impressions each")
    arguments = parser.parse_args()
    rows: list[list[str]] = []
    pooled: dict[bool, list[Scores]] = {False: [], True: []}
    for name, peers in PEERS.items():
        impressions, compared = _real(arguments.folder / name)
        halves = {half: _split(impressions, compared, second_half=half) for half in pooled}
        for half, scores in halves.items():
            pooled[half].append(scores)
        rows.append([name, *_figures(*halves[False]), *_figures(*halves[True]), *peers])
    together = {half: [np.concatenate(part) for part in zip(*parts, strict=True)] for half, parts in pooled.items()}
    rows.append(["pooled", *_figures(*together[False]), *_figures(*together[True]), "", ""])
    for difficulty in (synthetic.DIFFICULTY, 1.0):
        impressions, compared = _synthetic(arguments.synthetic, 4, difficulty)
        scores = _split(impressions, compared, second_half=False)
        rows.append([f"synthetic, difficulty {difficulty}", *_figures(*scores), "", "", "", ""])
    columns = (
        "set",
        "all: EER / FNMR",
        "at threshold",
        "2nd half",
        "at threshold",
        "SourceAFIS",
        "LEADER + SourceAFIS",
    )
    table("Errors in percent", columns, rows)
    for half, name in ((False, "all fingers"), (True, "second half")):
        rates = " ".join(f"{fmr:.2%}: {fnmr_at_fmr(*together[half], fmr):.2%}" for fmr in (0.01, 0.001, 0.0001))
        print(f"pooled FNMR at FMR, {name}: {rates}  ({len(together[half][1])} impostor pairs)")


if __name__ == "__main__":
    main()
