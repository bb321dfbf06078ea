"""Measuring the engine on any folder of impressions, by the FVC protocol and over all cross-finger pairs.

FVC protocol (Maio et al., "FVC2000: fingerprint verification competition", PAMI 24, 2002): genuine are all pairs of a
finger's impressions, each once; impostors are the first impression of each finger against that of each other. *All
pairs* takes every impression against every impression of other fingers, and is what small rates are measured on.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from testigo import storage
from testigo.fingerprint.evaluation import drawing, plots
from testigo.fingerprint.evaluation.comparisons import compare_all, score_lines
from testigo.fingerprint.evaluation.figures import Evaluation, summary
from testigo.fingerprint.evaluation.impressions import ExtractedSet, Progress, impressions_in, refuse_too_few
from testigo.fingerprint.images.image import FingerImage


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
    for path in (scores, plot):
        if path is not None:
            drawing.require_writable(path)
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
        storage.write(scores, score_lines(extracted.impressions, compared).encode("ascii"))
    if plot is not None:
        plots.save_evaluation(plot, figures, compared, title=storage.resolved(folder).name)
    return figures
