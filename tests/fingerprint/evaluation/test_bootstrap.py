"""Intervals by drawing fingers again: against drawing by hand, every pair written down as often as it counts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.fingerprint.evaluation import bootstrap
from testigo.fingerprint.evaluation.bootstrap import FingerScores, draw, interval, measured, rule_of_three
from testigo.fingerprint.evaluation.rates import equal_error_rate, fnmr_at_fmr

FMRS = (0.3, 0.1, 0.01, 0.0)


def scored(fingers: int, impressions: int, seed: int, apart: float = 4.0) -> FingerScores:
    """Scores in tenths, so that many are equal; some fingers are worse than others."""
    rng = np.random.default_rng(seed)
    finger = np.repeat(np.arange(fingers), impressions)
    i, j = np.array(list(itertools.combinations(range(len(finger)), 2))).T
    same = finger[i] == finger[j]
    skill = rng.normal(apart, 1.5, fingers)
    raw = np.where(same, skill[finger[i]] + rng.normal(0, 1.5, len(i)), rng.exponential(0.6, len(i)))
    scores = np.maximum(0, np.round(raw, 1))
    return FingerScores(fingers, scores[same], finger[i][same], scores[~same], finger[i][~same], finger[j][~same])


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(2, 4), st.integers(0, 10_000), st.sampled_from([0.0, 2.0, 6.0]))
def test_a_draw_is_what_writing_the_pairs_down_again_gives(
    fingers: int, impressions: int, seed: int, apart: float
) -> None:
    scores = scored(fingers, impressions, seed, apart)
    weights = np.random.default_rng(seed).multinomial(fingers, [1 / fingers] * fingers, size=20)
    found = measured(scores, weights, FMRS, 2.0)
    row = 0
    for drawn in weights:
        genuine = np.repeat(scores.genuine, drawn[scores.owner])
        impostor = np.repeat(scores.impostor, drawn[scores.first] * drawn[scores.second])
        if not len(genuine) or not len(impostor):
            continue
        assert found.eer[row] == pytest.approx(equal_error_rate(genuine, impostor))
        assert found.fnmr_at[row] == pytest.approx([fnmr_at_fmr(genuine, impostor, fmr) for fmr in FMRS])
        assert found.fnmr[row] == pytest.approx(np.mean(genuine < 2.0))
        assert found.fmr[row] == pytest.approx(np.mean(impostor >= 2.0))
        row += 1
    assert row == len(found.eer)


@pytest.mark.parametrize("apart", [5.0, 0.5])
def test_looking_at_the_highest_impostors_first_changes_nothing(apart: float, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(30, 4, 1, apart)
    assert len(scores.impostor) > 5000  # more than the first look takes
    quick = draw(scores, FMRS, 2.0, draws=50)
    monkeypatch.setattr(bootstrap, "_TOP", 1.0)
    whole = draw(scores, FMRS, 2.0, draws=50)
    for name in ("eer", "fnmr_at", "fnmr", "fmr"):
        assert np.array_equal(getattr(quick, name), getattr(whole, name)), name


def test_where_the_highest_are_not_drawn_the_others_are_looked_at() -> None:
    """All high impostor scores are of fingers 0 and 1, and finger 0 is not drawn."""
    high, low = np.linspace(5, 6, 2000), np.linspace(0, 1, 2000)
    genuine = np.array([7.0, 0.5, 0.97])
    first, second = np.repeat([0, 1], 2000), np.repeat([1, 2], 2000)
    scores = FingerScores(3, genuine, np.arange(3), np.concatenate([high, low]), first, second)
    found = measured(scores, np.array([[0, 1, 2]]), (0.1, 0.01), 2.0)
    drawn = np.array([0.5, 0.97, 0.97])
    assert found.fnmr_at[0] == pytest.approx([fnmr_at_fmr(drawn, low, 0.1), fnmr_at_fmr(drawn, low, 0.01)])
    assert found.fnmr_at[0, 0] < found.fnmr_at[0, 1] == 1.0
    assert found.fmr[0] == 0.0


def test_a_rate_wanted_beyond_the_highest_is_looked_for_farther_down() -> None:
    """FMR 50 % is looked for among 60 % of the impostors, which in this draw weigh only 40 %."""
    first, second = np.repeat([0, 1], 2000), np.repeat([1, 2], 2000)
    impostor = np.concatenate([np.linspace(5, 6, 2000), np.linspace(0, 1, 2000)])
    scores = FingerScores(3, np.array([0.2, 7.0, 8.0]), np.arange(3), impostor, first, second)
    assert measured(scores, np.array([[1, 1, 3]]), (0.5,), 2.0).fnmr_at[0, 0] == pytest.approx(0.2)


def test_a_finger_does_not_meet_its_own_copy() -> None:
    scores = FingerScores(
        3, np.array([9.0, 8.0, 7.0]), np.arange(3), np.array([3.0, 1.0, 0.0]), np.array([0, 0, 1]), np.array([1, 2, 2])
    )
    found = measured(scores, np.array([[2, 1, 0]]), (0.0,), 2.0)
    assert found.fmr[0] == 1.0  # only the pair of fingers 0 and 1 is left, twice
    assert len(measured(scores, np.array([[3, 0, 0]]), (0.0,), 2.0).eer) == 0  # no impostor pair: left out


def test_the_interval_holds_the_rate_and_narrows_with_more_fingers() -> None:
    widths = []
    for fingers in (10, 80):
        scores = scored(fingers, 3, 4, 3.0)
        low, high = interval(draw(scores, FMRS, 2.0).fnmr)
        assert low < np.mean(scores.genuine < 2.0) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 1.8


def test_fingers_are_drawn_and_not_pairs() -> None:
    """One finger of four always fails: by pairs the interval would be narrow, by fingers it is 0 to over half."""
    finger = np.repeat(np.arange(4), 100)
    genuine = np.where(finger == 0, 0.0, 9.0)
    scores = FingerScores(4, genuine, finger, np.array([1.0, 1.0]), np.array([0, 2]), np.array([1, 3]))
    low, high = interval(draw(scores, (0.0,), 2.0).fnmr)
    assert low == 0.0 and high >= 0.5


def test_the_same_draws_every_time_and_others_in_another_stream() -> None:
    scores = scored(8, 3, 2)
    first, again, other = (draw(scores, FMRS, 2.0, draws=20, stream=stream).eer for stream in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_pooled_sets_share_no_finger() -> None:
    one, two = scored(4, 3, 5), scored(6, 2, 6)
    both = FingerScores.pooled([one, two])
    assert both.fingers == 10 and len(both.genuine) == len(one.genuine) + len(two.genuine)
    assert set(both.owner[len(one.genuine) :]) == set(range(4, 10))
    even = measured(both, np.ones((1, 10), np.int64), FMRS, 2.0)
    assert even.eer[0] == pytest.approx(equal_error_rate(both.genuine, both.impostor))


def test_rule_of_three() -> None:
    assert rule_of_three(300) == 0.01
    assert rule_of_three(1) == rule_of_three(0) == 1.0
