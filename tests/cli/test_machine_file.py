"""`machine.toml` in the place of options, for every command that serves; what is wrong in it, with its line."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from testigo import words
from testigo.cli import main, serve
from testigo.cli.machine_file import MACHINES, settings_of
from testigo.web.listening import Listening

COMMANDS = {
    "chair": serve.chair,
    "check-in": serve.check_in,
    "booth": serve.booth,
    "enrolment": serve.enrolment,
    "centre": serve.inbox,
    "results": serve.results,
}

BOOTH = """\
# The booth of station 1.
machine = "booth"
folder = "station-1/booth"

printer = "tcp:192.168.7.20"
host = '192.168.7.3'
port = 9000
"""

Served = list[tuple[object, ...]]


@pytest.fixture
def booth_file(tmp_path: Path) -> Path:
    file = tmp_path / "machine.toml"
    file.write_text(BOOTH)
    return file


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """With what booths were started; none is."""
    calls: Served = []
    monkeypatch.setattr(serve.serve, "serve_booth", lambda *values: calls.append(values))
    return calls


def call(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code


@pytest.mark.parametrize("named", [(), ("booth",)])
def test_a_file_takes_the_place_of_options(booth_file: Path, served: Served, named: tuple[str, ...]) -> None:
    assert call("station", "serve", *named, "--config", booth_file) == 0
    assert served == [(Path("station-1/booth"), "tcp:192.168.7.20", Listening("192.168.7.3", 9000))]


def test_options_win_over_the_file(booth_file: Path, served: Served) -> None:
    words = ("--port", "7", "--metrics-port", "0", "elsewhere")
    assert call("station", "serve", f"--config={booth_file}", *words) == 0
    assert served == [(Path("elsewhere"), "tcp:192.168.7.20", Listening("192.168.7.3", 7, metrics_port=0))]


def test_without_a_file_all_is_as_it_was(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("station", "serve", "booth", "folder", "--printer", "folder:x") == 0
    assert served == [(Path("folder"), "folder:x", Listening(port=8083))]
    assert call("station", "serve", "booth", "folder") == 2
    assert "printer" in capsys.readouterr().err


def test_what_is_in_force_is_shown_with_where_it_is_from(
    booth_file: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    booth_file.write_text(BOOTH + 'log-level = "info"\n')
    words = ("--log-format", "json", "station", "serve", "--config", booth_file, "--print-config", "--port", "7")
    assert call(*words) == 0
    shown = capsys.readouterr().out
    assert served == []
    sources = dict(re.findall(r"^(\S+).*?  # (.*)$", shown, re.MULTILINE))
    assert sources == {
        "folder": f"{booth_file}:3",
        "printer": f"{booth_file}:5",
        "host": f"{booth_file}:6",
        "port": "command line",
        "#certificate": "not set",
        "#private-key": "not set",
        "#metrics-port": "not set",
        "log-format": "command line",
        "log-level": f"{booth_file}:8",
        "language": "default",
    }
    again = tomllib.loads(shown)
    assert (again["machine"], again["port"], again["log-level"]) == ("booth", 7, "info")
    booth_file.write_text(shown)  # what is shown is such a file itself
    assert call("station", "serve", "--config", booth_file) == 0
    assert served == [(Path("station-1/booth"), "tcp:192.168.7.20", Listening("192.168.7.3", 7))]


@pytest.mark.parametrize(
    ("line", "number", "sentence"),
    [
        ("prot = 1", 8, "there is no key prot; write port"),
        ("zzzz = 1", 8, "there is no key zzzz; the keys are machine, folder, printer, host"),
        ("pin = '123456'", 8, "there is no key pin"),
        ("[tls]\nport = 1", 8, "there is no key tls"),
        ("metrics-port = '9100'", 8, "metrics-port is not a whole number"),
        ("metrics-port = true", 8, "metrics-port is not a whole number"),
        ("metrics-port = 9.0", 8, "metrics-port is not a whole number"),
        ("metrics-port = -1", 8, "metrics-port is out of range; give 0 to 65535"),
        ("\n# a\nmetrics-port = 65536", 10, "metrics-port is out of range"),
        ("certificate = 1", 8, "certificate is not text in quotes"),
        ("certificate = '''a\nb'''", 8, "certificate has characters that cannot be printed"),
        (r'certificate = "a\u0000"', 8, "certificate has characters that cannot be printed"),
        ("certificate = 'postgresql://me:secret@host/db'", 8, "certificate has a password in it"),
        ("log-level = 'loud'", 8, "log-level is not one of its values; give debug, info, warning, or error"),
        ("host = '::1'", 8, "host is there twice, first in line 6"),
        ("machine = 'chair'", 8, "machine is there twice, first in line 2"),
        ("certificate = ", 8, "not TOML"),
    ],
)
def test_a_bad_file_gets_its_line(
    booth_file: Path, served: Served, capsys: pytest.CaptureFixture[str], line: str, number: int, sentence: str
) -> None:
    booth_file.write_text(f"{BOOTH}{line}\n")
    assert call("station", "serve", "--config", booth_file) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"Error: {booth_file}:{number}: {sentence}")
    assert "secret" not in said.err + said.out
    assert served == []


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("machine = 'chair'", ("station", "serve", "booth"), "1: the file is for the machine chair, not booth"),
        ("\nmachine = 'centre'", ("station", "serve"), "2: the file is for the machine centre; use it with"),
        ("port = 1", ("station", "serve"), "1: the file does not say which machine it is for"),
        ("machine = 'kitchen'", ("centre", "serve"), "1: the file does not say which machine it is for"),
        ("machine = ['booth']", ("register", "serve"), "1: the file does not say which machine it is for"),
    ],
)  # fmt: skip
def test_a_file_is_for_one_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "other.toml"
    file.write_text(text)
    assert call(*words, "--config", file) == 1
    assert capsys.readouterr().err.startswith(f"Error: {file}:{sentence}")


def test_a_password_on_the_command_line_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--election", "e.yaml", "--register", "postgresql://me:secret@host/db", "--print-config")
    assert call("register", "serve", *words) == 0
    shown = capsys.readouterr().out
    assert "secret" not in shown
    assert 'register = "postgresql://me:…@host/db"' in shown


@pytest.mark.parametrize("machine", MACHINES)
def test_the_example_explains_every_key_and_is_a_file_that_is_read(
    tmp_path: Path, machine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "machine.toml"
    words = MACHINES[machine].split()
    assert call(*words, "--example-config", file) == 0
    text = file.read_text()
    assert tomllib.loads(text) == {"machine": machine}
    uncommented = re.sub(r"^#([a-z-]+ = )", r"\1", text, flags=re.MULTILINE).replace("NUMBER", "500")
    assert len(tomllib.loads(uncommented)) == 1 + len(settings_of(command_of(machine)))
    file.write_text(uncommented)
    capsys.readouterr()
    assert call(*words, "--config", file, "--print-config") == 0
    assert tomllib.loads(capsys.readouterr().out) == tomllib.loads(uncommented)
    assert call(*words, "--example-config", file) == 1  # never over a file that is there
    assert file.read_text() == uncommented


def command_of(machine: str) -> Callable[..., object]:
    """The command as it is written, without the options of `machine_file`."""
    command: Callable[..., object] = COMMANDS[machine]
    return command.__wrapped__  # type: ignore[attr-defined, no-any-return]


def test_a_process_starts_with_nothing_but_a_file(tmp_path: Path) -> None:
    file = tmp_path / "machine.toml"
    file.write_text('machine = "booth"\nfolder = "nowhere"\nprinter = "folder:slips"\n')
    command = [sys.executable, "-m", "testigo", "station", "serve", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: nowhere/settings.json: no such file or folder; check the path.\n"


def test_the_machine_speaks_its_language(booth_file: Path, served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    booth_file.write_text(BOOTH + 'language = "es"\n')
    assert call("station", "serve", "--config", booth_file) == 0
    assert words.current_language() == "es" and len(served) == 1
    booth_file.write_text(BOOTH + 'language = "xx"\n')
    assert call("station", "serve", "--config", booth_file) == 1
    line = len(booth_file.read_text().splitlines())
    assert f"{booth_file}:{line}: there are no words in 'xx'" in capsys.readouterr().err.replace("\n", "")
