"""Majorities: the conditions of real laws, who goes to a second round, and what `check` says about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import Condition, Contest, Majority, Option, SecondRound, Tie, allocate, load
from testigo.errors import InvalidInput, SeveralErrors

ARGENTINA = Majority(conditions=(Condition(more_than="45"), Condition(at_least="40", lead_more_than="10")))
"""Constitución, arts. 97 and 98."""

BOLIVIA = Majority(conditions=(Condition(more_than="50"), Condition(at_least="40", lead_at_least="10")))
"""Constitución, art. 166."""

COSTA_RICA = Majority(conditions=(Condition(more_than="40"),))
"""Constitución, art. 138."""

HALF = Majority()
URUGUAY = Majority(of="cast")
"""Constitución, art. 151: an absolute majority of the voters."""


def president(majority: Majority | None, *names: str) -> Contest:
    options = tuple(Option(name, {"en": name}) for name in names or ("a", "b", "c"))
    return Contest("president", "land", {"en": "President"}, "choose-one", options, majority=majority)


CASES = [
    (HALF, (51, 30, 19), "a"),
    (HALF, (50, 30, 20), ""),
    (HALF, (50, 50, 0), ""),
    (ARGENTINA, (45, 44, 11), ""),
    (ARGENTINA, (46, 45, 9), "a"),
    (ARGENTINA, (40, 30, 30), ""),
    (ARGENTINA, (41, 30, 29), "a"),
    (ARGENTINA, (40, 29, 31), ""),
    (ARGENTINA, (46, 46, 8), ""),
    (BOLIVIA, (40, 30, 30), "a"),
    (BOLIVIA, (39, 20, 41), ""),
    (COSTA_RICA, (40, 35, 25), ""),
    (COSTA_RICA, (41, 40, 19), "a"),
]


@pytest.mark.parametrize(("majority", "votes", "winner"), CASES)
def test_the_conditions_of_laws_at_their_edges(majority: Majority, votes: tuple[int, ...], winner: str) -> None:
    found = allocate(president(majority), dict(zip("abc", votes, strict=True)), ballots=sum(votes))
    assert [one.option for one in found.elected] == list(winner)
    assert (found.second_round is None) == bool(winner)


def test_what_the_share_is_of_decides() -> None:
    votes = {"a": 51, "b": 30, "c": 19}
    assert allocate(president(HALF), votes, ballots=110, blank=10).elected
    assert not allocate(president(URUGUAY), votes, ballots=110, blank=10).elected
    assert not allocate(president(Majority(of="valid-and-blank")), votes, ballots=110, blank=10).elected


def test_a_fraction_is_a_share_too() -> None:
    two_thirds = Majority(conditions=(Condition(at_least="2/3"),))
    assert allocate(president(two_thirds), {"a": 2, "b": 1}, ballots=3).elected
    assert not allocate(president(two_thirds), {"a": 199, "b": 101}, ballots=300).elected


def test_the_two_first_go_to_the_second_round() -> None:
    found = allocate(president(HALF), {"a": 30, "b": 40, "c": 30 - 1}, ballots=99)
    assert found.second_round == SecondRound(("b", "a"))
    assert (found.seats, found.unfilled, found.open_seats) == ({"a": 0, "b": 0, "c": 0}, 0, 1)


def test_equal_votes_for_a_place_wait_for_the_draw() -> None:
    votes = {"a": 40, "b": 30, "c": 30}
    second = allocate(president(HALF), votes, ballots=100).second_round
    assert second == SecondRound(("a",), Tie(("b", "c"), 1, ()))
    drawn = {
        allocate(president(HALF), votes, ballots=100, draw=str(digits)).second_round.options[1]
        for digits in range(100, 130)
    }
    assert drawn == {"b", "c"}


def test_no_second_round_is_held_with_those_nobody_voted_for() -> None:
    found = allocate(president(URUGUAY), {"a": 10}, ballots=100, blank=90)
    assert (found.second_round, found.unfilled) == (None, 1)
    assert allocate(president(HALF), {}, ballots=0).unfilled == 1


@given(
    votes=st.lists(st.integers(0, 12), min_size=2, max_size=5),
    majority=st.sampled_from([ARGENTINA, BOLIVIA, COSTA_RICA, HALF, URUGUAY]),
    blank=st.integers(0, 20),
    draw=st.none() | st.from_regex(r"[1-6]{4}", fullmatch=True),
)
def test_one_seat_is_filled_open_or_empty(votes: list[int], majority: Majority, blank: int, draw: str | None) -> None:
    names = "abcde"[: len(votes)]
    counted = dict(zip(names, votes, strict=True))
    found = allocate(president(majority, *names), counted, ballots=sum(votes) + blank, blank=blank, draw=draw)
    second = found.second_round
    assert sum(found.seats.values()) + found.unfilled + found.open_seats == 1
    if found.elected:
        assert all(counted[found.elected[0].option] > count for one, count in counted.items() if found.seats[one] == 0)
    if second is not None:
        tied = second.tie.options if second.tie is not None else ()
        waiting = second.tie.seats_at_stake if second.tie is not None and second.tie.open else 0
        assert len(second.options) + waiting == 2
        out = set(names) - set(second.options) - set(tied)
        inside = [counted[one] for one in second.options]
        assert all(counted[one] < least for one in out for least in inside)
        assert inside == sorted(inside, reverse=True)


def test_check_reads_a_majority_and_says_what_is_wrong_in_one(written, base: str) -> None:
    conditions = "[{more-than: 45}, {at-least: 40, lead-more-than: 1/10}]"
    ours = f"kind: choose-one\n    majority:\n      of: cast\n      conditions: {conditions}"
    text = base.replace("kind: choose-one", ours, 1)
    majority = load(written(text)).contest("president").majority
    assert majority == Majority("cast", (Condition("45"), Condition(at_least="40", lead_more_than="1/10")))
    for wrong, words in [
        ("more-than: 45, at-least: 45", "'more than' or 'at least', one of the two"),
        ("lead-at-least: 5", "'more than' or 'at least', one of the two"),
        ("more-than: 101", "'101' is not a percentage"),
        ("at-least: 3/2", "'3/2' is not a fraction"),
    ]:
        with pytest.raises(SeveralErrors, match=words):
            load(written(text.replace("more-than: 45", wrong)))
    council = base.replace("    choose: 2\n", "    choose: 2\n    majority: {of: valid}\n")
    with pytest.raises(SeveralErrors, match="a majority elects one person"):
        load(written(council))
    with pytest.raises(InvalidInput):
        Condition().met_by(1, 1, 1)
