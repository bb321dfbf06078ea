"""Measuring the engine on any folder of impressions, by the FVC protocol and over all cross-finger pairs."""

import itertools
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.extraction import Extractor
from testigo.fingerprint.image import FingerImage
from testigo.fingerprint.matcher import Matcher, Prepared, prepare
from testigo.fingerprint.rates import equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.template import Template

_NAME = re.compile(r"(\d{1,9})_(\d{1,9})\.(?:png|bmp|tiff?|jpe?g|jp2|wsq)", re.IGNORECASE)

Progress = Callable[[str, int, int], None]
"""Told after each step: what is done, how many are done, of how many."""


@dataclass(frozen=True)
class Impression:
    """One file of a set: `FINGER_IMPRESSION.ext`."""

    finger: int
    number: int
    path: Path


class Evaluation(
    msgspec.Struct,
    frozen=True,
    rename={
        "fnmr_at_fmr_1_percent": "fnmr_at_fmr_0.01",
        "fnmr_at_fmr_01_percent": "fnmr_at_fmr_0.001",
        "fnmr_at_fmr_001_percent": "fnmr_at_fmr_0.0001",
    },
):
    """Rates as fractions; `eer` by the FVC protocol, all else over all pairs of different impressions.

    `fnmr`, `fmr`: at the shipped threshold. `zero_fmr`: FNMR at the lowest threshold without false match.
    Times are medians, on one thread; `template_bytes` is the mean.
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
    fnmr: float
    fmr: float
    extract_ms: float
    match_us: float
    template_bytes: float


@dataclass(frozen=True, eq=False)
class Comparisons:
    """All pairs of a set: the impressions' numbers, scores, which are genuine, which belong to the FVC protocol."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    scores: NDArray[np.float64]
    genuine: NDArray[np.bool_]
    fvc: NDArray[np.bool_]
    microseconds: float


def impressions_in(folder: Path) -> list[Impression]:
    """The files `FINGER_IMPRESSION.ext` of a folder, in order of finger and impression; others are passed over.

    Raises `InvalidInput` where there are not two fingers with two impressions at least.
    """
    try:
        names = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InvalidInput("the folder cannot be read", place=str(folder), mend="check the path") from error
    matches = [(path, _NAME.fullmatch(path.name)) for path in names]
    found = [Impression(int(name[1]), int(name[2]), path) for path, name in matches if name]
    fingers = [impression.finger for impression in found]
    if len(set(fingers)) < 2 or len(fingers) == len(set(fingers)):
        raise InvalidInput(
            "the folder does not hold two impressions of a finger and another finger",
            place=str(folder),
            mend="name the images FINGER_IMPRESSION.ext, as 101_1.png",
        )
    return sorted(found, key=lambda impression: (impression.finger, impression.number))


def evaluate(
    folder: Path,
    *,
    dpi: int | None = None,
    only: Collection[int] | None = None,
    scores: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Extract every impression of the folder, compare all pairs, and sum up.

    `dpi` overrules what the files state. `only`: the fingers to use, all by default. `scores`: a file to write, a line
    `finger impression finger impression score` for each pair.
    Raises `InvalidInput` for a folder or image that cannot be used.
    """
    tell = progress or (lambda _what, _done, _all: None)
    impressions = [one for one in impressions_in(folder) if only is None or one.finger in only]
    templates, milliseconds = _extract_all(impressions, dpi, tell)
    compared = compare_all(impressions, templates, tell)
    if scores is not None:
        _write_scores(scores, impressions, compared)
    return summary(impressions, templates, compared, milliseconds)


def _extract_all(impressions: Sequence[Impression], dpi: int | None, tell: Progress) -> tuple[list[Template], float]:
    extractor = Extractor()
    templates, times = [], []
    for done, impression in enumerate(impressions, 1):
        image = FingerImage.read(impression.path, dpi=dpi)
        began = time.perf_counter()
        templates.append(extractor.extract(image))
        times.append(time.perf_counter() - began)
        tell("extracted", done, len(impressions))
    return templates, float(np.median(times)) * 1e3


def compare_all(
    impressions: Sequence[Impression], templates: Sequence[Template | Prepared], tell: Progress | None = None
) -> Comparisons:
    """Every pair of different impressions once, the one with the lower number as the probe."""
    ready = [prepare(template) for template in templates]
    rows, times = [], []
    for i in range(len(ready) - 1):
        candidates = Matcher(ready[i + 1 :])
        began = time.perf_counter()
        rows.append(candidates.scores(ready[i]))
        times.append((time.perf_counter() - began) / len(candidates))
        if tell:
            tell("compared", i + 1, len(ready) - 1)
    first, second = np.array(list(itertools.combinations(range(len(ready)), 2))).T
    finger = np.array([impression.finger for impression in impressions])
    leads = np.append(True, finger[1:] != finger[:-1])  # the first impression of each finger
    genuine = finger[first] == finger[second]
    fvc = genuine | (leads[first] & leads[second])
    return Comparisons(first, second, np.concatenate(rows), genuine, fvc, float(np.median(times)) * 1e6)


def summary(
    impressions: Sequence[Impression], templates: Sequence[Template], compared: Comparisons, milliseconds: float
) -> Evaluation:
    """The rates of a set's comparisons."""
    from testigo.fingerprint.calibration import calibration

    genuine, impostor = compared.scores[compared.genuine], compared.scores[~compared.genuine]
    threshold = calibration().threshold
    return Evaluation(
        fingers=len({impression.finger for impression in impressions}),
        impressions=len(impressions),
        genuine=len(genuine),
        impostors=len(impostor),
        eer=equal_error_rate(genuine, compared.scores[compared.fvc & ~compared.genuine]),
        eer_all=equal_error_rate(genuine, impostor),
        fnmr_at_fmr_1_percent=fnmr_at_fmr(genuine, impostor, 0.01),
        fnmr_at_fmr_01_percent=fnmr_at_fmr(genuine, impostor, 0.001),
        fnmr_at_fmr_001_percent=fnmr_at_fmr(genuine, impostor, 0.0001),
        zero_fmr=fnmr_at_fmr(genuine, impostor, 0.0),
        fnmr=float(np.mean(genuine < threshold)),
        fmr=float(np.mean(impostor >= threshold)),
        extract_ms=milliseconds,
        match_us=compared.microseconds,
        template_bytes=float(np.mean([len(template.to_iso()) for template in templates])),
    )


def _write_scores(path: Path, impressions: Sequence[Impression], compared: Comparisons) -> None:
    lines = []
    for i, j, score in zip(compared.first, compared.second, compared.scores, strict=True):
        a, b = impressions[i], impressions[j]
        lines.append(f"{a.finger} {a.number} {b.finger} {b.number} {score:.6f}\n")
    try:
        path.write_text("".join(lines), encoding="ascii")
    except OSError as error:
        raise StorageError(
            "the scores cannot be written", place=str(path), mend="check the path and the disk"
        ) from error
