"""An old copy of a centre's folder is noticed before it publishes anything, and goes on from its public record."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from small_country import Machines, move_centre
from testigo.ballot import TallySheet
from testigo.centre import Centre, restore_centre
from testigo.cli.root import main
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.record import Checkpoint, Log, open_checkpoint, read_record

SheetOf = Callable[..., TallySheet]


class Office:
    """A centre that has counted one station, was copied (`old`), and has then counted another."""

    def __init__(self, centre: Centre, machines: dict[str, Machines], sheet_of: SheetOf, tmp_path: Path) -> None:
        self.machines, self.sheet_of, self.folder = machines, sheet_of, centre.folder
        self.kept = centre.folder.with_name("centre.checkpoint")
        centre.receive(self.package("n1"))
        self.old = Path(shutil.copytree(centre.folder, tmp_path / "backup"))
        centre.receive(self.package("n2"))
        self.size = len(centre.rules.entries)
        self.mirror = Path(shutil.copytree(centre.public, tmp_path / "mirror"))

    def package(self, station: str, seed: int = 1) -> bytes:
        return self.machines[station].package(self.sheet_of(station, 20, seed))

    def put_back(self) -> None:
        """The disk died; the copy takes the folder's place."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.old, self.folder)

    def everything(self) -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}


@pytest.fixture
def office(centre: Centre, machines: dict[str, Machines], sheet_of: SheetOf, tmp_path: Path) -> Office:
    return Office(centre, machines, sheet_of, tmp_path)


def test_the_kept_checkpoint_is_always_the_published_one(office: Office) -> None:
    assert office.kept.read_bytes() == (office.folder / "public" / "checkpoint").read_bytes()
    assert open_checkpoint(office.kept.read_bytes(), Centre.open(office.folder)._log.key).size == office.size


def test_attack_an_old_copy_put_back_publishes_nothing(office: Office) -> None:
    office.put_back()
    before, kept = office.everything(), office.kept.read_bytes()
    with pytest.raises(IllegalStep, match=r"entries, and \d+ were published: it is an old copy"):
        Centre.open(office.folder).receive(office.package("s1"))
    assert (office.everything(), office.kept.read_bytes()) == (before, kept)


def test_an_old_copy_under_a_running_centre_publishes_nothing(office: Office) -> None:
    running = Centre.open(office.folder)
    office.put_back()
    checkpoint = (office.folder / "public" / "checkpoint").read_bytes()
    with pytest.raises(IllegalStep, match="it is an old copy"):
        running.receive(office.package("s1"))
    assert (office.folder / "public" / "checkpoint").read_bytes() == checkpoint
    assert not list((office.folder / "received").glob("*.incoming"))


def test_without_the_guard_the_log_would_fork(office: Office) -> None:
    """What the guard is for: two checkpoints of one size that contradict each other, both signed by the log."""
    office.put_back()
    office.kept.unlink()
    (office.folder / "kept-checkpoint.json").unlink()
    Centre.open(office.folder).receive(office.package("s1"))
    finding = read_record(office.folder / "public").check_consistency((office.mirror / "checkpoint").read_bytes())
    assert finding.grade.name == "FAILURE"


def test_an_old_copy_goes_on_from_a_mirror_to_the_same_result(office: Office, sheet_of: SheetOf) -> None:
    office.put_back()
    centre, taken = restore_centre(office.folder, str(office.mirror))
    assert taken == 2 and len(centre.rules.entries) == office.size
    assert (centre.public / "checkpoint").read_bytes() == (office.mirror / "checkpoint").read_bytes()
    assert centre.receive(office.package("n2")).already
    centre.receive(office.package("s1"))
    assert not centre.publish_result().missing
    published = read_record(centre.public)
    assert published.ok
    assert published.check_consistency((office.mirror / "checkpoint").read_bytes()).holds


def test_a_moved_centre_goes_on_with_its_checkpoint_and_not_without(office: Office, tmp_path: Path) -> None:
    moved = move_centre(office.folder, tmp_path / "new-machine")
    Centre.open(moved).receive(office.package("s1"))
    alone = Path(shutil.copytree(office.old, tmp_path / "other" / "centre"))
    with pytest.raises(IllegalStep, match="was moved, or restored from a copy"):
        Centre.open(alone)
    assert restore_centre(alone, str(moved / "public"))[1] == 4
    assert Centre.open(alone).result() == Centre.open(moved).result()


def test_a_mirror_that_is_behind_is_refused_while_a_newer_checkpoint_is_kept(office: Office) -> None:
    office.put_back()
    with pytest.raises(IllegalStep, match="it is an old copy"):
        restore_centre(office.folder, str(office.old / "public"))
    assert read_record(office.folder / "public").size < office.size


def test_a_copy_that_has_forked_is_refused_by_name(office: Office, tmp_path: Path) -> None:
    forked = tmp_path / "forked" / "centre"
    shutil.copytree(office.old, forked)
    (forked / "kept-checkpoint.json").unlink()
    Centre.open(forked).receive(office.package("s1"))
    with pytest.raises(IllegalStep, match="say different things under one number"):
        restore_centre(forked, str(office.mirror))
    shutil.copy(office.kept, forked.with_name("centre.checkpoint"))
    with pytest.raises(IllegalStep, match="not the one that was published"):
        Centre.open(forked)


def test_a_record_that_does_not_hold_is_refused(office: Office) -> None:
    office.put_back()
    (office.mirror / "statements").joinpath("surplus").write_text("x")
    with pytest.raises(InvalidInput, match="does not hold"):
        restore_centre(office.folder, str(office.mirror))


def test_a_record_that_cannot_be_reached_is_not_said_to_be_wrong(office: Office, tmp_path: Path) -> None:
    office.put_back()
    for record in ("http://127.0.0.1:9", str(tmp_path / "nowhere")):
        with pytest.raises(StorageError, match="nothing says that somebody changed it"):
            restore_centre(office.folder, record)


def test_the_checkpoint_is_not_kept_in_the_folder_itself(office: Office) -> None:
    """It would be put back together with the folder, and nobody would notice."""
    office.put_back()
    before = office.everything()
    with pytest.raises(InvalidInput, match="own folder"):
        restore_centre(office.folder, str(office.mirror), kept=office.folder / "received" / ".." / "kept")
    assert office.everything() == before


def test_a_folder_of_release_0_1_gets_its_second_place(office: Office) -> None:
    (office.folder / "kept-checkpoint.json").unlink()
    office.kept.unlink()
    Centre.open(office.folder)
    assert office.kept.read_bytes() == (office.folder / "public" / "checkpoint").read_bytes()
    assert (office.folder / "kept-checkpoint.json").exists()


def test_another_place_is_kept_to(tmp_path: Path, definition_file: Path, office: Office) -> None:
    disk = tmp_path / "second" / "election.checkpoint"
    centre = Centre.create(tmp_path / "far" / "centre", definition_file, kept=disk)
    assert disk.read_bytes() == (centre.public / "checkpoint").read_bytes()
    assert not (tmp_path / "far" / "centre.checkpoint").exists()
    with pytest.raises(StorageError, match="is kept here already"):
        Centre.create(tmp_path / "third" / "centre", definition_file, kept=disk)
    with pytest.raises(InvalidSignature):
        restore_centre(office.folder, str(centre.public))


@pytest.mark.parametrize("cut", ["kept", "public"])
def test_a_power_cut_between_keeping_and_publishing_is_no_old_copy(
    office: Office, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    centre, publish = Centre.open(office.folder), Log.publish

    def cut_short(log: Log) -> Checkpoint:
        if log.size > log.published_size:
            if cut == "public":
                publish(log)
            raise PowerCut
        return publish(log)

    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(Log, "publish", cut_short)
        centre.receive(office.package("s1"))
    again = Centre.open(office.folder)
    assert again.receive(office.package("s1")).already
    assert office.kept.read_bytes() == (again.public / "checkpoint").read_bytes()


def test_on_the_command_line(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: object) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["centre", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err.replace("\n", " ")

    office.put_back()
    code, _, error = run("status", office.folder)
    assert code == 1 and "testigo centre restore" in error
    code, said, _ = run("restore", office.folder, "--record", office.mirror, "--json")
    assert (code, json.loads(said)) == (0, {"taken_over": 2, "entries": office.size})
    assert run("status", office.folder)[0] == 0
