"""Referendums: majorities and quorums of real laws at their edges, and what `check` says about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import Referendum, Share, VoteTotals, allocate, decide, load
from testigo.errors import SeveralErrors

ITALY = Referendum("no", turnout=Share(more_than="50"))
"""Costituzione, art. 75."""

DENMARK = Referendum("no", approval=Share(at_least="40"))
"""Grundlov, § 88."""

URUGUAY = Referendum("no", of="cast", approval=Share(at_least="35"))
"""Constitución, art. 331 B."""

COLOMBIA = Referendum("no", turnout=Share(more_than="1/4"))
"""Constitución, art. 378."""

PLAIN = Referendum("no")

CASES = [
    (PLAIN, (51, 49, 0), 1000, True),
    (PLAIN, (50, 50, 0), 1000, False),
    (ITALY, (40, 10, 0), 100, False),
    (ITALY, (40, 10, 1), 100, True),
    (DENMARK, (40, 1, 0), 100, True),
    (DENMARK, (399, 1, 0), 1000, False),
    (URUGUAY, (50, 40, 10), 140, False),
    (URUGUAY, (51, 40, 9), 145, True),
    (COLOMBIA, (20, 5, 0), 100, False),
    (COLOMBIA, (20, 5, 1), 100, True),
]


@pytest.mark.parametrize(("rules", "votes", "registered", "adopted"), CASES)
def test_the_conditions_of_laws_at_their_edges(
    rules: Referendum, votes: tuple[int, int, int], registered: int, adopted: bool
) -> None:
    for_it, against, blank = votes
    totals = VoteTotals({"yes": for_it, "no": against}, blank, sum(votes))
    outcome = decide(rules, totals, registered)
    assert (outcome.option, outcome.adopted) == ("yes", adopted)


def test_of_several_proposals_the_one_with_most_votes_is_judged() -> None:
    rules = Referendum("keep", majority=Share(at_least="40"))
    assert decide(rules, VoteTotals({"keep": 30, "a": 29, "b": 41}, 0, 100), 100).option == "b"
    assert decide(rules, VoteTotals({"keep": 30, "a": 29, "b": 41}, 0, 100), 100).adopted
    assert not decide(rules, VoteTotals({"keep": 55, "a": 0, "b": 45}, 0, 100), 100).adopted
    equal = decide(rules, VoteTotals({"keep": 10, "a": 45, "b": 45}, 0, 100), 100)
    assert (equal.option, equal.adopted) == ("", False)


@given(
    votes=st.lists(st.integers(0, 9), min_size=2, max_size=4),
    blank=st.integers(0, 9),
    absent=st.integers(0, 30),
    rules=st.sampled_from([PLAIN, ITALY, DENMARK, URUGUAY, COLOMBIA]),
)
def test_it_is_adopted_if_every_need_is_met_and_never_otherwise(
    votes: list[int], blank: int, absent: int, rules: Referendum
) -> None:
    counted = dict(zip(["no", "yes", "b", "c"], votes, strict=False))
    ballots = sum(votes) + blank
    outcome = decide(rules, VoteTotals(counted, blank, ballots), ballots + absent)
    assert outcome.adopted == all(need.met for need in outcome.needs)
    if outcome.adopted:
        assert counted[outcome.option] > max(count for one, count in counted.items() if one != outcome.option)
        assert 2 * counted[outcome.option] > sum(votes)


REFERENDUM = """\
  - id: water
    district: land
    title: {es: Agua, en: Water}
    kind: referendum
    referendum: {against: no, turnout: {more-than: 50}}
    options:
      - {id: yes, name: {es: Sí, en: Yes}}
      - {id: no, name: {es: No, en: No}}
"""


def test_check_reads_a_referendum_and_says_what_is_wrong_in_one(written, base: str) -> None:
    text = base + REFERENDUM
    definition = load(written(text))
    contest = definition.contest("water")
    assert contest.referendum == Referendum("no", turnout=Share(more_than="50"))
    assert contest.offices == 0
    found = allocate(contest, {"yes": 3}, ballots=3)
    assert (found.seats, found.unfilled, found.elected) == ({"yes": 0, "no": 0}, 0, ())
    for right, wrong, words in [
        ("    referendum: {against: no, turnout: {more-than: 50}}\n", "", "without its rules"),
        ("kind: referendum", "kind: choose-one", "without its rules"),
        ("against: no", "against: never", "'never'"),
        ("more-than: 50", "more-than: 50, at-least: 50", "'more than' or 'at least'"),
        ("more-than: 50", "more-than: 500", "'500' is not a percentage"),
        ("kind: referendum", "kind: referendum\n    seats: 2", "has seats or a body"),
        ("kind: referendum", "kind: referendum\n    after-signing: votes-void", "nobody can withdraw"),
        ("      - {id: yes, name: {es: Sí, en: Yes}}\n", "", "no option besides the one against"),
        ("kind: referendum", "kind: referendum\n    majority: {of: cast}", "a majority elects one person"),
    ]:
        assert right in REFERENDUM
        with pytest.raises(SeveralErrors, match=words):
            load(written(base + REFERENDUM.replace(right, wrong)))
