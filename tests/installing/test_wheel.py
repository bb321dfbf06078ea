"""The wheel, installed with its extras into empty environments: what a witness, and what everybody else, gets."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from testigo import __version__
from testigo.cli.root import EXTRAS, GROUPS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

Run = subprocess.CompletedProcess[str]


def run(*command: object, **more: str) -> Run:
    """Run a command outside the source tree, without the settings of this process that Python would heed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TESTIGO"))}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, env=kept | more, check=False)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installing")


def build(project_root: Path, folder: Path) -> Path:
    """A wheel made of a fresh copy of the sources, all of whose files are new."""
    compiled = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(project_root / "src", folder / "src", ignore=compiled)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(project_root / name, folder / name)
    command = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, folder)
    made = run(*command, SOURCE_DATE_EPOCH="1800000000")
    assert made.returncode == 0, made.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def wheel(project_root: Path, scratch: Path) -> Path:
    return build(project_root, scratch / "first")


@pytest.fixture(scope="session")
def install(project_root: Path, scratch: Path, wheel: Path):
    """Makes an empty environment and installs the wheel with an extra into it, in the versions that we pin."""
    pinned = [(project_root / "requirements" / name).read_text() for name in ("runtime.txt", "fonts.txt")]
    pins = re.findall(r"^\S+==\S+", "\n".join(pinned), re.MULTILINE)
    (scratch / "pins.txt").write_text("\n".join(pins))

    def install(extra: str) -> Path:
        folder = scratch / extra
        assert run(sys.executable, "-m", "venv", folder).returncode == 0
        pip = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")
        done = run(*pip, "install", "-q", "-c", scratch / "pins.txt", f"{wheel}[{extra}]")
        assert done.returncode == 0, done.stderr
        return folder / "bin" / "testigo"

    return install


def take_kernels(source: Path, folder: Path) -> None:
    """The matcher as `make` has compiled it here, which takes a minute: it is fresh where its sources have the same
    date. Where it was not compiled, the installed one compiles it."""
    package = next(folder.glob("lib/python*/site-packages/testigo"))
    for kernel in source.rglob("__pycache__/*.nb[ic]"):
        installed = package / kernel.relative_to(source)
        installed.parent.mkdir(exist_ok=True)
        shutil.copyfile(kernel, installed)
    for file in {one for cache in source.rglob("__pycache__/*.nbi") for one in cache.parent.parent.glob("*.py")}:
        os.utime(package / file.relative_to(source), ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))


@pytest.fixture(scope="session")
def witness(install) -> Path:
    """The command as a witness has it."""
    return install("verify")


def test_the_wheel_built_twice_is_the_same_bytes(project_root: Path, scratch: Path, wheel: Path) -> None:
    assert build(project_root, scratch / "second").read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_every_file_of_the_package(project_root: Path, wheel: Path) -> None:
    source = project_root / "src"
    here = {
        str(path.relative_to(source))
        for path in (source / "testigo").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    assert {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("testigo-")} == here


@pytest.mark.parametrize("release", ["0.1", "0.2"])
@pytest.mark.parametrize(("name", "code"), [("honest", 0), ("changed-byte", 4), ("removed-statement", 3)])
def test_a_witness_verifies_a_record(witness: Path, project_root: Path, release: str, name: str, code: int) -> None:
    done = run(witness, "verify", project_root / "tests" / "data" / "records" / release / name, "--json")
    assert (done.returncode, done.stderr) == (code, "")
    assert json.loads(done.stdout)["entries"] > 0


def test_a_witness_has_help_and_the_version(witness: Path) -> None:
    assert run(witness, "--version").stdout == f"testigo {__version__}\n"
    assert run(witness, "verify", "--help").returncode == 0


@pytest.mark.parametrize("command", GROUPS)
def test_a_command_without_its_libraries_names_its_extra(witness: Path, project_root: Path, command: str) -> None:
    arguments = () if command == "rehearse" else ("--help",)
    done = run(witness, command, *arguments)
    if command not in EXTRAS:
        assert (done.returncode, done.stderr) == (0, "")
        return
    if done.returncode == 0:  # the group loads its libraries with its commands
        definition = project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml"
        done = run(witness, command, *(("check", definition) if command == "election" else ("generate", "somewhere")))
    assert done.returncode == 1
    assert re.fullmatch(
        rf"Error: testigo {command} needs the library \w+, which is not installed; "
        rf"install Testigo again with its extra {EXTRAS[command]} \(docs/installing\.md\)\.\n",
        done.stderr,
    )


def test_with_everything_an_election_is_held_and_verified(
    install, project_root: Path, scratch: Path, witness: Path
) -> None:
    everything = install("all")
    take_kernels(project_root / "src" / "testigo", scratch / "all")
    out = scratch / "rehearsal"
    done = run(everything, "rehearse", "--stations", 1, "--voters", 6, "--seed", 1, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    for command in (everything, witness):
        done = run(command, "verify", out / "public")
        assert done.returncode == 0, done.stdout + done.stderr
