"""The matcher: what it must hold by construction, what it must survive, and what it must not accept."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.fingerprint import (
    THRESHOLD,
    Matcher,
    Template,
    best_match,
    calibration,
    evaluate,
    match,
    prepare,
    synthetic,
)
from testigo.fingerprint.matching import matcher
from testigo.fingerprint.parameters import MATCHING

Templates = dict[tuple[int, int], Template]


def _parts(template: Template) -> list[np.ndarray]:
    return [getattr(template, name) for name in ("x", "y", "angle", "kind", "quality")]


def _moved(template: Template, steps: int, shift: tuple[int, int]) -> Template:
    """The template turned by `steps` 256ths of a turn counter-clockwise and shifted, as if the finger had been."""
    x, y, angle, kind, quality = (part.astype(float) for part in _parts(template))
    turn = 2 * np.pi * steps / 256
    cx, cy = template.width / 2, template.height / 2
    new_x = np.cos(turn) * (x - cx) + np.sin(turn) * (y - cy) + 400 + shift[0]
    new_y = -np.sin(turn) * (x - cx) + np.cos(turn) * (y - cy) + 400 + shift[1]
    columns = (new_x.round(), new_y.round(), (angle + steps) % 256, kind, quality)
    return Template(900, 900, *(column.astype(int) for column in columns))


def _mirrored(template: Template) -> Template:
    x, y, angle, kind, quality = (part.astype(int) for part in _parts(template))
    return Template(template.width, template.height, template.width - 1 - x, y, (128 - angle) % 256, kind, quality)


def test_impressions_of_one_finger_match_and_of_others_do_not(synthetic_templates: Templates) -> None:
    for (seed, n), probe in synthetic_templates.items():
        for (other, m), candidate in synthetic_templates.items():
            if (seed, n) != (other, m):
                result = match(probe, candidate)
                assert result.matched == (seed == other), (seed, n, other, m, result.score)
                assert result.matched == (result.score >= THRESHOLD)


def test_a_template_matches_itself_however_many_minutiae_it_has(synthetic_templates: Templates) -> None:
    for template in synthetic_templates.values():
        assert match(template, template).score > 2 * THRESHOLD
        assert Matcher([template]).scores(template)[0] > 2 * THRESHOLD


@settings(max_examples=40, deadline=None)
@given(steps=st.integers(0, 255), across=st.integers(-80, 80), down=st.integers(-80, 80))
def test_turning_and_shifting_do_not_matter(synthetic_templates: Templates, steps: int, across: int, down: int) -> None:
    template = synthetic_templates[0, 0]
    result = match(_moved(template, steps, (across, down)), template)
    assert result.matched
    assert sum(i == j for i, j in result.pairs) >= 0.9 * len(template)


def test_a_mirrored_finger_is_another(synthetic_templates: Templates) -> None:
    for seed in range(6):
        template = synthetic_templates[seed, 0]
        assert not match(_mirrored(template), template).matched


def test_shuffled_directions_are_another_finger(synthetic_templates: Templates) -> None:
    rng = np.random.default_rng(1)
    template = synthetic_templates[1, 0]
    x, y, angle, kind, quality = _parts(template)
    assert not match(
        Template(template.width, template.height, x, y, rng.permutation(angle), kind, quality), template
    ).matched


@pytest.mark.parametrize("count", [0, 1, 2, 3, 255])
@pytest.mark.parametrize("shape", ["spread", "line", "point", "comb", "corners", "heap"])
def test_degenerate_templates_are_compared_in_bounded_time(
    synthetic_templates: Templates, count: int, shape: str
) -> None:
    rng = np.random.default_rng(count)
    number = np.arange(count)
    x, y = {
        "spread": (rng.integers(0, 500, count), rng.integers(0, 500, count)),
        "line": (number * 60, np.full(count, 50)),
        "point": (np.full(count, 77), np.full(count, 50)),
        "comb": (number * 9, np.full(count, 50)),
        "corners": (number % 2 * 16382, number // 2 % 2 * 16382),
        "heap": (number // 16 * 3, number % 16 * 3),  # more pairs lie near each other than are weighed
    }[shape]
    full = np.full(count, 100)
    template = Template(16383, 16383, x, y, np.zeros(count, int), full // 100, full)
    for probe, candidate in (
        (template, template),
        (template, synthetic_templates[0, 0]),
        (synthetic_templates[0, 0], template),
    ):
        result = match(probe, candidate)
        assert np.isfinite(result.score)
        if probe is not candidate or count < 3:
            assert not result.matched


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_arbitrary_templates_never_match_a_finger(synthetic_templates: Templates, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 60))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    columns = [rng.integers(0, most, count) for most in (288, 384, 256, 3, 101)]
    assert not match(Template(288, 384, *columns), synthetic_templates[2, 0]).matched


def test_few_minutiae_prove_nothing(synthetic_templates: Templates) -> None:
    """A sliver of another finger must not match because all of its few minutiae find a partner."""
    matched = 0
    for seed in range(6):
        for start in range(0, 40, 5):
            sliver = Template(288, 384, *(part[start : start + 5] for part in _parts(synthetic_templates[seed, 0])))
            matched += sum(match(sliver, synthetic_templates[other, 1]).matched for other in range(6) if other != seed)
    assert matched == 0


def test_the_matcher_gives_the_scores_of_single_comparisons_or_none_at_a_glance(
    synthetic_templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = list(synthetic_templates.values())
    matcher = Matcher(candidates[:-1])
    matcher.add(candidates[-1])
    assert len(matcher) == len(candidates)
    probe = prepare(candidates[3])
    expected = np.array([match(probe, candidate).score for candidate in candidates])
    with monkeypatch.context() as prefilter_alone:
        without = MATCHING._replace(least_promise=0.0, least_similarity=-1.0)
        prefilter_alone.setattr("testigo.fingerprint.matching.matcher.MATCHING", without)
        scores = matcher.scores(probe)
        assert ((scores == expected) | (scores == 0)).all()
        assert 0.2 < np.mean(scores == expected) < 1
    scores = matcher.scores(probe)
    assert ((scores == expected) | (scores == 0)).all()
    assert (scores == expected)[expected >= THRESHOLD].all()
    rows = np.array([7, 2, 2])
    assert matcher.scores(probe, rows).tolist() == scores[rows].tolist()
    assert len(Matcher().scores(probe)) == 0


def test_best_match_finds_the_finger_and_pays_for_each_try(synthetic_templates: Templates) -> None:
    fingers = [synthetic_templates[seed, 0] for seed in range(6)]
    found = best_match(synthetic_templates[4, 2], fingers)
    assert found is not None
    number, result = found
    assert number == 4
    alone = match(synthetic_templates[4, 2], fingers[4])
    assert result.score == pytest.approx(alone.score - np.log10(6))
    assert best_match(fingers[0], []) is None


def test_scores_rise_with_evidence_and_stay_in_bounds() -> None:
    odds = np.array([-np.inf, -50.0, -5.0, 0.0, 5.0, 50.0, 1e6])
    for size in (1.0, 10.0, 50.0, 300.0):
        scores = calibration().scores(odds, np.full(len(odds), size))
        assert (np.diff(scores) >= 0).all()
        assert scores[0] == 0.0
        assert scores[-1] == calibration().highest


def test_accuracy_on_real_fingers_does_not_fall(shared_data: Path) -> None:
    """Fingers that nothing was tuned on; one pair of each kind may fail (1.2 % of genuine, 0.5 % of impostors)."""
    source = shared_data / "fingerprints" / "fvc2002-db1-b"
    result = evaluate(source, only=range(108, 111))
    assert result.eer_all <= 0.01
    assert result.fnmr_at_fmr_01_percent <= 0.012
    assert result.fmr <= 0.0053


@pytest.mark.parametrize(
    ("rule", "fewest", "most"),
    [
        ({"least_promise": 0.03}, 0.02, 0.6),
        ({"least_similarity": 0.07}, 0.2, 0.9),
        ({"least_promise": 0.03, "least_similarity": 0.07}, 0.2, 0.9),
    ],
)
def test_who_promises_little_is_left_early_and_nobody_else_changes(
    rule: dict[str, float], fewest: float, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Support of those that hardly pass the prefilter, and similarity of pairs, end many comparisons;
    the score of whoever has them stays what it was."""
    templates = list(synthetic.templates(3, 60, 0.8))
    probes = [synthetic.TemplateFinger(3 + seed).impression(1, 0.8) for seed in range(60)]
    without = MATCHING._replace(least_promise=0.0, least_similarity=-1.0)
    assert without._replace(least_promise=0.03, least_similarity=0.07) == MATCHING
    monkeypatch.setattr(matcher, "MATCHING", without._replace(**rule))
    short = np.array([Matcher(templates).scores(probe) for probe in probes])
    monkeypatch.setattr(matcher, "MATCHING", without)
    whole = np.array([Matcher(templates).scores(probe) for probe in probes])
    left = (short == 0) & (whole > 0)
    assert fewest < left.sum() / (whole > 0).sum() < most
    assert whole[left].max() < 2
    assert whole[short != whole].max() < 3  # with fewer starts an impostor's best alignment may be another one
    assert np.array_equal(np.diag(short)[np.diag(whole) > 3], np.diag(whole)[np.diag(whole) > 3])
