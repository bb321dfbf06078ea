"""The deck of open lists: every candidate alone with the list, and no exchange, loss or doubling that is not found."""

import itertools
from collections import Counter
from collections.abc import Callable
from math import ceil, log2

import pytest
from msgspec.structs import replace

from deck_booths import honest
from open_lists import council, open_lists
from testigo.audit import closing, expected, hand_count, station_deck
from testigo.ballot import Ballot, DeckBallot, DeckPart, Tally, count_differences, outcome_differences, tally_ballots
from testigo.election import Contest, Definition, Option, Preferences
from testigo.errors import SeveralErrors

DEFINITION = open_lists()
PARTS = station_deck(DEFINITION, "s1")
COUNCIL = DEFINITION.contest("council")

Fault = Callable[[tuple[str, ...]], tuple[str, ...]]


def exchanged(one: str, other: str) -> Fault:
    swap = {one: other, other: one}
    return lambda chosen: tuple(swap.get(name, name) for name in chosen)


def repeated(one: str, times: int) -> Fault:
    return lambda chosen: tuple(name for name in chosen for _ in range(times if name == one else 1))


FAULTS = {
    **{f"{a} for {b}": exchanged(a, b) for a, b in itertools.combinations(COUNCIL.marks, 2)},
    **{f"{one} lost": repeated(one, 0) for one in COUNCIL.marks},
    **{f"{one} doubled": repeated(one, 2) for one in COUNCIL.marks},
}


def miscounted(part: DeckPart, fault: Fault) -> Tally:
    """A count with the fault in the council's figures alone."""
    counted = Counter(name for one in part.ballots for name in fault(one.ballot.choices["council"]))
    tally = part.expected.contest("council")
    wrong = replace(
        tally,
        votes={name: counted[name] for name in tally.votes},
        preferences={name: counted[name] for name in tally.preferences},
    )
    return replace(part.expected, contests=(part.expected.contests[0], wrong))


def test_each_candidate_is_the_only_one_on_some_ballot() -> None:
    marked = {one.ballot.choices["council"] for part in PARTS for one in part.ballots}
    assert {(option.id, name) for option in COUNCIL.options for name in option.preferences} <= marked
    assert {(option.id,) for option in COUNCIL.options} <= marked


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_count_alone_is_found(name: str) -> None:
    found = [
        difference
        for number, part in enumerate(PARTS, 1)
        for difference in count_differences(DEFINITION, part.expected, miscounted(part, FAULTS[name]), part=number)
    ]
    assert found


@pytest.mark.parametrize("stage", ["screen", "paper", "record"])
def test_every_fault_of_a_ballot_is_found_where_it_is(stage: str) -> None:
    for name, fault in FAULTS.items():
        found = []
        for one in (one for part in PARTS for one in part.ballots):
            choices = {**one.ballot.choices, "council": fault(one.ballot.choices["council"])}
            wrong = honest(DEFINITION, DeckBallot(Ballot(one.ballot.style, choices), one.language))
            outcome = replace(honest(DEFINITION, one), **{stage: getattr(wrong, stage)})
            found += outcome_differences(DEFINITION, one, outcome, part=1, ballot=1)
        assert found, name


def test_an_honest_booth_passes_and_both_ways_of_counting_agree() -> None:
    for part in PARTS:
        for one in part.ballots:
            assert outcome_differences(DEFINITION, one, honest(DEFINITION, one), part=1, ballot=1) == []
        ballots = [one.ballot for one in part.ballots]
        assert part.expected == expected(DEFINITION, "s1", ballots) == tally_ballots(DEFINITION, "s1", ballots)


@pytest.mark.parametrize("most", [1, 3])
def test_the_ballots_are_as_few_as_promised(most: int) -> None:
    """Lists take at most ⌈log₂ n⌉·(n + ⌊n/2⌋) ballots, candidates as many again, and an end of two."""
    lists, each = 6, 10
    many = lists * each
    options = tuple(
        Option(f"o{n}", {"es": f"Lista {n}", "en": f"List {n}"}, "", tuple(f"Eva {n} {m}" for m in range(each)))
        for n in range(lists)
    )
    definition = replace(open_lists(), contests=(replace(council(Preferences(most)), options=options),))
    ballots = sum(len(part.ballots) for part in station_deck(definition, "s1"))
    assert ballots <= sum(ceil(log2(size)) * (size + size // 2) for size in (lists, many)) + 2
    assert most == 1 or ballots < 400


def test_two_open_contests_exchanged_in_the_count_are_found() -> None:
    other = replace(COUNCIL, id="other", title={"es": "Otro", "en": "Other"})
    definition = replace(DEFINITION, contests=(COUNCIL, other))
    found = []
    for number, part in enumerate(station_deck(definition, "s1"), 1):
        one, two = part.expected.contests
        swapped = replace(
            part.expected,
            contests=(replace(one, preferences=two.preferences), replace(two, preferences=one.preferences)),
        )
        found += count_differences(definition, part.expected, swapped, part=number)
    assert found


# ---- counts by hand


def form(definition: Definition, figures: dict[str, int]) -> bytes:
    """A filled form of the council: everything else 0."""
    lines = hand_count.blank_form(definition, "s1").splitlines()
    return "\n".join([lines[0], *(f"{line}{figures.get(line.rsplit(',', 1)[0], 0)}" for line in lines[1:])]).encode()


GOOD = {
    ",(papers)": 3, "mayor,(ballots)": 3, "mayor,(blank)": 3, "council,(ballots)": 3, "council,green": 3,
    "council,green/1": 2, "council,green/4": 3,
}  # fmt: skip


def test_every_candidate_is_a_line_of_the_form_and_is_compared() -> None:
    paper = hand_count.read_form(form(DEFINITION, GOOD), DEFINITION, "s1")
    assert paper.contests[1].preferences["green/4"] == 3
    other = hand_count.read_form(form(DEFINITION, GOOD | {"council,green/1": 1}), DEFINITION, "s1")
    with pytest.raises(SeveralErrors) as raised:
        closing.same_twice(paper, other)
    assert "green/1" in str(raised.value)


@pytest.mark.parametrize("wrong", [{"council,green/1": 4}, {"council,green/2": 3}])
def test_more_preferences_than_votes_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SeveralErrors) as raised:
        hand_count.read_form(form(DEFINITION, GOOD | wrong), DEFINITION, "s1")
    assert [error.code for error in raised.value.errors] == ["contest.more-preferences-than-fit"]


def test_a_contest_without_lists_is_as_before() -> None:
    plain = Contest("c", "land", {"es": "C", "en": "C"}, "choose-one", (Option("a", {"es": "A", "en": "A"}),))
    deck = station_deck(replace(DEFINITION, contests=(plain,)), "s1")
    assert [one.ballot.choices for part in deck for one in part.ballots] == [{"c": ("a",)}, {"c": ()}]
