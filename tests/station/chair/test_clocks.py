"""Wrong clocks, from the station over the centre's rules to `verify`: noticed, told before signing, and explained."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from testigo import canonical
from testigo.audit import station_deck
from testigo.ballot import ClockNote
from testigo.count import RecordRules
from testigo.election import StationMachine
from testigo.keys import SigningKey
from testigo.record import Finding, Grade, Log, open_package
from testigo.station.chair import clocks
from testigo.station.chair.chair import Chair
from testigo.station.machine.ways import Machine
from testigo.witness import VerificationReport, verify
from whole_station import DEFINITION, InstalledStation

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGES = datetime(2026, 11, 29) - datetime(1970, 1, 1)


class Clocks:
    """What the chair's clock shows, and by how much the others' are wrong."""

    def __init__(self) -> None:
        self.true = datetime(2026, 11, 29, 7, 0, 0)
        self.wrong = {"chair": timedelta(0), "booth": timedelta(0), "check-in": timedelta(0)}
        self.at = "chair"

    def __call__(self) -> str:
        self.true += timedelta(seconds=1)
        return f"{self.true + self.wrong[self.at]:%Y-%m-%dT%H:%M:%SZ}"


class Elsewhere:
    """A machine whose own clock is used while it works."""

    def __init__(self, machine: Machine, role: str, clock: Clocks) -> None:
        self.machine, self.role, self.clock = machine, role, clock

    def order(self, envelope: bytes) -> bytes:
        self.clock.at = self.role
        try:
            return self.machine.order(envelope)
        finally:
            self.clock.at = "chair"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    monkeypatch.setattr("testigo.witness.reading.check_structure", lambda definition: [])
    clock = Clocks()
    for module in ("canonical", *(f"station.machine.{name}" for name in ("order_sender", "order_receiver", "folder"))):
        monkeypatch.setattr(f"testigo.{module}.utc_now", clock, raising=False)
    return clock


@pytest.fixture
def day(place: InstalledStation, clock: Clocks) -> InstalledStation:
    """A station up to its zero report, whose machines have clocks of their own."""
    place.chair.close()
    place.chair = Chair(
        place.folder / "chair",
        booths=[Elsewhere(place.booth, "booth", clock)],
        desks=[Elsewhere(place.check_in, "check-in", clock)],
    )
    place.tested = None
    assert place.chair.runs.run(station_deck(DEFINITION, "s1")[-1:])  # the last part: a whole test takes long
    return place


def record_of(place: InstalledStation, folder: Path) -> Path:
    """The record as the centre takes it in: every statement by its rules. (Texts that this small election lacks in one
    of its languages are not looked at.)"""
    package = open_package(place.chair.send(), lambda claim: place.chair.folder.key.public)
    kept = json.loads((place.folder / "chair" / "machine-keys.json").read_bytes())["statements"]
    admitted = [envelope.encode() for envelope in kept]
    rules, log_key = RecordRules(place.root.key.public), SigningKey.generate()
    log = Log.create(folder, "testigo/test", log_key, root_key=place.root.key.public)
    for envelope in (*place.root.definition_envelopes(), *admitted, *package.envelopes):
        rules.add(envelope)
        log.append(envelope)
    log.publish()
    return folder


def failed(report: VerificationReport) -> list[Finding]:
    """What failed, but for the test before opening, which was a short one."""
    return [one for one in report.failures if one.code != "tested"]


def hold(place: InstalledStation, clock: Clocks, before: Callable[[], None], after: Callable[[], None]) -> None:
    """A day of one voter. `before`, `after`: what happens to the clocks before opening, and after it."""
    codes = place.to_zero_report()
    before()
    clock.true += HOUR
    place.chair.open()
    after()
    place.release("103")
    place.vote(codes[0])
    clock.true += 10 * HOUR
    place.chair.status()


CASES = {
    "a day back after opening": ({}, {"chair": -DAY}, [("chair", "set-back"), ("chair", "differs")]),
    "an hour back after opening, all machines": ({}, dict.fromkeys(("chair", "booth", "check-in"), -11 * HOUR), None),
    "ahead at opening, then right": ({"chair": DAY}, {"chair": timedelta(0)}, [("chair", "set-back")]),
    "in 1970 from the opening on": ({"chair": -AGES}, {}, [("chair", "set-back"), ("chair", "differs")]),
    "the booth a day ahead": ({"booth": DAY}, {}, [("booth", "differs")]),
    "the check-in in 1970": ({"check-in": -AGES}, {}, [("check-in", "differs")]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_clock_is_noticed_told_and_explained(
    day: InstalledStation, clock: Clocks, tmp_path: Path, case: str
) -> None:
    before, after, expected = CASES[case]
    hold(day, clock, lambda: clock.wrong.update(before), lambda: clock.wrong.update(after))
    told = day.chair.clock_notes()
    assert bool(told) == any(kind == "differs" for _, kind in expected or ())
    assert day.chair.close_polls() == ()
    sheet = day.chair.tally_sheet()
    assert sheet is not None and sheet.steps_hold() and len(sheet.steps) == 4
    if expected is not None:
        assert [(note.machine, note.kind) for note in sheet.clocks] == expected
    report = verify(record_of(day, tmp_path / "public"), day.root.key.public)
    assert not failed(report)
    said = [one for one in report.findings if one.code == "order-of-day" and "clock" in one.detail]
    assert said and {one.grade for one in said} == {Grade.EXPLAINED}


def test_right_clocks_leave_no_note(day: InstalledStation, clock: Clocks, tmp_path: Path) -> None:
    hold(day, clock, lambda: None, lambda: None)
    assert day.chair.close_polls() == () and day.chair.tally_sheet().clocks == ()
    report = verify(record_of(day, tmp_path / "public"), day.root.key.public)
    assert not failed(report)
    assert [one.grade for one in report.findings if one.code == "order-of-day"] == [Grade.OK]


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ({}, ()),
        ({"booth": 299, "check-in": -299}, ()),
        ({"booth": 300, "check-in": 0}, (ClockNote("booth", "differs", 300),)),
        ({"booth": -7200, "check-in": -7150}, (ClockNote("chair", "differs", 7150),)),
        (
            {"booth": 7200, "check-in": -7200},
            (ClockNote("booth", "differs", 7200), ClockNote("check-in", "differs", -7200)),
        ),
        ({"booth": 86400}, (ClockNote("booth", "differs", 86400),)),
    ],
)
def test_whose_clock_is_wrong(offsets: Any, expected: tuple[ClockNote, ...]) -> None:
    assert clocks.differing({StationMachine(role): seconds for role, seconds in offsets.items()}) == expected


def test_the_order_of_times_and_not_their_distance() -> None:
    times = ["2026-11-29T08:00:00Z", "2026-11-29T09:00:00Z", "2026-11-29T08:59:59Z", "1970-01-01T00:00:00Z"]
    assert clocks.set_back(times[:2]) == ()
    assert clocks.set_back(times[:3]) == (ClockNote("chair", "set-back", 1),)
    (note,) = clocks.set_back(times)
    assert note.seconds == (datetime(2026, 11, 29, 8, 59, 59) - datetime(1970, 1, 1)).total_seconds()
    assert canonical.is_instant(times[3])
