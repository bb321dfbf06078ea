"""Decks: complete, telling options apart, and counted in two ways."""

import itertools
from pathlib import Path

import msgspec
import pytest

from testigo.audit import deck, expected, station_deck
from testigo.ballot import Ballot, deck_digest, tally_ballots, too_many
from testigo.election import Definition, load


@pytest.fixture(scope="module", params=["municipality", "republic"])
def definition(request: pytest.FixtureRequest, project_root: Path) -> Definition:
    return load(project_root / "src" / "testigo" / "examples" / request.param / "election.yaml")


def test_every_style_has_every_option_a_full_and_an_empty_ballot(definition: Definition) -> None:
    for style in definition.styles():
        ballots = deck(definition, style)
        for contest_id in style.contests:
            contest = definition.contest(contest_id)
            chosen = {option for ballot in ballots for option in ballot.choices[contest_id]}
            assert chosen == {option.id for option in contest.options}
            assert not any(too_many(contest, ballot.choices[contest_id]) for ballot in ballots)
        full, empty = ballots[-2:]
        assert all(len(full.choices[one]) == definition.contest(one).choose for one in style.contests)
        assert not any(empty.choices.values())


def test_each_option_is_counted_a_different_number_of_times(definition: Definition) -> None:
    for station in definition.stations:
        tally = expected(definition, station.id, station_deck(definition, station.id))
        for contest in tally.contests:
            assert len(set(contest.votes.values())) == len(contest.votes)


def test_two_options_exchanged_anywhere_change_the_counts(definition: Definition) -> None:
    station = definition.stations[0]
    ballots = station_deck(definition, station.id)
    right = expected(definition, station.id, ballots)
    for contest_id in definition.styles_of_station(station.id)[0].contests:
        names = [option.id for option in definition.contest(contest_id).options]
        for one, other in itertools.combinations(names, 2):
            swap = {one: other, other: one}
            wrong = [
                Ballot(
                    ballot.style,
                    ballot.choices | {contest_id: tuple(swap.get(o, o) for o in ballot.choices[contest_id])},
                )
                for ballot in ballots
            ]
            assert tally_ballots(definition, station.id, wrong) != right


def test_the_two_ways_of_counting_agree(definition: Definition) -> None:
    for station in definition.stations:
        ballots = station_deck(definition, station.id)
        assert expected(definition, station.id, ballots) == tally_ballots(definition, station.id, ballots)


def test_a_dropped_ballot_is_noticed(definition: Definition) -> None:
    station = definition.stations[0].id
    ballots = station_deck(definition, station)
    right = expected(definition, station, ballots)
    for place in range(len(ballots)):
        assert tally_ballots(definition, station, ballots[:place] + ballots[place + 1 :]) != right


def test_the_deck_is_always_the_same(definition: Definition) -> None:
    station = definition.stations[0].id
    assert deck_digest(station_deck(definition, station)) == deck_digest(station_deck(definition, station))
    assert deck_digest(station_deck(definition, station)) != deck_digest(station_deck(definition, station)[:-1])


def exchanged(ballots: list[Ballot], one: str, other: str) -> list[Ballot]:
    """The ballots as a machine sees them that takes one contest's column for the other's."""
    swap = {one: other, other: one}
    return [
        Ballot(ballot.style, {name: ballot.choices[swap.get(name, name)] for name in ballot.choices})
        for ballot in ballots
    ]


@pytest.mark.parametrize(("questions", "options"), [(3, 2), (9, 2), (7, 3), (2, 5), (4, 1)])
def test_two_contests_exchanged_anywhere_change_the_counts(
    definition: Definition, questions: int, options: int
) -> None:
    """The same answers stand under every question: only the counts can tell one question from another."""
    first = definition.contests[0]
    answers = tuple(msgspec.structs.replace(first.options[0], id=f"o{number}") for number in range(options))
    asked = tuple(
        msgspec.structs.replace(first, id=f"q{number}", options=answers, choose=1, seats=1, kind="choose-one")
        for number in range(questions)
    )
    vote = msgspec.structs.replace(definition, contests=asked)
    station = vote.stations[0].id
    ballots = station_deck(vote, station)
    right = tally_ballots(vote, station, ballots)
    for one, other in itertools.combinations(right.contests, 2):
        wrong = exchanged(ballots, one.contest, other.contest)
        assert tally_ballots(vote, station, wrong) != right, f"{one.contest} for {other.contest}"


def test_contests_of_several_levels_and_rolls_are_told_apart(definition: Definition) -> None:
    for station in definition.stations:
        tally = expected(definition, station.id, station_deck(definition, station.id))
        counts = [tuple(contest.votes.values()) for contest in tally.contests]
        assert len(set(counts)) == len(counts)


def test_forty_options_are_all_told_apart(definition: Definition) -> None:
    first = definition.contests[0]
    many = tuple(msgspec.structs.replace(first.options[0], id=f"o{number}") for number in range(40))
    contest = msgspec.structs.replace(first, options=many)
    long = msgspec.structs.replace(definition, contests=(contest,))
    station = long.stations[0].id
    votes = expected(long, station, station_deck(long, station)).contests[0].votes
    assert len(set(votes.values())) == 40 and min(votes.values()) > 0
