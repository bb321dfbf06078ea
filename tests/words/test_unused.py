"""No sentence of a catalogue is left over: each key stands in the sources or templates that show its section.

Sections of which every sentence is named by a call of `message` or by an error's code are in `test_errors`, exactly;
`counters` are compared with the counters themselves (`tests/ballot/test_counters.py`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import error_codes
from testigo.words.catalogues import catalogue_of

SHOWN_BY = {
    "cards": ["station/booth/cards.*"],
    "paper_mode": ["paper_mode/*"],
    "proof": ["proof/*"],
    "results": ["results/*.py", "results/page/*", "ballot/reasons.py", "count/anomalies.py"],
    "retirement": [
        "station/retirement/*",
        "station/machine/folder.py",
        "station/booth/votes.py",
        "station/machine/day_file.py",
        "staff/machine.py",
    ],
    "screens": ["**/*.py", "**/*.html", "web/static/*.js"],
    "selfcheck": ["cli/selfcheck.py", "release.py"],
    "slip": ["slip/*", "paper_mode/ballots.py", "paper/sample.py", "proof/poster.py"],
    "tally_sheet": ["station/chair/tally_sheet.*", "ballot/*.py"],
    "term": ["**/*.py"],
    "voter_list": ["register/voter_list.*", "register/poll_book.py"],
}
"""Section → the files, below `src/testigo`, that show it."""

GAP = r"[\w.-]+"


def files_of(section: str) -> list[Path]:
    return sorted(file for pattern in SHOWN_BY[section] for file in error_codes.SOURCES.glob(pattern) if file.is_file())


def in_python(file: Path) -> Iterator[str]:
    """What a module's strings may name, as patterns: an f-string's gaps are open, a docstring's lines name nothing."""
    for node in ast.walk(error_codes.trees()[file]):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else GAP for one in node.values]
            if any(re.search("[a-z]", part) for part in parts if part != GAP):
                yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            yield re.escape(node.value)


def in_template(file: Path) -> Iterator[str]:
    """What a template names: `"key"`, `"key." ~ …`, `… ~ ".key"`, `words.key`."""
    text = file.read_text("utf-8")
    for before, quoted, after in re.findall(r"([~+] ?)?[\"']([\w.-]+)[\"']( ?[~+])?", text):
        yield (GAP if before else "") + re.escape(quoted) + (GAP if after else "")
    yield from map(re.escape, re.findall(r"\bwords\.([\w-]+)", text))


def unused(section: str) -> list[str]:
    patterns = {one for file in files_of(section) for one in (in_python if file.suffix == ".py" else in_template)(file)}
    known = re.compile("|".join(sorted(patterns)))
    return [key for context, key in catalogue_of("en").forms if context == section and not known.fullmatch(key)]


@pytest.mark.parametrize("section", SHOWN_BY)
def test_every_sentence_is_shown_somewhere(section: str) -> None:
    assert unused(section) == []


def test_every_section_is_looked_at() -> None:
    sections = {section for section, _ in catalogue_of("en").forms}
    assert sections == {*SHOWN_BY, *error_codes.NAMED_BY_CALLS, "hint", "counters"}
