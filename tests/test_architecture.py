"""docs/architecture.md draws the rooms as `import-linter` checks them, and names files that exist."""

import re
import tomllib
from pathlib import Path

import pytest

PARTS = re.compile(r"[|,]\s*")


@pytest.fixture(scope="module")
def page(project_root: Path) -> str:
    return (project_root / "docs" / "architecture.md").read_text()


@pytest.fixture(scope="module")
def layers(project_root: Path) -> list[list[str]]:
    """The floors of the house, from the top; rooms that stand side by side in one list."""
    contracts = tomllib.loads((project_root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [PARTS.split(layer.replace(" ", "")) for layer in contracts[0]["layers"]]


def test_the_picture_has_the_rooms_in_their_order(page: str, layers: list[list[str]]) -> None:
    picture = page.split("```")[1].strip().splitlines()
    floors = [re.split(r"\s{2,}", line)[0] for line in picture if not line.startswith("─")]
    assert [PARTS.split(floor) for floor in floors] == layers


def test_every_room_has_its_paragraph(page: str, layers: list[list[str]]) -> None:
    told = {room for names in re.findall(r"^- \*\*([\w, ]+)\*\*:", page, re.MULTILINE) for room in PARTS.split(names)}
    assert {room for floor in layers for room in floor} <= told


def test_every_file_it_names_exists(page: str, project_root: Path) -> None:
    named = {name.replace("LANGUAGE", "en") for name in re.findall(r"`((?:src|docs|tests|benchmarks)/[\w./-]+)`", page)}
    named |= {f"src/testigo/{room}/__init__.py" for room in re.findall(r"`src/testigo/(\w+)/__init__\.py`", page)}
    missing = sorted(name for name in named if "ROOM" not in name and not (project_root / name).exists())
    assert missing == []


def test_every_name_it_tells_to_register_in_is_there(page: str, project_root: Path) -> None:
    named = re.findall(r"`(\w+)` (?:in|of) `(src/testigo/[\w/]+\.py)`", page)
    assert len(named) > 8
    assert [name for name, file in named if name not in (project_root / file).read_text()] == []
