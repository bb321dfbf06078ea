"""A training day held once through its pages, and the real election beside it, which must take nothing of it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from in_chromium import chromium
from polling_place import Root
from testigo.election import Definition
from testigo.station.machine.hours import StationHours
from testigo.training import Training, make_training, training_of
from training_day import ELECTION, TrainingDay, start

__all__ = ["chromium"]

VOTERS = 5


@pytest.fixture(scope="session")
def training_definition() -> Definition:
    """Of the station s1."""
    return training_of(ELECTION, "s1", VOTERS, date.today())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """A training as `testigo station train` sets it up; only to be copied."""
    return make_training(ELECTION, "s1", VOTERS, tmp_path_factory.mktemp("made") / "training")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, Path]:
    """The election's authority, and the same station installed for the election; only to be copied."""
    root, folder = Root(ELECTION), tmp_path_factory.mktemp("real") / "s1"
    root.install(folder, "s1")
    return root, folder


@pytest.fixture(scope="session")
def any_hour_of_the_session() -> Iterator[None]:
    """As `any_hour`, which begins too late for a day that is held once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StationHours, "outside", None)
        patch.setattr(StationHours, "before_closing", False)
        yield


@pytest.fixture(scope="session")
def day(made: Training, any_hour_of_the_session: None, tmp_path_factory: pytest.TempPathFactory) -> TrainingDay:
    """A whole day: two voters, one of whom spoils a paper; closed, sent, and its machines stopped."""
    day = start(made, tmp_path_factory.mktemp("day") / "training")
    try:
        day.open()
        with day.sign_in(day.place.desk_address, "check-in", "clerk") as clerk:
            for number, voter in enumerate(made.voters[:2]):
                assert day.check_in(clerk, voter.document).name == "matched"
                day.see(clerk, "/card")
                day.vote(day.cards[number], spoil=number == 1)
        day.close()
    finally:
        day.place.stop()
    return day
