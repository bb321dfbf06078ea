"""Decks: complete, telling options apart, and counted in two ways."""

import itertools
from pathlib import Path

import pytest

from testigo.audit import deck, deck_digest, expected, station_deck
from testigo.audit.logic import DISTINCT_LIMIT
from testigo.ballot import Ballot, tally_ballots, too_many
from testigo.election import Definition, load


@pytest.fixture(scope="module", params=["municipality", "republic"])
def definition(request: pytest.FixtureRequest, project_root: Path) -> Definition:
    return load(project_root / "examples" / request.param / "election.yaml")


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
            if len(contest.votes) <= DISTINCT_LIMIT:
                assert len(set(contest.votes.values())) == len(contest.votes)


def test_two_options_exchanged_anywhere_change_the_counts(definition: Definition) -> None:
    station = definition.stations[0]
    ballots = station_deck(definition, station.id)
    right = expected(definition, station.id, ballots)
    for contest_id in definition.styles_of_station(station.id)[0].contests:
        names = [option.id for option in definition.contest(contest_id).options]
        for one, other in itertools.combinations(names[:DISTINCT_LIMIT], 2):
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
