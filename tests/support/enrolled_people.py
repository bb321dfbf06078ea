"""A register filled with people whose fingers are synthetic templates: by the hundred, in a second."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from sqlalchemy import select

from testigo.fingerprint import FingerImage, Position, Template
from testigo.fingerprint.synthetic import TemplateFinger
from testigo.register import Register, enrolment
from testigo.register.tables import changing, voters

Finger = tuple[Position, Template]
INDEXES = (Position.RIGHT_INDEX, Position.LEFT_INDEX)
_GREY = FingerImage(np.full((64, 64), 200, np.uint8))


@cache
def press(seed: int, impression: int = 0, difficulty: float = 0.3) -> Template:
    """An impression of somebody's finger; the same seed is the same finger."""
    return TemplateFinger(seed).impression(impression, difficulty)


def both_indexes(person: int, impression: int = 0) -> list[Finger]:
    """The right and left index finger of a person."""
    return [(position, press(2 * person + hand, impression)) for hand, position in enumerate(INDEXES)]


def document(number: int) -> str:
    return f"V{100_000 + number}"


def enrol_people(
    register: Register, station: str, folder: Path, people: Sequence[Sequence[Finger]], first: int = 0
) -> None:
    """Import one voter for each of `people`, `document(first)` and up, and keep their fingers, the first ones the best.

    What the desk does, except for image, extraction and search.
    """
    rows = (f"{document(first + number)},Nombre Apellido,{station}" for number in range(len(people)))
    file = folder / "people.csv"
    file.write_text("\n".join(["document,name,station", *rows]))
    register.import_voters(file)
    with changing(register._engine) as connection:
        for number, fingers in enumerate(people, start=first):
            voter = connection.scalar(select(voters.c.id).where(voters.c.document == document(number)))
            taken = [
                enrolment.ExtractedPrint(place, position, _GREY, template, 90 - place)
                for place, (position, template) in enumerate(fingers, start=1)
            ]
            enrolment.keep(connection, voter or 0, document(number), taken, "Oficial", "", register._key)
