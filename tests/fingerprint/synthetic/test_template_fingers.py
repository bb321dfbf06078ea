"""Templates without images: the same on any machine, built as minutiae are, matched as a finger's are."""

import hashlib
import itertools
import math

import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import Template, match
from testigo.fingerprint.synthetic import (
    LIKE_FVC2002_DB1,
    LIKE_FVC2004_DB1,
    TemplateFinger,
    _flow,
    _minutiae,
    _random,
    templates,
)
from testigo.fingerprint.synthetic._words import FINGER_WORDS
from testigo.fingerprint.synthetic.parameters import PATTERN

# SHA-256 over the templates of the seeds 0 to 49, at two difficulties. It changes when the generator is tuned, and must
# not change from one machine to another.
KNOWN = "f1be40d643b9642708624d3851bde250c1b6d865f7b30e47eefbfceda1bca41c"


def _columns(template: Template) -> np.ndarray:
    columns = (template.x, template.y, template.angle, template.kind, template.quality)
    return np.column_stack([np.asarray(column, np.int64) for column in columns])


def test_the_same_templates_on_any_machine() -> None:
    digest = hashlib.sha256()
    for difficulty in (0.5, 0.8):
        for template in templates(0, 50, difficulty, impression=1):
            digest.update(_columns(template).astype("<i8").tobytes())
    assert digest.hexdigest() == KNOWN


def test_a_batch_is_made_as_it_is_asked_for_and_equals_the_single_ones() -> None:
    batch = list(itertools.islice(templates(5, 10**15, 0.3, impression=2), 4))
    single = [TemplateFinger(seed).impression(2, 0.3) for seed in range(5, 9)]
    assert [_columns(one).tolist() for one in batch] == [_columns(one).tolist() for one in single]
    assert len({hashlib.sha256(_columns(one).tobytes()).digest() for one in batch}) == 4


@pytest.mark.parametrize(("seed", "n", "difficulty"), [(-1, 0, 0.5), (1 << 63, 0, 0.5), (1, -1, 0.5), (1, 0, -0.1)])
def test_impossible_orders_are_refused(seed: int, n: int, difficulty: float) -> None:
    with pytest.raises(InvalidInput):
        TemplateFinger(seed).impression(n, difficulty)


def test_the_largest_numbers_are_taken() -> None:
    assert len(TemplateFinger((1 << 63) - 1).impression(1 << 40, 0.0)) > 10


def test_minutiae_lie_apart_and_on_the_glass() -> None:
    for template in templates(100, 200, 1.0):
        rows = _columns(template)
        assert len(rows) < 120
        distance = np.hypot(*(rows[:, None, :2] - rows[None, :, :2]).transpose(2, 0, 1)) + 1e9 * np.eye(len(rows))
        assert distance.min(initial=1e9) >= 6
        assert rows[:, :2].min(initial=4) >= 4
        assert (rows[:, 4] >= 30).all()
        assert set(rows[:, 3]) <= {1, 2}
        assert (np.diff(rows[:, 1]) >= 0).all()  # in reading order: an order of the finger's own would be an index


def test_minutiae_are_as_many_as_in_real_prints() -> None:
    for difficulty in (LIKE_FVC2002_DB1, LIKE_FVC2004_DB1):
        counts = np.array([len(template) for template in templates(1000, 400, difficulty)])
        assert 34 < counts.mean() < 46  # the shared sets: 26 to 45
        assert 8 < counts.std() < 16  # 7 to 15


def test_difficulty_costs_minutiae_quality_and_matches() -> None:
    means = []
    for difficulty in (0.1, 0.9):
        fingers = [[TemplateFinger(seed).impression(n, difficulty) for n in range(2)] for seed in range(30)]
        means.append(
            (
                np.mean([len(one) for one, _ in fingers]),
                np.mean(np.concatenate([one.quality for one, _ in fingers])),
                np.mean([match(one, two).score for one, two in fingers]),
            )
        )
    assert all(hard < easy for easy, hard in zip(*means, strict=True))


def test_impressions_of_one_finger_match_and_of_others_do_not() -> None:
    made = [[TemplateFinger(seed).impression(n) for n in range(2)] for seed in range(12)]
    assert sum(match(one, two).matched for one, two in made) >= 11
    others = [match(one[0], two[1]).matched for one, two in itertools.permutations(made, 2)]
    assert sum(others) == 0


# ── The kernels ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sines_and_steps_without_the_c_library() -> None:
    for angle in np.linspace(-math.pi, math.pi, 1001):
        cosine, sine = _random.turning(float(angle))
        assert cosine == pytest.approx(math.cos(angle), abs=1e-8)
        assert sine == pytest.approx(math.sin(angle), abs=1e-8)
        exact = angle * 128 / math.pi
        if abs(exact - math.floor(exact) - 0.5) > 1e-3:  # not between two steps
            assert _random.step(math.cos(angle), math.sin(angle)) == round(exact) % 256


def test_chance_has_the_deviation_it_says() -> None:
    words = np.random.PCG64(1).random_raw(20_000)
    drawn = np.array([_random.normal(word) for word in words])
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    units = np.array([_random.unit(word) for word in words])
    assert 0 <= units.min() < 0.001
    assert 0.999 < units.max() < 1


@pytest.mark.parametrize("seed", range(12))
def test_ridges_spread_as_their_directions_say(seed: int) -> None:
    flow = _flow.grow_flow(np.random.PCG64(seed).random_raw(FINGER_WORDS), PATTERN)
    singular = flow[np.abs(flow[:, 0]) == 1, 1:3]
    for x, y in [(5.0, -40.0), (60.0, 70.0), (-90.0, 10.0), (20.0, 150.0)]:
        if len(singular) and np.hypot(singular[:, 0] - x, singular[:, 1] - y).min() < 15:
            continue
        cosine, sine, spreading = _flow.along(x, y, flow)
        slopes = []
        for dx, dy, part in ((1e-4, 0.0, 0), (0.0, 1e-4, 1)):
            there, back = _flow.along(x + dx, y + dy, flow), _flow.along(x - dx, y - dy, flow)
            way = 1 if there[0] * back[0] + there[1] * back[1] > 0 else -1
            slopes.append((there[part] - way * back[part]) / 2e-4)
        assert cosine * cosine + sine * sine == pytest.approx(1)
        # the regularised singularities (r² + 1) leave a difference of some thousandths of the slope
        assert sum(slopes) == pytest.approx(spreading, abs=2e-4)


def test_minutiae_run_along_the_ridges_and_keep_apart() -> None:
    for seed in range(20):
        words = np.random.PCG64(seed).random_raw(FINGER_WORDS)
        flow = _flow.grow_flow(words, PATTERN)
        grown = _minutiae.grow_minutiae(words, flow, PATTERN)
        along = np.array([_flow.along(x, y, flow)[:2] for x, y in grown[:, :2]])
        turned = np.abs((along * grown[:, 2:4]).sum(axis=1))
        assert np.degrees(np.arccos(turned.clip(0, 1))).max() < 25
        distance = np.hypot(*(grown[:, None, :2] - grown[None, :, :2]).transpose(2, 0, 1)) + 1e9 * np.eye(len(grown))
        assert distance.min() >= PATTERN.least_distance
