"""Several fingers, one decision.

A score is -log10 of the false match rate: a small probability p under "somebody else's finger". Of k tries the best has
p at most k times as large (Bonferroni), so log10 k is taken off. Different fingers of one person are independent
trials, which two rules turn into one probability:

- **Together**, Fisher's method (R. A. Fisher, Statistical Methods for Research Workers, 1925): the sum of the scores,
  judged by the distribution that sums of so many such scores have by chance (Erlang's). Two fingers that each are
  nearly enough are more than enough.
- **The best alone**: one finger that matches must not be drowned by nine that are worn.

The better of both counts, and log10 2 pays for looking at both.
"""

import math
from collections.abc import Sequence


def best_of(scores: Sequence[float]) -> float:
    """The score of the best of several tries at one finger."""
    return max(0.0, max(scores) - math.log10(len(scores)))


def fuse(scores: Sequence[float]) -> float:
    """One score for a person, of one score for each finger that was compared; it means what a finger's score means.

    Raises `ValueError` where there is none.
    """
    if not scores:
        raise ValueError("no finger was compared")
    if len(scores) == 1:
        return max(0.0, scores[0])
    return max(0.0, max(best_of(scores), _together(scores)) - math.log10(2))


def _together(scores: Sequence[float]) -> float:
    """-log10 of the chance that the sum of so many independent scores is as high: the tail of Erlang's distribution."""
    rate = sum(scores) * math.log(10)
    terms = sum(rate**power / math.factorial(power) for power in range(len(scores)))
    return sum(scores) - math.log10(terms)
