"""The simulated people of a rehearsal: who they are, what happens to them, what they want to vote.

Everything is drawn from one seeded generator, so a rehearsal with the same seed has the same people and wishes. (What
must be unpredictable in an election, cards, slots, slip numbers, keys, is drawn by the real code and is never seeded.)
"""

import enum
import random
from dataclasses import dataclass, field

from testigo.election import GENERAL_ROLL, BallotStyle, Definition

_GIVEN = (
    "Ana Beatriz Camila Carmen Daniela Elena Gabriela Inés Isabel Josefina Julia Lucía Luisa Magdalena Mariana "
    "Marta Mercedes Natalia Paola Rosa Sofía Teresa Valentina Yolanda Alberto Andrés Arturo Carlos César Diego "
    "Eduardo Emilio Félix Francisco Gustavo Héctor Ignacio Javier Joaquín Jorge Leonardo Luis Manuel Mateo Miguel "
    "Óscar Pablo Ramón Ricardo Rubén Santiago Simón Tomás Vicente "
).split()
_FAMILY = (
    "Acosta Aguilar Alvarado Arias Benítez Bermúdez Blanco Cabrera Cárdenas Castillo Colmenares Contreras Delgado "
    "Díaz Escalona Espinoza Figueroa Flores Fuentes Gallardo García Guerra Gutiérrez Hernández Herrera Ibarra "
    "Jiménez Lara León Linares López Maldonado Márquez Medina Mendoza Molina Montilla Morales Navarro Núñez Ochoa "
    "Ojeda Ortega Palacios Paredes Peña Pérez Quintero Ramos Rangel Rincón Rivas Rojas Romero Rosales Salazar "
    "Salcedo Silva Sosa Suárez Tovar Urdaneta Vargas Velásquez Vera Villalobos Zambrano Zerpa "
).split()

_LARGE_REGISTER = 8


class Incident(enum.Enum):
    """What is unusual about one person's visit; each leads to an outcome that must be the right one."""

    NONE = "an ordinary voter"
    IMPOSTOR = "an impostor with the document of another voter"
    WRONG_STATION = "a voter at the wrong station"
    TWICE = "a voter who comes a second time"
    SPOILS = "a voter who finds the printed vote wrong"
    WORN_FINGER = "a voter whose finger never matches, released by the chair"
    POWER_CUT = "a power cut while the vote is deposited"


@dataclass
class Person:
    """One simulated voter. `finger`: which finger images are this person's. `wishes`: contest → option ids."""

    document: str
    name: str
    station: str
    roll: str
    finger: int
    style: BallotStyle
    wishes: dict[str, tuple[str, ...]]
    incident: Incident = Incident.NONE


@dataclass(frozen=True)
class Visit:
    """One arrival at a station's door. An impostor's visit uses `person`'s document with the finger of `finger_of`."""

    person: Person
    station: str
    incident: Incident
    finger_of: Person


@dataclass
class Population:
    """Everybody, and the visits of each station in the order of arrival."""

    people: list[Person]
    visits: dict[str, list[Visit]] = field(default_factory=dict)


def make_population(definition: Definition, generator: random.Random, turnout: float = 0.9) -> Population:
    """As many people as the stations' registers hold, with their wishes, and the visits of the day.

    With at least four voters a station, every kind of incident happens; wrong stations need two stations. Where
    registers are small, only the first station has a worn finger: the others' voters tell how well fingers match.
    """
    weights = _Weights(definition, generator)
    people: list[Person] = []
    for station in definition.stations:
        rolls = [roll for roll, size in station.roll_sizes.items() for _ in range(size)]
        rolls += [GENERAL_ROLL] * (station.register_size - len(rolls))
        for roll in rolls:
            style = definition.style(station.district, roll)
            wishes = {contest_id: weights.wish(contest_id) for contest_id in style.contests}
            document, name = _document(len(people), generator), _name(generator)
            people.append(Person(document, name, station.id, roll, len(people), style, wishes))
    population = Population(people)
    for place, station in enumerate(definition.stations):
        troubles = [Incident.POWER_CUT, Incident.SPOILS]
        if place == 0 or station.register_size >= _LARGE_REGISTER:
            troubles.append(Incident.WORN_FINGER)
        population.visits[station.id] = _visits_of(station.id, people, generator, turnout, troubles)
    return population


def _visits_of(
    station_id: str, people: list[Person], generator: random.Random, turnout: float, troubles: list[Incident]
) -> list[Visit]:
    own = [person for person in people if person.station == station_id]
    others = [person for person in people if person.station != station_id]
    coming = generator.sample(own, max(1, round(len(own) * turnout)))
    for person, trouble in zip(coming[1:], troubles, strict=False):
        person.incident = trouble
    visits = [Visit(person, station_id, person.incident, person) for person in coming]
    visits += _impostors(station_id, own, generator)
    if others:
        lost = generator.choice(others)
        visits.append(Visit(lost, station_id, Incident.WRONG_STATION, lost))
    generator.shuffle(visits)
    _let_impostors_come_first(visits)
    again = generator.choice([visit.person for visit in visits if visit.incident is Incident.NONE] or coming)
    return [*visits, Visit(again, station_id, Incident.TWICE, again)]


def _impostors(station_id: str, own: list[Person], generator: random.Random) -> list[Visit]:
    """One in five documents, and at least one, is tried by somebody with another finger."""
    if len(own) < 2:
        return []
    victims = generator.sample(own, max(1, len(own) // 5))
    thieves = [generator.choice([person for person in own if person is not victim]) for victim in victims]
    return [Visit(victim, station_id, Incident.IMPOSTOR, thief) for victim, thief in zip(victims, thieves, strict=True)]


def _let_impostors_come_first(visits: list[Visit]) -> None:
    """Whoever comes after the real voter is turned away without a look at the finger; so an impostor comes before."""
    for place, visit in enumerate(visits):
        if visit.incident is Incident.IMPOSTOR:
            for earlier in range(place):
                if visits[earlier].person is visit.person:
                    visits[earlier], visits[place] = visit, visits[earlier]
                    break


def _document(number: int, generator: random.Random) -> str:
    return f"{10_000_000 + number * 137 + generator.randrange(137)}"


def _name(generator: random.Random) -> str:
    return f"{generator.choice(_GIVEN)} {generator.choice(_FAMILY)} {generator.choice(_FAMILY)}"


class _Weights:
    """How popular each option is, so that results look like an election's and not like noise."""

    def __init__(self, definition: Definition, generator: random.Random) -> None:
        self._definition = definition
        self._generator = generator
        parties = {party.id: generator.expovariate(1.0) + 0.05 for party in definition.parties}
        self._weights = {
            contest.id: [parties.get(option.party, 0.4) * generator.uniform(0.6, 1.4) for option in contest.options]
            for contest in definition.contests
        }

    def wish(self, contest_id: str) -> tuple[str, ...]:
        """One voter's choices: now and then blank, and often fewer than allowed."""
        contest = self._definition.contest(contest_id)
        if self._generator.random() < 0.05:
            return ()
        wanted = 1 if contest.choose == 1 else self._generator.randint(1, contest.choose)
        ids = [option.id for option in contest.options]
        weights = list(self._weights[contest_id])
        chosen: list[str] = []
        while len(chosen) < min(wanted, len(ids)):
            option_id = self._generator.choices(ids, weights)[0]
            weights[ids.index(option_id)] = 0.0
            chosen.append(option_id)
        return tuple(option.id for option in contest.options if option.id in chosen)
