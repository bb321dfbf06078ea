"""Several fingers' scores as one: a probability that holds, and evidence that adds up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.fingerprint.matching.fusion import best_of, fuse

SCORES = st.lists(st.floats(0, 20), min_size=1, max_size=10)


@pytest.mark.parametrize("fingers", [1, 2, 4, 10])
def test_impostors_reach_a_fused_score_as_seldom_as_it_says(fingers: int) -> None:
    chance = -np.log10(np.random.default_rng(1).random((200_000, fingers)))
    fused = np.array([fuse(one) for one in chance.tolist()])
    for score in (1.0, 2.0, 3.0):
        assert np.mean(fused >= score) <= 1.15 * 10**-score


@given(SCORES)
def test_more_evidence_never_lowers_it(scores: list[float]) -> None:
    raised = [*scores[:-1], scores[-1] + 1]
    assert fuse(raised) >= fuse(scores) - 1e-9
    assert fuse(scores) == pytest.approx(fuse(scores[::-1]))
    assert 0 <= fuse(scores) <= sum(scores) + 1e-9


def test_two_fingers_nearly_enough_are_enough_and_one_good_one_is_not_drowned() -> None:
    assert fuse([3.0, 3.0]) > 4
    assert fuse([9.0] + [0.1] * 9) > 7
    assert fuse([5.0]) == 5
    assert best_of([5.0, 1.0]) == pytest.approx(5 - np.log10(2))
    with pytest.raises(ValueError, match="no finger"):
        fuse([])
