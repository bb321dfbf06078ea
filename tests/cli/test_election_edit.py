"""`testigo election edit` as a process: its address, one act that writes, a clean end that says what is lost."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from testigo.web.client import Client


def start(file: Path) -> tuple["subprocess.Popen[str]", str, str]:
    """The process, its address, and the path that lets in."""
    command = [sys.executable, "-m", "testigo", "election", "edit", str(file), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdout is not None
    found = re.fullmatch(r"(http://127\.0\.0\.1:\d+)(/enter/[\w-]{32})\n", process.stdout.readline())
    assert found, process.stderr.read() if process.stderr else ""
    return process, found[1], found[2]


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    return process.wait(30), process.stderr.read() if process.stderr else ""


def begin(officer: Client) -> None:
    answer = officer.send(
        "/begin", languages="es", title="Elección", district="Villa", date="2027-05-09", opens="07:00", closes="17:00"
    )
    while answer.name == "checking":  # the first check of a process also loads what typesets
        answer = officer.get("/")
    assert answer.name == "overview" and answer.facts["changed"] == "yes"


def test_a_new_election_is_written_by_one_act(tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    process, address, enter = start(file)
    with Client(address) as officer:
        assert officer.get("/").status == 403
        assert officer.get(enter).name == "start"
        begin(officer)
        assert not file.exists()
        version = officer.get("/changes").facts["version"]
        assert officer.send("/save", version=version).ok
    assert end(process) == (0, "")
    assert "Elección" in file.read_text(encoding="utf-8")


def test_what_was_not_saved_is_said_to_be_lost(tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    process, address, enter = start(file)
    with Client(address) as officer:
        officer.get(enter)
        begin(officer)
    code, said = end(process)
    assert code == 0 and "lost" in said and not file.exists()


@pytest.mark.parametrize("name", ["none/new.yaml", "bad.yaml", "list.yaml", "."])
def test_what_cannot_be_edited_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("- a\n", encoding="utf-8")
    command = [sys.executable, "-m", "testigo", "election", "edit", str(tmp_path / name), "--no-browser"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("Error: ") and "Traceback" not in done.stderr
