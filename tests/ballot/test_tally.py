import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_counters import counted
from testigo import canonical
from testigo.ballot import Ballot, ContestCount, ContestTally, tally_ballots, tally_errors
from testigo.errors import InvalidInput

MAYORS, COUNCIL = ("fernandez", "fernandes", "ortega"), ("c0", "c1", "c2", "c3", "c4")

marks = st.fixed_dictionaries(
    {
        "mayor": st.lists(st.sampled_from(MAYORS), max_size=1).map(tuple),
        "council": st.lists(st.sampled_from(COUNCIL), max_size=4, unique=True).map(tuple),
    }
)


@given(st.lists(marks, max_size=12))
def test_a_tally_of_any_ballots_has_no_errors_and_counts_every_choice(village, chosen):
    style = village.styles()[0]
    tally = tally_ballots(village, "v-001", [Ballot.mark(village, style, each) for each in chosen])
    assert tally_errors(village, "v-001", tally) == []
    for contest, options in (("mayor", MAYORS), ("council", COUNCIL)):
        found = tally.contest(contest)
        assert found.ballots == len(chosen)
        assert found.blank == sum(not each[contest] for each in chosen)
        assert found.votes == {option: sum(option in each[contest] for each in chosen) for option in options}
    assert tally.contest("council").undervotes == sum(4 - len(each["council"]) for each in chosen if each["council"])


@pytest.fixture
def tally(village):
    style = village.styles()[0]
    ballots = [{"mayor": ("ortega",), "council": ("c0", "c1")}, {"mayor": ("ortega",)}, {"council": ("c4",)}, {}]
    return tally_ballots(village, "v-001", [Ballot.mark(village, style, each) for each in ballots])


@pytest.mark.parametrize("contest", [0, 1])
@pytest.mark.parametrize("field", ["blank", "null", "undervotes", "ballots"])
@pytest.mark.parametrize("by", [1, -1])
def test_attack_any_one_changed_number_of_a_tally_is_found(village, tally, contest, field, by):
    one = tally.contests[contest]
    changed = msgspec.structs.replace(one, **{field: getattr(one, field) + by})
    contests = tuple(changed if place == contest else each for place, each in enumerate(tally.contests))
    assert tally_errors(village, "v-001", msgspec.structs.replace(tally, contests=contests))


@pytest.mark.parametrize("by", [1, -1, 100])
def test_attack_a_changed_vote_is_found(village, tally, by):
    mayor = tally.contests[0]
    changed = msgspec.structs.replace(mayor, votes={**mayor.votes, "ortega": mayor.votes["ortega"] + by})
    assert tally_errors(village, "v-001", msgspec.structs.replace(tally, contests=(changed, tally.contests[1])))


def test_attack_votes_taken_away_as_unused_choices_are_found(village, tally):
    """In a choose-one contest nobody leaves a choice unused; in another, one who votes at all leaves at most all but
    one."""
    mayor, council = tally.contests
    taken = msgspec.structs.replace(mayor, votes=mayor.votes | {"ortega": 1}, undervotes=1)
    (mistake,) = tally_errors(village, "v-001", msgspec.structs.replace(tally, contests=(taken, council)))
    assert (mistake.key, mistake.values["found"], mistake.values["allowed"]) == ("sums.unused-choices", 1, 0)
    votes = council.votes | {"c0": 0, "c1": 0}
    taken = msgspec.structs.replace(council, votes=votes, undervotes=council.undervotes + 2)
    (mistake,) = tally_errors(village, "v-001", msgspec.structs.replace(tally, contests=(mayor, taken)))
    assert (mistake.key, mistake.values["found"], mistake.values["allowed"]) == ("sums.unused-choices", 7, 6)


def test_attack_more_votes_for_one_than_ballots_are_found(village, tally):
    """Four may be chosen: the sums come out with three votes of two ballots for the same person."""
    mayor, council = tally.contests
    padded = msgspec.structs.replace(council, votes=council.votes | {"c0": 3, "c1": 0}, undervotes=4)
    (mistake,) = tally_errors(village, "v-001", msgspec.structs.replace(tally, contests=(mayor, padded)))
    assert mistake.key == "sums.more-votes-than-ballots" and mistake.values["contest"] == "council"


def test_attack_missing_contests_options_and_styles_are_found(village, tally):
    mayor = tally.contests[0]
    without = msgspec.structs.replace(mayor, votes={"ortega": 2, "fernandez": 0})
    for changed in (
        msgspec.structs.replace(tally, contests=tally.contests[:1]),
        msgspec.structs.replace(tally, contests=tally.contests[::-1]),
        msgspec.structs.replace(tally, contests=(without, tally.contests[1])),
        msgspec.structs.replace(tally, ballots={"villa": 4, "other": 0}),
        msgspec.structs.replace(tally, ballots={"villa": -4}),
        msgspec.structs.replace(tally, ballots={"villa": 5}),
    ):
        assert tally_errors(village, "v-001", changed)


def test_ballots_of_another_style_are_not_counted(village):
    with pytest.raises(InvalidInput, match="no ballot style 'other'"):
        tally_ballots(village, "v-001", [Ballot("other", {})])


COUNTERS = {
    "registered": 300,
    "matched": 9,
    "released": 1,
    "refused": {"other-station": 2},
    "released_reasons": {"worn-finger": 1},
    "release_cap": 15,
    "cards_handed": 10,
    "cards_made": 320,
    "cards_used": 10,
    "printed": 12,
    "spoiled": 2,
    "spoiled_reasons": {"voter": 2},
    "deposited": 10,
    "recorded": 10,
}


def test_a_reconciliation_that_holds_has_no_differences():
    reconciliation = counted(**COUNTERS)
    assert reconciliation.is_consistent and reconciliation.differences() == ()


@pytest.mark.parametrize(
    "counter", ["matched", "released", "cards_handed", "cards_used", "printed", "spoiled", "deposited", "recorded"]
)
def test_any_one_counter_off_by_one_is_a_difference(counter):
    reconciliation = counted(**{**COUNTERS, counter: COUNTERS[counter] + 1})
    assert not reconciliation.is_consistent
    differences = reconciliation.differences()
    assert 1 <= len(differences) <= 2
    assert all(abs(each.left_count - each.right_count) == 1 for each in differences)


def test_a_difference_bears_the_chairs_reason():
    reasons = {"deposited=recorded": "power cut at the last vote"}
    (difference,) = counted(**{**COUNTERS, "recorded": 9}, reasons=reasons).differences()
    assert (difference.left, difference.right, difference.reason) == (
        "deposited",
        "recorded",
        "power cut at the last vote",
    )


def test_figures_have_one_order_and_one_set_of_names(village, tally):
    """A tally read from JSON has its options in alphabetical order; its figures are in the definition's order."""
    contest, mayor = village.contest("mayor"), tally.contest("mayor")
    read = msgspec.convert(canonical.decode(canonical.encode(mayor)), ContestTally)
    names = ["fernandez", "fernandes", "ortega", "(blank)", "(null)", "(undervotes)", "(ballots)"]
    assert [name for name, _ in read.figures()] != names
    assert [name for name, _ in read.figures(contest)] == names
    assert dict(read.figures(contest)) == dict(zip(names, (0, 0, 2, 2, 0, 0, 4), strict=True))
    assert ContestTally.from_figures(contest, dict(read.figures())) == mayor
    with pytest.raises(KeyError):
        ContestTally.from_figures(contest, dict(read.figures()[1:]))


@given(st.lists(marks, max_size=12), st.integers(0, 12))
def test_tallies_of_parts_add_up_to_that_of_the_whole(village, chosen, cut):
    style = village.styles()[0]
    ballots = [Ballot.mark(village, style, each) for each in chosen]
    parts = [tally_ballots(village, "v-001", part) for part in (ballots[:cut], ballots[cut:])]
    for whole in tally_ballots(village, "v-001", ballots).contests:
        count = ContestCount(village.contest(whole.contest))
        for part in parts:
            count.add(part.contest(whole.contest))
        assert count.tally() == whole
