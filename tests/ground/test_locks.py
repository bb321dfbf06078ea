"""One process at a time in a folder: real processes, one of them killed."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from testigo import locks
from testigo.errors import StorageError
from testigo.locks import FolderLock


def _hold(folder: Path, file: str, ready: Connection) -> None:
    with FolderLock(folder, file=file):
        ready.send("held")
        ready.recv()


@pytest.mark.parametrize("file", ["", "lock"])
def test_a_second_process_is_refused_until_the_first_ends_even_by_a_kill(tmp_path: Path, file: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path, file, theirs))
    process.start()
    assert ours.recv() == "held"
    with pytest.raises(StorageError, match="in use by another process"):
        FolderLock(tmp_path, file=file)
    process.kill()
    process.join()
    FolderLock(tmp_path, file=file).close()


def test_closing_twice_is_once(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.close()
    lock.close()
    with FolderLock(tmp_path), pytest.raises(StorageError):
        FolderLock(tmp_path)


def _count(folder: Path, times: int) -> None:
    file = folder / "count"
    for _ in range(times):
        with locks.waiting(folder):
            file.write_text(str(int(file.read_text()) + 1))


def test_waiting_processes_lose_no_step(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count, args=(tmp_path, 200)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert (tmp_path / "count").read_text() == "600"


def test_no_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file or folder"), locks.waiting(tmp_path / "missing"):
        pass
