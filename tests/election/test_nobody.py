"""*None of the above*: reported, counted among the valid votes, or forcing another election."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import (
    Contest,
    Majority,
    NoneOfTheAbove,
    Option,
    Threshold,
    allocate,
    load,
)
from testigo.errors import SeveralErrors

REPORTED = NoneOfTheAbove("none")
COUNTS = NoneOfTheAbove("none", "counts")
MOST = NoneOfTheAbove("none", "reelection")
HALF = NoneOfTheAbove("none", "reelection", "half")
"""Colombia, Constitución, art. 258: where blank votes, an option there, are the majority of the valid ones."""


def persons(rule: NoneOfTheAbove, **more: object) -> Contest:
    options = tuple(Option(one, {}) for one in ("a", "b", "none"))
    return Contest("mayor", "land", {}, "choose-one", options, none_of_the_above=rule, **more)


def lists(rule: NoneOfTheAbove) -> Contest:
    options = (*(Option(one, {}, candidates=("1", "2", "3")) for one in ("a", "b")), Option("none", {}))
    threshold = Threshold("10")
    return Contest(
        "list", "land", {}, "party-list", options, 3, method="hare", threshold=threshold, none_of_the_above=rule
    )


@pytest.mark.parametrize(
    ("rule", "votes", "winner"),
    [
        (REPORTED, (10, 9, 99), "a"),
        (COUNTS, (10, 9, 99), "a"),
        (MOST, (10, 9, 10), "a"),
        (MOST, (10, 9, 11), ""),
        (HALF, (10, 9, 19), "a"),
        (HALF, (10, 9, 20), ""),
    ],
)
def test_it_never_wins_and_forces_another_election_only_by_its_rule(
    rule: NoneOfTheAbove, votes: tuple[int, int, int], winner: str
) -> None:
    found = allocate(persons(rule), dict(zip(("a", "b", "none"), votes, strict=True)), ballots=sum(votes))
    assert ([one.option for one in found.elected], found.void) == (list(winner), not winner)
    assert found.unfilled == (not winner)


def test_majorities_are_shares_of_its_votes_too_where_these_count() -> None:
    votes = {"a": 6, "b": 4, "none": 3}
    assert allocate(persons(REPORTED, majority=Majority()), votes, ballots=13).elected
    second = allocate(persons(COUNTS, majority=Majority()), votes, ballots=13).second_round
    assert second is not None and second.options == ("a", "b")
    last = allocate(persons(COUNTS, majority=Majority()), {"a": 6, "none": 9}, ballots=15)
    assert (last.second_round, last.unfilled, last.void) == (None, 1, False)


def test_thresholds_are_shares_of_its_votes_too_where_these_count_and_quotas_never() -> None:
    votes = {"a": 80, "b": 9, "none": 11}
    assert allocate(lists(REPORTED), votes, ballots=100).excluded == ()
    counted = allocate(lists(COUNTS), votes, ballots=100)
    assert (counted.excluded, counted.seats) == (("b",), {"a": 3, "b": 0, "none": 0})
    assert allocate(lists(COUNTS), {"a": 80, "b": 40, "none": 1000}, ballots=1120).excluded == ("a", "b")
    assert allocate(lists(REPORTED), {"a": 80, "b": 40, "none": 1000}, ballots=1120).seats == {
        "a": 2,
        "b": 1,
        "none": 0,
    }


@given(
    votes=st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)),
    rule=st.sampled_from([REPORTED, COUNTS, MOST, HALF]),
    of_lists=st.booleans(),
)
def test_seats_are_filled_open_or_empty_and_never_nobodys(
    votes: tuple[int, int, int], rule: NoneOfTheAbove, of_lists: bool
) -> None:
    contest = lists(rule) if of_lists else persons(rule)
    counted = dict(zip(("a", "b", "none"), votes, strict=True))
    found = allocate(contest, counted, ballots=sum(votes))
    assert found.seats["none"] == 0
    assert "none" not in found.excluded
    assert sum(found.seats.values()) + found.unfilled + found.open_seats == contest.seats
    if rule is REPORTED:
        assert found == allocate(contest, counted | {"none": 0}, ballots=sum(votes))


NOBODY = "      - {id: nobody, name: {es: Ninguno, en: None of these}}\n"
RULE = "    none-of-the-above: {option: nobody, effect: reelection, wins: half}\n"


def test_check_reads_it_and_says_what_is_wrong_in_it(written, base: str) -> None:
    text = base.replace("    kind: choose-one\n", "    kind: choose-one\n" + RULE, 1)
    luis = "      - {id: luis, name: Luis Soto, party: blue}\n"
    whole = text.replace(luis, luis + NOBODY)
    contest = load(written(whole)).contest("president")
    assert contest.none_of_the_above == NoneOfTheAbove("nobody", "reelection", "half")
    assert [option.id for option in contest.standing] == ["ana", "luis"]
    lists_too = base.replace("    kind: party-list\n", "    kind: party-list\n" + RULE)
    red = "party: red, candidates: [Uno, Dos]}\n"
    assert load(written(lists_too.replace(red, red + NOBODY))).contest("assembly").none_of_the_above
    several = base.replace("    choose: 2\n", "    choose: 2\n" + RULE)
    noe = "      - {id: noe, name: Noé Díaz, party: blue}\n"
    for wrong, words in [
        (text, "'nobody'"),
        (whole.replace("Ninguno, en: None of these}", "Ninguno, en: None of these}, party: red"), "stands for nobody"),
        (whole.replace("effect: reelection", "effect: wins"), "wins"),
        (several.replace(noe, noe + NOBODY), "several choices, and it has an option for none of the above"),
    ]:
        with pytest.raises(SeveralErrors, match=words):
            load(written(wrong))
