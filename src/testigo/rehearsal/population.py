"""Everybody of a rehearsal, and the visits of each station's day."""

import random
from dataclasses import dataclass, field

from testigo.election import Definition, Station
from testigo.rehearsal.incidents import INCIDENTS, ORDINARY, SECOND_NUMBER, UNFOUND_NUMBER, Casting, PlannedVisit
from testigo.rehearsal.people import Person, make_people


@dataclass
class Population:
    """Everybody in the voters' file, and the visits of each station in the order of arrival."""

    people: list[Person]
    visits: dict[str, list[PlannedVisit]] = field(default_factory=dict)

    @property
    def second_numbers(self) -> list[Person]:
        """Entries of people who stand in the register under another number too."""
        return [person for person in self.people if person.first_document]

    def not_found(self, person: Person) -> None:
        """The register did not find that this is somebody's second number, so no poll book bars it."""
        for visits in self.visits.values():
            for place, visit in enumerate(visits):
                if visit.person is person and visit.incident is SECOND_NUMBER:
                    visits[place] = PlannedVisit(person, UNFOUND_NUMBER, visit.finger_of)


def make_population(definition: Definition, generator: random.Random, turnout: float = 0.9) -> Population:
    """As many people as the stations' registers hold, with their wishes, and the visits of the day.

    With at least five voters a station, every kind of incident happens at the first; wrong stations need two stations.
    """
    people = make_people(definition, generator, SECOND_NUMBER.how_many)
    population = Population(people)
    for place, station in enumerate(definition.stations):
        population.visits[station.id] = _visits_of(station, place, people, generator, turnout)
    return population


def _visits_of(
    station: Station, place: int, people: list[Person], generator: random.Random, turnout: float
) -> list[PlannedVisit]:
    honest = [person for person in people if not person.first_document]
    own = [person for person in honest if person.station == station.id]
    others = [person for person in honest if person.station != station.id]
    seconds = [person for person in people if person.first_document and person.station == station.id]
    coming = generator.sample(own, max(1, round(len(own) * turnout)))
    firsts = frozenset(person.first_document for person in people)
    casting = Casting(own, others, seconds, coming, generator, firsts)
    cast = [
        visit
        for incident in INCIDENTS
        for _ in range(incident.how_many(station.register_size, place))
        if (visit := incident.who_comes(casting, incident)) is not None
    ]
    visits = [visit for visit in cast if not visit.incident.last]
    visits += [PlannedVisit(person, ORDINARY, person) for person in casting.coming]
    generator.shuffle(visits)
    _let_impostors_come_first(visits)
    return [*visits, *(visit for visit in cast if visit.incident.last)]


def _let_impostors_come_first(visits: list[PlannedVisit]) -> None:
    """Whoever comes after the real voter is turned away without a look at the finger; so an impostor comes before."""
    for place, visit in enumerate(visits):
        if visit.finger_of is not visit.person:
            for earlier in range(place):
                if visits[earlier].person is visit.person:
                    visits[earlier], visits[place] = visit, visits[earlier]
                    break
