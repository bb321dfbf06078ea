"""The signed list of what a release installs: whatever was changed since is named."""

import importlib
import importlib.util
import json
import os
import py_compile
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from testigo import keys
from testigo.cli import release as release_command
from testigo.cli import selfcheck as selfcheck_command
from testigo.errors import InvalidInput, InvalidSignature, StorageError
from testigo.keys import SigningKey
from testigo.release import INSTALLED, PAYLOAD_TYPE, Comparison, compare, make_manifest, open_manifest

KEY = SigningKey.generate()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "room").mkdir(parents=True)
    (folder / "__init__.py").write_text("VOTES = 12\n")
    (folder / "room" / "count.py").write_text("def count(votes):\n    return len(votes)\n")
    (folder / "room" / "words.json").write_text("{}")
    return folder


def checked(folder: Path, manifest: bytes) -> Comparison:
    return compare(open_manifest(manifest, KEY.public), folder)


def bytecode(source: Path, text: str | None = None) -> Path:
    """The bytecode of a source where Python looks for it; of another `text`, where given, that passes for it."""
    honest = source.read_text()
    status = source.stat()
    if text is not None:
        assert len(text) == len(honest)
        source.write_text(text)
        os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    made = py_compile.compile(str(source), doraise=True)
    source.write_text(honest)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert made is not None
    return Path(made)


def test_what_was_not_changed_is_the_same(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    bytecode(installed / "room" / "count.py")
    found = checked(installed, manifest)
    assert found.same and found.files == 3
    assert sorted(open_manifest(manifest, KEY.public).files) == ["__init__.py", "room/count.py", "room/words.json"]


def test_attack_a_changed_a_missing_and_an_extra_file_are_each_named(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    (installed / "room" / "count.py").write_text("def count(votes):\n    return len(votes) + 1\n")
    (installed / "room" / "words.json").unlink()
    (installed / "room" / "sitecustomize.py").write_text("")
    found = checked(installed, manifest)
    assert not found.same
    assert (found.changed, found.missing, found.extra) == (
        ("room/count.py",),
        ("room/words.json",),
        ("room/sitecustomize.py",),
    )


def test_attack_a_link_in_the_place_of_a_file_is_a_change(installed: Path, tmp_path: Path) -> None:
    manifest = make_manifest(KEY, installed)
    file = installed / "room" / "count.py"
    file.rename(tmp_path / "elsewhere.py")
    file.symlink_to(tmp_path / "elsewhere.py")
    assert checked(installed, manifest).changed == ("room/count.py",)
    with pytest.raises(InvalidInput, match="neither a plain file"):
        make_manifest(KEY, installed)


def test_attack_bytecode_that_passes_for_a_source_is_found(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = make_manifest(KEY, installed)
    source = installed / "room" / "count.py"
    false = bytecode(source, source.read_text().replace("len(votes)", "sum(votes)"))
    monkeypatch.syspath_prepend(source.parent)
    monkeypatch.delitem(sys.modules, "count", raising=False)
    assert importlib.import_module("count").count([2, 2]) == 4  # Python does run it
    monkeypatch.delitem(sys.modules, "count")
    assert checked(installed, manifest).changed == (false.relative_to(installed).as_posix(),)
    bytecode(source)
    assert checked(installed, manifest).same


@pytest.mark.parametrize("data", [b"", b"short", b"\x00" * 40])
def test_bytecode_that_python_compiles_again_is_no_danger(installed: Path, data: bytes) -> None:
    manifest = make_manifest(KEY, installed)
    bytecode(installed / "room" / "count.py").write_bytes(data)
    assert checked(installed, manifest).same


def test_attack_bytecode_without_a_code_object_is_found(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    made = bytecode(installed / "room" / "count.py")
    made.write_bytes(made.read_bytes()[:16] + b"\xff\xff")
    assert checked(installed, manifest).changed == (made.relative_to(installed).as_posix(),)


def test_bytecode_is_compared_whether_it_is_named_by_time_or_by_hash(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    source = installed / "room" / "count.py"
    honest = source.read_text()
    source.write_text(honest.replace("len", "sum"))
    made = Path(str(py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)))
    source.write_text(honest)
    assert checked(installed, manifest).changed == (made.relative_to(installed).as_posix(),)
    source.write_text(honest.replace("len", "sum"))
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    source.write_text(honest)
    assert checked(installed, manifest).same  # Python sees that the hash is another and compiles again


def test_what_does_not_belong_among_bytecode_is_extra_and_machine_code_is_told(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    cache = bytecode(installed / "room" / "count.py").parent
    (cache / "count.py").write_text("")
    (cache / "kernel.nbi").write_bytes(b"x")
    (cache / "count.cpython-399.pyc").write_bytes(b"x")
    found = checked(installed, manifest)
    assert found.extra == ("room/__pycache__/count.py",)
    assert found.uncompared == ("room/__pycache__/count.cpython-399.pyc", "room/__pycache__/kernel.nbi")


def test_attack_a_manifest_of_another_key_or_another_kind_is_refused(installed: Path) -> None:
    with pytest.raises(InvalidSignature):
        open_manifest(make_manifest(SigningKey.generate(), installed), KEY.public)
    with pytest.raises(InvalidInput, match="release-manifest"):
        open_manifest(
            keys.sign_envelope("application/test", {"format": 1, "version": "1", "files": {}}, KEY), KEY.public
        )
    with pytest.raises(InvalidInput, match="not a release manifest"):
        open_manifest(keys.sign_envelope(PAYLOAD_TYPE, {"format": 1, "files": []}, KEY), KEY.public)
    with pytest.raises(InvalidInput, match="format 2"):
        open_manifest(keys.sign_envelope(PAYLOAD_TYPE, {"format": 2, "version": "9", "files": {}}, KEY), KEY.public)


def test_a_changed_manifest_is_refused(installed: Path) -> None:
    manifest = make_manifest(KEY, installed)
    for position in range(0, len(manifest), 7):
        changed = manifest[:position] + bytes([manifest[position] ^ 1]) + manifest[position + 1 :]
        with pytest.raises((InvalidSignature, InvalidInput)):
            open_manifest(changed, KEY.public)


def test_from_the_key_to_the_check(tmp_path: Path, installed: Path) -> None:
    run = CliRunner()
    assert run.invoke(release_command.app, ["create-key", str(tmp_path / "release")]).exit_code == 0
    key, public = tmp_path / "release" / "release-key.pem", tmp_path / "release" / "release.pub"
    assert key.stat().st_mode & 0o777 == 0o600
    out = tmp_path / "manifest.json"
    made = run.invoke(release_command.app, ["manifest", "--key", str(key), "--out", str(out), "--json"])
    assert json.loads(made.output)["bytes"] == out.stat().st_size
    same = run.invoke(selfcheck_command.app, [str(out), "--key", str(public)])
    assert same.exit_code == 0 and str(INSTALLED) in same.output
    again = run.invoke(release_command.app, ["manifest", "--key", str(key), "--out", str(out)])
    assert isinstance(again.exception, StorageError)  # what was signed is not overwritten

    other = run.invoke(
        selfcheck_command.app, [str(out), "--key", public.read_text().strip(), "--folder", str(installed)]
    )
    assert other.exit_code == 4 and "is NOT what the release installs" in other.output
    told = run.invoke(selfcheck_command.app, [str(out), "--key", str(public), "--folder", str(installed), "--json"])
    assert told.exit_code == 4 and "room/count.py" in json.loads(told.output)["extra"]
    wrong = run.invoke(selfcheck_command.app, [str(out), "--key", SigningKey.generate().public.hex])
    assert isinstance(wrong.exception, InvalidSignature)
