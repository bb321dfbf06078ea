"""`kill -9` of real machines and cut cables between them, at a station of two desks and two booths
(benchmarks/two_of_each.py does more of it, and says what it shows)."""

from pathlib import Path

import pytest

from failing_day import hold_day


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_at_a_station_whose_machines_and_cables_fail(tmp_path: Path) -> None:
    outcome = hold_day(tmp_path / "day", kills=10, cuts=6, seed="test")
    assert outcome.wrong == []
    assert sum(outcome.kills.values()) == 10 and sum(outcome.cuts.values()) == 6
    assert outcome.figures["papers in the boxes"] == outcome.figures["recorded votes"] > 0
