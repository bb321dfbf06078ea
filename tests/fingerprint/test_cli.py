"""`testigo fingerprint …` as a person calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from testigo.cli.fingerprint import app
from testigo.errors import InvalidInput

runner = CliRunner()


@pytest.fixture(scope="module")
def fingers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli")
    result = runner.invoke(app, ["generate", str(out), "--fingers", "2", "--impressions", "2", "--seed", "5", "--json"])
    assert result.exit_code == 0, result.output
    assert [Path(path).name for path in json.loads(result.stdout)] == ["5_1.png", "5_2.png", "6_1.png", "6_2.png"]
    return out


def test_extract_and_match(fingers: Path, tmp_path: Path) -> None:
    template = tmp_path / "finger.fmr"
    result = runner.invoke(app, ["extract", str(fingers / "5_1.png"), "--out", str(template), "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert len(answer["minutiae"]) > 20 and 0 <= answer["quality"] <= 100
    same = json.loads(runner.invoke(app, ["match", str(template), str(fingers / "5_2.png"), "--json"]).stdout)
    other = json.loads(runner.invoke(app, ["match", str(template), str(fingers / "6_1.png"), "--json"]).stdout)
    assert same["matched"] and same["score"] >= same["threshold"] and len(same["pairs"]) > 10
    assert not other["matched"]


def test_people_get_sentences(fingers: Path) -> None:
    assert "minutiae; quality" in runner.invoke(app, ["extract", str(fingers / "5_1.png")]).stdout
    answer = runner.invoke(app, ["match", str(fingers / "5_1.png"), str(fingers / "5_2.png")]).stdout
    assert "The same finger." in answer


def test_evaluate(fingers: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    result = runner.invoke(app, ["evaluate", str(fingers), "--json", str(figures)])
    assert result.exit_code == 0, result.output
    assert json.loads(figures.read_text())["eer"] == 0.0


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    result = runner.invoke(app, ["match", str(tmp_path / "a"), str(tmp_path / "b")])
    assert isinstance(result.exception, InvalidInput)
