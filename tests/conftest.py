"""What every test may ask for."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from testigo import words
from testigo.register import changes, erasure
from testigo.staff import pins
from testigo.station.machine.hours import StationHours

PROJECT = Path(__file__).resolve().parent.parent

os.environ |= {"LC_ALL": "C.UTF-8"}  # sentences are compared in English, whatever the terminal of who tests speaks
os.environ.pop("TESTIGO_LANGUAGE", None)

settings.register_profile("busy", deadline=None)  # no test fails because the machine has much else to do
settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a long one that begins last keeps one process busy while the others wait."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference data (`TESTIGO_DATA`, else `../shared/data`); the test is skipped where it is absent."""
    folder = Path(os.environ.get("TESTIGO_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set TESTIGO_DATA to the folder that holds it")
    return folder


class _LongBefore(date):
    """A day that is not the election's, whenever the tests are run."""

    @classmethod
    def today(cls) -> date:
        return date(2020, 1, 1)


_HOURS = {name: vars(StationHours)[name] for name in ("outside", "before_closing")}


@pytest.fixture(scope="session", autouse=True)
def quick_hash() -> Iterator[PasswordHasher]:
    """PINs are hashed here by Argon2id at its cheapest; the value is what hashes them everywhere else."""
    with pytest.MonkeyPatch.context() as patch:
        strong = pins._hasher
        patch.setattr(pins, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield strong


@pytest.fixture(scope="session", autouse=True)
def any_hour() -> Iterator[None]:
    """Days are held here at any hour of any day, and registers change as before the election; `by_the_clock` gives a
    test the hours back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StationHours, "outside", None)
        patch.setattr(StationHours, "before_closing", False)
        for module in (changes, erasure):
            patch.setattr(module, "date", _LongBefore)
        yield


@pytest.fixture
def by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the hours of voting themselves."""
    for name, judged in _HOURS.items():
        monkeypatch.setattr(StationHours, name, judged)


@pytest.fixture(scope="module", autouse=True)
def own_languages() -> Iterator[None]:
    """A catalogue of an election's own stays in its process: what a file of tests has added ends with it."""
    yield
    words.forget_added()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Commands choose the language of their process, which is that of all tests here: each test begins in English."""
    words.set_language("en")
    yield
    words.set_language("en")
