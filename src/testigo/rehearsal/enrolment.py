"""Everybody is enrolled: a voters' file is imported, and each person's fingers are taken at the enrolment desk, over
HTTP.
"""

import csv
import io
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from testigo import storage
from testigo.register import Position
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.people import Person, Population
from testigo.screens.officers import Officers
from testigo.screens.visitor import Visitor

OFFICER = "officer"


def write_voters(population: Population, file: Path) -> Path:
    """The voters' file, as a civil registry would hand it over."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("document", "name", "station", "roll"))
    writer.writerows((person.document, person.name, person.station, person.roll) for person in population.people)
    storage.write(file, text.getvalue().encode())
    return file


def make_officer(folder: Path) -> str:
    """Admit the rehearsal's officer, with a PIN of the moment; returns the PIN."""
    pin = "".join(secrets.choice("0123456789") for _ in range(8))
    Officers(folder).set_pin(OFFICER, pin)
    return pin


def enrol_everybody(
    desks: list[str], pin: str, people: list[Person], fingers: Fingers, advance: Callable[[], None]
) -> list[str]:
    """Take everybody's fingers, shared among desks at these addresses; returns what went otherwise, in words."""
    with ThreadPoolExecutor(len(desks)) as officers:
        done = [
            officers.submit(_enrol_share, address, pin, people[place :: len(desks)], fingers, advance)
            for place, address in enumerate(desks)
        ]
        return [words for share in done for words in share.result()]


def _enrol_share(
    address: str, pin: str, people: list[Person], fingers: Fingers, advance: Callable[[], None]
) -> list[str]:
    wrong = []
    with Visitor(address) as desk:
        desk.get("/pin")
        desk.send("/pin", officer=OFFICER, pin=pin)
        for person in people:
            desk.send("/find", document=person.document)
            page = desk.send("/enrol", files=_files(fingers, person))
            if page.facts.get("poor") == "yes":
                page = desk.send("/accept", because="the best this finger gives")
            if page.facts.get("enrolled") != "yes":
                wrong.append(f"{person.document} was not enrolled: {page.name} {page.sentence}")
            elif page.facts.get("duplicates") not in ("", "0"):
                wrong.append(f"{person.document} was taken for a duplicate")
            advance()
    return wrong


def _files(fingers: Fingers, person: Person) -> dict[str, list[bytes]]:
    """The form's files by finger position; several impressions of one finger are several files."""
    files: dict[str, list[bytes]] = {}
    for name, _, image in fingers.for_enrolment(person.finger):
        files.setdefault(f"finger-{Position.named(name).value}", []).append(image)
    return files
