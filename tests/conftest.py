"""What every test may ask for."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


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
