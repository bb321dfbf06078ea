"""Comparing templates: are two impressions of one finger?

`descriptor` describes what stands around a minutia (`_descriptor`: its machine code), `prepared` holds templates made
ready to be compared, `matcher` compares them (`_leads`, `_alignment` and `_comparison` are its machine code, on
`_points` and `_eights`), `calibration` says what a score means, `fusion` makes one score of several fingers.
"""

from testigo.fingerprint.matching.calibration import Calibration, calibration
from testigo.fingerprint.matching.fusion import best_of, fuse
from testigo.fingerprint.matching.matcher import Matcher, MatchResult, best_match, match
from testigo.fingerprint.matching.prepared import Prepared, PreparedTemplates, prepare

__all__ = [
    "Calibration",
    "MatchResult",
    "Matcher",
    "Prepared",
    "PreparedTemplates",
    "best_match",
    "best_of",
    "calibration",
    "fuse",
    "match",
    "prepare",
]
