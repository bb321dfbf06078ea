"""docs/stored-files.md lists every kind of file with the format that the code writes, and every frozen file."""

import importlib
from pathlib import Path
from typing import Any

import pytest

import testigo
from stored_files import rows, unlisted
from testigo.election import station_file
from testigo.stored import StoredFormat

SOURCES = Path(testigo.__file__).parent


@pytest.fixture(scope="module")
def declared() -> set[tuple[str, str]]:
    """Name and number of every format in the code; a folder in a name is that of the page."""
    found: set[StoredFormat[Any]] = set()
    for file in sorted(SOURCES.rglob("*.py")):
        if "StoredFormat(" in file.read_text():
            module = ".".join(("testigo", *file.relative_to(SOURCES).with_suffix("").parts))
            values = vars(importlib.import_module(module)).values()
            found |= {value for value in values if isinstance(value, StoredFormat)}
    return {(one.name, str(one.format)) for one in found} | {("definition.json", str(station_file.FORMAT))}


def test_the_page_has_every_format_of_the_code_and_no_other(declared: set[tuple[str, str]]) -> None:
    assert len(declared) > 12
    numbered = [row for row in rows() if row.format.isdigit() and row.path != "officers/NAME.json"]
    for name, number in sorted(declared):
        assert {row.format for row in numbered if f"/{row.path}".endswith(f"/{name}")} == {number}, name
    names = [name for name, _ in declared]
    assert [row.path for row in numbered if not any(f"/{row.path}".endswith(f"/{name}") for name in names)] == []


@pytest.mark.parametrize("release", ["0.1"])
def test_the_page_lists_what_older_releases_left(project_root: Path, release: str) -> None:
    stored = project_root / "tests" / "data" / "stored" / release
    assert unlisted(stored / "station", "STATION") == []
    assert unlisted(stored / "register", "register") == []


def test_a_file_that_is_not_on_the_page_is_found(tmp_path: Path) -> None:
    for name in ("run.json", "lock", "notes.txt", "results/0000001", "results/old/1", "parts/00000/rows.npy"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert unlisted(tmp_path, "WORK") == ["notes.txt", "results/old/1"]
