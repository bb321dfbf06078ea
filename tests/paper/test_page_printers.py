"""What is known of a printer of pages before anything is printed: of a folder, and of the machine's print system."""

from pathlib import Path

import pytest

from testigo.errors import StorageError
from testigo.paper.pages import CupsPages, FolderPages

IDLE = "printer {name} is idle.  enabled since Sat Nov 28 08:00:00 2026"
STOPPED = "printer {name} disabled since Sat Nov 28 08:00:00 2026 -\\n\\tout of paper"


@pytest.fixture
def lpstat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `lpstat` that answers from files: `default`, and one a printer."""
    program, answers = tmp_path / "lpstat", tmp_path / "answers"
    answers.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -d ]; then /bin/cat {answers}/default; else /bin/cat "{answers}/printer-$2"; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (answers / "default").write_text("system default destination: laser\n")
    (answers / "printer-laser").write_text(IDLE.format(name="laser"))
    return answers


def test_a_printer_that_works(lpstat: Path) -> None:
    assert CupsPages().is_ready() and CupsPages("laser").is_ready()


@pytest.mark.parametrize("state", [STOPPED, STOPPED.replace("\\n\\t", " ")])
def test_a_stopped_printer_says_why(lpstat: Path, state: str) -> None:
    (lpstat / "printer-laser").write_text(state.format(name="laser").replace("\\n\\t", "\n\t"))
    with pytest.raises(StorageError, match="out of paper") as stopped:
        CupsPages().is_ready()
    assert stopped.value.code == "print-system.stopped"


def test_no_default_and_no_such_printer(lpstat: Path) -> None:
    with pytest.raises(StorageError) as unknown:
        CupsPages("ink").is_ready()
    assert unknown.value.code == "print-system.unknown-printer"
    (lpstat / "default").write_text("no system default destination\n")
    with pytest.raises(StorageError) as none:
        CupsPages().is_ready()
    assert none.value.code == "print-system.no-default"


def test_without_a_print_system_nobody_can_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert CupsPages("laser").is_ready() is False


def test_a_folder_is_ready_where_it_can_be_written(tmp_path: Path) -> None:
    assert FolderPages(tmp_path / "paper").is_ready() and not list((tmp_path / "paper").iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        FolderPages(tmp_path / "file").is_ready()
