"""The figures of an evaluation: error rates of a set's comparisons, their intervals, sizes and times."""

from collections import Counter
from statistics import mean, median

import msgspec
import numpy as np

from testigo.fingerprint.evaluation.bootstrap import draw, interval
from testigo.fingerprint.evaluation.comparisons import Comparisons
from testigo.fingerprint.evaluation.impressions import ExtractedSet
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.matching.calibration import calibration
from testigo.fingerprint.templates.formats import encode_template

_FMRS = (0.01, 0.001, 0.0001, 0.0)  # FMR100, FMR1000, 0.01 %, zeroFMR
_DET_HIGHEST = 0.1  # the curve is drawn up to FMR 10 %: no election lets more pass
_DET_STEPS = 12  # points a decade


class FvcFigures(msgspec.Struct, frozen=True):
    """Rates by the FVC protocol, as fractions: `fmr100` and `fmr1000` are FNMR at FMR 1 % and 0.1 %."""

    genuine: int
    impostors: int
    eer: float
    fmr100: float
    fmr1000: float
    zero_fmr: float


class DetPoint(msgspec.Struct, frozen=True):
    """One point of the DET curve over all pairs, with the 95 % interval of its FNMR."""

    fmr: float
    fnmr: float
    low: float
    high: float


class Evaluation(
    msgspec.Struct,
    frozen=True,
    rename={
        "fnmr_at_fmr_1_percent": "fnmr_at_fmr_0.01",
        "fnmr_at_fmr_01_percent": "fnmr_at_fmr_0.001",
        "fnmr_at_fmr_001_percent": "fnmr_at_fmr_0.0001",
    },
):
    """Rates as fractions; `eer` and `fvc` by the FVC protocol, all else over all pairs of different impressions.

    `fnmr`, `fmr`: at the shipped `threshold`. `zero_fmr`: FNMR at the lowest threshold without false match.
    `intervals`: 95 % by bootstrap over fingers, under the figures' names, those of `fvc` as `fvc.eer` and so on.
    `extract_ms`: median of `timed` images, one after another on one thread, without reading the file; `batch_ms`: of
    the clock for each other image, all cores at work (None where there were none); `prepare_us`, `match_us`: medians
    on one thread, a comparison being of two prepared templates. `template_bytes`, `minutiae`: means.
    `without_minutiae`: impressions in which nothing was found. `dpi`: resolution → images. `skipped`: unreadable
    files left out.
    """

    fingers: int
    impressions: int
    genuine: int
    impostors: int
    eer: float
    eer_all: float
    fnmr_at_fmr_1_percent: float
    fnmr_at_fmr_01_percent: float
    fnmr_at_fmr_001_percent: float
    zero_fmr: float
    threshold: float
    fnmr: float
    fmr: float
    fvc: FvcFigures
    intervals: dict[str, tuple[float, float]]
    extract_ms: float
    timed: int
    batch_ms: float | None
    prepare_us: float
    match_us: float
    template_bytes: float
    minutiae: float
    without_minutiae: int
    dpi: dict[str, int]
    skipped: tuple[str, ...]
    det: tuple[DetPoint, ...]


def summary(extracted: ExtractedSet, compared: Comparisons) -> Evaluation:
    """The figures of a set's comparisons."""
    genuine, impostor = compared.scores[compared.genuine], compared.scores[~compared.genuine]
    strict = compared.scores[compared.fvc & ~compared.genuine]
    threshold = calibration().threshold
    rates = [fnmr_at_fmr(genuine, impostor, fmr) for fmr in _FMRS]
    intervals, det = _uncertainty(compared, threshold)
    minutiae = [len(template) for template in extracted.templates]
    return Evaluation(
        fingers=len({impression.finger for impression in extracted.impressions}),
        impressions=len(extracted.impressions),
        genuine=len(genuine),
        impostors=len(impostor),
        eer=equal_error_rate(genuine, strict),
        eer_all=equal_error_rate(genuine, impostor),
        fnmr_at_fmr_1_percent=rates[0],
        fnmr_at_fmr_01_percent=rates[1],
        fnmr_at_fmr_001_percent=rates[2],
        zero_fmr=rates[3],
        threshold=threshold,
        fnmr=float(np.mean(genuine < threshold)),
        fmr=float(np.mean(impostor >= threshold)),
        fvc=FvcFigures(
            genuine=len(genuine),
            impostors=len(strict),
            eer=equal_error_rate(genuine, strict),
            fmr100=fnmr_at_fmr(genuine, strict, 0.01),
            fmr1000=fnmr_at_fmr(genuine, strict, 0.001),
            zero_fmr=fnmr_at_fmr(genuine, strict, 0.0),
        ),
        intervals=intervals,
        extract_ms=median(extracted.alone) * 1e3,
        timed=len(extracted.alone),
        batch_ms=None if extracted.batch_seconds is None else extracted.batch_seconds * 1e3,
        prepare_us=compared.preparing,
        match_us=compared.microseconds,
        template_bytes=float(mean(len(encode_template(template)) for template in extracted.templates)),
        minutiae=float(mean(minutiae)),
        without_minutiae=minutiae.count(0),
        dpi={str(dpi): count for dpi, count in sorted(Counter(extracted.dpi).items())},
        skipped=tuple(extracted.skipped),
        det=det,
    )


def _uncertainty(
    compared: Comparisons, threshold: float
) -> tuple[dict[str, tuple[float, float]], tuple[DetPoint, ...]]:
    """The intervals under the names of `Evaluation`, and the DET curve with its band."""
    everything = compared.by_finger()
    lowest = max(1e-6, 1 / len(everything.impostor))
    highest = min(1.0, max(_DET_HIGHEST, 2 * lowest))
    grid = np.geomspace(lowest, highest, 2 + round(_DET_STEPS * np.log10(highest / lowest)))
    drawn = draw(everything, [*_FMRS, *grid], threshold)
    strict = draw(compared.by_finger(compared.fvc), (0.01, 0.001, 0.0), threshold)
    columns = {"eer": strict.eer, "eer_all": drawn.eer, "fnmr": drawn.fnmr, "fmr": drawn.fmr, "fvc.eer": strict.eer}
    at = ("fnmr_at_fmr_0.01", "fnmr_at_fmr_0.001", "fnmr_at_fmr_0.0001", "zero_fmr")
    columns |= dict(zip(at, drawn.fnmr_at.T, strict=False))
    columns |= dict(zip(("fvc.fmr100", "fvc.fmr1000", "fvc.zero_fmr"), strict.fnmr_at.T, strict=True))
    curve = []
    for fmr, rates in zip(grid, drawn.fnmr_at.T[len(_FMRS) :], strict=True):
        low, high = interval(rates)
        curve.append(DetPoint(float(fmr), fnmr_at_fmr(everything.genuine, everything.impostor, fmr), low, high))
    return {name: interval(rates) for name, rates in columns.items()}, tuple(curve)
