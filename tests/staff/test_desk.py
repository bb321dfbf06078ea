"""An enrolment desk: officers admitted by hand, or by a list of the authority of the register."""

import json
from pathlib import Path

import pytest

from raising import raises_code
from staffed_station import Authority
from testigo.errors import InvalidInput, InvalidSignature, NotAllowed, StorageError
from testigo.keys import SigningKey
from testigo.staff.accounts import Account
from testigo.staff.desk import make_desk, open_desk
from testigo.staff.pins import Pins

OFFICERS = (Account("eva", "Eva Ruiz", "officer", ""), Account("leo", "Leo Paz", "officer", ""))


def test_officers_have_names_that_are_no_paths(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "officers")
    for name in ("", "../chair", "a/b", "A", ".hidden", "x" * 50, "a\n"):
        with pytest.raises(InvalidInput):
            desk.set_pin(name, "316497")
        with pytest.raises(NotAllowed):
            desk.check(name, "316497")
    with raises_code(InvalidInput, "pin.too-simple"):
        desk.set_pin("maria", "1111")
    assert not (tmp_path / "officers").exists()
    desk.set_pin("maria", "316497")
    desk.set_pin("chair", "750126")
    assert {account.role for account in desk.accounts()} == {"officer"}
    assert desk.check("maria", "316497").id == "maria"
    desk.remove("maria")
    with raises_code(InvalidInput, "account.unknown", account="maria"):
        desk.remove("maria")
    assert [account.id for account in open_desk(tmp_path / "officers").accounts()] == ["chair"]


def test_a_folder_of_release_0_1_is_taken_over(tmp_path: Path) -> None:
    """One file for each officer, with the wrong tries that it counts."""
    for name, pin in (("maria", "316497"), ("eva", "750126")):
        made = Pins.create(tmp_path / f"{name}.json", {name: pin})
        hashed = json.loads(made.file.read_bytes())["pins"][name]["hash"]
        made.file.write_text(json.dumps({name: {"hash": hashed, "wrong": 1, "locked_until": 0}}))
    desk = open_desk(tmp_path)
    assert [account.id for account in desk.accounts()] == ["eva", "maria"]
    assert desk.check("maria", "316497").role == "officer"
    assert sorted(file.name for file in tmp_path.glob("*.json")) == ["pins.json"]


def test_a_listed_desk_admits_who_is_on_its_list(tmp_path: Path, authority: Authority) -> None:
    make_desk(tmp_path, "desk-1", authority.key.public)
    desk = open_desk(tmp_path)
    with raises_code(InvalidInput, "file.other-place", found="desk-2"):
        desk.load_list(authority.list(OFFICERS, election="", station="desk-2"))
    with pytest.raises(InvalidSignature):
        desk.load_list(authority.list(OFFICERS, election="", station="desk-1", key=SigningKey.generate()))
    desk.load_list(authority.list(OFFICERS, election="", station="desk-1"))
    drawn = desk.draw_pins()
    desk.keep_pins(drawn)
    assert open_desk(tmp_path).check("eva", drawn[0].pin, ("officer",)).name == "Eva Ruiz"


def test_a_desk_is_said_once(tmp_path: Path, authority: Authority) -> None:
    make_desk(tmp_path, "desk-1", authority.key.public)
    with raises_code(StorageError, "file.exists"):
        make_desk(tmp_path, "desk-2", authority.key.public)
    (tmp_path / "desk.json").write_text("{}")
    with raises_code(InvalidInput, "stored.damaged"):
        open_desk(tmp_path)
