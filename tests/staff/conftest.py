"""What the tests of staff share: an authority, and the machines of a station."""

from pathlib import Path

import pytest

from staffed_station import Authority, listed
from testigo.staff.machine import Staff


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def chair(tmp_path: Path, authority: Authority) -> tuple[Staff, dict[str, str]]:
    return listed(tmp_path / "chair", authority, "chair")


@pytest.fixture
def check_in(tmp_path: Path, authority: Authority) -> tuple[Staff, dict[str, str]]:
    return listed(tmp_path / "check-in", authority, "check-in")
