"""What chance explains is told; what it does not explain breaks a promise."""

import math

import pytest

from testigo.ballot import Marks
from testigo.rehearsal.chance import Chance, at_least, impostors_matched, voters_not_matched
from testigo.rehearsal.incidents import INCIDENTS
from testigo.rehearsal.journal import Journal


def test_the_tail_of_the_binomial_distribution() -> None:
    assert at_least(0, 50, 0.1) == pytest.approx(1)
    assert at_least(1, 48, 1e-4) == pytest.approx(1 - (1 - 1e-4) ** 48)
    assert at_least(3, 3, 0.5) == pytest.approx(0.125)
    assert at_least(1, 1600, 0.5) == pytest.approx(1)  # C(1600, 800) is larger than any float
    assert [at_least(1, 5, 0), at_least(0, 5, 0), at_least(5, 5, 1)] == [0, 1, 1]
    assert at_least(2, 4, 0.25) == pytest.approx(1 - 0.75**4 - 4 * 0.25 * 0.75**3)
    assert at_least(1, 0, 0.5) == 0


@pytest.mark.parametrize(("events", "explained"), [(0, True), (1, True), (2, True), (3, False), (48, False)])
def test_one_impostor_that_matches_is_chance_and_three_are_not(events: int, explained: bool) -> None:
    assert Chance("", "", events, 48, 1e-4).explains is explained


def journal(**outcomes: int) -> Journal:
    """One station's notes: `INCIDENT__OUTCOME=count`."""
    made = Journal(["s"])
    notes = made.stations["s"]
    for name, count in outcomes.items():
        incident, _, outcome = name.replace("_", "-").partition("--")
        notes.outcomes[incident, outcome] = count
    notes.strange_tries = 48
    notes.papers["1"] = Marks("style", {})
    return made


def test_a_matcher_that_takes_anybody_or_nobody_fails_the_rehearsal() -> None:
    assert impostors_matched(journal(impostor__impostor=12)).explains
    assert not impostors_matched(journal(impostor__matched=12)).explains
    assert voters_not_matched(journal(ordinary__matched=40, spoils__released=1, worn_finger__released=3)).explains
    broken = voters_not_matched(journal(ordinary__released=6, ordinary__no_match=34, worn_finger__released=3))
    assert (broken.events, broken.trials) == (40, 40) and not broken.explains


def test_the_table_of_incidents_is_whole() -> None:
    assert len({incident.name for incident in INCIDENTS}) == len(INCIDENTS)
    assert len({incident.line for incident in INCIDENTS}) == len(INCIDENTS)
    for incident in INCIDENTS:
        assert incident.right not in incident.chance
        assert math.isfinite(sum(incident.how_many(voters, place) for voters in (1, 9) for place in (0, 1)))
