"""The script that makes a computer one machine of a polling place, run into another root folder."""

import json
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROLES = ("chair", "check-in", "booth")
SYSTEM_UNITS = Path("/usr/lib/systemd/system")

Run = subprocess.CompletedProcess[str]


@pytest.fixture
def script(project_root: Path) -> Path:
    return project_root / "packaging" / "install-machine.sh"


@pytest.fixture
def install(script: Path, tmp_path: Path):
    """Runs the script with tmp_path/root as the root folder; no answer is given to its question."""

    def run(*words: object) -> Run:
        command = [str(word) for word in (script, *words, "--root", tmp_path / "root")]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    return run


def files(root: Path) -> dict[str, str]:
    """Path → mode, of everything but folders on the way."""
    return {
        str(path.relative_to(root)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file() or not any(path.iterdir())
    }


def screen(root: Path, role: str) -> str:
    """The address that the screen shows."""
    lines = (root / "etc" / "testigo" / role / "screen.env").read_text().splitlines()
    return next(line for line in lines if not line.startswith("#")).removeprefix("TESTIGO_SCREEN=")


def settings(root: Path, role: str) -> dict[str, object]:
    """What stands in the machine's `machine.toml`."""
    return tomllib.loads((root / "etc" / "testigo" / role / "machine.toml").read_text())


@pytest.fixture
def booth(tmp_path: Path) -> Path:
    """A machine's folder, as far as the script knows it."""
    folder = tmp_path / "stations" / "booth"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "settings.json").write_text("{}")
    (folder / "settings.json").chmod(0o600)
    return folder


def test_a_booth_gets_these_files_and_no_others(install, booth: Path, tmp_path: Path) -> None:
    done = install("booth", "--yes", "--machine", booth, "--usb", "04b8:0202", "--second-disk", "/mnt/second")
    assert (done.returncode, done.stderr) == (0, "")
    assert files(tmp_path / "root") == {
        "etc/chromium/policies/managed/testigo.json": "0o644",
        "etc/systemd/journald.conf.d/testigo.conf": "0o644",
        "etc/systemd/system/swap.target": "0o777",
        "etc/systemd/system/testigo-screen@.service": "0o644",
        "etc/systemd/system/testigo@.service": "0o644",
        "etc/systemd/system/testigo@booth.service.d/booth.conf": "0o644",
        "etc/systemd/system/testigo@booth.service.d/second-disk.conf": "0o644",
        "etc/testigo/booth/machine.toml": "0o644",
        "etc/testigo/booth/screen.env": "0o644",
        "etc/udev/rules.d/70-testigo-booth.rules": "0o644",
        "etc/udev/rules.d/71-testigo-booth.rules": "0o644",
        "var/lib/testigo-booth/machine/settings.json": "0o600",
    }
    assert stat.S_IMODE((tmp_path / "root/var/lib/testigo-booth").stat().st_mode) == 0o700
    policy = json.loads((tmp_path / "root/etc/chromium/policies/managed/testigo.json").read_text())
    assert policy["URLBlocklist"] == ["*"]
    assert policy["URLAllowlist"] == [screen(tmp_path / "root", "booth")]


def test_chair_and_check_in_get_their_own(install, tmp_path: Path) -> None:
    assert install("chair", "--yes").returncode == 0
    assert not list((tmp_path / "root/etc").rglob("*udev*"))
    shutil.rmtree(tmp_path / "root")
    assert install("check-in", "--yes").returncode == 0
    assert {path.name for path in (tmp_path / "root/etc").rglob("*check-in*")} == {
        "testigo@check-in.service.d",
        "check-in.conf",
        "check-in",
        "70-testigo-check-in.rules",
    }
    assert settings(tmp_path / "root", "check-in") == {
        "machine": "check-in",
        "host": "192.168.7.2",
        "reader": "usb",
        "language": "es",
    }


@pytest.mark.parametrize("role", ROLES)
def test_the_command_takes_the_settings_that_come_with_the_script(install, role: str, tmp_path: Path) -> None:
    assert install(role, "--yes").returncode == 0
    file = tmp_path / "root" / "etc" / "testigo" / role / "machine.toml"
    words = ("station", "serve", role, "folder", "--config", str(file), "--print-config")
    done = subprocess.run([sys.executable, "-m", "testigo", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert settings(tmp_path / "root", role).items() <= tomllib.loads(done.stdout).items()
    port = tomllib.loads(done.stdout)["port"]
    assert screen(tmp_path / "root", role) == f"http://{settings(tmp_path / 'root', role)['host']}:{port}"


@pytest.mark.parametrize("role", ROLES)
def test_where_voters_are_the_journal_stays_in_memory_and_nothing_is_swapped(
    install, role: str, tmp_path: Path
) -> None:
    assert install(role, "--yes").returncode == 0
    root = tmp_path / "root" / "etc" / "systemd"
    for unit in ("testigo@.service", "testigo-screen@.service"):
        assert "\nMemorySwapMax=0\n" in (root / "system" / unit).read_text()
    masked, journal = root / "system" / "swap.target", root / "journald.conf.d" / "testigo.conf"
    if role == "chair":
        assert not masked.is_symlink() and not journal.exists()
        return
    assert masked.readlink() == Path("/dev/null")
    lines = [line for line in journal.read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["[Journal]", "Storage=volatile", "RuntimeMaxUse=64M", "ForwardToSyslog=no"]


def test_run_again_it_keeps_settings_and_never_replaces_a_machines_folder(install, booth: Path, tmp_path: Path) -> None:
    address, own = "http://10.0.0.3:9000", tmp_path / "own.toml"
    own.write_text('machine = "booth"\nhost = "10.0.0.3"\nport = 9000\nprinter = "tcp:10.0.0.9"\n')
    words = ("--config", own, "--screen", address)
    assert install("booth", "--yes", "--machine", booth, *words).returncode == 0
    (tmp_path / "root/var/lib/testigo-booth/machine/box").write_text("votes")
    first = files(tmp_path / "root")
    assert install("booth", "--yes").returncode == 0
    assert files(tmp_path / "root") == first
    assert (tmp_path / "root/etc/testigo/booth/machine.toml").read_text() == own.read_text()
    assert screen(tmp_path / "root", "booth") == address
    done = install("booth", "--yes", "--machine", booth)
    assert (done.returncode, "it may hold votes" in done.stderr) == (1, True)
    assert (tmp_path / "root/var/lib/testigo-booth/machine/box").read_text() == "votes"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 2, "no role is named"),
        (("kitchen",), 2, "no such role: kitchen"),
        (("booth", "chair"), 2, "one role only"),
        (("booth", "--colour", "red"), 2, "unknown option --colour"),
        (("booth",), 1, "nothing was changed"),
        (("booth", "--yes", "--wheel", "missing.whl"), 1, "missing.whl cannot be read"),
        (("booth", "--yes", "--machine", "missing"), 1, "missing is not a folder"),
        (("booth", "--yes", "--usb", "printer"), 2, "printer is not VENDOR:PRODUCT"),
        (("booth", "--yes", "--second-disk", "mnt"), 2, "mnt is not an absolute path"),
        (("booth", "--yes", "--second-disk", "/mnt/a b"), 2, "characters other than"),
        (("booth", "--yes", "--screen", 'http://x","*'), 2, "is not a plain http address"),
        (("booth", "--yes", "--screen", "file:///etc"), 2, "is not an http address"),
        (("booth", "--yes", "--config", "missing.toml"), 1, "missing.toml cannot be read"),
        (("booth", "--yes", "--config", __file__), 1, 'is not for this machine; write in it: machine = "booth"'),
        (("check-in", "--yes", "--wheel", __file__), 1, "needs the minutiae network; add --model FILE"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(install, tmp_path: Path, words, code: int, sentence: str) -> None:
    done = install(*words)
    assert (done.returncode, done.stderr.count(sentence)) == (code, 1)
    assert not (tmp_path / "root").exists()


def test_it_says_what_it_is_going_to_do(install) -> None:
    plan = install("check-in").stdout
    for part in (
        "becomes the check-in",
        "/var/lib/testigo-check-in",
        "testigo@check-in",
        "70-testigo-check-in",
        "machine/check-in.toml",
        "no swap",
        "Go on?",
    ):
        assert part in plan


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing(script: Path) -> None:
    done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("role", ROLES)
def test_systemd_takes_the_units_and_calls_the_machine_protected(install, role: str, tmp_path: Path) -> None:
    assert install(role, "--yes", *(("--second-disk", "/mnt/second") if role == "booth" else ())).returncode == 0
    root = tmp_path / "root"
    shutil.copytree(SYSTEM_UNITS, root / "usr/lib/systemd/system", symlinks=True)
    for program in ("opt/testigo/venv/bin/testigo", "usr/bin/cage", "usr/bin/chromium"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).write_text("#!/bin/sh\n")
        (root / program).chmod(0o755)
    for unit in (f"testigo@{role}.service", f"testigo-screen@{role}.service"):
        shutil.copyfile(root / f"etc/systemd/system/{unit.split('@')[0]}@.service", root / f"etc/systemd/system/{unit}")
        done = analyze("verify", f"--root={root}", "--man=no", root / "etc/systemd/system" / unit)
        assert [line for line in done.stderr.splitlines() if "testigo" in line] == []
    done = analyze("security", f"--root={root}", "--offline=true", "--threshold=25", f"testigo@{role}.service")
    assert done.returncode == 0, done.stdout


def analyze(*words: object) -> Run:
    command = ["systemd-analyze", "--no-pager", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_device_rules_have_a_form_that_udev_reads(install, tmp_path: Path) -> None:
    """`udevadm verify` came after Debian 12: each line is comparisons, then assignments, each as KEY op "value"."""
    for role in ("check-in", "booth"):
        assert install(role, "--yes", "--usb", "04b8:0202").returncode == 0
    rules = sorted((tmp_path / "root/etc/udev/rules.d").iterdir())
    assert len(rules) == 4
    part = r'(?:[A-Z]+(?:\{\w+\})?(?:==|!=)"[^"]*")'
    then = r'(?:GROUP="testigo-[a-z-]+", MODE="0660"|GOTO="\w+")'
    for line in "".join(file.read_text() for file in rules).splitlines():
        assert re.fullmatch(rf'#.*|LABEL="\w+"|{part}(?:, {part})*, {then}', line), line
