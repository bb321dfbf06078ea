"""Files are replaced whole or not at all, and a failure is a sentence."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from testigo import database, storage
from testigo.errors import IllegalStep, InvalidInput, SeveralErrors, StorageError


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    storage.write(path, b"one")
    storage.write(path, b"two")
    assert storage.read(path) == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    storage.write(path, b"one")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "flush", full)
    with pytest.raises(StorageError, match=r"file: the disk is full; free some space"):
        storage.write(path, b"two")
    assert path.read_bytes() == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    storage.write_new(tmp_path / "deep" / "key", b"one")
    with pytest.raises(StorageError, match="key: it is already there"):
        storage.write_new(tmp_path / "deep" / "key", b"two")
    assert (tmp_path / "deep" / "key").read_bytes() == b"one"
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_a_full_disk_leaves_no_half_of_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "flush", full)
    with pytest.raises(StorageError, match="/key: the disk is full"):
        storage.write_new(tmp_path / "key", b"one")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), storage.new_folder(tmp_path / "station") as building:
        (building / "half").write_text("done")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with storage.new_folder(tmp_path / "station") as building:
        (building / "all").write_text("done")
        assert not (tmp_path / "station").exists()
    assert (tmp_path / "station" / "all").read_text() == "done"
    assert [entry.name for entry in tmp_path.iterdir()] == ["station"]


@pytest.mark.parametrize("used", ["file", "folder"])
def test_a_used_place_is_refused(tmp_path: Path, used: str) -> None:
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "file", tmp_path / "folder" / "inside"):
        file.write_text("mine")
    with pytest.raises(StorageError, match="something is there already"), storage.new_folder(tmp_path / used):
        pytest.fail("the block must not run")
    assert (tmp_path / "folder" / "inside").read_text() == "mine"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 11)
    with pytest.raises(InvalidInput, match="larger than 10 bytes"):
        storage.read(tmp_path / "file", limit=10)


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_what_has_no_name_is_a_folder_and_no_new_one(path: str) -> None:
    """`--out ""` and `--out .`: neither can be replaced whole."""
    for write in (storage.write, storage.write_new):
        with pytest.raises(StorageError, match="it is a folder"):
            write(Path(path), b"")
    with pytest.raises(StorageError, match="choose a new folder"), storage.new_folder(Path(path)):
        pass


def test_a_name_that_is_too_long_or_a_link_to_itself_is_not_the_disks_fault(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the name of the file or folder is too long"):
        storage.read(tmp_path / ("x" * 300))
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(StorageError, match="no such file"):
        storage.read(tmp_path / "link")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="absent: no such file"):
        storage.read(tmp_path / "absent")


def test_sqlite_flushes_and_checks(tmp_path: Path) -> None:
    engine = database.open_database(str(tmp_path / "register.db"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_an_unreachable_database_is_a_sentence_without_its_password() -> None:
    with pytest.raises(StorageError) as caught:
        database.open_database("postgresql://officer:hunter2@127.0.0.1:1/register")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1/register" in str(caught.value)


@pytest.mark.parametrize("address", ["mysql://x/y", "http://x"])
def test_other_databases_are_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="not a database that Testigo knows"):
        database.open_database(address)


def test_several_errors_are_a_line_each() -> None:
    error = SeveralErrors(
        "2 errors", [InvalidInput("no name", place="row 2"), InvalidInput("no number")], place="x.csv"
    )
    assert str(error).splitlines() == ["x.csv: 2 errors.", "  row 2: no name.", "  no number."]


def test_a_device_is_written_to_and_stays_one() -> None:
    master, slave = os.openpty()
    try:
        device = Path(os.ttyname(slave))
        storage.write(device, b"shown")
        assert device.is_char_device() and os.read(master, 10) == b"shown"
    finally:
        os.close(master)
        os.close(slave)


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        storage.write(pipe, b"through")
        assert pipe.is_fifo() and os.read(reader, 20) == b"through"
    finally:
        os.close(reader)


@pytest.mark.parametrize("existing", ["", "one"])
def test_folders_are_not_left_by_what_fails(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).mkdir(exist_ok=True)
    with pytest.raises(InvalidInput), storage.making_folder(tmp_path / "one" / "two" / "three") as made:
        assert made.is_dir()
        raise InvalidInput("folder.no-images")
    assert [entry.name for entry in tmp_path.iterdir()] == ([existing] if existing else [])


def test_neither_a_new_file_nor_a_new_folder_leaves_its_parents(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        storage.write_new(tmp_path / "one" / "two" / ("x" * 300), b"")
    with pytest.raises(InvalidInput), storage.new_folder(tmp_path / "one" / "two"):
        raise InvalidInput("folder.no-images")
    assert list(tmp_path.iterdir()) == []


def test_links_in_a_circle_are_a_path(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert storage.resolved(tmp_path / "circle") == tmp_path / "circle"
    (tmp_path / "link").symlink_to("file")
    assert storage.resolved(tmp_path / "link") == tmp_path / "file"
    assert storage.resolved(Path("x")) == Path.cwd() / "x"


@pytest.mark.parametrize("address", ["postgresql://a:secret@[::1", "postgresql://a:secret@host:port/name"])
def test_an_address_that_is_none_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(InvalidInput, match="not a database that Testigo knows") as refused:
        database.open_database(address)
    assert "secret" not in str(refused.value)


def test_what_was_changed_since_it_was_read_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    storage.write(path, b"one")
    storage.write(path, b"two", over=b"one")
    for other in (b"one", b"tw", b"two2", b""):
        with pytest.raises(IllegalStep, match="the file was changed while it was worked on; nothing was written"):
            storage.write(path, b"three", over=other)
    assert path.read_bytes() == b"two" and len(list(tmp_path.iterdir())) == 1
    path.unlink()
    with pytest.raises(IllegalStep):
        storage.write(path, b"three", over=b"two")
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from testigo import storage
with storage.new_folder(Path(sys.argv[1]), mode=0o700) as building:
    (building / "key.pem").write_bytes(b"private")
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    signal.pause()
"""


def test_attack_what_a_killed_command_left_half_made_is_gone_at_its_next_start(tmp_path):
    folder = tmp_path / "centre"
    subprocess.run([sys.executable, "-c", KILLED, folder, "SIGKILL"], check=False, env=os.environ)
    (left,) = tmp_path.iterdir()
    assert (left / "key.pem").read_bytes() == b"private"
    with storage.new_folder(folder) as building:
        running = building
        assert not left.exists()
        assert storage.remove_unfinished(tmp_path) == []  # nothing of a process that is running
    assert not running.exists() and list(tmp_path.iterdir()) == [folder]


def test_what_is_whole_keeps_its_bytes(tmp_path):
    """A file that was linked to its name before its process was killed has both."""
    whole, other = tmp_path / "key.pem", tmp_path / ".key.pem.99999999-0123abcd.tmp"
    whole.write_bytes(b"private")
    os.link(whole, other)
    (tmp_path / ".key.pem.99999999-0123abce.tmp").write_bytes(b"half")
    assert len(storage.remove_unfinished(tmp_path)) == 2
    assert whole.read_bytes() == b"private" and list(tmp_path.iterdir()) == [whole]
