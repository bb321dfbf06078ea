"""`testigo fingerprint …` as a person calls it."""

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from stored_files import unlisted
from testigo.cli import output
from testigo.cli.fingerprint import app
from testigo.errors import InvalidInput, TestigoError

runner = CliRunner()


def call(*arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


def answer(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


@pytest.fixture(scope="module")
def fingers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli")
    made = json.loads(answer("generate", out, "--fingers", 2, "--impressions", 2, "--seed", 5, "--json"))
    assert [Path(path).name for path in made] == ["5_1.png", "5_2.png", "6_1.png", "6_2.png"]
    return out


def test_extract_and_match(fingers: Path, tmp_path: Path) -> None:
    template = tmp_path / "finger.fmr"
    found = json.loads(answer("extract", fingers / "5_1.png", "--out", template, "--json"))
    assert len(found["minutiae"]) > 12 and 0 <= found["quality"] <= 100
    same = json.loads(answer("match", template, fingers / "5_2.png", "--json"))
    other = json.loads(answer("match", template, fingers / "6_1.png", "--json"))
    assert same["matched"] and same["score"] >= same["threshold"] and len(same["pairs"]) > 6
    assert same["minutiae"][0] == len(found["minutiae"])
    assert all(i < same["minutiae"][0] and j < same["minutiae"][1] for i, j in same["pairs"])
    assert same["one_in"] >= 10_000 > other["one_in"]
    assert not other["matched"]


def test_pictures_are_drawn(fingers: Path, tmp_path: Path) -> None:
    template = tmp_path / "a.fmr"
    said = answer("extract", fingers / "5_1.png", "--out", template, "--plot", tmp_path / "a.svg")
    assert f"Picture: {tmp_path / 'a.svg'}" in said.replace("\n", "")
    assert "<image" in (tmp_path / "a.svg").read_text()
    answer("match", template, fingers / "5_2.png", "--plot", tmp_path / "m.png")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    answer("match", template, template, "--plot", tmp_path / "t.svg")
    assert "<image" not in (tmp_path / "t.svg").read_text()


def test_people_get_sentences(fingers: Path) -> None:
    assert "minutiae; quality" in answer("extract", fingers / "5_1.png")
    said = answer("match", fingers / "5_1.png", fingers / "5_2.png").splitlines()
    assert said[0] == "The same finger."
    assert said[1].startswith("Score ") and "threshold 4.00: " in said[1] and said[1].endswith("reach it (estimated).")
    assert "minutiae pair up, of" in said[2]
    assert answer("match", fingers / "5_1.png", fingers / "6_2.png").startswith("Not shown to be the same finger.")


def test_evaluate(fingers: Path, tmp_path: Path) -> None:
    figures, scores, chart = tmp_path / "figures.json", tmp_path / "scores.txt", tmp_path / "det.html"
    said = answer("evaluate", fingers, "--json", figures, "--scores", scores, "--plot", chart)
    written = json.loads(figures.read_text())
    assert written["eer"] == 0.0 and written["fvc"]["impostors"] == 1
    assert len(scores.read_text().splitlines()) == 6
    assert "<table>" in chart.read_text()
    assert "0.00 % (none seen)" in said and "Only 2 fingers" in said and "rule of three" in said


def test_the_figures_alone_on_standard_output(fingers: Path) -> None:
    assert json.loads(answer("evaluate", fingers, "--json", "-"))["genuine"] == 2


def test_identify(fingers: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    shutil.copy(fingers / "5_2.png", gallery / "ana.png")
    shutil.copy(fingers / "6_1.png", gallery / "benito.png")
    answer("extract", fingers / "6_2.png", "--out", gallery / "carla")  # a template is known by its first bytes
    (gallery / "notes.txt").write_text("passed over")
    found = json.loads(answer("identify", fingers / "5_1.png", gallery, "--json"))
    assert found["compared"] == 3 and found["candidates"][0]["name"] == "ana.png"
    best = found["candidates"][0]
    assert best["matched"] and best["single_score"] - best["score"] == pytest.approx(0.4771, abs=1e-3)  # log10 3
    assert not any(one["matched"] for one in found["candidates"][1:])
    assert len(json.loads(answer("identify", fingers / "5_1.png", gallery, "--most", 1, "--json"))["candidates"]) == 1
    assert "the same finger" in answer("identify", fingers / "6_1.png", gallery)


def test_a_probe_is_not_compared_with_itself(fingers: Path) -> None:
    found = json.loads(answer("identify", fingers / "5_1.png", fingers, "--json"))
    assert found["compared"] == 3 and "5_1.png" not in {one["name"] for one in found["candidates"]}


def test_unreadable_files_stop_a_search_or_are_left_out(fingers: Path, tmp_path: Path) -> None:
    shutil.copy(fingers / "5_2.png", tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no image")
    (tmp_path / "bad.fmr").write_bytes(b"FMR\x00 20\x00" + b"\xff" * 40)
    assert "bad.fmr" in str(call("identify", fingers / "5_1.png", tmp_path).exception)
    found = json.loads(answer("identify", fingers / "5_1.png", tmp_path, "--skip-unreadable", "--json"))
    assert found["skipped"] == ["bad.fmr", "bad.png"] and found["compared"] == 1


def test_a_gallery_is_built_and_searched(fingers: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "made"
    said = answer("gallery", "build", fingers, gallery)
    assert "4 prints in the gallery" in said
    found = json.loads(answer("identify", fingers / "5_1.png", gallery, "--json"))
    assert found["compared"] == 4
    assert {one["name"] for one in found["candidates"] if one["matched"]} == {"5_1.png", "5_2.png"}
    assert found["candidates"][0]["single_score"] - found["candidates"][0]["score"] == pytest.approx(0.6021, abs=1e-3)
    again = call("gallery", "build", fingers, gallery)
    assert isinstance(again.exception, TestigoError) and "already" in str(again.exception)


def test_a_gallery_that_cannot_be_completed_leaves_nothing(fingers: Path, tmp_path: Path) -> None:
    prints = tmp_path / "prints"
    prints.mkdir()
    shutil.copy(fingers / "5_2.png", prints / "a.png")
    (prints / "b.png").write_bytes(b"no image")
    refused = call("gallery", "build", prints, tmp_path / "made").exception
    assert isinstance(refused, InvalidInput) and "b.png" in str(refused) and "--skip-unreadable" in str(refused)
    assert [path.name for path in tmp_path.iterdir()] == ["prints"]
    built = json.loads(answer("gallery", "build", prints, tmp_path / "made", "--skip-unreadable", "--json"))
    assert built["templates"] == 1 and built["skipped"] == ["b.png"]


def test_a_print_is_not_written_over_by_its_own_result(fingers: Path, tmp_path: Path) -> None:
    for name in ("5_1.png", "5_2.png", "6_1.png"):
        shutil.copy(fingers / name, tmp_path / name)
    first, second = tmp_path / "5_1.png", tmp_path / "5_2.png"
    before = second.read_bytes()
    for arguments in (
        ["extract", second, "--out", second],
        ["extract", second, "--plot", second],
        ["match", first, second, "--plot", second],
        ["evaluate", tmp_path, "--scores", second],
        ["evaluate", tmp_path, "--json", second],
        ["evaluate", tmp_path, "--plot", second],
    ):
        exception = call(*arguments).exception
        assert isinstance(exception, InvalidInput) and "5_2.png" in str(exception), (arguments, exception)
        assert second.read_bytes() == before, arguments


def test_a_gallery_never_gives_a_print_anothers_name(fingers: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "made"
    answer("gallery", "build", fingers, gallery)
    assert unlisted(gallery, "GALLERY") == []
    names, numbers = gallery / "names.json", gallery / "numbers.bin"
    whole, kept = names.read_bytes(), numbers.read_bytes()
    for text in (b'["a", "b", "c"]', b'["a", "b", "c", "d", "e"]', b'["a", "b", "c", "\xff"]', b"[1]", b""):
        names.write_bytes(text)
        refused = call("identify", fingers / "5_1.png", gallery).exception
        assert isinstance(refused, InvalidInput) and "build it again" in str(refused), (text, refused)
    names.write_bytes(whole)
    for number in (-1, 4, -(1 << 63)):
        numbers.write_bytes(number.to_bytes(8, "little", signed=True) * 4)
        refused = call("identify", fingers / "5_1.png", gallery).exception
        assert isinstance(refused, InvalidInput) and "build it again" in str(refused), (number, refused)
    numbers.write_bytes(kept)
    names.unlink()  # as one made in Python: the numbers are its maker's
    found = json.loads(answer("identify", fingers / "5_1.png", gallery, "--json"))
    assert found["candidates"][0]["name"] == "0"


def test_image_records_in_a_folder_are_searched_and_measured(fingers: Path, tmp_path: Path) -> None:
    for name in ("5_1", "5_2", "6_1"):
        answer("convert", fingers / f"{name}.png", tmp_path / f"{name}.iso", "--to", "fir-2005")
    found = json.loads(answer("identify", fingers / "5_1.png", tmp_path, "--most", 1, "--json"))
    assert found["compared"] == 3 and found["candidates"][0]["name"] == "5_1.iso"
    assert json.loads(answer("evaluate", tmp_path, "--json", "-"))["impressions"] == 3


def test_generate_does_not_write_over_files(tmp_path: Path) -> None:
    arguments = ["generate", tmp_path, "--fingers", 1, "--impressions", 1, "--seed", 9]
    assert f"1 impression of 1 finger: {tmp_path}" in answer(*arguments).replace("\n", "")
    before = (tmp_path / "9_1.png").read_bytes()
    refused = call(*arguments, "--difficulty", 1)
    assert isinstance(refused.exception, InvalidInput) and "9_1.png" in str(refused.exception)
    assert (tmp_path / "9_1.png").read_bytes() == before
    answer(*arguments, "--difficulty", 1, "--replace")
    assert (tmp_path / "9_1.png").read_bytes() != before


def test_long_work_without_steps_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    for terminal in (False, True):
        monkeypatch.setattr(output, "errors", Console(file=said, force_terminal=terminal))
        with output.patience("It takes long."):
            pass
        with output.patience("It takes long.", after=0):
            for _ in range(1000 if terminal else 20):  # up to ten seconds for a busy machine
                if said.getvalue():
                    break
                time.sleep(0.01)
        assert said.getvalue().count("It takes long.") == terminal


def test_who_stops_a_command_is_told_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "testigo", "fingerprint", "generate", str(tmp_path / "many"), "--fingers", "5000"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("many/*.png")):
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    said, complained = running.communicate(timeout=60)
    assert (running.returncode, said, complained.strip()) == (130, "", "Stopped.")


def test_what_is_wrong_is_one_sentence(fingers: Path, tmp_path: Path) -> None:
    good, absent = fingers / "5_1.png", tmp_path / "absent"
    for arguments, word in (
        (["match", absent, absent], "cannot be opened"),
        (["match", good, tmp_path], "cannot be opened"),
        (["match", good, good, "--plot", tmp_path / "m.jpg"], "end in .svg, .png or .html"),
        (["match", good, good, "--plot", absent / "m.svg"], "its folder is not there"),
        (["extract", good, "--out", tmp_path], "is a folder"),
        (["extract", good, "--dpi", 7], "7 dpi"),
        (["evaluate", absent], "cannot be read"),
        (["evaluate", fingers, "--dpi", 99999], "99,999 dpi"),
        (["evaluate", fingers, "--scores", tmp_path / "x", "--json", tmp_path / "x"], "two results"),
        (["identify", good, tmp_path], "no image and no template"),
        (["generate", good], "already there"),
    ):
        exception = call(*arguments).exception
        assert isinstance(exception, TestigoError), (arguments, exception)
        assert word in str(exception) and str(exception).count("\n") == 0, (arguments, exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["extract", "match", "identify", "evaluate", "generate"])
def test_help_shows_an_example_and_the_python_behind_it(command: str) -> None:
    said = answer(command, "--help")
    assert f"Example: testigo fingerprint {command}" in " ".join(said.split()) and "Python: " in said
