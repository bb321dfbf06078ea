"""A finger's image to a template to a score. This room knows nothing of voters.

    >>> from testigo.fingerprint import FingerImage, extract, match
    >>> enrolled = extract(FingerImage.read("enrolled.png"))
    >>> match(extract(FingerImage.read("probe.png")), enrolled).matched

`image` reads what readers and files give; `leader` is the minutiae network and `extraction` its use; `template` is what
is kept of an impression and `iso` how it is written; `matcher` compares (with `_kernels`, its machine code, and
`calibration`, the meaning of its score); `quality` tells the clerk whether to take the finger again; `synthetic` makes
fingers of nobody; `rates` and `evaluation` measure it all. Every number that tunes something is in `parameters`.

New finger readers and galleries for identification get a module each; a new template format goes beside `iso`, a new
image format into `image.FORMATS`.

Importing the room is cheap (0.1 s): ONNX Runtime, numba and NFIQ 2 are loaded by their first use.
"""

from testigo.fingerprint import synthetic
from testigo.fingerprint.calibration import calibration
from testigo.fingerprint.evaluation import Evaluation, evaluate
from testigo.fingerprint.extraction import Extractor, extract
from testigo.fingerprint.image import ENDINGS, FingerImage
from testigo.fingerprint.matcher import Matcher, MatchResult, Prepared, best_match, match, prepare, warm_up
from testigo.fingerprint.quality import quality, quality_word
from testigo.fingerprint.template import Kind, Template

THRESHOLD: float = calibration().threshold
"""Scores at or over this match: FMR 0.01 % (see `calibration`)."""

__all__ = [
    "ENDINGS",
    "THRESHOLD",
    "Evaluation",
    "Extractor",
    "FingerImage",
    "Kind",
    "MatchResult",
    "Matcher",
    "Prepared",
    "Template",
    "best_match",
    "calibration",
    "evaluate",
    "extract",
    "match",
    "prepare",
    "quality",
    "quality_word",
    "synthetic",
    "warm_up",
]
