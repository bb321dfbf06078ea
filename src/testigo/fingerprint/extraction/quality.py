"""How good an impression is, as the clerk is told: NFIQ 2, NIST's standard measure (ISO/IEC 29794-4), 0 to 100."""

import importlib
import threading
from functools import cache
from typing import Any

from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.templates.template import Template
from testigo.words import Message, message

# Words of our own over NFIQ 2's scale, on which ordinary readers and willing people give 40 to 60.
WORDS = ((60, "excellent"), (40, "good"), (20, "fair"), (6, "poor"), (0, "unusable"))

FEW_MINUTIAE = 12  # with fewer, two impressions of one finger rarely reach the threshold, however clean the image

_using = threading.Lock()


def quality(image: FingerImage, template: Template) -> int:
    """0 (worst) to 100: the image's NFIQ 2 score, held down where the template has too few minutiae to be matched.

    A template of fewer than 12 minutiae cannot be better than *poor*: it gets at most its count. 0 also stands for an
    image that NFIQ 2 refuses to judge.
    """
    score = _nfiq2(FingerImage(image.at_500_dpi()).to_png())
    return min(score, len(template)) if len(template) < FEW_MINUTIAE else score


def quality_word(score: int) -> str:
    """*excellent*, *good*, *fair*, *poor* or *unusable*, for programs."""
    return next(word for least, word in WORDS if score >= least)


def quality_label(score: int) -> Message:
    """The same for people."""
    return message("term", f"quality.{quality_word(score)}")


def _nfiq2(png: bytes) -> int:
    with _using:
        try:
            score = int(_judge().extract_minutiae(png).quality().score)
        except Exception:  # its binding has one error for all that it cannot judge, of no public type
            return 0
    return score if 0 <= score <= 100 else 0  # 255 is its word for "not computed"


@cache
def _judge() -> Any:
    """NFIQ 2 with its model, loaded at the first use (0.2 s)."""
    nbis = importlib.import_module("nbis")
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=True, ppi=500.0
    )
    return nbis.new_nbis_extractor(settings)
