"""One rule for every `--out`: nothing is written over, folders on the way are made and said, a failure leaves none."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from testigo.cli import root
from testigo.cli.root import GROUPS, main
from testigo.cli.written import REPLACED, RESULTS, keep_files
from testigo.errors import StorageError, TestigoError


def commands() -> Iterator[tuple[str, Any]]:
    """Every command there is, by its words."""
    for group in GROUPS:
        yield from _below(group, typer.main.get_command(importlib.import_module(f"testigo.cli.{group}").app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield name, command
    for word, one in (inner or {}).items():
        yield from _below(f"{name} {word}", one)


WRITERS = [
    (name, one.name) for name, command in commands() for one in command.params if one.name in set(RESULTS) - {"kept"}
]
BY_NAME = dict(commands())


def test_they_are_all_there() -> None:
    assert {"election proof", "election words", "station cards", "centre results", "rehearse"} <= {
        name for name, _ in WRITERS
    }


@pytest.mark.parametrize(("name", "option"), WRITERS)
def test_every_command_keeps_the_rule(
    name: str, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is tried on the command's own options, without its work."""
    command = BY_NAME[name]
    there, new = tmp_path / "there", tmp_path / "new" / "folder" / "result"
    there.write_bytes(b"kept")
    seen: list[bool] = []

    def fail(**given: Any) -> None:
        raise StorageError("disk.full", place=given[option])

    for work in (fail, lambda **given: seen.append(given[option].parent.is_dir())):
        monkeypatch.setattr(command, "callback", work)
        keep_files(command)
        with pytest.raises(TestigoError, match="already there"):
            command.callback(**{option: there})
        if work is fail:
            with pytest.raises(TestigoError, match="full"):
                command.callback(**{option: new})
            assert [one.name for one in tmp_path.iterdir()] == ["there"]
    assert seen == [] and there.read_bytes() == b"kept"
    command.callback(**{option: new})
    said = "".join(capsys.readouterr().err.split())
    assert seen == [True] and "".join(f"The folder {new.parent} was not there and was made.".split()) in said
    if any(one.name == "replace" for one in command.params):
        command.callback(**{option: there, "replace": True})


def test_every_command_is_under_the_rule() -> None:
    for group in GROUPS:
        for name, command in _below(group, root._LazyGroup().get_command(None, group)):
            assert hasattr(command.callback, "__wrapped__"), name


def test_what_is_written_again_each_time_is_named() -> None:
    assert set(REPLACED) < set(RESULTS)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return int(ended.value.code or 0)


def test_as_an_officer_sees_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "gn.po"
    assert run("--language", "es", "election", "words", "gn", "--out", out) == 0
    assert "no existía y se creó" in " ".join(capsys.readouterr().err.split()) and out.is_file()
    before = out.read_bytes()
    assert run("--language", "es", "election", "words", "gn", "--out", out) == 1
    assert "ya existe; escoja otro nombre" in capsys.readouterr().err and out.read_bytes() == before
    assert run("election", "words", "no-such-language!", "--out", tmp_path / "other" / "x.po") == 1
    assert run("election", "proof", tmp_path / "none.yaml", "--out", tmp_path / "other" / "x" / "x.pdf") == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new"]
