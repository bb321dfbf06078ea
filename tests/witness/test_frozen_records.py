"""Records of earlier releases keep the verdict that their own release gave them (tests/data/records/README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest

from testigo.record import Grade
from testigo.witness import verify

RECORDS = Path(__file__).parents[1] / "data" / "records"
CASES = [
    (release.name, name, verdict)
    for release in sorted(folder for folder in RECORDS.iterdir() if folder.is_dir())
    for name, verdict in json.loads((release / "verdicts.json").read_text()).items()
]


@pytest.mark.parametrize(("release", "name", "verdict"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_record_keeps_the_verdict_of_its_release(release: str, name: str, verdict: dict[str, Any]) -> None:
    """Good stays good, bad stays bad. Release 0.1 knew no grades: what it called failed for want of another statement
    is no failure since, so the files at fault are among those that it named.
    """
    report = verify(RECORDS / release / name)
    assert report.verdict.holds == verdict["ok"]
    assert report.verdict == verdict.get("verdict", report.verdict)
    assert (report.entries, report.root_hash) == (verdict["entries"], verdict["root_hash"])
    assert report.root_key_id == verdict["root_key_id"]
    assert {finding.place for finding in report.findings if not finding.holds} <= {
        place for _, place in verdict["failed"]
    }


@pytest.mark.parametrize(
    ("name", "verdict", "places"),
    [
        ("honest", "all-holds", set()),
        ("changed-byte", "tampered-with", {"statements/000014-tally-sheet-01-01-1.json"}),
        ("removed-statement", "incomplete", {"statements/000018-closing-count-01-01-1.json"}),
        ("sheet-signed-again", "tampered-with", {"", "statements/000018-closing-count-01-01-1.json"}),
    ],
)
def test_the_records_of_0_1_have_a_verdict_of_today(name: str, verdict: str, places: set[str]) -> None:
    """`places`: where a failure is, or else what is missing."""
    report = verify(RECORDS / "0.1" / name)
    assert report.verdict == verdict
    wrong = report.failures or [one for one in report.of_grade(Grade.INCOMPLETE) if one.code == "missing-file"]
    assert {finding.place for finding in wrong} == places
