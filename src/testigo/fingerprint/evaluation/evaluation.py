"""Measuring the engine on any folder of impressions, by the FVC protocol and over all cross-finger pairs.

FVC protocol (Maio et al., "FVC2000: fingerprint verification competition", PAMI 24, 2002): genuine are all pairs of a
finger's impressions, each once; impostors are the first impression of each finger against that of each other. *All
pairs* takes every impression against every impression of other fingers, and is what small rates are measured on.
"""

import os
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.evaluation.bootstrap import FingerScores, draw, interval
from testigo.fingerprint.evaluation.impressions import (
    ExtractedSet,
    Impression,
    Progress,
    impressions_in,
    refuse_too_few,
)
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.matching.calibration import calibration
from testigo.fingerprint.matching.matcher import Matcher, warm_up
from testigo.fingerprint.matching.prepared import Prepared, prepare
from testigo.fingerprint.templates.formats import encode_template
from testigo.fingerprint.templates.template import Template

__all__ = ["Comparisons", "Evaluation", "Impression", "compare_all", "evaluate", "impressions_in"]

TIMED = 20  # probes whose comparisons are timed one after another, with nothing beside them
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


@dataclass(frozen=True, eq=False)
class Comparisons:
    """All pairs of a set: the impressions' numbers, scores, which are genuine, which belong to the FVC protocol.

    `fingers` (impressions,): each impression's finger, numbered from 0. Times on one thread, in microseconds.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    scores: NDArray[np.float64]
    genuine: NDArray[np.bool_]
    fvc: NDArray[np.bool_]
    fingers: NDArray[np.int64]
    microseconds: float
    preparing: float

    def by_finger(self, chosen: NDArray[np.bool_] | None = None) -> FingerScores:
        """The scores with their fingers, for the bootstrap; of the chosen pairs (by default all) and their fingers."""
        kept = np.ones(len(self.scores), np.bool_) if chosen is None else chosen
        same, other = kept & self.genuine, kept & ~self.genuine
        first, second = self.fingers[self.first], self.fingers[self.second]
        known = np.unique(np.concatenate([first[kept], second[kept]]))
        first, second = np.searchsorted(known, first), np.searchsorted(known, second)
        return FingerScores(len(known), self.scores[same], first[same], self.scores[other], first[other], second[other])


def evaluate(
    folder: Path,
    *,
    dpi: int | None = None,
    only: Collection[int] | None = None,
    skip_unreadable: bool = False,
    scores: Path | None = None,
    plot: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Extract every impression of the folder, compare all pairs, and sum up.

    `dpi` overrules what the files state. `only`: the fingers to use, all by default. `skip_unreadable`: leave images
    out that cannot be read, and list them, rather than stop. `scores`: a file to write, a line
    `finger impression finger impression score` for each pair. `plot`: a chart to write, SVG, PNG or HTML.
    Time and memory grow with the square of the impressions: 1,000 make 499,500 pairs and take 200 MB, 10,000 would
    make 50 million and take 8 GB. Raises `InvalidInput` for a folder or image that cannot be used,
    and before any work where a file cannot be written (`StorageError`) or the chart's ending is not known.
    """
    from testigo.fingerprint.evaluation import drawing, plots

    for path in (scores, plot):
        if path is not None:
            drawing.refuse_unwritable(path)
    if plot is not None:
        drawing.refuse_unknown_ending(plot)
    if dpi is not None:
        FingerImage(np.zeros((64, 64), np.uint8), dpi)  # a resolution that no image can have is refused at once
    tell = progress or (lambda _what, _done, _all: None)
    listed = [one for one in impressions_in(folder) if only is None or one.finger in only]
    refuse_too_few(listed, folder)
    extracted = ExtractedSet(listed, dpi=dpi, skip_unreadable=skip_unreadable, tell=tell)
    refuse_too_few(extracted.impressions, folder)
    compared = compare_all(extracted.impressions, extracted.templates, tell)
    figures = summary(extracted, compared)
    if scores is not None:
        drawing.write(scores, score_lines(extracted.impressions, compared).encode("ascii"))
    if plot is not None:
        plots.save_evaluation(plot, figures, compared, title=folder.resolve().name)
    return figures


def compare_all(
    impressions: Sequence[Impression], templates: Sequence[Template | Prepared], tell: Progress | None = None
) -> Comparisons:
    """Every pair of different impressions once, the one with the lower number as the probe; all cores at work.

    Scores are `Matcher`'s: 0 where a comparison promises nothing early on, even where `match`, which always goes on,
    gives a little more.
    Before, `TIMED` probes from all over the set are compared alone, for the time a comparison takes.
    """
    warm_up()
    ready, preparing = _prepared(templates)
    probes = len(ready) - 1
    sample = sorted({int(number) for number in np.linspace(0, probes - 1, min(TIMED, probes))})
    rows: dict[int, NDArray[np.float64]] = {}
    times = []
    matcher = Matcher(ready)

    def row(number: int) -> NDArray[np.float64]:
        return matcher.scores(ready[number], np.arange(number + 1, len(ready)))

    for number in sample:
        began = perf_counter()
        rows[number] = row(number)
        times.append((perf_counter() - began) / (probes - number))
    others = [number for number in range(probes) if number not in rows]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for number, scores in zip(others, pool.map(row, others), strict=True):
                rows[number] = scores
                if tell:
                    tell("compared", len(rows), probes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if tell:
        tell("compared", probes, probes)
    scores = np.concatenate([rows[number] for number in range(probes)])
    return _labelled(impressions, scores, median(times) * 1e6, preparing)


def _prepared(templates: Sequence[Template | Prepared]) -> tuple[list[Prepared], float]:
    """The templates ready to be compared, and the median of the microseconds it took."""
    ready, times = [], []
    for template in templates:
        began = perf_counter()
        ready.append(prepare(template))
        times.append(perf_counter() - began)
    return ready, median(times) * 1e6


def _labelled(
    impressions: Sequence[Impression], scores: NDArray[np.float64], microseconds: float, preparing: float
) -> Comparisons:
    """The scores of all pairs, the lower number first, with what they are pairs of."""
    first, second = np.triu_indices(len(impressions), 1)
    names, finger = np.unique([impression.finger for impression in impressions], return_inverse=True)
    leads = np.zeros(len(impressions), np.bool_)
    leads[[int(np.flatnonzero(finger == number)[0]) for number in range(len(names))]] = True  # of each finger, one
    genuine = finger[first] == finger[second]
    fvc = genuine | (leads[first] & leads[second])
    return Comparisons(first, second, scores, genuine, fvc, finger, microseconds, preparing)


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


def score_lines(impressions: Sequence[Impression], compared: Comparisons) -> str:
    """A line `finger impression finger impression score` for each pair."""
    names = [f"{one.finger} {one.number}" for one in impressions]
    pairs = zip(compared.first, compared.second, compared.scores, strict=True)
    return "".join(f"{names[i]} {names[j]} {score:.6f}\n" for i, j, score in pairs)
