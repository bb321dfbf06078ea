"""Preference votes: the order of a list by the laws of several countries, ties, and what `check` says about them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from open_lists import CZECH, LISTS, council, open_lists
from testigo.election import (
    Body,
    Contest,
    Levelling,
    OptionState,
    Preferences,
    Share,
    VoteTotals,
    allocate,
    allot,
    candidate_of,
    check_definition,
    draw_order,
    ranks,
)
from testigo.errors import InvalidInput

OPEN = Preferences(2)
"""As Peru elects its Congress (Ley 26859, art. 30: one or two preferential votes; who has most comes first)."""

DRAWN = Preferences(1, equal="draw")


def elected(contest: Contest, votes: dict[str, int], preferences: dict[str, int], draw: str | None = None) -> list[str]:
    found = allocate(contest, votes, ballots=sum(votes.values()), preferences=preferences, draw=draw)
    return [f"{one.option} {one.candidate}" for one in found.elected]


def test_who_reaches_the_threshold_comes_first_then_the_list() -> None:
    """Worked out by hand: of 1,000 votes 50 are 5 %. The third and the second have them, in that order; then the first,
    who is listed before."""
    votes, preferences = {"green": 1000}, {"green/1": 49, "green/2": 50, "green/3": 80, "green/4": 10}
    assert elected(council(CZECH), votes, preferences) == [
        "green Lía Soto", "green Noé Campos", "green Alba Ríos", "green Max Vega",
    ]  # fmt: skip


def test_more_than_the_threshold_is_not_at_least() -> None:
    rule = Preferences(4, Share(more_than="5"))
    assert elected(council(rule, seats=1), {"green": 1000}, {"green/2": 50}) == ["green Alba Ríos"]
    assert elected(council(rule, seats=1), {"green": 1000}, {"green/2": 51}) == ["green Noé Campos"]


def test_a_fully_open_list_is_the_order_of_preferences() -> None:
    assert elected(council(OPEN), {"green": 9}, {"green/4": 1, "green/3": 5}) == [
        "green Lía Soto", "green Max Vega", "green Alba Ríos", "green Noé Campos",
    ]  # fmt: skip


def test_preferences_move_no_seat_between_lists() -> None:
    votes = {"red": 60, "blue": 30, "green": 10}
    without = allocate(council(None), votes, ballots=100)
    with_many = allocate(council(OPEN), votes, ballots=100, preferences={"green/1": 10, "green/2": 10})
    assert without.seats == with_many.seats == {"red": 3, "blue": 1, "green": 0}


def test_equal_preferences_are_as_listed_or_wait_for_the_draw() -> None:
    votes, preferences = {"green": 9}, {"green/2": 3, "green/4": 3, "green/3": 1}
    assert elected(council(OPEN, seats=1), votes, preferences) == ["green Noé Campos"]
    waiting = allocate(council(DRAWN, seats=1), votes, ballots=9, preferences=preferences)
    (tie,) = waiting.list_ties
    assert (tie.options, tie.seats_at_stake, tie.open) == (("green/2", "green/4"), 1, True)
    assert [one.candidate for one in waiting.elected] == [""]
    assert waiting.seats["green"] == 1
    assert waiting.open_seats == 0
    assert waiting.all_ties == (tie,)
    drawn = allocate(council(DRAWN, seats=1), votes, ballots=9, preferences=preferences, draw="31415")
    first = draw_order("31415", "council", ("green/2", "green/4"))[0]
    assert drawn.list_ties[0].winners == (first,)
    assert drawn.elected[0].candidate == candidate_of(council(DRAWN), first)


def test_a_tie_that_decides_no_seat_waits_for_nothing() -> None:
    found = allocate(
        council(DRAWN, seats=2), {"green": 9}, ballots=9, preferences={"green/2": 3, "green/4": 3, "green/3": 1}
    )
    assert found.list_ties == ()
    assert [one.candidate for one in found.elected] == ["Noé Campos", "Max Vega"]


@given(
    st.sampled_from([OPEN, DRAWN, CZECH, Preferences(1, Share(more_than="1/4"), "draw")]),
    st.dictionaries(st.sampled_from([f"green/{n}" for n in range(1, 5)]), st.integers(0, 40)),
    st.integers(1, 6),
)
def test_everybody_stands_once_in_the_order_and_seats_are_complete(
    rule: Preferences, preferences: dict[str, int], seats: int
) -> None:
    contest = council(rule, seats=seats)
    order = ranks(contest, contest.option("green"), 40, preferences)
    assert Counter(name for rank in order for name in rank) == Counter(contest.option("green").preferences)
    for draw in (None, "123456"):
        found = allocate(contest, {"green": 40}, ballots=40, preferences=preferences, draw=draw)
        named = [one.candidate for one in found.elected if one.candidate]
        waiting = sum(tie.seats_at_stake for tie in found.list_ties if tie.open)
        assert len(set(named)) == len(named) == min(seats, 4) - waiting
        assert waiting == 0 or draw is None


def test_levelling_seats_go_to_the_next_by_preferences() -> None:
    contest = replace(council(OPEN, seats=1), body="b")
    body = Body("b", {"es": "B", "en": "B"}, levelling=Levelling(1, "dhondt"))
    definition = replace(open_lists(), contests=(contest,), bodies=(body,))
    totals = VoteTotals({"green": 9, "red": 0, "blue": 0}, 0, 9, preferences={"green/3": 5, "green/4": 4})
    found = allot(definition, {"council": totals})
    assert [one.candidate for one in found.contests[0].elected] == ["Lía Soto"]
    (seats,) = found.bodies
    assert seats.levelling is not None
    assert [one.candidate for one in seats.levelling.elected] == ["Max Vega"]


def test_who_withdrew_is_passed_over_and_the_others_keep_their_places() -> None:
    definition = replace(open_lists(), contests=(council(OPEN, seats=3),))
    state = OptionState("council", "green", "Noé Campos", "withdrawn", "Resolución 7", 1, "count")
    totals = VoteTotals({"green": 9, "red": 0, "blue": 0}, 0, 9, preferences={"green/2": 8, "green/4": 4, "green/3": 1})
    (found,) = allot(definition, {"council": totals}, states=(state,)).contests
    assert [one.candidate for one in found.elected] == ["Max Vega", "Lía Soto", "Alba Ríos"]
    four = replace(definition, contests=(council(OPEN, seats=4),))
    (found,) = allot(four, {"council": totals}, states=(state,)).contests
    assert (found.seats["green"], found.unfilled) == (3, 1)


@pytest.mark.parametrize("name", ["green", "green/0", "green/5", "green/01", "green/x", "green/", "no/1", "green/1/1"])
def test_names_of_nobody(name: str) -> None:
    with pytest.raises(InvalidInput):
        candidate_of(council(OPEN), name)


# ---- what `check` says


def codes(contest: Contest, **fields: object) -> dict[str, bool]:
    definition = replace(open_lists(), contests=(contest,), **fields)
    return {one.error.code: one.warning for one in check_definition(definition)}


def test_a_good_one_has_no_errors() -> None:
    assert not any(not warning for warning in codes(council(CZECH)).values())


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Preferences(0), "preferences.of-none"),
        (Preferences(5), "preferences.more-than-candidates"),
        (Preferences(1, Share()), "share.one-of-two"),
        (Preferences(1, Share(at_least="120")), "definition.not-a-percentage"),
    ],
)
def test_rules_that_cannot_be(rule: Preferences, code: str) -> None:
    assert codes(council(rule))[code] is False


def test_only_lists_have_preferences() -> None:
    persons = replace(council(OPEN), kind="choose-one", method="plurality", seats=1)
    persons = replace(persons, options=tuple(replace(one, candidates=()) for one in persons.options))
    assert codes(persons)["preferences.of-persons"] is False


def test_a_draw_does_not_fit_levelling_seats() -> None:
    body = Body("b", {"es": "B", "en": "B"}, levelling=Levelling(1, "dhondt"))
    assert codes(replace(council(DRAWN), body="b"), bodies=(body,))["preferences.draw-with-levelling"] is False


def test_two_of_an_open_list_must_not_read_the_same() -> None:
    """In a closed list that is a warning: nobody has to tell them apart on a ballot."""
    for rule, warning in ((OPEN, False), (None, True)):
        contest = council(rule)
        same = replace(contest.options[0], candidates=("Ana Díaz", "Ana  Díaz", "Eva Sol"))
        found = codes(replace(contest, options=(same, *contest.options[1:])))
        assert found["definition.reads-like"] is warning


def test_more_candidates_than_the_tally_sheet_counts_are_refused() -> None:
    for count, refused in ((166, False), (167, True)):
        contest = council(OPEN)
        long = tuple(
            replace(one, candidates=tuple(f"{one.id} {n} Paz" for n in range(count + 2 * (place == 0))))
            for place, one in enumerate(contest.options)
        )
        assert ("definition.too-many" in codes(replace(contest, options=long))) is refused


def test_rows_for_preferences_count_among_those_of_the_paper() -> None:
    many = tuple(f"Eva {n} Sol" for n in range(200))
    for most, refused in ((199, False), (200, True)):
        contest = council(Preferences(most))
        long = replace(contest, options=(replace(contest.options[0], candidates=many), *contest.options[1:]))
        assert ("definition.too-many" in codes(long)) is refused


def test_without_preferences_nothing_of_a_contest_changes() -> None:
    plain = council(None)
    assert plain.marks == tuple(LISTS)
    assert plain.rows == plain.choose
