"""Elections and slips for the tests of the rooms ballot, slip and slip_reader."""

import importlib.util
import io
import itertools
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from testigo import election
from testigo.ballot import Ballot
from testigo.ballot.check_character import ALPHABET, check_character
from testigo.election import Contest, Definition, District, Option, Party, Station
from testigo.slip import Slip

SPANISH_AND_ENGLISH = ("es", "en")


@pytest.fixture(scope="session")
def village() -> Definition:
    """Two stations, a mayor (two candidates differ in one letter and an accent) and a council of up to four."""
    parties = (
        Party("pan", {"es": "Partido Agrario Nacional", "en": "National Agrarian Party"}, "PAN"),
        Party("fpd", {"es": "Frente Popular por la Dignidad y el Trabajo", "en": "Popular Front"}, "FPDT"),
    )
    mayor = (
        Option("fernandez", {"es": "José Luis Fernández"}, "pan"),
        Option("fernandes", {"es": "José Luis Fernandes"}, "pan"),
        Option("ortega", {"es": "Luz Marina Ortega #panic() *x* $y$ \\ <b>"}),
    )
    names = (
        "Pedro Páramo",
        "Remedios Buendía",
        "María Eugenia Alonso de la Concepción",
        "Úrsula Iguarán",
        "Doña Bárbara",
    )
    council = tuple(Option(f"c{place}", {"es": name}, "fpd") for place, name in enumerate(names))
    return Definition(
        id="village",
        title={"es": "Elecciones de Villa Esperanza", "en": "Elections of Villa Esperanza"},
        date="2026-12-06",
        opens="08:00",
        closes="17:00",
        languages=SPANISH_AND_ENGLISH,
        districts=(District("villa", {"es": "Villa Esperanza"}),),
        stations=(Station("v-001", "Escuela, mesa 1", "villa", 300), Station("v-002", "Escuela, mesa 2", "villa", 300)),
        contests=(
            Contest("mayor", "villa", {"es": "Alcaldía", "en": "Mayor"}, "choose-one", mayor),
            Contest("council", "villa", {"es": "Concejo", "en": "Council"}, "choose-up-to", council, seats=4, choose=4),
        ),
        parties=parties,
    )


@pytest.fixture(scope="session")
def municipality(project_root: Path) -> Definition:
    """The example that ships."""
    return election.load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")


@pytest.fixture(scope="session")
def republic(project_root: Path) -> Definition:
    """The larger example that ships."""
    return election.load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")


@pytest.fixture(scope="session")
def paper_damage(project_root: Path) -> ModuleType:
    """The imitated scans and photographs of the benchmarks."""
    return _benchmark(project_root, "paper_damage")


@pytest.fixture(scope="session")
def paper_marks(project_root: Path) -> ModuleType:
    """What people do to slips, as the benchmarks imitate it."""
    return _benchmark(project_root, "paper_marks")


@pytest.fixture(scope="session")
def paper_strokes(project_root: Path, paper_marks: ModuleType) -> ModuleType:
    """The same by pen, way and part; it imports `paper_marks`."""
    return _benchmark(project_root, "paper_strokes")


def _benchmark(project_root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, project_root / "benchmarks" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_slip(village: Definition) -> Callable[..., Slip]:
    """`make_slip(mayor=…, council=…, language=…, station=…)`: a slip of the village, the same in every run."""
    made = itertools.count()

    def make(*, station: str = "v-001", language: str = "es", **choices: tuple[str, ...]) -> Slip:
        ballot = Ballot.mark(village, village.styles_of_station(station)[0], choices)
        return Slip(village, station, ballot, slip_number(next(made)), language)

    return make


def slip_number(seed: int) -> str:
    """A slip number that is the same in every run: what is read at a limit must not depend on a draw."""
    random_part = "".join(random.Random(seed).choices(ALPHABET, k=11))
    whole = random_part + check_character(random_part)
    return "-".join(whole[start : start + 4] for start in (0, 4, 8))


@pytest.fixture(scope="session")
def print_of() -> Callable[[Slip], np.ndarray]:
    """A slip as a grey image, 8 dots a millimetre."""
    return lambda slip: np.asarray(Image.open(io.BytesIO(slip.png())).convert("L")).copy()


def png(image: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a PNG file."""
    return bytes(cv2.imencode(".png", image)[1])


def with_paper(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A slip with a little of the paper around it that it was cut from."""
    return np.pad(image, 30, constant_values=255)
