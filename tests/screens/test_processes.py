"""Real processes by the command line: up in time, the right address, a clean end, a sentence for every error."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from testigo.web.client import Client


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "testigo", *arguments, "--port", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address), process.stderr.read() if process.stderr else ""
    return address


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


@pytest.fixture
def folder(open_station: tuple[Path, list[str]], tmp_path: Path) -> Path:
    shutil.copytree(open_station[0], tmp_path / "station")
    return tmp_path / "station"


def test_a_booth_resumes_after_kill_9_and_ends_cleanly(
    folder: Path, open_station: tuple[Path, list[str]], tmp_path: Path
) -> None:
    arguments = ("station", "serve", "booth", str(folder / "booth"), "--printer", f"folder:{tmp_path / 'slips'}")
    booth = start(*arguments)
    with Client(address_of(booth)) as voter:
        assert voter.get("/").name == "welcome"
        voter.send("/card", code=open_station[1][0])
        voter.send("/language", language="en")
        voter.send("/contest/1", option="ana", go="next")
    end(booth, signal.SIGKILL)
    booth = start(*arguments)
    with Client(address_of(booth)) as voter:
        page = voter.get("/")
        assert (page.name, page.facts["contest"]) == ("contest", "council")
        assert b'lang="en"' in page.content
        stale = voter.send("/contest/2", token="x", option="c1", go="next")
        assert stale.status == 422 or stale.status == 403
    assert end(booth) == (0, "")


def test_a_booths_process_knows_nothing_of_voters_and_fingers() -> None:
    loaded = "[name for name in sys.modules if name.startswith('testigo.')]"
    code = f"import sys, testigo.cli.station, testigo.screens.booth, testigo.screens.serve; print({loaded})"
    known = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for other in (
        "testigo.register",
        "testigo.fingerprint",
        "testigo.station.check_in.check_in",
        "testigo.screens.checkin",
    ):
        assert other not in known


def test_check_in_and_chair_start_and_end(folder: Path) -> None:
    desk, chair = (start("station", "serve", role, str(folder / role)) for role in ("check-in", "chair"))
    for process, role in ((desk, "check-in"), (chair, "chair")):
        assert httpx.get(f"{address_of(process)}/health").json()["role"] == role
    assert end(desk) == (0, "")
    assert end(chair, signal.SIGINT) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("station", "serve", "booth", "{nowhere}", "--printer", "folder:{slips}"), "nowhere"),
        (("station", "serve", "booth", "{station}/booth", "--printer", "telepathy"), "telepathy"),
        (("station", "serve", "check-in", "{station}/check-in", "--reader", "folder:{nowhere}"), "no such folder"),
        (("station", "serve", "check-in", "{station}/check-in", "--reader", "glass"), "not a reader"),
        (("station", "serve", "chair", "{station}/booth"), "booth"),
        (("station", "serve", "chair", "{station}/chair", "--pages", "stone"), "stone"),
        (("station", "serve", "chair", "{station}/chair", "--certificate", "{station}/x.pem"), "private key"),
        (("centre", "serve-results", "{nowhere}", "{nowhere}"), "index.html"),
        (("register", "officer", "../evil", "--officers", "{nowhere}", "--pin-file", "{pin}"), "user name"),
    ],
)
def test_an_error_at_the_start_is_one_sentence(
    arguments: tuple[str, ...], said: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "pin").write_text("316497\n", encoding="utf-8")
    places: dict[str, Any] = {"nowhere": tmp_path / "nowhere", "station": folder, "slips": tmp_path / "slips"}
    filled = [one.format(**places, pin=tmp_path / "pin") for one in arguments]
    command = [sys.executable, "-m", "testigo", *filled]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [
            sys.executable,
            "-m",
            "testigo",
            "station",
            "serve",
            "check-in",
            str(folder / "check-in"),
            "--port",
            port,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "another process uses this port" in done.stderr
