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

from testigo.election import (
    METHODS,
    Agreement,
    CoalitionShare,
    Contest,
    Elected,
    Option,
    Party,
    Threshold,
    Tie,
    allocate,
    draw_order,
)
from testigo.errors import InvalidInput

LIST_METHODS = tuple(name for name, method in METHODS.items() if method.lists)


def make(method, seats, options, *, room=None, threshold=None, contest="council", agreements=()):
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
        agreements=tuple(Agreement("+".join(pooled), tuple(pooled)) for pooled in agreements),
    )


def seats_of(method, seats, votes, **more):
    ballots = more.pop("ballots", sum(votes.values()))
    counted = {key: more.pop(key) for key in ("draw", "blank", "parties", "excluded", "unrounded") if key in more}
    return allocate(make(method, seats, list(votes), **more), votes, ballots=ballots, **counted)


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
        # By hand, as under Droop: quotas of 8 333⅓, 9 090.9 and 9 091.
        ("imperiali-quota", 10, SIX, [5, 2, 2, 1, 0, 0]),
        ("droop-exact", 10, SIX, [5, 2, 2, 1, 0, 0]),
        ("hagenbach-bischoff-quota", 10, SIX, [5, 2, 2, 1, 0, 0]),
        ("hagenbach-bischoff", 8, FOUR, [4, 3, 1, 0]),
        ("hagenbach-bischoff", 8, LONDON, [3, 2, 2, 1, 0]),
        # By hand: 100 000/1, 80 000/1, 100 000/1½, 80 000/1½, 100 000/2, 80 000/2 and 100 000/2½, 100 000/3.
        ("imperiali-divisor", 8, FOUR, [5, 3, 0, 0]),
        # By hand: 150/3 = 50 lies between 65/1.4 and 65/1.2, and between 55/1.2 and 55/1.
        ("sainte-lague-1.4", 2, {"a": 150, "b": 65}, [2, 0]),
        ("sainte-lague-1.2", 2, {"a": 150, "b": 65}, [1, 1]),
        ("sainte-lague-1.2", 2, {"a": 150, "b": 55}, [2, 0]),
        ("sainte-lague", 2, {"a": 150, "b": 55}, [1, 1]),
        ("droop", 31, {"a": 6, "b": 1}, [18, 13]),
        ("droop-exact", 31, {"a": 6, "b": 1}, [27, 4]),
        # By hand: the quota 100/4 would give 2 + 1 seats, so it is 100/3.
        ("imperiali-quota", 2, {"a": 60, "b": 40}, [1, 1]),
        # By hand: 104/11 is rounded to 9, which gives 6 + 5 seats; the smaller remainder gives one back.
        ("hagenbach-bischoff-quota", 10, {"a": 55, "b": 45, "c": 4}, [6, 4, 0]),
        # By hand: the quotient is 200. Of the last seat's averages 160, 143 and 137 the first is of a list with 80 %.
        ("brazil", 5, {"a": 430, "b": 410, "c": 160}, [2, 2, 1]),
        ("brazil", 5, {"a": 430, "b": 410, "c": 159, "d": 1}, [3, 2, 0, 0]),
        # By hand: 22/4 is rounded to 6, which leaves remainders of 3, 4 and 3; 5 would give a three seats.
        ("hagenbach-bischoff-quota", 3, {"a": 15, "b": 4, "c": 3}, [2, 1, 0]),
        # By hand: 5/2 is rounded to 2, the half being dropped; 80 % of 3 would keep b out.
        ("brazil", 2, {"a": 3, "b": 2}, [1, 1]),
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
    ("of", "ballots", "passes"),
    [
        ("valid", 1000, True),
        ("valid-and-blank", 1000, False),
        ("valid-and-blank", 100, True),
        ("cast", 101, False),
        ("cast", 100, True),
    ],
)
def test_a_list_at_the_threshold_passes_and_one_vote_under_it_does_not(of, ballots, passes):
    votes = {"big": 95, "small": 5}
    blank = int(ballots > 100)
    allocation = seats_of("dhondt", 30, votes, threshold=Threshold("5", of), ballots=ballots, blank=blank)
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


@pytest.mark.parametrize("votes", [3029, 3030])
def test_spain_counts_blank_votes_in_and_null_ones_not(votes):
    """LOREG 96.5 and 163.1.a: of 100,000 votes for lists, 1,000 blank and 2,000 null ones, 3 % are 3,030."""
    counted = {"small": votes, "big": 100_000 - votes}
    bar = Threshold("3", "valid-and-blank")
    allocation = seats_of("dhondt", 350, counted, threshold=bar, blank=1000, ballots=103_000)
    assert allocation.excluded == (("small",) if votes == 3029 else ())


@pytest.mark.parametrize(("fraction", "excluded"), [("1/12", ()), ("1/11", ("b",)), ("0/1", ()), ("1/1", ("a", "b"))])
def test_a_threshold_is_a_fraction_too(fraction, excluded):
    assert seats_of("dhondt", 5, {"a": 11, "b": 1}, threshold=Threshold(fraction=fraction)).excluded == excluded


@pytest.mark.parametrize(
    ("party", "needs"),
    [
        (None, 5),
        (Party("l", {}, ""), 5),
        (Party("l", {}, "", kind="coalition", members=2), 7),
        (Party("l", {}, "", kind="coalition", members=3), 7),
        (Party("l", {}, "", kind="coalition", members=4), 10),
        (Party("l", {}, "", kind="coalition", members=9), 10),
        (Party("l", {}, "", kind="minority"), 0),
    ],
)
def test_a_threshold_goes_by_the_kind_of_list(party, needs):
    bar = Threshold("5", coalitions=(CoalitionShare(4, "10"), CoalitionShare(2, "7")), minorities="exempt")
    options = (Option("l", {}, party="l", candidates=("x",)), Option("m", {}, party="m", candidates=("y",)))
    contest = make("dhondt", 2, [])
    contest = Contest("c", "d", {}, "party-list", options, seats=2, method="dhondt", threshold=bar)
    for votes in {max(0, needs - 1), needs}:
        found = allocate(contest, {"l": votes, "m": 100 - votes}, ballots=100, parties=[party] if party else [])
        assert (found.excluded == ("l",)) is (votes < needs)


def test_a_minority_has_the_threshold_of_others_where_nothing_exempts_it():
    party = Party("small", {}, "", kind="minority")
    contest = make("dhondt", 2, ["big", "small"], threshold=Threshold("5"))
    options = tuple(Option(one.id, {}, party=one.id, candidates=one.candidates) for one in contest.options)
    contest = Contest("c", "d", {}, "party-list", options, seats=2, method="dhondt", threshold=Threshold("5"))
    assert allocate(contest, {"big": 96, "small": 4}, ballots=100, parties=[party]).excluded == ("small",)


def test_lists_kept_out_by_a_wider_threshold_win_nothing_and_their_votes_are_not_among_those_shared_out():
    allocation = seats_of("hare", 10, {"a": 600, "b": 300, "c": 100}, excluded=["b"])
    assert (allocation.seats, allocation.excluded) == ({"a": 9, "b": 0, "c": 1}, ("b",))


# ── agreements ──


def test_an_agreement_wins_seats_as_one_list_and_shares_them_inside():
    # By hand: alone 50, 30, 25 are the largest quotients; together b and c have 37.
    votes = {"a": 50, "b": 19, "c": 18, "d": 30}
    assert seats_of("dhondt", 3, votes).seats == {"a": 2, "b": 0, "c": 0, "d": 1}
    assert seats_of("dhondt", 3, votes, agreements=[("b", "c")]).seats == {"a": 1, "b": 1, "c": 0, "d": 1}
    # The seat is named in its place: second of three.
    elected = seats_of("dhondt", 3, votes, agreements=[("b", "c")]).elected
    assert [one.candidate for one in elected] == ["a0", "b0", "d0"]


def test_a_tie_inside_an_agreement_leaves_its_seat_open():
    pooled = seats_of("dhondt", 3, {"a": 50, "b": 18, "c": 18, "d": 30}, agreements=[("b", "c")])
    assert pooled.seats == {"a": 1, "b": 0, "c": 0, "d": 1}
    assert pooled.ties == (Tie(("b", "c"), 1, ()),)


def test_a_tie_between_an_agreement_and_a_list_names_the_agreement():
    pooled = seats_of("dhondt", 1, {"a": 30, "b": 30, "c": 60}, agreements=[("a", "b")])
    assert pooled.ties == (Tie(("a+b", "c"), 1, ()),)
    drawn = [seats_of("dhondt", 1, {"a": 30, "b": 30, "c": 60}, agreements=[("a", "b")], draw=str(n)) for n in range(9)]
    assert {sum(one.seats.values()) for one in drawn} == {1}
    assert {len(one.ties) for one in drawn} == {1, 2}


def test_what_is_left_of_an_agreement_is_a_list_like_others():
    alone = seats_of("dhondt", 1, {"a": 40, "b": 1, "c": 40}, threshold=Threshold("5"), agreements=[("a", "b")])
    assert alone.ties == (Tie(("a", "c"), 1, ()),)


def test_a_list_under_the_threshold_brings_no_votes_into_its_agreement():
    """As in Israel: only lists that take part in the distribution bring votes in."""
    votes = {"a": 60, "b": 4, "c": 36}
    with_it, without = (
        seats_of("dhondt", 5, votes, threshold=Threshold("5"), agreements=pooled) for pooled in ([("a", "b")], [])
    )
    assert with_it.seats == without.seats


# ── rounding of quotas ──


def test_what_rounding_changed_can_be_told():
    for method in ("droop", "hagenbach-bischoff-quota"):
        assert METHODS[method].unrounded is not None
        exact = seats_of(method, 31, {"a": 6, "b": 1}, unrounded=True)
        assert exact.seats == {"a": 27, "b": 4}
    assert seats_of("dhondt", 31, {"a": 6, "b": 1}, unrounded=True) == seats_of("dhondt", 31, {"a": 6, "b": 1})


def test_brazils_last_seats_go_to_all_lists_once_those_with_80_per_cent_are_used_up():
    # By hand: the quotient is 250; a has one candidate for its three; b and c have no 80 %, and averages 150, 100, 75.
    allocation = seats_of("brazil", 4, {"a": 750, "b": 150, "c": 100}, room={"a": 1})
    assert allocation.seats == {"a": 1, "b": 2, "c": 1}


def test_a_surplus_quota_that_nothing_tells_apart_is_a_tie():
    # The quota 3/3 gives 2 + 1 seats for two, and no remainder says whose is one too many.
    assert seats_of("droop-exact", 2, {"a": 2, "b": 1}).ties == (Tie(("a", "b"), 1, ()),)


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


@given(SEATS, VOTES, DRAWS, st.data())
def test_swiss_quotas_and_averages_come_to_the_same_as_dhondt(seats, votes, draw, data):
    room = {one: data.draw(st.integers(0, seats)) for one in votes}
    ours, theirs = (seats_of(one, seats, votes, room=room, draw=draw) for one in ("hagenbach-bischoff", "dhondt"))
    assert (ours.seats, ours.ties) == (theirs.seats, theirs.ties)


@given(st.sampled_from(LIST_METHODS), SEATS, VOTES, DRAWS, st.data())
def test_every_seat_of_agreements_is_accounted_for(method, seats, votes, draw, data):
    room = {one: data.draw(st.integers(0, seats)) for one in votes}
    lists = sorted(votes)
    agreements = [lists[:2], lists[2:5]] if len(lists) > 4 else [lists]
    agreements = [pooled for pooled in agreements if len(pooled) > 1]
    allocation = seats_of(method, seats, votes, room=room, draw=draw, agreements=agreements)
    at_stake = sum(tie.seats_at_stake for tie in allocation.ties if tie.open)
    assert sum(allocation.seats.values()) + allocation.unfilled + at_stake == seats
    assert all(won <= room[option] for option, won in allocation.seats.items())
    assert all(won == 0 for option, won in allocation.seats.items() if votes[option] == 0)
    assert allocation.unfilled == max(0, seats - sum(room[option] for option in votes if votes[option]))


@given(SEATS, VOTES, st.sampled_from(tuple(METHODS)))
def test_more_votes_never_mean_fewer_seats(seats, votes, method):
    won = seats_of(method, seats, votes).seats
    ranked = sorted(votes, key=votes.__getitem__)
    assert all(won[low] <= won[high] for low, high in itertools.pairwise(ranked) if votes[low] < votes[high])


def test_the_documented_methods_are_those_there_are():
    page = (Path(__file__).parents[2] / "docs" / "election.md").read_text("utf-8")
    table = page[page.index("| method | rule |") :].split("\n\n")[0]
    assert re.findall(r"^\| `([a-z0-9.-]+)` \|", table, re.MULTILINE) == list(METHODS)
