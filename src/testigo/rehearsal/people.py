"""The simulated people of a rehearsal: who they are and what they want to vote.

Everything is drawn from one seeded generator, so a rehearsal with the same seed has the same people and wishes. (What
must be unpredictable in an election, cards, slots, slip numbers, keys, is drawn by the real code and is never seeded.)
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from testigo.election import GENERAL_ROLL, BallotStyle, Contest, Definition
from testigo.register.made_up_names import made_up_name


@dataclass
class Person:
    """One entry of the voters' file. `finger`: which finger images are this person's. `wishes`: contest → option ids.

    `first_document`: the document number under which the same person is enrolled already; "" for everybody honest.
    `fingers_taken`: whether enrolment takes any.
    """

    document: str
    name: str
    station: str
    roll: str
    finger: int
    style: BallotStyle
    wishes: dict[str, tuple[str, ...]]
    first_document: str = ""
    fingers_taken: bool = True


def make_people(
    definition: Definition, generator: random.Random, second_numbers: Callable[[int, int], int]
) -> list[Person]:
    """As many people as the stations' registers hold, with their wishes.

    `second_numbers(voters, place)`: how many entries of a station with so many voters, the `place`-th, belong to a
    person who stands in the register already under another number; of another station, where there is one.
    """
    weights = _Weights(definition, generator)
    people: list[Person] = []
    for station in definition.stations:
        rolls = [roll for roll, size in station.roll_sizes.items() for _ in range(size)]
        rolls += [GENERAL_ROLL] * (station.register_size - len(rolls))
        for roll in rolls:
            style = definition.style(station.district, roll)
            wishes = {contest_id: weights.wish(contest_id) for contest_id in style.contests}
            document, name = _document(len(people), generator), made_up_name(generator)
            people.append(Person(document, name, station.id, roll, len(people), style, wishes))
    for place, station in enumerate(definition.stations):
        for _ in range(second_numbers(station.register_size, place)):
            _give_second_number(station.id, people, generator)
    return people


def _give_second_number(station_id: str, people: list[Person], generator: random.Random) -> None:
    taken = {person.first_document for person in people}
    honest = [person for person in people if not person.first_document and person.document not in taken]
    second = generator.choice([person for person in honest if person.station == station_id])
    others = [person for person in honest if person.station != station_id]
    first = generator.choice(others or [person for person in honest if person is not second])
    second.first_document, second.finger = first.document, first.finger


def _document(number: int, generator: random.Random) -> str:
    return f"{10_000_000 + number * 137 + generator.randrange(137)}"


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
        options = tuple(option.id for option in contest.options if option.id in chosen)
        return options if contest.preferences is None else (*options, *self._preferences(contest, options[0]))

    def _preferences(self, contest: Contest, option: str) -> tuple[str, ...]:
        """None to as many as are allowed of a list's candidates; the first ones are the best known."""
        names = contest.option(option).preferences
        most = min(contest.preferences.most if contest.preferences is not None else 0, len(names))
        weights = [1 / (place + 1) for place in range(len(names))]
        drawn = self._generator.choices(names, weights, k=self._generator.randint(0, most)) if names else []
        return tuple(name for name in names if name in drawn)
