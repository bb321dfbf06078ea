"""Records of earlier releases keep the verdict that their own release gave them (tests/data/records/README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest

from testigo.witness import verify

RECORDS = Path(__file__).parents[1] / "data" / "records"
CASES = [
    (release.name, name, verdict)
    for release in sorted(folder for folder in RECORDS.iterdir() if folder.is_dir())
    for name, verdict in json.loads((release / "verdicts.json").read_text()).items()
]


@pytest.mark.parametrize(("release", "name", "verdict"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_record_keeps_the_verdict_of_its_release(release: str, name: str, verdict: dict[str, Any]) -> None:
    report = verify(RECORDS / release / name)
    assert report.ok == verdict["ok"]
    assert (report.entries, report.root_hash) == (verdict["entries"], verdict["root_hash"])
    assert report.root_key_id == verdict["root_key_id"]
    assert {finding.place for finding in report.failures} == {place for _, place in verdict["failed"]}
