"""A sensor never seen: descriptor and calibration made without one of the sets, then tried on all fingers of that set.

    python benchmarks/fingerprint_left_out.py ../shared/data/fingerprints

For each set in turn, with the recipe of `fingerprint_descriptor.py` and `fingerprint_calibration.py`. One thing of the
set left out stays: the pairs of minutiae that are learnt from, in the other sets, are found by the shipped matcher.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import fingerprint_calibration as making
import numpy as np
from fingerprint_descriptor import SYNTHETIC, SYNTHETIC_SEED, learn
from numpy.typing import NDArray

from testigo.cli.output import progress, table
from testigo.fingerprint import Extractor, FingerImage, Template
from testigo.fingerprint.evaluation.comparisons import compare_all
from testigo.fingerprint.evaluation.impressions import Impression, impressions_in
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.matching import descriptor, matcher
from testigo.fingerprint.synthetic import templates

Scores = NDArray[np.float64]
Whole = tuple[list[Impression], list[Template]]


def first_half(whole: Whole) -> making.Group:
    """The impressions of the first half of a set's fingers."""
    fingers = sorted({impression.finger for impression in whole[0]})
    kept = set(fingers[: len(fingers) // 2])
    return [(one.finger, template) for one, template in zip(*whole, strict=True) if one.finger in kept]


def tried(
    sets: dict[str, Whole], left_out: str, synthetic: making.Group, extractor: Extractor
) -> tuple[Scores, Scores]:
    """Genuine and impostor scores of the set left out, by an engine made without it."""
    groups = {name: first_half(whole) for name, whole in sets.items() if name != left_out}
    matrix, mean = (array.astype(np.float32) for array in learn(groups, synthetic))
    with ExitStack() as engine:
        engine.enter_context(patch.object(descriptor, "_projection", lambda: (matrix, mean @ matrix)))
        made = making.calibrated(groups, making.synthetic_impostors(extractor), f"all but {left_out}")
        engine.enter_context(patch.object(matcher, "calibration", lambda: made))
        engine.enter_context(patch.object(matcher, "_weights", made.vector))
        compared = compare_all(*sets[left_out])
    return compared.scores[compared.genuine], compared.scores[~compared.genuine]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the sets")
    folder = parser.parse_args().folder
    extractor = Extractor()
    synthetic = list(enumerate(templates(SYNTHETIC_SEED, SYNTHETIC, 0.6)))
    sets: dict[str, Whole] = {}
    rows, rates = [], []
    with progress("Leaving out", 2 * len(making.SETS)) as bar:
        for name in making.SETS:
            found = impressions_in(folder / name)
            sets[name] = found, extractor.extract_many([FingerImage.read(one.path) for one in found])
            bar.advance()
        for name in making.SETS:
            genuine, impostor = tried(sets, name, synthetic, extractor)
            threshold = matcher.calibration().threshold
            rates.append(
                (
                    equal_error_rate(genuine, impostor),
                    fnmr_at_fmr(genuine, impostor, 0.001),
                    float(np.mean(genuine < threshold)),
                    float(np.mean(impostor >= threshold)),
                )
            )
            rows.append((name, *(f"{100 * rate:.2f}" for rate in rates[-1])))
            bar.advance()
    mean = np.mean([rate for name, rate in zip(making.SETS, rates, strict=True) if name.startswith("fvc")], axis=0)
    rows.append(("mean of FVC", *(f"{100 * rate:.2f}" for rate in mean)))
    table(
        "Errors in percent", ("set left out", "EER", "FNMR at FMR 0.1 %", "FNMR at threshold", "FMR at threshold"), rows
    )


if __name__ == "__main__":
    main()
