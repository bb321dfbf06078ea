"""The officer at real enrolment desks: double enrolments are ruled the same person, likenesses are not."""

import contextlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testigo.election import Definition, load
from testigo.fingerprint import synthetic
from testigo.rehearsal import Rehearsal, SyntheticFingers, cut_out, prepare
from testigo.rehearsal.fingers import wear_off
from testigo.rehearsal.incidents import UNFOUND_NUMBER
from testigo.rehearsal.people import Person
from testigo.rehearsal.population import make_population

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 5


class NoBar:
    """Draws nothing."""

    def advance(self, steps: int = 1) -> None:
        """Nothing."""


@contextlib.contextmanager
def quiet(_title: str, _total: int) -> Iterator[NoBar]:
    """A progress bar for nobody."""
    yield NoBar()


@pytest.fixture
def definition(project_root: Path) -> Definition:
    """One station with five voters."""
    return cut_out(load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml"), 1, 5)


@pytest.fixture
def people(definition: Definition) -> list[Person]:
    """The people that this seed always has: the one with a second number last."""
    return sorted(make_population(definition, random.Random(SEED)).people, key=lambda person: person.first_document)


Enrol = Callable[[SyntheticFingers], Rehearsal]


@pytest.fixture
def enrol(definition: Definition, tmp_path: Path) -> Enrol:
    """Set up with these fingers, over real pages of real processes."""
    return lambda fingers: prepare(definition, fingers, SEED, tmp_path / "out", quiet)


class Twins(SyntheticFingers):
    """Fingers of which two persons have the same, and one is badly taken at first."""

    def __init__(self, twins: tuple[int, int], badly: int) -> None:
        super().__init__(SEED)
        self._twins, self._badly = twins, badly

    def for_enrolment(self, person: int, enrolment: int = 0, attempt: int = 0) -> list[tuple[str, bytes]]:
        """Every twin's touch is one of the elder's fingers, and none is like another."""
        if person == self._twins[1]:
            return super().for_enrolment(self._twins[0], 3, attempt)
        taken = super().for_enrolment(person, enrolment, attempt)
        return [(name, wear_off(image)) for name, image in taken] if person == self._badly and not attempt else taken


def test_a_second_number_is_barred_and_twins_are_not(enrol: Enrol, people: list[Person]) -> None:
    *honest, second = people
    first = next(person for person in honest if person.document == second.first_document)
    others = [person for person in honest if person is not first]
    rehearsal = enrol(Twins((others[0].finger, others[1].finger), badly=others[2].finger))
    notes = rehearsal.enrolment
    assert (rehearsal.surprises, rehearsal.chances, notes.missed) == ([], [], [])
    ruled = {frozenset((case.earlier, case.later)): case.same for case in notes.settled}
    assert ruled == {
        frozenset((first.document, second.document)): True,
        frozenset((others[0].document, others[1].document)): False,
    }
    assert notes.taken_again == 1 and notes.false_cases == 1
    assert {one.good_fingers for one in notes.completed} == {2}


class UnrelatedFingers(SyntheticFingers):
    """Who enrols a second time does so with other fingers, `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(SEED)
        self._count = count

    def for_enrolment(self, person: int, enrolment: int = 0, attempt: int = 0) -> list[tuple[str, bytes]]:
        """As the generator gives them at a first enrolment."""
        if not enrolment:
            return super().for_enrolment(person, enrolment, attempt)
        names = ("right-index", "right-thumb")[: self._count]
        return [(name, synthetic.Finger(91 + place).impression(0).to_png()) for place, name in enumerate(names)]


@pytest.mark.parametrize("count", [1, 2])
def test_a_second_number_that_is_not_found_breaks_a_promise_where_two_fingers_tell(
    enrol: Enrol, people: list[Person], count: int
) -> None:
    second = people[-1]
    rehearsal = enrol(UnrelatedFingers(count))
    assert [person.document for person in rehearsal.enrolment.missed] == [second.document]
    told, silent = (rehearsal.surprises, rehearsal.chances)[:: 1 if count == 2 else -1]
    assert len(told) == 1 and second.document in told[0] and silent == []
    visits = rehearsal.population.visits[second.station]
    assert [visit.incident for visit in visits if visit.person.document == second.document] == [UNFOUND_NUMBER]
