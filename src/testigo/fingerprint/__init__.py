"""A finger's image to a template to a score. This room knows nothing of voters.

    >>> from testigo.fingerprint import FingerImage, extract, match
    >>> enrolled = extract(FingerImage.read("enrolled.png"))
    >>> match(extract(FingerImage.read("probe.png")), enrolled).matched

Its rooms, each importing only those after it:

- `evaluation` measures the engine on a set of impressions, explains a comparison, and draws pictures of both.
- `synthetic` makes synthetic fingers.
- `reader` takes fingers from USB readers, folders and uploads, says what is wrong with them and asks again.
- `search` finds who of many a finger is most similar to.
- `matching` compares templates, and says what a score means.
- `extraction` makes a template of an image, judges an image, and converts formats.
- `templates` is what is kept of an impression, and the standard records that hold it.
- `images` reads and writes images of one finger.

Below them: `parameters` (every number that tunes extraction, matching and search), `position` (which finger of ten) and
`_compiled` (the way to numba). What others use is exported here and by each room; nobody imports below that.

Importing the package is cheap (0.2 s): ONNX Runtime, numba and NFIQ 2 are loaded at first use.
"""

from testigo.fingerprint import synthetic
from testigo.fingerprint.evaluation import Evaluation, evaluate
from testigo.fingerprint.extraction import Conversion, Extractor, convert, extract, quality, quality_label, quality_word
from testigo.fingerprint.images import ENDINGS, FingerImage
from testigo.fingerprint.matching import (
    Matcher,
    MatchResult,
    Prepared,
    PreparedTemplates,
    best_match,
    calibration,
    fuse,
    match,
    prepare,
)
from testigo.fingerprint.position import Position, label_of
from testigo.fingerprint.search import Candidate, Gallery, warm_up
from testigo.fingerprint.templates import Kind, Template, decode_template, encode_template

THRESHOLD: float = calibration().threshold
"""Scores at or over this match: FMR 0.01 % (see `calibration`)."""

__all__ = [
    "ENDINGS",
    "THRESHOLD",
    "Candidate",
    "Conversion",
    "Evaluation",
    "Extractor",
    "FingerImage",
    "Gallery",
    "Kind",
    "MatchResult",
    "Matcher",
    "Position",
    "Prepared",
    "PreparedTemplates",
    "Template",
    "best_match",
    "calibration",
    "convert",
    "decode_template",
    "encode_template",
    "evaluate",
    "extract",
    "fuse",
    "label_of",
    "match",
    "prepare",
    "quality",
    "quality_label",
    "quality_word",
    "synthetic",
    "warm_up",
]
