"""Accuracy of the fingerprint engine on the shared sets and on synthetic fingers, beside the peers' measured figures.

    python benchmarks/fingerprint_accuracy.py ../shared/data/fingerprints

Rates in percent over all cross-finger pairs of each set, with 95 % intervals by drawing the fingers again: EER, FNMR at
FMR 0.1 %, then FNMR and FMR at the shipped threshold; for all fingers (as the peers' figures are), and for the second
half of them, on which nothing was tuned. Then the mean of the four FVC sets, and all sets pooled.
"""

import argparse
from pathlib import Path

import numpy as np

from testigo.cli.output import table
from testigo.fingerprint import THRESHOLD, Extractor, FingerImage, synthetic
from testigo.fingerprint.evaluation.bootstrap import Draws, FingerScores, draw, interval
from testigo.fingerprint.evaluation.comparisons import Comparisons, compare_all
from testigo.fingerprint.evaluation.impressions import Impression, impressions_in
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr

MEAN = "mean of FVC"
PEERS = {  # EER and FNMR at FMR 0.1 %: SourceAFIS 3.18.1; LEADER's minutiae (quality >= 0.3) with SourceAFIS's matcher
    "fvc2002-db1-b": ("3.22 / 8.21", "0.35 / 0.36"),
    "fvc2002-db3-b": ("7.50 / 20.00", "1.07 / 2.14"),
    "fvc2004-db1-b": ("8.17 / 23.93", "1.85 / 6.79"),
    "fvc2004-db2-b": ("16.43 / 31.79", "5.00 / 8.21"),
    "upek": ("0.00 / 0.00", "0.00 / 0.00"),
    MEAN: ("8.83 / 20.98", "2.07 / 4.38"),
}
PEERS_POOLED = "12.6 and 2.8 (their eleven sets, these five among them)"  # FNMR at FMR 0.01 %
FMRS = (0.01, 0.001, 0.0001)


def _real(folder: Path) -> Comparisons:
    impressions = impressions_in(folder)
    templates = Extractor().extract_many([FingerImage.read(one.path) for one in impressions])
    return compare_all(impressions, templates)


def _synthetic(fingers: int, impressions: int, difficulty: float) -> Comparisons:
    keys = [(seed, n) for seed in range(fingers) for n in range(impressions)]
    images = [synthetic.generate(seed, n, difficulty=difficulty) for seed, n in keys]
    listed = [Impression(seed, n, Path()) for seed, n in keys]
    return compare_all(listed, Extractor().extract_many(images))


def _second_half(compared: Comparisons) -> FingerScores:
    late = compared.fingers >= (int(compared.fingers.max()) + 1) // 2
    return compared.by_finger(late[compared.first] & late[compared.second])


def _rates(scores: FingerScores) -> list[float]:
    """EER, FNMR at FMR 0.1 %, FNMR and FMR at the threshold."""
    return [
        equal_error_rate(scores.genuine, scores.impostor),
        fnmr_at_fmr(scores.genuine, scores.impostor, 0.001),
        float(np.mean(scores.genuine < THRESHOLD)),
        float(np.mean(scores.impostor >= THRESHOLD)),
    ]


def _cells(rates: list[float], drawn: list[np.ndarray]) -> list[str]:
    """The rates, and their intervals on a second line; FMR in finer digits."""
    cells = []
    for rate, values, digits in zip(rates, drawn, (2, 2, 2, 3), strict=True):
        low, high = interval(values)
        cells.append(f"{rate * 100:.{digits}f}\n{low * 100:.{digits}f}–{high * 100:.{digits}f}")
    return cells


def _drawn(draws: Draws) -> list[np.ndarray]:
    return [draws.eer, draws.fnmr_at[:, FMRS.index(0.001)], draws.fnmr, draws.fmr]


def _report(title: str, sets: dict[str, FingerScores]) -> dict[str, list[float]]:
    """A table of one choice of fingers with intervals, the pooled lines below it; gives the rates."""
    measured: dict[str, tuple[list[float], list[np.ndarray]]] = {}
    for number, (name, scores) in enumerate(sets.items()):
        measured[name] = _rates(scores), _drawn(draw(scores, FMRS, THRESHOLD, stream=number))
    four = [measured[name] for name in sets if name.startswith("fvc")]
    means = [float(np.mean(column)) for column in zip(*(rates for rates, _ in four), strict=True)]
    fewest = min(len(values[0]) for _, values in four)
    measured[MEAN] = means, [np.mean([values[k][:fewest] for _, values in four], axis=0) for k in range(len(means))]
    pooled = FingerScores.pooled([scores for name, scores in sets.items() if name in PEERS])
    draws = draw(pooled, FMRS, THRESHOLD, stream=len(sets))
    measured["pooled"] = _rates(pooled), _drawn(draws)
    rows = [[name, *_cells(*found)] for name, found in measured.items()]
    columns = ("set", "EER", "FNMR at\nFMR 0.1 %", "FNMR at\nthreshold", "FMR at\nthreshold")
    table(f"{title}: errors in percent, 95 % intervals below them", columns, rows)
    for column, fmr in enumerate(FMRS):
        low, high = interval(draws.fnmr_at[:, column])
        rate = fnmr_at_fmr(pooled.genuine, pooled.impostor, fmr)
        print(f"pooled FNMR at FMR {fmr * 100:g} %: {rate:.2%} (95 %: {low:.2%} to {high:.2%})")
    print(f"pooled: {len(pooled.genuine):,} genuine, {len(pooled.impostor):,} impostor pairs\n")
    return {name: rates for name, (rates, _) in measured.items()}


def _beside_peers(everyone: dict[str, list[float]], half: dict[str, list[float]]) -> None:
    rows = []
    for name, peers in PEERS.items():
        ours = [f"{rates[name][0] * 100:.2f} / {rates[name][1] * 100:.2f}" for rates in (everyone, half)]
        rows.append((name, *peers, *ours))
    columns = ("set", "SourceAFIS", "LEADER +\nSourceAFIS", "Testigo", "Testigo,\nsecond half")
    table("EER / FNMR at FMR 0.1 %, in percent; the peers' over all fingers", columns, rows)
    print(f"peers, pooled FNMR at FMR 0.01 %: {PEERS_POOLED}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    parser.add_argument("--synthetic", type=int, default=40, help="synthetic fingers, four impressions each; 0: none")
    arguments = parser.parse_args()
    compared = {name: _real(arguments.folder / name) for name in PEERS if name != MEAN}
    everyone = {name: one.by_finger() for name, one in compared.items()}
    if arguments.synthetic:
        for difficulty in (synthetic.DIFFICULTY, 1.0):
            made = _synthetic(arguments.synthetic, 4, difficulty)
            everyone[f"synthetic {difficulty}"] = made.by_finger()
    whole = _report("All fingers", everyone)
    half = _report("Second half", {name: _second_half(one) for name, one in compared.items()})
    _beside_peers(whole, half)


if __name__ == "__main__":
    main()
