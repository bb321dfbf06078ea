"""Seats: known answers from outside, properties that define each rule, ties, thresholds and short lists."""

import hashlib
import itertools
import random
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import METHODS, Contest, Elected, Option, Threshold, Tie, allocate, draw_order
from testigo.errors import InvalidInput

LIST_METHODS = tuple(name for name, method in METHODS.items() if method.lists)


def make(method, seats, options, *, room=None, threshold=None, contest="council"):
    """A contest over these option ids; each list has `room[option]` candidates, else as many as there are seats."""
    lists = METHODS[method].lists
    candidates = {one: tuple(f"{one}{n}" for n in range((room or {}).get(one, seats))) for one in options}
    return Contest(
        id=contest,
        district="d",
        title={"es": "x"},
        kind="party-list" if lists else "choose-one",
        options=tuple(Option(one, {"es": one}, candidates=candidates[one] if lists else ()) for one in options),
        seats=seats,
        method=method,
        threshold=threshold,
    )


def seats_of(method, seats, votes, **more):
    ballots = more.pop("ballots", sum(votes.values()))
    draw = more.pop("draw", None)
    return allocate(make(method, seats, list(votes), **more), votes, ballots=ballots, draw=draw)


# The worked examples of the English Wikipedia's articles "D'Hondt method" and "Sainte-Laguë method" (same votes), and
# "Largest remainder method" (Hare and Droop on the same votes).
FOUR = {"a": 100_000, "b": 80_000, "c": 30_000, "d": 20_000}
SIX = {"yellow": 47_000, "white": 16_000, "red": 15_900, "blue": 12_000, "green": 6_000, "pink": 3_100}
# European Parliament election 2019, London, 8 seats by D'Hondt: the five largest parties of the official result.
LONDON = {"libdem": 608_725, "labour": 536_810, "brexit": 400_257, "green": 278_957, "conservative": 177_964}
# New Zealand general election 2017, 120 seats by Sainte-Laguë: the parties that qualified, official party votes.
NEW_ZEALAND = {"national": 1_152_075, "labour": 956_184, "nzfirst": 186_706, "green": 162_443, "act": 13_075}
# The Alabama paradox in its smallest textbook form: one seat more in the house, one fewer for the smallest list.
ALABAMA = {"a": 6, "b": 6, "c": 2}


@pytest.mark.parametrize(
    ("method", "seats", "votes", "expected"),
    [
        ("dhondt", 8, FOUR, [4, 3, 1, 0]),
        ("sainte-lague", 8, FOUR, [3, 3, 1, 1]),
        ("hare", 10, SIX, [5, 2, 1, 1, 1, 0]),
        ("droop", 10, SIX, [5, 2, 2, 1, 0, 0]),
        ("dhondt", 8, LONDON, [3, 2, 2, 1, 0]),
        ("sainte-lague", 120, NEW_ZEALAND, [56, 46, 9, 8, 1]),
        ("hare", 10, ALABAMA, [4, 4, 2]),
        ("hare", 11, ALABAMA, [5, 5, 1]),
        ("plurality", 3, SIX, [1, 1, 1, 0, 0, 0]),
    ],
)
def test_known_answers(method, seats, votes, expected):
    allocation = seats_of(method, seats, votes)
    assert list(allocation.seats.values()) == expected
    assert not allocation.ties
    assert allocation.unfilled == 0


def test_seats_are_named_in_the_order_they_were_won():
    elected = seats_of("dhondt", 8, FOUR).elected
    assert elected[0] == Elected("a", "a0")
    assert [one.candidate for one in elected] == ["a0", "b0", "a1", "b1", "a2", "c0", "b2", "a3"]
    assert seats_of("plurality", 2, SIX).elected == (Elected("yellow", ""), Elected("white", ""))


def test_a_draw_for_the_president_waits_and_then_follows_the_published_rule():
    votes = {"x": 50, "y": 50, "z": 3}
    waiting = seats_of("plurality", 1, votes)
    assert waiting.seats == {"x": 0, "y": 0, "z": 0}
    assert waiting.ties == (Tie(("x", "y"), 1, ()),)
    assert waiting.ties[0].open
    draw = "31415926535897932384"
    first = min("xy", key=lambda one: hashlib.sha256(f"{draw},council,{one}".encode()).hexdigest())
    settled = seats_of("plurality", 1, votes, draw=draw)
    assert settled.elected == (Elected(first, ""),)
    assert settled.ties == (Tie(("x", "y"), 1, (first,)),)


def test_the_draw_order_is_what_sha256sum_says():
    # for o in a b c d; do printf "123456,council,$o" | sha256sum; done
    # a: 43ae1b47…, b: c0ff6b1f…, c: cdc49228…, d: 92053679…
    assert draw_order("123456", "council", ["d", "c", "a", "b"]) == ["a", "d", "b", "c"]


@pytest.mark.parametrize("draw", ["", "12 34", "-1", "١٢", "6,council", "x"])
def test_a_draw_is_digits(draw):
    with pytest.raises(InvalidInput, match="not a public draw"):
        draw_order(draw, "council", ["a", "b"])


def test_options_that_tie_but_all_get_a_seat_are_no_tie():
    allocation = seats_of("plurality", 2, {"x": 5, "y": 5, "z": 1})
    assert allocation.seats == {"x": 1, "y": 1, "z": 0}
    assert not allocation.ties


def test_a_tie_of_remainders_leaves_only_the_tied_seats_open():
    allocation = seats_of("hare", 4, {"x": 50, "y": 25, "z": 12, "w": 12, "v": 1})
    assert allocation.seats == {"x": 2, "y": 1, "z": 0, "w": 0, "v": 0}
    assert allocation.ties == (Tie(("w", "z"), 1, ()),)


@pytest.mark.parametrize(
    ("of", "ballots", "passes"), [("valid", 1000, True), ("cast", 101, False), ("cast", 100, True)]
)
def test_a_list_at_the_threshold_passes_and_one_vote_under_it_does_not(of, ballots, passes):
    votes = {"big": 95, "small": 5}
    allocation = seats_of("dhondt", 30, votes, threshold=Threshold("5", of), ballots=ballots)
    assert (allocation.seats["small"] > 0) is passes
    assert allocation.excluded == (() if passes else ("small",))
    assert sum(allocation.seats.values()) == 30


def test_a_threshold_is_exact_where_floats_are_not():
    # 0.07 × 100 is 7.000000000000001 in floats.
    assert not seats_of("dhondt", 5, {"a": 93, "b": 7}, threshold=Threshold("7")).excluded
    assert seats_of("dhondt", 5, {"a": 9931, "b": 69}, threshold=Threshold("0.7")).excluded == ("b",)


def test_nobody_over_the_threshold_fills_nothing():
    allocation = seats_of("hare", 3, {"a": 1, "b": 1}, threshold=Threshold("60"))
    assert allocation.unfilled == 3
    assert not allocation.ties


@pytest.mark.parametrize("method", METHODS)
def test_without_a_vote_nobody_is_elected(method):
    allocation = seats_of(method, 2, {"a": 0, "b": 0, "c": 0})
    assert allocation.unfilled == 2
    assert not allocation.elected
    assert not allocation.ties


@pytest.mark.parametrize("method", LIST_METHODS)
def test_seats_beyond_a_short_list_go_to_the_others(method):
    allocation = seats_of(method, 10, {"a": 9000, "b": 600, "c": 400}, room={"a": 2})
    assert allocation.seats["a"] == 2
    assert allocation.seats["b"] + allocation.seats["c"] == 8
    assert allocation.seats["b"] in (4, 5)


@pytest.mark.parametrize("method", LIST_METHODS)
def test_when_all_lists_are_used_up_seats_stay_empty(method):
    allocation = seats_of(method, 9, {"a": 90, "b": 6, "c": 4}, room={"a": 2, "b": 1, "c": 3})
    assert allocation.seats == {"a": 2, "b": 1, "c": 3}
    assert allocation.unfilled == 3


def test_full_lists_are_passed_over_when_remainders_are_given_out():
    # q = 8: one whole quota each, remainders 6, 5, 5 for two seats.
    votes = {"a": 14, "b": 13, "c": 13}
    assert seats_of("hare", 5, votes).seats["a"] == 2
    assert seats_of("hare", 5, votes, room={"a": 1}).seats == {"a": 1, "b": 2, "c": 2}
    assert seats_of("hare", 5, votes, room={"a": 1, "b": 1}).seats == {"a": 1, "b": 1, "c": 3}
    short = seats_of("hare", 5, votes, room={"a": 1, "b": 1, "c": 2})
    assert (short.seats, short.unfilled) == ({"a": 1, "b": 1, "c": 2}, 1)


def test_a_droop_quota_of_one_vote_still_fills_every_seat():
    assert seats_of("droop", 10, {"a": 1, "b": 2}, draw="1").seats in ({"a": 4, "b": 6}, {"a": 5, "b": 5})


def test_strange_counts_are_refused():
    contest = make("dhondt", 3, ["a", "b"])
    for votes, ballots in (({"a": 1, "ghost": 1}, 2), ({"a": -1}, 2), ({"a": 1}, -1)):
        with pytest.raises(InvalidInput):
            allocate(contest, votes, ballots=ballots)
    for seats in (0, -1):
        with pytest.raises(InvalidInput, match="seats"):
            allocate(make("droop", seats, ["a"]), {"a": 1}, ballots=1)
    with pytest.raises(InvalidInput, match="not a percentage"):
        allocate(make("dhondt", 3, ["a"], threshold=Threshold("three")), {"a": 1}, ballots=1)


VOTES = st.dictionaries(
    st.sampled_from([f"o{n}" for n in range(9)]), st.one_of(st.integers(0, 12), st.integers(0, 10**9)), min_size=1
)
SEATS = st.integers(1, 25)
DRAWS = st.one_of(st.none(), st.text("0123456789", min_size=1, max_size=24))


@given(st.sampled_from(tuple(METHODS)), SEATS, VOTES, DRAWS, st.data())
def test_every_seat_is_accounted_for(method, seats, votes, draw, data):
    room = {one: data.draw(st.integers(0, seats)) for one in votes}
    allocation = seats_of(method, seats, votes, room=room, draw=draw)
    at_stake = sum(tie.seats_at_stake for tie in allocation.ties if tie.open)
    assert sum(allocation.seats.values()) + allocation.unfilled + at_stake == seats
    assert len(allocation.elected) == sum(allocation.seats.values()) == len(set(allocation.elected))
    assert all(won == 0 for option, won in allocation.seats.items() if votes[option] == 0)
    limit = dict.fromkeys(votes, 1) if method == "plurality" else room
    assert all(won <= limit[option] for option, won in allocation.seats.items())
    assert allocation.unfilled == max(0, seats - sum(limit[option] for option in votes if votes[option]))
    for tie in allocation.ties:
        assert 0 < tie.seats_at_stake < len(tie.options)
        assert tie.open == (draw is None)
        assert len(tie.winners) in (0, tie.seats_at_stake)


@given(st.sampled_from(tuple(METHODS)), SEATS, VOTES, DRAWS, st.randoms(use_true_random=False))
def test_the_order_of_the_file_never_matters(method, seats, votes, draw, rng: random.Random):
    shuffled = list(votes.items())
    rng.shuffle(shuffled)
    one = seats_of(method, seats, votes, draw=draw)
    other = seats_of(method, seats, dict(shuffled), draw=draw)
    assert one == other


@given(st.sampled_from(("dhondt", "sainte-lague")), SEATS, VOTES)
def test_divisor_methods_never_take_a_seat_when_the_house_grows(method, seats, votes):
    room = dict.fromkeys(votes, 30)
    small = seats_of(method, seats, votes, room=room)
    large = seats_of(method, seats + 1, votes, room=room)
    assert all(won <= large.seats[option] for option, won in small.seats.items())


@given(SEATS, VOTES)
def test_hare_gives_each_its_quota_rounded_up_or_down(seats, votes):
    total = sum(votes.values())
    allocation = seats_of("hare", seats, votes)
    for option, won in allocation.seats.items():
        quota = Fraction(votes[option] * seats, total) if total else Fraction(0)
        assert int(quota) <= won <= -(-quota.numerator // quota.denominator)


@given(SEATS, VOTES)
def test_droop_gives_at_least_the_whole_quotas(seats, votes):
    quota = sum(votes.values()) // (seats + 1) + 1
    assert all(won >= votes[option] // quota for option, won in seats_of("droop", seats, votes).seats.items())


@given(st.sampled_from((("dhondt", 1), ("sainte-lague", 2))), SEATS, VOTES)
def test_divisor_methods_agree_with_giving_out_one_seat_after_the_other(rule, seats, votes):
    method, step = rule
    allocation = seats_of(method, seats, votes)
    if allocation.ties or allocation.unfilled:
        return
    won = dict.fromkeys(votes, 0)
    for _ in range(seats):
        won[max(votes, key=lambda one: Fraction(votes[one], 1 + step * won[one]))] += 1
    assert allocation.seats == won


@given(SEATS, VOTES, st.sampled_from(tuple(METHODS)))
def test_more_votes_never_mean_fewer_seats(seats, votes, method):
    won = seats_of(method, seats, votes).seats
    ranked = sorted(votes, key=votes.__getitem__)
    assert all(won[low] <= won[high] for low, high in itertools.pairwise(ranked) if votes[low] < votes[high])


def test_the_documented_methods_are_those_there_are():
    page = (Path(__file__).parents[2] / "docs" / "election.md").read_text("utf-8")
    table = page[page.index("| method | rule |") :].split("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(METHODS)
