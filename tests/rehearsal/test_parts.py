"""The parts of a rehearsal: the election that is cut out, its people, their fingers, the photographs."""

import random
from pathlib import Path

import numpy as np
import pytest

from open_lists import open_lists
from testigo.ballot import Ballot
from testigo.election import Definition, check_definition, load
from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage
from testigo.rehearsal import FolderFingers, SyntheticFingers, cut_out
from testigo.rehearsal.incidents import IMPOSTOR, INCIDENTS, ORDINARY, SECOND_NUMBER, UNFOUND_NUMBER
from testigo.rehearsal.photographs import photograph
from testigo.rehearsal.population import make_population


@pytest.fixture(scope="module")
def republic(project_root: Path) -> Definition:
    """The example of a whole country."""
    return load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")


@pytest.mark.parametrize(("stations", "voters"), [(1, 1), (1, 7), (3, 60), (3, 4), (57, 57), (24, 500)])
def test_what_is_cut_out_is_a_whole_election(republic: Definition, stations: int, voters: int) -> None:
    cut = cut_out(republic, stations, voters)
    assert [error for error in check_definition(cut) if not error.warning] == []
    assert len(cut.stations) == stations
    assert sum(station.register_size for station in cut.stations) == voters
    assert all(cut.stations_of_contest(contest) for contest in cut.contests)
    assert all(station.register_size * cut.rules.release_cap_percent >= 100 for station in cut.stations)


@pytest.mark.parametrize(
    ("stations", "voters", "spanish"),
    [
        (0, 5, "se piden 0 mesas y la definición tiene 57; cambie --stations."),
        (58, 100, "se piden 58 mesas y la definición tiene 57; cambie --stations."),
        (3, 1, "1 votante para 3 mesas; dé a cada mesa un votante o más."),
    ],
)
def test_too_few_or_too_many_are_refused(republic: Definition, stations: int, voters: int, spanish: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        cut_out(republic, stations, voters)
    assert caught.value.text("es") == spanish


def test_people_want_valid_ballots_and_every_incident_happens(republic: Definition) -> None:
    cut = cut_out(republic, 3, 60)
    population = make_population(cut, random.Random(7))
    assert len({person.document for person in population.people}) == 60
    for person in population.people:
        assert Ballot.mark(cut, person.style, person.wishes).choices == person.wishes
    for station in cut.stations:
        visits = population.visits[station.id]
        assert {visit.incident for visit in visits} == set(INCIDENTS) - {UNFOUND_NUMBER}
        impostor = next(visit for visit in visits if visit.incident is IMPOSTOR)
        assert impostor.finger_of.finger != impostor.person.finger
        assert impostor.finger_of.station == impostor.person.station == station.id
        own_visit = next((visit for visit in visits if visit.incident is ORDINARY), None)
        assert own_visit is not None and own_visit.finger_of is own_visit.person
        lost = next(visit for visit in visits if visit.incident.right == "other-station")
        assert lost.person.station != station.id


def test_people_choose_candidates_of_open_lists() -> None:
    definition = open_lists(stations=2)
    people = make_population(definition, random.Random(4)).people
    wished = [Ballot.mark(definition, person.style, person.wishes).choices["council"] for person in people]
    assert {len(chosen) for chosen in wished} >= {1, 2, 3}


def test_second_numbers_are_other_peoples_fingers_and_nobody_elses_part(republic: Definition) -> None:
    for seed in range(20):
        population = make_population(cut_out(republic, 3, 60), random.Random(seed))
        people = {person.document: person for person in population.people}
        seconds = population.second_numbers
        assert len(seconds) == 3
        for person in seconds:
            first = people[person.first_document]
            assert first.finger == person.finger and first.first_document == ""
            assert first.station != person.station
        assert len({person.first_document for person in seconds}) == 3
        honest = [person.finger for person in population.people if not person.first_document]
        assert len(set(honest)) == len(honest)
        for visit in (visit for visits in population.visits.values() for visit in visits):
            assert (visit.incident is SECOND_NUMBER) == (visit.person.first_document != "")
            assert visit.finger_of.first_document == visit.person.first_document


def test_a_second_number_that_nobody_found_comes_to_vote(republic: Definition) -> None:
    population = make_population(cut_out(republic, 3, 60), random.Random(7))
    missed = population.second_numbers[0]
    population.not_found(missed)
    incidents = [v.incident for visits in population.visits.values() for v in visits if v.person is missed]
    assert incidents == [UNFOUND_NUMBER]


@pytest.mark.parametrize("voters", range(2, 12))
def test_small_stations_have_the_incidents_that_fit(republic: Definition, voters: int) -> None:
    """Nobody is cast twice, and an ordinary voter always remains."""
    population = make_population(cut_out(republic, 2, voters), random.Random(voters))
    for visits in population.visits.values():
        own = [visit.person.document for visit in visits if visit.finger_of is visit.person and not visit.incident.last]
        assert len(set(own)) == len(own)
        assert any(visit.incident is ORDINARY for visit in visits)


def test_the_same_seed_has_the_same_people(republic: Definition) -> None:
    cut = cut_out(republic, 2, 20)
    assert make_population(cut, random.Random(3)) == make_population(cut, random.Random(3))
    assert make_population(cut, random.Random(3)) != make_population(cut, random.Random(4))


def test_synthetic_fingers_differ_between_enrolment_and_desk() -> None:
    fingers = SyntheticFingers(1)
    enrolled = [
        image for enrolment in (0, 1) for attempt in (0, 1) for _, image in fingers.for_enrolment(0, enrolment, attempt)
    ]
    desk = [fingers.at_the_desk(0, attempt)[1] for attempt in range(4)]
    assert len({*enrolled, *desk}) == 12
    assert all(FingerImage.read(image).dpi == 500 for image in desk)


def test_folder_fingers_keep_enrolment_and_desk_apart(shared_data: Path) -> None:
    fingers = FolderFingers(shared_data / "fingerprints" / "fvc2002-db1-b")
    assert fingers.persons == 10
    folder = shared_data / "fingerprints" / "fvc2002-db1-b"
    for enrolment, numbers in ((0, (1, 2)), (1, (3, 4))):
        images = [image for _, image in fingers.for_enrolment(4, enrolment)]
        assert images == [(folder / f"105_{number}.tif").read_bytes() for number in numbers]
    desk = {fingers.at_the_desk(4, attempt)[0] for attempt in range(6)}
    assert desk == {f"105_{number}.tif" for number in range(3, 9)}


def test_a_folder_without_fingers_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such folder"):
        FolderFingers(tmp_path / "absent")
    (tmp_path / "note.txt").write_text("no image")
    with pytest.raises(InvalidInput, match="FINGER_IMPRESSION"):
        FolderFingers(tmp_path)


def test_a_photograph_is_a_jpeg_of_the_whole_slip() -> None:
    import io

    from PIL import Image

    slip = Image.new("L", (576, 900), 255)
    file = io.BytesIO()
    slip.save(file, "PNG")
    seen = Image.open(io.BytesIO(photograph(file.getvalue(), np.random.default_rng(1))))
    assert seen.format == "JPEG" and seen.width > 1152 and seen.height > 1800
