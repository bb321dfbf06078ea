"""Small records to read, damage and continue."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testigo.keys import SigningKey
from testigo.record import Log, Statement

ELECTION = "e" * 64
ORIGIN = "example.org/elections/2026"


def make_statement(number: int, type_: str = "tally-sheet") -> Statement:
    return Statement(type_, ELECTION, f"station-{number}", "2026-11-21T10:00:00Z", {"number": number})


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """No test here can see whether bytes reached the platter, and thousands of flushes only make them slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def root() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def log_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def envelope(root: SigningKey) -> Callable[[int], bytes]:
    """The same number gives the same envelope."""
    return lambda number: make_statement(number).sign(root)


@pytest.fixture
def new_log(tmp_path: Path, root: SigningKey, log_key: SigningKey) -> Log:
    return Log.create(tmp_path / "public", ORIGIN, log_key, root_key=root.public)


@pytest.fixture
def make_record(
    tmp_path: Path, root: SigningKey, log_key: SigningKey, envelope: Callable[[int], bytes]
) -> Callable[..., Path]:
    """Publish a record of so many statements and return its folder."""

    def make(size: int, name: str = "public") -> Path:
        log = Log.create(tmp_path / name, ORIGIN, log_key, root_key=root.public)
        for number in range(size):
            log.append(envelope(number))
        log.publish()
        return tmp_path / name

    return make
