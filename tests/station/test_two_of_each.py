"""`kill -9` of real machines and cut cables between them, at a station of two desks and two booths
(benchmarks/two_of_each.py does more of it, and says what it shows)."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import failing_station
from failing_day import Outcome, hold_day


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_at_a_station_whose_machines_and_cables_fail(tmp_path: Path) -> None:
    outcome = hold_day(tmp_path / "day", kills=10, cuts=6, seed="test")
    assert outcome.wrong == []
    assert sum(outcome.kills.values()) == 10 and sum(outcome.cuts.values()) == 6
    assert outcome.figures["visits"] >= failing_station._AT_LEAST
    assert outcome.figures["papers in the boxes"] == outcome.figures["recorded votes"]


def test_who_waits_for_a_machine_that_never_answers_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the day ends, and says before which machine."""
    monkeypatch.setattr(failing_station, "_LONGEST_TURN", -1.0)
    day: Any = SimpleNamespace(wait=lambda: pytest.fail("waits on"))
    machine: Any = SimpleNamespace(name="booth", doing="", process=SimpleNamespace(address="http://127.0.0.1:9"))
    with pytest.raises(AssertionError, match="booth shows no page"):
        failing_station.Screen(day, machine).look()


@pytest.mark.parametrize("asked", [(2, 2, "1/0"), (3, 3, "1/0"), (3, 2, "2/0")])
def test_figures_of_a_day_that_was_held_otherwise_are_not_counted(
    project_root: Path, tmp_path: Path, asked: tuple[int, int, str]
) -> None:
    spec = importlib.util.spec_from_file_location("two_of_each", project_root / "benchmarks" / "two_of_each.py")
    assert spec is not None and spec.loader is not None
    two_of_each = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(two_of_each)
    file = tmp_path / "day-0.json"
    file.write_bytes(msgspec.json.encode(Outcome((3, 2, "1/0"), {}, {}, {}, [])))
    assert len(two_of_each.hold_days(tmp_path, 1, 3, 2, 1, lambda: None)) == 1
    file.write_bytes(msgspec.json.encode(Outcome(asked, {}, {}, {}, [])))
    with pytest.raises(SystemExit, match=r"day-0\.json was held with"):
        two_of_each.hold_days(tmp_path, 1, 3, 2, 1, lambda: None)
    file.write_bytes(b'{"kills": {}, "cuts": {}, "figures": {}, "wrong": []}')
    with pytest.raises(SystemExit, match="does not say how"):
        two_of_each.hold_days(tmp_path, 1, 3, 2, 1, lambda: None)
