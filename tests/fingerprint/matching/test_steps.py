"""The matcher's machine code step by step, against each step spelt out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from testigo.fingerprint import Prepared, prepare, synthetic
from testigo.fingerprint.matching import _alignment, _comparison, _leads, _points, matcher
from testigo.fingerprint.matching._eights import EIGHT
from testigo.fingerprint.parameters import MATCHING

Floats = NDArray[np.float32]
ARM = MATCHING.elastic_reach


def words_of(codes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], ...]:
    """The four columns, filled up with zeros to whole eights."""
    whole = np.zeros((4, -(-codes.shape[1] // EIGHT) * EIGHT), np.uint64)
    whole[:, : codes.shape[1]] = codes
    return tuple(whole)


def differing(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Bits that differ, pair by pair, at most 255."""
    pairs = [
        [sum((int(a) ^ int(b)).bit_count() for a, b in zip(one, other, strict=True)) for other in second.T]
        for one in first.T
    ]
    return np.minimum(np.array(pairs, int).reshape(first.shape[1], second.shape[1]), 255).astype(np.uint8)


def random_codes(rng: np.random.Generator, count: int) -> NDArray[np.uint64]:
    codes = rng.integers(0, 1 << 64, (4, count), np.uint64)
    codes[:, rng.random(count) < 0.2] = np.uint64(0)
    codes[:, rng.random(count) < 0.2] = ~np.uint64(0)
    return codes


def measured(
    first: NDArray[np.uint64], second: NDArray[np.uint64]
) -> tuple[float, NDArray[np.uint8], NDArray[np.uint8]]:
    n, m = first.shape[1], second.shape[1]
    table = np.empty((n, -(-m // EIGHT) * EIGHT), np.uint8)
    nearest = np.empty((n, EIGHT), np.uint8)
    similar = _leads.differences(first, words_of(second), m, MATCHING.prefilter_level, table, nearest)
    return similar, table, nearest


@settings(deadline=None)
@given(n=st.integers(1, 40), m=st.integers(1, 40), seed=st.integers(0, 1 << 32))
def test_differences_are_counted_pair_by_pair(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = random_codes(rng, n), random_codes(rng, m)
    similar, table, nearest = measured(first, second)
    expected = differing(first, second)
    assert np.array_equal(table[:, :m], expected)
    assert (table[:, m:] == 255).all()
    assert similar == np.maximum(0, MATCHING.prefilter_level - expected.min(axis=1).astype(int)).sum()
    for lane in range(EIGHT):
        assert np.array_equal(nearest[:, lane], expected[:, lane::EIGHT].min(axis=1, initial=255))


@settings(deadline=None)
@given(n=st.integers(3, 60), m=st.integers(3, 60), seed=st.integers(0, 1 << 32), spread=st.integers(1, 120))
def test_leads_are_the_nearest_pairs(n: int, m: int, seed: int, spread: int) -> None:
    """With few different numbers, so that many pairs tie: of those the first, row by row."""
    rng = np.random.default_rng(seed)
    table = np.full((n, -(-m // EIGHT) * EIGHT), 255, np.uint8)
    table[:, :m] = rng.integers(130 - spread, 130, (n, m))
    nearest = table.reshape(n, -1, EIGHT).min(axis=1)
    pairs, worth = np.empty((MATCHING.leads, 2), np.int64), np.empty(MATCHING.leads)
    count = _leads.leads(table, nearest, n, m, MATCHING, pairs, worth)
    allowed = [(int(table[i, j]), i, j) for i in range(n) for j in range(m) if table[i, j] <= MATCHING.lead_level]
    expected = sorted((i, j) for _, i, j in sorted(allowed)[: MATCHING.leads])
    assert [tuple(pair) for pair in pairs[:count].tolist()] == expected
    assert np.allclose(worth[:count], [(128 - int(table[i, j])) / 128 for i, j in expected])


def points(seed: int, impression: int) -> tuple[Prepared, Floats]:
    ready = prepare(synthetic.TemplateFinger(seed).impression(impression, 0.7))
    return ready, _points.unpacked(ready.places, ready.traits)


def agree_alone(a: NDArray[np.int64], b: NDArray[np.int64], first: Floats, second: Floats) -> float:
    """How well one motion explains both leads: 1 - off / 2, or 0."""
    turns = [float(second[2, lead[1]]) - float(first[2, lead[0]]) for lead in (a, b)]
    way = [complex(*(own[:2, b[k]] - own[:2, a[k]]).tolist()) for k, own in enumerate((first, second))]
    if a[0] == b[0] or a[1] == b[1] or abs(way[0]) < MATCHING.shortest_lead:
        return 0.0
    if math.cos(turns[0] - turns[1]) < math.cos(MATCHING.lead_turn):
        return 0.0
    middle = sum(complex(math.cos(turn), math.sin(turn)) for turn in turns)
    missed = abs(way[0] * middle / abs(middle) - way[1])
    off = (missed / (MATCHING.lead_distance + MATCHING.lead_stretch * abs(way[0]))) ** 2
    return 1 - 0.5 * off if off < 1 else 0.0


@pytest.mark.parametrize("seed", range(6))
def test_leads_agree_where_one_motion_explains_both(seed: int) -> None:
    (one, first), (other, second) = points(seed, 0), points(seed if seed % 2 else seed + 50, 1)
    _, table, nearest = measured(one.codes, other.codes)
    pairs, worth = np.empty((MATCHING.leads, 2), np.int64), np.empty(MATCHING.leads)
    count = _leads.leads(table, nearest, len(one), len(other), MATCHING, pairs, worth)
    agree, support = np.empty((count, count), np.bool_), np.empty(count)
    _leads.agreement(first, second, pairs, worth, count, MATCHING, agree, support)
    expected = np.array([[agree_alone(a, b, first, second) for b in pairs[:count]] for a in pairs[:count]])
    np.fill_diagonal(expected, 0.0)
    near = np.abs(expected - 0.5) < 1e-4  # at the border rounding decides
    assert np.array_equal(agree[~near], (expected > 0)[~near])
    assert np.allclose(support, (expected * worth[:count, None] * worth[None, :count]).sum(axis=1), atol=1e-3)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("reach", "turn"), [(13.0, 0.9), (18.0, 0.52), (25.0, 0.5), (40.0, 0.3)])
def test_pairs_are_all_that_lie_near_and_point_alike(seed: int, reach: float, turn: float) -> None:
    """Against every pair looked at one by one, closest first."""
    (_, first), (_, second) = points(seed, 0), points(seed, 1)
    n, m = first.shape[1], second.shape[1]
    pose = np.array([math.cos(0.05), math.sin(0.05), 4.0, -7.0])
    moved = np.empty((n, 2))
    _alignment.move(first, pose, moved)
    partner, taken = np.empty(n, np.int64), np.empty(m, np.bool_)
    near, cost = np.empty(_alignment.NEARBY, np.int64), np.empty(_alignment.NEARBY)
    found = _alignment.pair(moved, pose, first, second, reach, turn, partner, taken, near, cost)
    priced = []
    for i in range(n):
        for j in range(m):
            away = math.dist(moved[i], second[:2, j])
            off = abs(math.remainder(float(second[2, j]) - float(first[2, i]) - 0.05, 2 * math.pi))
            if away <= reach and off <= turn:
                priced.append(((away / reach) ** 2 + (off / turn) ** 2, i, j))
    expected: dict[int, int] = {}
    for _, i, j in sorted(priced):
        if i not in expected and j not in expected.values():
            expected[i] = j
    assert found == len(expected) > (5 if (seed, reach) == (3, 25.0) else 0)  # so laid, some fingers hardly meet
    assert {i: int(j) for i, j in enumerate(partner) if j >= 0} == expected
    assert np.array_equal(np.flatnonzero(taken), sorted(expected.values()))


def test_a_pairing_is_judged_by_its_pairs_nearness_and_likeness() -> None:
    """A pair's worth is its qualities' product, halved where it lies as far apart as may be; none is worth nothing."""
    first, second = points(5, 0)[1], points(5, 1)[1]
    n, m = first.shape[1], second.shape[1]
    rng = np.random.default_rng(5)
    table = rng.integers(0, 160, (n, m)).astype(np.uint8)
    partner = np.full(n, -1)
    partner[: n // 2] = rng.permutation(m)[: n // 2]
    moved = np.ascontiguousarray(first[:2].T, np.float64)
    pairs = [(i, j) for i, j in enumerate(partner) if j >= 0]
    quality = np.array([first[4, i] * second[4, j] for i, j in pairs])
    away = np.array([math.hypot(second[0, j] - first[0, i], second[1, j] - first[1, i]) for i, j in pairs])
    similarity = np.array([1 - table[i, j] / 128 for i, j in pairs])
    judged = _comparison._judged(first, second, table, moved, partner, MATCHING)
    assert judged[0] == pytest.approx((quality * (1 - 0.5 * (away / MATCHING.rigid_distance) ** 2)).sum(), rel=1e-6)
    assert judged[1] == pytest.approx((quality * similarity).sum() / quality.sum(), rel=1e-6)
    partner[:] = -1
    assert _comparison._judged(first, second, table, moved, partner, MATCHING) == (0.0, 0.0)


def test_an_alignment_goes_on_while_its_pairs_are_as_alike_as_its_size_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each fit, with the logarithm of the prints' size; below, it is given up and the score is 0."""
    (first, own), (second, other) = points(5, 0), points(5, 1)
    n, m = len(first), len(second)
    _, table, nearest = measured(first.codes, second.codes)
    pairs, worth = np.empty((MATCHING.leads, 2), np.int64), np.empty(MATCHING.leads)
    count = _leads.leads(table, nearest, n, m, MATCHING, pairs, worth)
    agree, support = np.empty((count, count), np.bool_), np.empty(count)
    _leads.agreement(own, other, pairs, worth, count, MATCHING, agree, support)
    start = int(support.argmax())
    begun = np.full(n, -1)
    for i, j in [pairs[start], *pairs[:count][agree[start]]]:
        begun[i] = j if begun[i] < 0 else begun[i]
    moved, pose, taken = np.empty((n, 2)), np.empty(4), np.empty(m, np.bool_)
    near, cost = np.empty(_alignment.NEARBY, np.int64), np.empty(_alignment.NEARBY)
    grown, similarity = begun.copy(), []
    for _ in range(MATCHING.rigid_passes):
        _alignment.fit(own, other, grown, MATCHING, pose)
        _alignment.move(own, pose, moved)
        _alignment.pair(
            moved, pose, own, other, MATCHING.rigid_distance, MATCHING.angle_tolerance, grown, taken, near, cost
        )
        similarity.append(_comparison._judged(own, other, table, moved, grown, MATCHING)[1])
    one = MATCHING._replace(seeds=1, least_promise=0.0)
    least = min(similarity) / math.log(3 + math.sqrt(n * m))
    scores = []
    for wanted in (-1.0, 0.999 * least, 1.001 * least):
        monkeypatch.setattr(matcher, "MATCHING", one._replace(least_similarity=wanted))
        scores.append(float(matcher.Matcher([second]).scores(first)[0]))
    assert scores[0] == scores[1] > 4
    assert scores[2] == 0
    scratch = (taken, moved, pose, near, cost)
    found, worth_of_it = _comparison._grown(own, other, table, -1.0, MATCHING, begun, *scratch)
    assert np.array_equal(begun, grown) and found == (grown >= 0).sum() and worth_of_it > 0


def test_bending_moves_each_by_what_its_neighbours_are_displaced() -> None:
    """The kernel is a Gaussian to within a thousandth; a minutia's own pair does not count."""
    rng = np.random.default_rng(4)
    n = 37
    laid = rng.uniform(0, 300, (n, 2))
    second = np.zeros((7, n), np.float32)
    second[:2] = (laid + rng.normal(0, 6, (n, 2))).T
    partner = np.where(rng.random(n) < 0.4, np.arange(n), -1)
    moved = laid.copy()
    _alignment.bend(second, partner, MATCHING, moved)
    for i in range(n):
        total, push = MATCHING.elastic_prior, np.zeros(2)
        for t in np.flatnonzero(partner >= 0):
            if t != i:
                share = math.exp(-0.5 * (math.dist(laid[i], laid[t]) / ARM) ** 2)
                total += share
                push += share * (second[:2, t] - laid[t])
        assert np.allclose(moved[i], laid[i] + push / total, atol=0.02)


@settings(deadline=None)
@given(
    corners=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=30),
    asked=st.lists(st.tuples(st.integers(-20, 320), st.integers(-20, 320)), min_size=1, max_size=50),
)
def test_within_a_hull_is_on_the_left_of_each_edge(
    corners: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    spread = np.zeros((7, len(corners)), np.float32)
    spread[:2] = np.array(sorted(corners)).T
    hull = _points.convex_hull(spread)
    x, y = np.array(asked, np.float32).T
    within = np.empty(len(asked), np.uint8)
    _points.inside(hull, np.ascontiguousarray(x), np.ascontiguousarray(y), within)
    if len(hull) < 3:
        assert not within.any()
        return
    for k, place in enumerate(asked):
        sides = [
            (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])
            for a, b in zip(hull, np.roll(hull, -1, axis=0), strict=True)
        ]
        assert bool(within[k]) == all(side >= 0 for side in sides)
    _points.inside(hull, *(np.ascontiguousarray(row) for row in spread[:2]), on := np.empty(len(corners), np.uint8))
    assert on.all()
