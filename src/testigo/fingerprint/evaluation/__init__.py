"""Measuring the engine, and showing what it found.

`evaluation` measures a folder of impressions: `impressions` finds and extracts them, `comparisons` compares all pairs,
`figures` sums up with `rates` and `bootstrap`, `plots` draws the chart. `explanation` says in words what a comparison
found, `pictures` draws minutiae and matches. All pictures are made on `drawing`, which writes SVG, PNG and HTML.
"""

from testigo.fingerprint.evaluation.bootstrap import rule_of_three
from testigo.fingerprint.evaluation.comparisons import Comparisons, compare_all
from testigo.fingerprint.evaluation.counted import how_many
from testigo.fingerprint.evaluation.drawing import refuse_input, refuse_unknown_ending, require_writable
from testigo.fingerprint.evaluation.evaluation import evaluate
from testigo.fingerprint.evaluation.explanation import Explanation, explain
from testigo.fingerprint.evaluation.figures import Evaluation
from testigo.fingerprint.evaluation.impressions import Impression, images_in, impressions_in
from testigo.fingerprint.evaluation.pictures import save_match, save_minutiae

__all__ = [
    "Comparisons",
    "Evaluation",
    "Explanation",
    "Impression",
    "compare_all",
    "evaluate",
    "explain",
    "how_many",
    "images_in",
    "impressions_in",
    "refuse_input",
    "refuse_unknown_ending",
    "require_writable",
    "rule_of_three",
    "save_match",
    "save_minutiae",
    "write",
]
