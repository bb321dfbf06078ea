"""Candidates who withdraw or die after signing: what that does to votes, seats and the second round."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election import (
    Body,
    Condition,
    Contest,
    Definition,
    Elected,
    Levelling,
    Majority,
    NoneOfTheAbove,
    Option,
    OptionState,
    OptionStatus,
    Person,
    Referendum,
    SecondRound,
    StatusLog,
    VoteTotals,
    allot,
)
from testigo.errors import IllegalStep, InvalidInput

Replace = msgspec.structs.replace

MAYOR = Contest(
    id="mayor",
    district="land",
    title={"en": "Mayor"},
    kind="choose-one",
    options=tuple(Option(one, {"en": one}, people=(Person({"en": "Deputy"}, f"{one} two"),)) for one in "abcd"),
)
LISTS = Contest(
    id="council",
    district="land",
    title={"en": "Council"},
    kind="party-list",
    method="dhondt",
    seats=3,
    options=tuple(Option(one, {"en": one}, candidates=tuple(f"{one}{n}" for n in (1, 2, 3))) for one in ("x", "y")),
)


def defined(*contests: Contest, bodies: tuple[Body, ...] = ()) -> Definition:
    """A definition with nothing else in it."""
    return Definition("one", {}, "2027-04-11", "07:00", "17:00", ("en",), (), (), contests, bodies=bodies)


def out(option: str, contest: str = "mayor", *, votes: str = "count", person: str = "") -> OptionState:
    """That it withdrew."""
    return OptionState(contest, option, person, "withdrawn", "a reason", 1, votes)  # type: ignore[arg-type]


def cast(votes: dict[str, int], blank: int = 0, null: int = 0) -> VoteTotals:
    """These votes."""
    return VoteTotals(votes, blank, sum(votes.values()) + blank + null)


def mayor(votes: dict[str, int], *states: OptionState, **rules: object) -> object:
    """How the contest for mayor ends."""
    contest = Replace(MAYOR, **rules)
    return allot(defined(contest), {"mayor": cast(votes)}, states=states).contests[0]


def test_votes_that_count_can_win_and_leave_the_seat_vacant() -> None:
    one = mayor({"a": 5, "b": 3, "c": 1}, out("a"))
    assert (one.seats["a"], one.elected, one.vacant, one.unfilled) == (1, (Elected("a", ""),), ("a",), 0)


def test_void_votes_are_in_no_share_and_win_nothing() -> None:
    rule = Majority(conditions=(Condition(more_than="50"),))
    assert mayor({"a": 4, "b": 4, "c": 3}, majority=rule).second_round.options == ("a", "b")
    one = mayor({"a": 4, "b": 4, "c": 3}, out("a", votes="void"), majority=rule)
    assert (one.elected, one.vacant) == ((Elected("b", ""),), ())
    assert mayor({"a": 9}, out("a", votes="void")).unfilled == 1


def test_void_votes_are_like_null_ones_where_the_share_is_of_all_ballots() -> None:
    """4 of 11 ballots and 4 of 7 valid ones: more than half of the valid ones alone."""
    of_cast = Majority(of="cast", conditions=(Condition(more_than="50"),))
    assert mayor({"a": 4, "b": 4, "c": 3}, out("a", votes="void"), majority=of_cast).second_round.options == ("b", "c")


def test_the_third_goes_on_in_place_of_who_withdrew_or_the_other_is_elected() -> None:
    """Brazil, Constituição, art. 77 § 4; Argentina, Código Electoral Nacional, art. 155."""
    votes = {"a": 48, "b": 40, "c": 12}
    one = mayor(votes, out("b"), majority=Majority())
    assert one.second_round == SecondRound(("a", "c"))
    assert not one.elected
    one = mayor(votes, out("b"), majority=Majority(withdrawn="other-elected"))
    assert (one.elected, one.second_round, one.unfilled) == ((Elected("a", ""),), None, 0)
    assert mayor(votes, out("c"), majority=Majority(withdrawn="other-elected")).second_round.options == ("a", "b")
    both = mayor(votes | {"d": 5}, out("a"), out("b"), majority=Majority(withdrawn="other-elected"))
    assert both.second_round.options == ("c", "d")
    assert mayor(votes, out("b"), out("c"), majority=Majority()).unfilled == 1


def test_a_tie_for_the_second_place_is_among_those_who_stand() -> None:
    votes = {"a": 4, "b": 3, "c": 3, "d": 1}
    assert mayor(votes, majority=Majority()).second_round.tie.options == ("b", "c")
    assert mayor(votes, out("b"), majority=Majority(withdrawn="next")).second_round == SecondRound(("a", "c"))
    assert mayor(votes, out("b"), majority=Majority(withdrawn="other-elected")).second_round.options == ("a", "c")


def test_the_next_of_a_list_has_the_place_and_the_list_its_votes() -> None:
    """Spain, LOREG, art. 48.2."""
    votes = {"council": cast({"x": 60, "y": 40})}
    states = (out("x", "council", person="x1"), out("y", "council", person="y1"))
    one = allot(defined(LISTS), votes, states=states).contests[0]
    assert (one.seats, [each.candidate for each in one.elected]) == ({"x": 2, "y": 1}, ["x2", "y2", "x3"])
    gone = tuple(out("x", "council", person=f"x{n}") for n in (1, 2, 3))
    one = allot(defined(LISTS), votes, states=gone).contests[0]
    assert (one.seats, one.vacant) == ({"x": 0, "y": 3}, ())


def test_a_list_that_is_out_wins_empty_seats_or_nothing() -> None:
    votes = {"council": cast({"x": 60, "y": 40})}
    one = allot(defined(LISTS), votes, states=(out("x", "council"),)).contests[0]
    assert (one.seats, one.vacant) == ({"x": 2, "y": 1}, ("x", "x"))
    one = allot(defined(LISTS), votes, states=(out("x", "council", votes="void"),)).contests[0]
    assert (one.seats, one.unfilled) == ({"x": 0, "y": 3}, 0)


def test_levelling_seats_go_past_void_votes_and_candidates_who_are_out() -> None:
    body = Body("house", {"en": "House"}, levelling=Levelling(2, "sainte-lague"))
    contest = Replace(LISTS, body="house", seats=1)
    votes = {"council": cast({"x": 60, "y": 40})}

    def levelled(*states: OptionState) -> list[str]:
        levelling = allot(defined(contest, bodies=(body,)), votes, states=states).bodies[0].levelling
        assert levelling is not None
        return sorted(one.candidate for one in levelling.elected)

    assert levelled() == ["x2", "y1"]
    assert levelled(out("y", "council", person="y1")) == ["x2", "y2"]
    assert levelled(out("y", "council", votes="void")) == ["x2", "x3"]
    assert levelled(out("y", "council")) == ["x2", "x3"]


def test_votes_for_nobody_are_compared_with_those_that_count() -> None:
    nobody = NoneOfTheAbove("d", effect="reelection")
    votes = {"a": 5, "b": 2, "d": 3}
    assert not mayor(votes, none_of_the_above=nobody).void
    assert mayor(votes, out("a", votes="void"), none_of_the_above=nobody).void


VOIDING = defined(Replace(MAYOR, after_signing="votes-void"))
STATES = ("withdrawn", "deceased", "restored")


@given(st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from("ab"), st.booleans()), max_size=12))
def test_the_last_status_of_each_decides_whatever_came_before(steps: list[tuple[str, str, bool]]) -> None:
    log, last, void = StatusLog(), {}, {}
    counting = False
    for status, option, sheets in steps:
        counting = counting or sheets
        number = log.next_number
        said = OptionStatus("mayor", option, status, "why", number, "", counting)  # type: ignore[arg-type]
        if last.get(option, "restored") == status:
            with pytest.raises(IllegalStep, match="that status already"):
                log.check(VOIDING, said)
            continue
        log.check(VOIDING, said)
        log.add(said)
        void[option] = void.get(option, not counting) if status != "restored" else None
        if status == "restored":
            del void[option]
        last[option] = status
    found = {state.option: (state.status, state.votes == "void") for state in log.states(VOIDING)}
    assert found == {option: (last[option], void[option]) for option in last if last[option] != "restored"}


def test_what_cannot_be_said_is_refused() -> None:
    nobody = Replace(MAYOR, id="nobody", none_of_the_above=NoneOfTheAbove("d"))
    vote = Replace(MAYOR, id="vote", kind="referendum", referendum=Referendum("a"))
    definition = defined(MAYOR, LISTS, nobody, vote)

    def check(contest: str, option: str, *, number: int = 1, reason: str = "why", person: str = "") -> None:
        StatusLog().check(definition, OptionStatus(contest, option, "withdrawn", reason, number, person))

    check("mayor", "a")
    check("mayor", "a", person="a two")
    check("council", "x", person="x2")
    for wrong in (("moon", "a"), ("mayor", "z"), ("nobody", "d"), ("vote", "a")):
        with pytest.raises(InvalidInput):
            check(*wrong)
    for reason in ("", "  ", "two\nlines", "x" * 201, "\u202ereversed"):
        with pytest.raises(InvalidInput, match="one line"):
            check("mayor", "a", reason=reason)
    with pytest.raises(InvalidInput, match="nobody on"):
        check("council", "x", person="y1")
    for number in (0, 2, -1):
        with pytest.raises(IllegalStep, match="the next one is 1"):
            check("mayor", "a", number=number)
    with pytest.raises(IllegalStep, match="already"):
        StatusLog().check(definition, OptionStatus("mayor", "a", "restored", "why", 1))
