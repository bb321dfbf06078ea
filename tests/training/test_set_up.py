"""Setting a training up: from a file or a station's folder, again and again, never over anything else."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Self

import msgspec
import pypdfium2  # type: ignore[import-untyped]
import pytest

from polling_place import Root
from testigo.ballot import Marks, new_slip_number
from testigo.cli import main
from testigo.election import Definition, copy_example, load, write_definition
from testigo.errors import InvalidInput, StorageError
from testigo.locks import FolderLock
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.staff.machine import PINS
from testigo.training import Training, clear, count_papers, make_training, read_election, training_of
from testigo.web.client import Client
from testigo.words import message, say, set_language
from training_day import ELECTION, TrainingDay


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_from_the_folder_of_a_station_nothing_but_its_definition_is_read(real: tuple[Root, Path]) -> None:
    before = tree(real[1])
    definition, station = read_election(real[1])
    assert (definition.digest, station) == (ELECTION.digest, "s1")
    assert read_election(real[1] / "booth") == (definition, station)
    trained = training_of(definition, station, 4, date(2027, 1, 2))
    assert (trained.id, trained.date, trained.stations[0].register_size) == ("villa-2026-training", "2027-01-02", 4)
    assert trained.digest != ELECTION.digest and tree(real[1]) == before


def test_no_training_of_a_training_and_of_no_unknown_station(made: Training, real: tuple[Root, Path]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_election(made.station)
    assert refused.value.code == "training.of-a-training"
    with pytest.raises(InvalidInput):
        read_election(real[1], "s9")
    with pytest.raises(InvalidInput) as refused:
        count_papers(real[1], [])
    assert refused.value.code == "training.of-an-election"


def test_every_title_says_it_in_its_own_language(training_definition: Definition) -> None:
    titles = [training_definition.title, *(contest.title for contest in training_definition.contests)]
    assert all(one["es"].startswith("MUESTRA · ") and one["en"].startswith("SAMPLE · ") for one in titles)
    assert all(station.name.startswith("MUESTRA · ") for station in training_definition.stations)


@pytest.mark.parametrize("example", ["municipality", "republic"])
def test_the_examples_can_be_trained_for(example: str, tmp_path: Path) -> None:
    copy_example(example, tmp_path / "election")
    definition = load(tmp_path / "election" / "election.yaml")
    for station in (definition.stations[0].id, definition.stations[-1].id):
        trained = training_of(definition, station, 3, date.today())
        assert [one.id for one in trained.stations] == [station]
        whole, own = (
            {contest for style in one.styles_of_station(station) for contest in style.contests}
            for one in (definition, trained)
        )
        assert own <= whole and own


def test_started_over_in_the_same_folder_alone(made: Training, tmp_path: Path) -> None:
    out = tmp_path / "training"
    shutil.copytree(made.out, out)
    with pytest.raises(StorageError):
        make_training(ELECTION, "s1", 3, out)
    before = tree(out)
    lock = FolderLock(out / "station" / "booth")
    with pytest.raises(StorageError) as refused:
        make_training(ELECTION, "s1", 3, out, replace=True)
    lock.close()
    assert refused.value.code == "folder.in-use" and tree(out) == before
    again = make_training(ELECTION, "s1", 3, out, replace=True)
    assert len(again.voters) == 3 and again.paper.is_dir() and tree(out).keys() >= {"paper/cards.pdf"}


def test_nothing_else_is_ever_removed(made: Training, real: tuple[Root, Path], tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    shutil.copytree(made.out, beside)
    (beside / "letter.txt").write_text("dear aunt")
    election = tmp_path / "election"
    shutil.copytree(real[1], election / "station")
    for folder in (beside, election):
        before = tree(folder)
        with pytest.raises(StorageError) as refused:
            clear(folder)
        assert refused.value.code == "training.not-one" and tree(folder) == before


def test_papers_are_counted_from_the_command_line(
    day: TrainingDay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(day.place.folder, tmp_path / "training" / "station")
    file = tmp_path / "slip.png"
    file.write_bytes(day.printer.slips[0].png())
    with pytest.raises(SystemExit) as ended:
        main(["station", "count-training", str(tmp_path / "training"), str(file)])
    told = capsys.readouterr().out
    assert ended.value.code == 0 and "SAMPLE" not in told.partition("MUESTRA")[0] and "1 papers read, 0 refused" in told


@pytest.mark.parametrize(
    "arguments", [["nowhere.yaml"], ["election.yaml", "--station", "99"], ["election.yaml", "--voters", "0"]]
)
def test_a_wrong_start_is_a_sentence_and_leaves_nothing(arguments: list[str], tmp_path: Path) -> None:
    copy_example("municipality", tmp_path / "example")
    shutil.copy(tmp_path / "example" / "election.yaml", tmp_path / "election.yaml")
    command = [sys.executable, "-m", "testigo", "station", "train", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode and "Traceback" not in done.stderr and done.stderr.startswith("Error: ")
    assert not (tmp_path / "training").exists()


def test_a_paper_in_many_scripts_is_read_by_the_training(training_definition: Definition) -> None:
    """The large words of the mark stand in the head, in every language, and leave the rows as they are."""
    languages = ("es", "fr", "ar", "he", "pt")
    definition = msgspec.structs.replace(training_definition, languages=languages)
    marks = {contest.id: (contest.options[-1].id,) for contest in definition.contests}
    ballot = Marks("villa", marks).ballot(definition, "s1")
    slip = Slip(definition, "s1", ballot, new_slip_number(), "he")
    (reading,) = SlipReader(definition, "s1").read(slip.png())
    assert reading.refused is None and reading.choices == ballot
    text = pypdfium2.PdfDocument(slip.pdf())[0].get_textpage().get_text_range()
    assert all(word in text for word in ("MUESTRA", "SPÉCIMEN", "AMOSTRA"))


def test_a_pin_that_is_replaced_is_on_a_marked_slip(made: Training, tmp_path: Path) -> None:
    """A training's slip must never be taken for one of the election's, whoever prints it and when."""
    station = tmp_path / "station"
    shutil.copytree(made.station, station)
    for pins in station.rglob(PINS):
        pins.unlink()
    with pytest.raises(SystemExit) as ended:
        main(["staff", "pins", "make", str(station), "--out", str(tmp_path / "slips.pdf")])
    pages = pypdfium2.PdfDocument(tmp_path / "slips.pdf")
    assert ended.value.code == 0 and len(pages)
    assert all("MUESTRA" in page.get_textpage().get_text_range() for page in pages)


# ── the command, until it is stopped, and again ──


STATION_ALONE = """import sys
from importlib.abc import MetaPathFinder
class NotInstalled(MetaPathFinder):
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {"dask", "distributed", "psycopg", "fontTools"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NotInstalled())
"""
"""Python as on a machine with the extra `station` alone: the libraries of the others' extras are not there."""


class Command:
    """`station train` as a process whose output goes into a pipe, on a machine with the extra `station` alone."""

    def __init__(self, folder: Path, *options: str, language: str = "en") -> None:
        command = [sys.executable, "-m", "testigo", "--language", language, "station", "train", "election.json"]
        (folder / "python").mkdir(exist_ok=True)
        (folder / "python" / "sitecustomize.py").write_text(STATION_ALONE)
        paths = os.pathsep.join([str(folder / "python"), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._errors = (folder / "errors").open("wb")
        self.process = subprocess.Popen(
            [*command, "--voters", "4", *options], cwd=folder, stdout=subprocess.PIPE, stderr=self._errors,
            env=os.environ | {"PYTHONPATH": paths},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()

    def until(self, last: re.Pattern[str]) -> str:
        """What it says up to the line that is like that; fails where it ends before."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or not last.search(lines[-1]):
            lines.append(self.process.stdout.readline().decode())
            assert lines[-1], Path(self._errors.name).read_text()
        return "".join(lines)

    def stop(self) -> str:
        """Ctrl-C; what it says of it."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0
        return Path(self._errors.name).read_text()


def test_behind_a_pipe_it_says_its_station_and_goes_on_after_ctrl_c(tmp_path: Path) -> None:
    second = msgspec.structs.replace(ELECTION.stations[0], id="s7", name="Casa Comunal")
    election = msgspec.structs.replace(ELECTION, stations=(*ELECTION.stations, second))
    write_definition(election, tmp_path / "election.json")
    with Command(tmp_path) as command:
        said = command.until(re.compile("takes anything of it"))
        assert "Station s1" in said and "s7" in said and "Chair" in said and "http://127.0.0.1:" in said
        assert "--resume" in command.stop()
    before = tree(tmp_path / "training" / "paper")

    with Command(tmp_path, "--resume", "--json") as command:
        told = json.loads(command.until(re.compile("^}")))
        kept = json.loads((tmp_path / "training" / "training.json").read_text())
        assert [one["document"] for one in told["voters"]] == [one["document"] for one in kept["voters"]]
        (pin,) = (one["pin"] for one in told["pins"] if (one["account"], one["machine"]) == ("chair", "chair"))
        with Client(told["addresses"]["chair"]) as chair:
            chair.get("/pin")
            assert chair.send("/pin", account="chair", pin=pin).name == "station"
    assert tree(tmp_path / "training" / "paper") == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "training.there-already"),
        (("--resume", "--replace"), "training.resume-or-replace"),
        (("--resume", "--station", "s2"), "training.of-another"),
        (("--resume", "--out", "elsewhere"), "training.none-to-resume"),
    ],
)
def test_what_does_not_go_on_changes_nothing(
    made: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    write_definition(ELECTION, tmp_path / "election.json")
    shutil.copytree(made.out, tmp_path / "training")
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["station", "train", "election.json", *options])
    assert ended.value.code == 1 and tree(tmp_path) == before
    assert str(message("error", code, station="s1")) in " ".join(capsys.readouterr().err.split())


def test_names_of_staff_are_in_the_language_of_whoever_sets_it_up(tmp_path: Path) -> None:
    set_language("fr")
    try:
        made = make_training(ELECTION, "s1", 3, tmp_path / "training")
    finally:
        set_language("en")
    assert made.pins[0].account.name == say("fr", f"staff.{made.pins[0].account.role}")


def test_training_needs_nothing_that_only_a_centre_has() -> None:
    """Whoever installed the extra `station` alone can train."""
    only = ("dask", "distributed", "psycopg", "testigo.centre", "testigo.rehearsal", "testigo.audit.planning")
    code = f"import sys\nfor name in {only!r}: sys.modules[name] = None\n" + (
        "import testigo.training, testigo.training.machines, testigo.cli.station_train"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
