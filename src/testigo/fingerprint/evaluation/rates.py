"""Error rates of genuine and impostor scores, in the words of ISO/IEC 19795-1. Scores at or over a threshold match."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def fnmr_at_fmr(genuine: Scores, impostor: Scores, fmr: float) -> float:
    """The false non-match rate at the lowest threshold whose false match rate is at most `fmr`.

    With fewer than 1 / fmr impostor comparisons this is the rate at no false match at all.
    """
    allowed = int(np.floor(fmr * len(impostor) + 1e-9))
    ranked = np.sort(impostor)[::-1]
    if allowed >= len(ranked):
        return 0.0
    return float(
        np.mean(genuine <= ranked[allowed])
    )  # the threshold lies just above the first score that may not match


def equal_error_rate(genuine: Scores, impostor: Scores) -> float:
    """The rate where false matches and false non-matches are equally frequent: their mean at the nearest threshold.

    Of two thresholds equally near, the one with the larger mean counts.
    """
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    fnmr = np.searchsorted(np.sort(genuine), thresholds, "left") / len(genuine)
    fmr = 1 - np.searchsorted(np.sort(impostor), thresholds, "left") / len(impostor)
    return nearest_mean(fnmr, fmr)


def nearest_mean(fnmr: Scores, fmr: Scores) -> float:
    """The mean of both rates where they are nearest; the larger one where they are equally near twice."""
    apart = np.abs(fnmr - fmr)
    return float((fnmr + fmr)[apart <= apart.min() + 1e-12].max() / 2)


def det_points(genuine: Scores, impostor: Scores) -> tuple[Scores, Scores]:
    """The detection error trade-off curve: (FMR, FNMR) at every threshold that differs, by rising FMR.

    Starts at the threshold over all scores (FMR 0) and ends at the one under all (FMR 1, FNMR 0).
    """
    thresholds = np.unique(np.concatenate([genuine, impostor]))[::-1]
    fnmr = np.append(1.0, np.searchsorted(np.sort(genuine), thresholds, "left") / len(genuine))
    fmr = np.append(0.0, 1 - np.searchsorted(np.sort(impostor), thresholds, "left") / len(impostor))
    corner = np.append(True, (fnmr[1:] != fnmr[:-1]) | (fmr[1:] != fmr[:-1]))
    return fmr[corner], fnmr[corner]
