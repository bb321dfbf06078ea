"""What a user names is opened in one place, which refuses what never ends: a pipe, a device."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from testigo import storage
from testigo.database import database_exists, open_database
from testigo.errors import InvalidInput, StorageError

OWN = {
    "storage.py": "the one place",
    "record/source.py": "files of a record: links are not followed either",
    "fingerprint/_compiled.py": "its own source, in the installed package",
    "fingerprint/matching/calibration.py": "in the installed package",
    "fingerprint/matching/descriptor.py": "in the installed package",
    "election/printed.py": "in the installed package",
    "paper/font.py": "in the installed package",
    "web/application.py": "in the installed package",
    "results/results_page.py": "in the installed package",
    "words/catalogues.py": "in the installed package",
    "register/prints.py": "a file that it has just written",
    "database.py": "a file that it has just written",
    "station/machine/processes.py": "a file that it has just written",
    "rehearsal/night.py": "a file that it has just written",
    "station/machine/hardware_test.py": "what the system says of a screen",
}
"""Modules that open a file for reading by themselves, and why they may."""


def _reads(module: Path) -> Iterator[str]:
    """Calls that open a file for reading."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        modes = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in ("read_bytes", "read_text") or (name == "open" and any(one in ("r", "rb") for one in modes)):
            yield ast.unparse(node)


def test_nothing_else_opens_a_file_to_read_it(project_root: Path) -> None:
    source = project_root / "src" / "testigo"
    found = {
        str(file.relative_to(source)): said for file in sorted(source.rglob("*.py")) if (said := list(_reads(file)))
    }
    assert {name: said for name, said in found.items() if name not in OWN} == {}
    assert {name for name in OWN if name not in found} <= {"storage.py", "record/source.py"}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A link, so that whoever removes it removes no device."""
    (tmp_path / "endless").symlink_to("/dev/zero")
    return tmp_path / "endless"


def test_a_pipe_and_a_device_are_no_files(pipe: Path, endless: Path) -> None:
    for path in (pipe, endless):
        with pytest.raises(StorageError, match="not a plain file; save what it gives in a file"):
            storage.read(path)
    with pytest.raises(StorageError, match="a folder, not a file"):
        storage.read(pipe.parent)


def test_what_takes_a_files_place_is_not_read(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at, it was a file; opened, it is a pipe, and nobody waits for what will never be written to it."""
    monkeypatch.setattr(storage, "require_plain", lambda path: None)
    with pytest.raises(StorageError, match="not a plain file"):
        storage.read(pipe)


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "link").symlink_to("file")
    assert storage.read(tmp_path / "link") == b"one"


def test_of_a_huge_file_no_more_is_read_than_the_limit(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(InvalidInput, match="larger than 1,000 bytes"):
        storage.read(tmp_path / "huge", limit=1000)


def test_what_is_no_file_is_no_database_and_stays(pipe: Path, endless: Path) -> None:
    for path in (pipe, endless, pipe.parent):
        for use in (open_database, database_exists):
            with pytest.raises(StorageError, match=r"not a plain file|a folder"):
                use(str(path))
        assert os.path.lexists(path)
