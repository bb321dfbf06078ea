"""A finger's image to a template to a score. This room knows nothing of voters.

    >>> from testigo.fingerprint import FingerImage, extract, match
    >>> enrolled = extract(FingerImage.read("enrolled.png"))
    >>> match(extract(FingerImage.read("probe.png")), enrolled).matched

`image` reads what readers and files give; `leader` is the minutiae network and `extraction` its use; `template` is what
is kept of an impression and `formats` how it is written; `matcher` compares (with `_comparison`, its machine code, and
`calibration`, the meaning of its score); `quality` tells the clerk whether to take the finger again; `synthetic` makes
fingers of nobody; `evaluation` (on `impressions`, `rates`, `bootstrap`) measures it all, and `explanation`, `pictures`
and `plots` (on `drawing`) show it. Every number that tunes something is in `parameters`.

`reader`, a room within the room, takes fingers from USB readers, folders and uploads, says what is wrong with them and
asks again; a new kind of reader goes there. A new template format goes beside
`minutiae_2005` and into `formats.FORMATS`, a new image format into `image_file.FORMATS`.

Importing the room is cheap (0.1 s): ONNX Runtime, numba and NFIQ 2 are loaded by their first use.
"""

from testigo.fingerprint import synthetic
from testigo.fingerprint.evaluation import Evaluation, evaluate
from testigo.fingerprint.extraction import Conversion, Extractor, convert, extract, quality, quality_word
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
from testigo.fingerprint.position import Position
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
    "match",
    "prepare",
    "quality",
    "quality_word",
    "synthetic",
    "warm_up",
]
