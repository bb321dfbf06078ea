"""Whether the finger at the check-in desk is the voter's."""

from collections.abc import Callable

from testigo.fingerprint import FingerImage, Prepared, best_match, extract, prepare
from testigo.register import PollBookVoter

Matcher = Callable[[FingerImage, tuple[Prepared, ...]], bool]
"""Whether a finger's image is of one of the templates."""


def match_finger(image: FingerImage, enrolled: tuple[Prepared, ...]) -> bool:
    """The matcher of the house: extraction, then the best of all enrolled impressions against the threshold."""
    found = best_match(extract(image), enrolled)
    return found is not None and found[1].matched


class FingerCheck:
    """Compares images with a voter's templates, made ready at the first try of a visit and kept for the others."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._visit = ""
        self._enrolled: tuple[Prepared, ...] = ()

    def matches(self, image: FingerImage, visit_id: str, voter: PollBookVoter) -> bool:
        """Whether the image is of one of the fingers that this voter enrolled. Raises what the matcher raises."""
        if self._visit != visit_id:
            self._enrolled = tuple(prepare(template) for template in voter.templates())
            self._visit = visit_id
        return self._matcher(image, self._enrolled)
