"""What the tests of staff share: a quick hash, an authority, and the machines of a station."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from staffed_station import Authority, listed
from testigo.staff import pins
from testigo.staff.machine import Staff


@pytest.fixture(autouse=True)
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its cheapest: what is tested here is not its strength."""
    monkeypatch.setattr(pins, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def chair(tmp_path: Path, authority: Authority) -> tuple[Staff, dict[str, str]]:
    return listed(tmp_path / "chair", authority, "chair")


@pytest.fixture
def check_in(tmp_path: Path, authority: Authority) -> tuple[Staff, dict[str, str]]:
    return listed(tmp_path / "check-in", authority, "check-in")
