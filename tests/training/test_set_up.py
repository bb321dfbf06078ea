"""Setting a training up: from a file or a station's folder, again and again, never over anything else."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pypdfium2  # type: ignore[import-untyped]
import pytest

from polling_place import Root
from testigo.ballot import Marks, new_slip_number
from testigo.cli import main
from testigo.election import Definition, copy_example, load
from testigo.errors import InvalidInput, StorageError
from testigo.locks import FolderLock
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.staff.machine import PINS
from testigo.training import Training, clear, count_papers, make_training, read_election, training_of
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
