"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from testigo import words

PROJECT = Path(__file__).resolve().parent.parent

os.environ |= {"LC_ALL": "C.UTF-8"}  # sentences are compared in English, whatever the terminal of who tests speaks
os.environ.pop("TESTIGO_LANGUAGE", None)

settings.register_profile("busy", deadline=None)  # no test fails because the machine has much else to do
settings.load_profile("busy")


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


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Commands choose the language of their process, which is that of all tests here: each test begins in English."""
    words.set_language("en")
    yield
    words.set_language("en")
