"""docs/invariants.md names for each invariant the tests that show it: all thirteen are there, and every test exists."""

import ast
import re
from pathlib import Path

import pytest

NUMBERS = range(1, 14)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PLAIN = "**Not shown yet"


@pytest.fixture(scope="module")
def invariants(project_root: Path) -> dict[int, str]:
    """Number → what stands under its heading."""
    parts = re.split(r"^## (\d+)\. ", (project_root / "docs" / "invariants.md").read_text(), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def functions_of(file: Path) -> set[str]:
    """Names of the test functions of a file."""
    return {
        node.name
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_all_thirteen_stand_there(invariants: dict[int, str]) -> None:
    assert list(invariants) == list(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_names_its_tests_or_says_that_there_is_none(invariants: dict[int, str], number: int) -> None:
    assert TEST.search(invariants[number]) or PLAIN in invariants[number]


@pytest.mark.parametrize("page", ["invariants.md", "threats.md"])
def test_every_test_that_a_page_names_exists(project_root: Path, page: str) -> None:
    named = TEST.findall((project_root / "docs" / page).read_text())
    assert named
    missing = [f"{file}::{test}" for file, test in named if not (project_root / file).is_file()]
    files = {file for file, _ in named if (project_root / file).is_file()}
    known = {file: functions_of(project_root / file) for file in files}
    missing += [f"{file}::{test}" for file, test in named if file in known and test not in known[file]]
    assert missing == []
