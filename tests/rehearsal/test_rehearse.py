"""A whole election, held by the command, and what must be true of it afterwards."""

import json
import shutil
from pathlib import Path

import pytest

from stored_files import unlisted
from testigo import canonical
from testigo.cli import main
from testigo.count import read_rules
from testigo.event_log import log_origin, verify_event_log
from testigo.witness import Verdict, verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a rehearsal with two stations and fourteen voters."""
    out = tmp_path_factory.mktemp("rehearsal") / "out"
    with pytest.raises(SystemExit) as exit_:
        main(["rehearse", "--stations", "2", "--voters", "14", "--seed", "11", "--out", str(out)])
    assert exit_.value.code == 0
    return out


@pytest.mark.timeout(600)
def test_everything_to_look_at_is_there(held: Path) -> None:
    assert (held / "results" / "index.html").is_file()
    for station in (held / "paper").iterdir():
        assert (station / "tally-sheet.pdf").read_bytes().startswith(b"%PDF")
        assert (station / "voting-cards.pdf").read_bytes().startswith(b"%PDF")
        assert len(list((station / "spoiled").glob("*.png"))) == 1
    assert {folder.name for folder in (held / "stations").iterdir()} == {f.name for f in (held / "paper").iterdir()}


def test_every_file_is_one_that_the_page_of_stored_files_lists(held: Path) -> None:
    folders = {"register": "register", "centre": "centre", "public": "public", "results": "results"}
    folders |= {"auditor": "auditor"} | {f"stations/{one.name}": "STATION" for one in (held / "stations").iterdir()}
    for folder, listed_as in folders.items():
        assert unlisted(held / folder, listed_as) == [], folder
    others = [path for path in unlisted(held, "demo") if not path.startswith(tuple(f"{one}/" for one in folders))]
    assert others == []


def test_paper_record_and_machines_agree(held: Path) -> None:
    rules = read_rules(held / "public")
    assert sum(sheet.reconciliation.check_in.released for sheet in rules.sheets.values()) == 1
    first = min(rules.sheets, key=lambda station: [one.id for one in rules.definition.stations].index(station))
    for station, sheet in rules.sheets.items():
        counters = sheet.reconciliation
        left = {"voter-left": 1} if station == first else {}  # walked out of the booth, and the chair ended the session
        assert counters.booth.voided == left and counters.is_consistent is not bool(left)
        assert all(one.reason for one in counters.differences())
        assert counters.booth.recorded == len(list((held / "paper" / station / "box").glob("*.png"))) > 0
        assert counters.booth.spoiled == 1
        barred = {"barred": 1} if station == first else {}
        assert counters.check_in.refused == {"impostor": 1, "other-station": 1, "already-voted": 1} | barred
        assert counters.check_in.registered == 7 - len(barred)


def test_the_published_record_verifies_and_nothing_private_is_in_it(held: Path) -> None:
    assert verify(held / "public").verdict is Verdict.EXPLAINED
    published = b"".join(file.read_bytes() for file in (held / "public").rglob("*") if file.is_file())
    voters = (held / "register" / "voters.csv").read_text().splitlines()[1:]
    for row in voters:
        document, name, *_ = row.split(",")
        assert document.encode() not in published
        assert name.encode() not in published


def test_a_changed_record_does_not_verify(held: Path, tmp_path: Path) -> None:
    copy = tmp_path / "public"
    shutil.copytree(held / "public", copy)
    sheet = next((copy / "statements").glob("*tally-sheet*"))
    data = sheet.read_bytes()
    sheet.write_bytes(
        data.replace(b'"sig":"A', b'"sig":"B', 1) if b'"sig":"A' in data else data[:-9] + b"x" + data[-8:]
    )
    report = verify(copy)
    assert report.verdict is Verdict.TAMPERED
    assert f"statements/{sheet.name}" in {finding.place for finding in report.failures}


def test_event_logs_are_whole(held: Path) -> None:
    rules = read_rules(held / "public")
    for machine in (held / "stations").glob("*/*/settings.json"):
        settings = json.loads(machine.read_text())
        station, role = settings["station"], settings["role"]
        origin = log_origin(settings["election"], station, role)
        head = rules.sheets[station].event_logs[role]
        lines = (machine.parent / "events.log").read_bytes()
        events = verify_event_log(lines, rules.key_ring.of_station(station, role).public, origin)
        assert len(events) > 3
        assert head in {canonical.digest(line) for line in lines.split(b"\n")}


def test_a_second_rehearsal_never_writes_over_the_first(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["rehearse", "--stations", "2", "--voters", "10", "--out", str(held)])
    assert exit_.value.code == 1
    assert "something is there already" in capsys.readouterr().err
    assert verify(held / "public").verdict is Verdict.EXPLAINED


def test_a_rehearsal_that_fails_before_its_centre_is_made_leaves_nothing(tmp_path: Path) -> None:
    """Here because the paths of its files grow too long; such a folder would be neither replaced nor used again."""
    out = tmp_path
    while len(str(out)) < 3800:
        out /= "x" * 200
    out /= "x" * (4095 - 40 - len(str(out)) - 1)
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", "--stations", "1", "--voters", "1", "--out", str(out)])
    assert ended.value.code == 1
    assert list(tmp_path.iterdir()) == []
