"""Everybody is enrolled at enrolment desks, over HTTP; then an officer settles the likely duplicates.

First come all who are honest, shared among the desks; later those who are in the register already and try it again
under another number. Each of these must be found and ruled the same person. What must not depend on chance does not:
with two fingers of judged quality a second enrolment stays unfound less often than once in ten thousand rehearsals
(`benchmarks/double_enrolments.py`), so that is a broken promise; with fewer it is told as what it is. A false case, one
that joins two different people, is expected once in a hundred enrolments, and costs an officer's look.
"""

import csv
import io
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from testigo import storage
from testigo.errors import TestigoError
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.officer import OFFICER, CompletedEnrolment, Officer, Settled, Sight
from testigo.rehearsal.people import Person
from testigo.rehearsal.population import Population
from testigo.staff.desk import open_desk
from testigo.web.browser import Browser

_FINGERS_THAT_TELL = 2


@dataclass
class EnrolmentNotes:
    """What happened at the desks. `missed`: second numbers that no case found."""

    completed: list[CompletedEnrolment] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    missed: list[Person] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    chances: list[str] = field(default_factory=list)

    @property
    def false_cases(self) -> int:
        """Cases that join two different people."""
        return sum(not case.same for case in self.settled)

    @property
    def taken_again(self) -> int:
        """Enrolments for which poor fingers had to be taken more than once."""
        return sum(one.attempts > 1 for one in self.completed)


def write_voters(population: Population, file: Path) -> Path:
    """The voters' file, as a civil registry would hand it over."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("document", "name", "station", "roll"))
    writer.writerows((person.document, person.name, person.station, person.roll) for person in population.people)
    storage.write(file, text.getvalue().encode())
    return file


def make_officer(folder: Path) -> str:
    """Admit the rehearsal's officer, with a PIN of the moment; returns the PIN. Its digits differ, so that it is never
    too simple.
    """
    pin = "".join(secrets.SystemRandom().sample("0123456789", 8))
    open_desk(folder).set_pin(OFFICER, pin)
    return pin


class EnrolmentDesks:
    """Desks at these addresses, working on one register."""

    def __init__(self, addresses: list[str], pin: str, fingers: Fingers, advance: Callable[[], None]) -> None:
        self.notes = EnrolmentNotes()
        self._addresses = addresses
        self._pin = pin
        self._fingers = fingers
        self._advance = advance
        self._sight = Sight()

    def enrol(self, population: Population) -> EnrolmentNotes:
        """Enrol everybody, settle every case, and see what the register makes of it."""
        seconds = population.second_numbers
        self._share([one for one in population.people if not one.first_document and one.fingers_taken])
        self._share(seconds)
        with Browser(self._addresses[0]) as desk:
            officer = Officer(desk, self._pin, self._fingers, self._sight)
            self.notes.settled += officer.settle_cases()
            self._check_rulings(officer, seconds)
        return self.notes

    def _share(self, people: list[Person]) -> None:
        desks = len(self._addresses)
        with ThreadPoolExecutor(desks) as officers:
            shares = [
                officers.submit(self._enrol_share, address, people[place::desks])
                for place, address in enumerate(self._addresses)
            ]
            for share in shares:
                share.result()

    def _enrol_share(self, address: str, people: list[Person]) -> None:
        with Browser(address) as desk:
            officer = Officer(desk, self._pin, self._fingers, self._sight)
            for person in people:
                try:
                    self.notes.completed.append(officer.enrol(person))
                except TestigoError as error:
                    self.notes.surprises.append(f"{person.document} was not enrolled: {error}")
                self._advance()

    def _check_rulings(self, officer: Officer, seconds: list[Person]) -> None:
        """Found or not; and *same* bars the second number, and nobody else."""
        found = {(case.earlier, case.later) for case in self.notes.settled if case.same}
        good = {one.person.document: one.good_fingers for one in self.notes.completed}
        for person in seconds:
            pair = (person.first_document, person.document)
            if pair not in found:
                self._miss(person, min(good.get(document, 0) for document in pair))
            elif not officer.is_barred(person.document) or officer.is_barred(person.first_document):
                self.notes.surprises.append(f"{person.document}: the ruling does not bar the second number alone")
        if officer.count_barred() != len(found):
            self.notes.surprises.append("the rulings bar others than the second numbers")

    def _miss(self, person: Person, good_fingers: int) -> None:
        self.notes.missed.append(person)
        words = f"{person.document} is a second number of {person.first_document}, and no case says so"
        if good_fingers >= _FINGERS_THAT_TELL:
            self.notes.surprises.append(words)
        else:
            self.notes.chances.append(f"{words}: {good_fingers} fingers of judged quality, two are needed to be sure")
