"""docs/stored-files.md as tests read it: what is not listed there must not be on a disk."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "stored-files.md"

BESIDE = re.compile(r"(?:.*/)?\.[^/]+\.lock")
"""Locks lie beside the files they are for; the page says so once."""


@dataclass(frozen=True)
class Row:
    """One file of the page, as a path below its folder, with its column `format`."""

    folder: str
    path: str
    format: str

    def matches(self, path: str) -> bool:
        """Whether a path below the folder is this file."""
        parts = re.split(r"([A-Z]{2,}|…)", self.path)
        pattern = "".join(
            ".+" if part == "…" else "[^/]+" if re.fullmatch("[A-Z]{2,}", part) else re.escape(part) for part in parts
        )
        return re.fullmatch(pattern, path) is not None


def rows() -> list[Row]:
    """Every file that the page lists."""
    found: list[Row] = []
    folder = ""
    for line in PAGE.read_text().splitlines():
        if heading := re.fullmatch(r"## .*: `(.*)/`", line):
            folder = heading[1]
        elif line.startswith("| `"):
            files, _, format_, _ = (cell.strip() for cell in line.strip("|").split(" | "))
            found += [Row(folder, path, format_) for path in re.findall(r"`([^`]+)`", files)]
    return found


def unlisted(folder: Path, listed_as: str) -> list[str]:
    """The files below a folder that the page does not list in its table for `listed_as`."""
    table = [row for row in rows() if row.folder == listed_as]
    assert table, listed_as
    paths = (str(file.relative_to(folder)) for file in sorted(folder.rglob("*")) if not file.is_dir())
    return [path for path in paths if not BESIDE.fullmatch(path) and not any(row.matches(path) for row in table)]
