"""`testigo centre allow-releases`: as an officer runs it, and what a station and everybody make of the file."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from small_country import auditor, centre, machines, sheet_of
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.centre import Centre, authority_key
from testigo.cli import main
from testigo.errors import TestigoError
from testigo.record import peek

__all__ = ["auditor", "centre", "machines", "sheet_of"]


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(one) for one in arguments])
    return int(stopped.value.code or 0)


def test_it_is_shown_signed_recorded_and_written(
    centre: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station = centre.definition.stations[0].id
    command = ("centre", "allow-releases", centre.folder, station, "--reason", "Resolution 12")
    file = tmp_path / "one.json"
    assert call(*command, "--more", 40, "--out", file, "--yes") == 0
    out = capsys.readouterr().out
    assert "may release 40 voters more" in out and "Resolution 12" in out
    statement = peek(file.read_bytes())
    assert (statement.type, statement.subject) == ("release-allowance", station)
    assert msgspec.convert(statement.body, ReleaseAllowance) == ReleaseAllowance(station, 1, 40, "Resolution 12")
    rules = Centre.open(centre.folder).rules
    assert rules.contains(file.read_bytes()) and [one.more for one in rules.allowances[station]] == [40]
    assert call(*command, "--more", 0, "--out", tmp_path / "two.json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["allowance"]["number"] == 2


@pytest.mark.parametrize("change", [("--more", -1), ("--reason", " "), ("--reason", "x" * 201), ("station", "nowhere")])
def test_nothing_is_said_or_written_of_what_is_wrong(
    centre: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, Any]
) -> None:
    given = {"station": centre.definition.stations[0].id, "--more": 3, "--reason": "Resolution 12"} | dict([change])
    options = [one for name in ("--more", "--reason") for one in (name, given[name])]
    before, file = len(Centre.open(centre.folder).rules.entries), tmp_path / "one.json"
    assert call("centre", "allow-releases", centre.folder, given["station"], *options, "--out", file, "--yes") != 0
    assert capsys.readouterr().err and not file.exists()
    assert len(Centre.open(centre.folder).rules.entries) == before


def test_after_the_tally_sheet_nothing_is_allowed_any_more(
    centre: Centre, machines: dict[str, Any], sheet_of: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station = next(iter(machines))
    centre.receive(machines[station].package(sheet_of(station)))
    command = ("centre", "allow-releases", centre.folder, station, "--more", 3, "--reason", "late")
    assert call(*command, "--out", tmp_path / "late.json", "--yes") == 1
    assert "is in the record already" in capsys.readouterr().err and not (tmp_path / "late.json").exists()


@pytest.mark.parametrize(("number", "station", "other"), [(2, "", ""), (0, "", ""), (1, "nowhere", ""), (1, "", "n2")])
def test_the_record_takes_no_other_number_or_station(centre: Centre, number: int, station: str, other: str) -> None:
    """`other`: what the body names instead of the subject."""
    about = station or centre.definition.stations[0].id
    said = ReleaseAllowance(other or about, number, 3, "Resolution 12")
    key = authority_key(centre.folder, "centre")
    with pytest.raises(TestigoError):
        centre.say("release-allowance", about, said, key)
    assert not centre.rules.allowances
