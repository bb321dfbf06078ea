"""`testigo station hardware-test`: what works, what does not and why, and what nobody asked for."""

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import left_in_english
from testigo import storage
from testigo.cli.root import main
from testigo.errors import StorageError
from testigo.fingerprint import synthetic
from testigo.station.machine import hardware_test, self_test
from testigo.words import FALLBACK, languages, set_language


@pytest.fixture
def station(installed: tuple[Path, bytes], tmp_path: Path) -> Path:
    folder = tmp_path / "station"
    shutil.copytree(installed[0], folder)
    return folder


@pytest.fixture(autouse=True)
def display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A display as the kernel shows it, 1920 × 1080, and a connector without one."""
    for name, status, modes in (
        ("card0-HDMI-A-1", "connected", "1920x1080\n1280x720\n"),
        ("card0-DP-1", "disconnected", ""),
    ):
        (tmp_path / "drm" / name).mkdir(parents=True)
        (tmp_path / "drm" / name / "status").write_text(status + "\n")
        (tmp_path / "drm" / name / "modes").write_text(modes)
    monkeypatch.setattr(hardware_test, "DISPLAYS", tmp_path / "drm")
    return tmp_path / "drm" / "card0-HDMI-A-1"


@pytest.fixture
def spoken_english() -> Iterator[None]:
    """The language of this process is English again afterwards."""
    yield
    set_language("en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Gives the exit code, and each check's outcome and what it found."""

    def call(*arguments: object) -> tuple[int, dict[str, str], dict[str, str]]:
        with pytest.raises(SystemExit) as ended:
            main(["station", "hardware-test", *map(str, arguments), "--json"])
        said = capsys.readouterr()
        checks = json.loads(said.out)["checks"] if said.out else [{"name": "error", "outcome": "", "found": said.err}]
        outcomes = {check["name"]: check["outcome"] for check in checks}
        return int(ended.value.code or 0), outcomes, {check["name"]: check["found"] for check in checks}

    return call


def test_a_booth_prints_a_slip_that_is_read_from_its_photograph(run, station: Path, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    code, outcomes, found = run(station / "booth", "--printer", f"folder:{paper}", "--out", tmp_path / "report.json")
    clock = outcomes.pop("clock")
    assert (code, clock in ("ok", "not tested")) == (0, True)
    assert outcomes == {
        "disk": "ok", "screen": "ok", "fonts": "ok", "printer": "ok", "paper": "not tested", "pages": "not tested",
        "finger": "not tested",
    }  # fmt: skip
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["station"], report["role"]) == ("s1", "booth")
    (slip,) = paper.glob("*.png")
    code, outcomes, found = run(station / "booth", "--photograph", slip)
    assert (code, outcomes["paper"], slip.stem in found["paper"]) == (0, "ok", True)
    assert not (station / "booth" / ".hardware-test").exists()


@pytest.mark.parametrize(("answer", "code", "outcome"), [("y\n", 0, "ok"), ("n\n", 1, "failed"), ("", 1, "failed")])
def test_a_chair_prints_a_page_and_asks_whether_it_came_out(
    run, station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, outcome: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    ended, outcomes, _ = run(station / "chair", "--pages", f"folder:{tmp_path / 'paper'}")
    assert (ended, outcomes["pages"]) == (code, outcome)
    assert (tmp_path / "paper" / "test-page.pdf").read_bytes().startswith(b"%PDF")


def test_a_check_in_takes_a_finger(run, station: Path, tmp_path: Path) -> None:
    (tmp_path / "fingers").mkdir()
    (tmp_path / "fingers" / "1.png").write_bytes(synthetic.generate(3, 0).to_png())
    code, outcomes, found = run(station / "check-in", "--reader", f"folder:{tmp_path / 'fingers'}")
    assert (code, outcomes["finger"]) == (0, "ok")
    assert "quality" in found["finger"]


def test_what_does_not_work_is_a_sentence_and_all_else_is_still_tested(
    run, station: Path, tmp_path: Path, display: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (display / "modes").write_text("800x600\n")
    (tmp_path / "white.png").write_bytes((Path(__file__).parents[3] / "docs/pictures/results.png").read_bytes())
    (tmp_path / "none").mkdir()

    def full(path: Path, data: bytes) -> None:
        raise StorageError("disk.full", place=path)

    monkeypatch.setattr(storage, "write", full)
    code, outcomes, found = run(
        station / "booth", "--printer", "tcp:127.0.0.1:9", "--photograph", tmp_path / "white.png",
        "--reader", f"folder:{tmp_path / 'none'}",
    )  # fmt: skip
    outcomes.pop("clock")
    assert code == 1
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == {
        "disk", "screen", "printer", "paper", "finger",
    }  # fmt: skip
    assert outcomes["fonts"] == "ok"
    assert "the disk is full" in found["disk"] and "800x600" in found["screen"]


def test_the_report_is_in_the_machines_language(
    station: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken_english: None
) -> None:
    with pytest.raises(SystemExit):
        main(["--language", "es", "station", "hardware-test", str(station / "booth"), "--printer", "tcp:127.0.0.1:9"])
    said = capsys.readouterr().out
    for words in ("Mesa s1", "Máquina de votación", "reloj", "tipos de letra", "funciona", "FALLA", "sin probar"):
        assert words in said
    assert "bytes" not in said and "not tested" not in said and "pixels" not in said


@pytest.mark.parametrize("language", [language for language in languages() if language != FALLBACK])
def test_no_report_says_anything_in_english(
    language: str, station: Path, tmp_path: Path, display: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, spoken_english: None,
) -> None:  # fmt: skip
    """With everything that works, and everything that does not."""
    (tmp_path / "fingers").mkdir()
    (tmp_path / "fingers" / "1.png").write_bytes(synthetic.generate(3, 0).to_png())
    (tmp_path / "none").mkdir()
    (tmp_path / "white.png").write_bytes((Path(__file__).parents[3] / "docs/pictures/results.png").read_bytes())

    def said(*arguments: object) -> str:
        with pytest.raises(SystemExit):
            main(["--language", language, "station", "hardware-test", *map(str, arguments)])
        return "".join(capsys.readouterr())

    works = said(station / "check-in", "--reader", f"folder:{tmp_path / 'fingers'}", "--printer", f"folder:{tmp_path}")
    (slip,) = tmp_path.glob("*-*.png")
    works += said(station / "booth", "--photograph", slip)
    (display / "modes").write_text("800x600\n")
    fails = said(
        station / "booth", "--printer", "tcp:127.0.0.1:9", "--photograph", tmp_path / "white.png",
        "--reader", f"folder:{tmp_path / 'none'}",
    )  # fmt: skip
    (display / "status").write_text("disconnected\n")
    with monkeypatch.context() as patched:
        patched.setattr(self_test, "FREE", 1e18)
        fails += said(station / "chair")
    for text in (works, fails):
        assert len(text) > 500
        assert list(left_in_english.found(re.sub(r"[─-╿\s]+", " ", text), language)) == []


def test_the_report_has_codes(station: Path, tmp_path: Path, spoken_english: None) -> None:
    found = {}
    for language in ("es", "en"):
        out = tmp_path / f"{language}.json"
        with pytest.raises(SystemExit):
            main(["--language", language, "station", "hardware-test", str(station / "chair"), "--out", str(out)])
        found[language] = {check["name"]: check for check in json.loads(out.read_text())["checks"]}
    codes = {name: check["code"] for name, check in found["es"].items()}
    assert codes == {name: check["code"] for name, check in found["en"].items()}
    assert (codes["disk"], codes["screen"], codes["fonts"], codes["finger"]) == (
        "disk.works", "screen.sizes", "fonts.read", "",
    )  # fmt: skip
    assert "se requieren 1024×600" in found["es"]["screen"]["found"]
    assert "1024×600 are required" in found["en"]["screen"]["found"]


def test_a_disk_that_gives_back_other_bytes_fails(run, station: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = storage.read

    def wrong(path: Path, **more: int) -> bytes:
        data = real(path, **more)
        return data[:-1] + bytes([data[-1] ^ 1]) if path.name == ".hardware-test" else data

    monkeypatch.setattr(storage, "read", wrong)
    code, outcomes, found = run(station / "chair")
    assert (code, outcomes["disk"], "replace the disk" in found["disk"]) == (1, "failed", True)


def test_no_display_is_not_tested(run, station: Path, display: Path) -> None:
    (display / "status").write_text("disconnected\n")
    code, outcomes, _ = run(station / "chair")
    assert (code, outcomes["screen"]) == (0, "not tested")


def test_a_folder_that_is_none_or_a_report_that_is_there_is_a_sentence(run, station: Path, tmp_path: Path) -> None:
    assert run(tmp_path)[0] == 1
    (tmp_path / "report.json").write_text("kept")
    code, _, found = run(station / "chair", "--out", tmp_path / "report.json")
    assert (code, "it is already there" in found["error"].replace("\n", " ")) == (1, True)
    assert (tmp_path / "report.json").read_text() == "kept"
