"""`kill -9` of a real booth process at random moments (benchmarks/power_cuts.py does more of it, and says what it
shows)."""

import importlib.util
import sys

import pytest


@pytest.mark.slow
def test_killed_forty_times(project_root, tmp_path):
    spec = importlib.util.spec_from_file_location("power_cuts", project_root / "benchmarks" / "power_cuts.py")
    power_cuts = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = power_cuts
    spec.loader.exec_module(power_cuts)
    outcome = power_cuts.cut(tmp_path / "station", kills=40, voters=1500)
    assert outcome.ok, outcome
    assert outcome.confirmed > 10 and outcome.recorded >= outcome.confirmed
