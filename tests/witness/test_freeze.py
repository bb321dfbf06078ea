"""tools/freeze.py: the three kinds of tampered copies of a record, and this release's verdict of each."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from testigo.record import Grade
from testigo.witness import verify

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freeze", PROJECT / "tools" / "freeze.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def frozen(tool: ModuleType, kept: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("freeze")
    tool.freeze_records(kept.publish(folder / "public"), kept.key, folder / "frozen")
    return folder / "frozen"


def test_every_copy_has_its_verdict(frozen: Path) -> None:
    verdicts = json.loads((frozen / "verdicts.json").read_text())
    assert {name: one["verdict"] for name, one in verdicts.items()} == {
        "honest": "all-holds",
        "changed-byte": "tampered-with",
        "removed-statement": "incomplete",
        "sheet-signed-again": "tampered-with",
    }
    assert {folder.name for folder in frozen.iterdir() if folder.is_dir()} == verdicts.keys()
    assert verdicts["honest"]["failed"] == []


def test_a_changed_byte_and_a_removed_file_are_each_in_one_file(frozen: Path) -> None:
    def files(name: str) -> dict[str, bytes]:
        folder = frozen / name
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    honest, changed, removed = files("honest"), files("changed-byte"), files("removed-statement")
    differ = [name for name in honest if honest[name] != changed[name]]
    assert len(differ) == 1 and "tally-sheet" in differ[0]
    assert sum(one != other for one, other in zip(honest[differ[0]], changed[differ[0]], strict=True)) == 1
    gone = honest.keys() - removed.keys()
    assert len(gone) == 1 and "closing-count" in gone.pop() and removed.items() <= honest.items()


def test_who_holds_all_keys_but_two_is_contradicted_by_these_two_alone(frozen: Path) -> None:
    report = verify(frozen / "sheet-signed-again")
    assert {finding.code for finding in report.findings if not finding.holds} == {"machine-reports"}
    assert report.failures and all(finding.grade is Grade.FAILURE for finding in report.failures)


def test_a_release_is_frozen_once(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stored" / "0.9").mkdir(parents=True)
    monkeypatch.setattr("sys.argv", ["freeze.py", "--version", "0.9", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        tool.main()
    assert stopped.value.code == 2 and "never changed" in capsys.readouterr().err
    assert list((tmp_path / "stored").iterdir()) == [tmp_path / "stored" / "0.9"]
