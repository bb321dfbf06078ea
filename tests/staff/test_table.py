"""The CSV file of staff lists: every wrong row is told by its number, and nothing is read by halves."""

import re
from pathlib import Path

import pytest

from testigo.errors import InvalidInput, SeveralErrors
from testigo.staff.accounts import MACHINES
from testigo.staff.table import read_staff_table

HEADER = "id,name,role,party,station\n"
GOOD = (
    HEADER + "ana,Ana Ñandú,chair,,s1\ncaro,Caro Díaz,clerk,,s1\nsol,Pía Sosa,witness,Sol,s1\neva,Eva,officer,,desk-1\n"
)


def read(tmp_path: Path, text: str | bytes) -> dict[str, tuple[str, ...]]:
    file = tmp_path / "staff.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {place: tuple(one.id for one in found) for place, found in read_staff_table(file).items()}


@pytest.mark.parametrize("text", [GOOD, GOOD.replace(",", ";"), "\ufeff" + GOOD.replace("\n", "\r\n") + "\r\n,,,,\r\n"])
def test_a_file_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {"s1": ("ana", "caro", "sol"), "desk-1": ("eva",)}


def test_columns_in_any_order(tmp_path: Path) -> None:
    text = "station,role,party,name,id\ns1,chair,,Ana,ana\ns1,clerk,,Caro,caro\n"
    assert read(tmp_path, text) == {"s1": ("ana", "caro")}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Ana,Ana,clerk,,s1", "user-name.malformed"),
        ("../x,Ana,clerk,,s1", "user-name.malformed"),
        ("ana,Ana,clerk,,s1", "account.twice"),
        ("bea,,clerk,,s1", "account.no-name"),
        ("bea,Bea\x07,clerk,,s1", "account.unprintable-name"),
        (f"bea,{'B' * 81},clerk,,s1", "account.unprintable-name"),
        (f"bea,Bea,witness,{'S' * 81},s1", "account.unprintable-party"),
        ("bea,Bea,boss,,s1", "role.unknown"),
        ("bea,Bea,witness,,s1", "account.witness-without-party"),
        ("bea,Bea,clerk,Sol,s1", "account.party-without-witness"),
        ("bea,Bea,clerk,,", "staff-table.bad-station"),
        ("bea,Bea,clerk,,../s1", "staff-table.bad-station"),
        ("bea,Bea,clerk,s1", "staff-table.other-number-of-fields"),
    ],
)
def test_a_wrong_row_is_told_by_its_number(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(SeveralErrors) as caught:
        read(tmp_path, GOOD + row + "\nbad row\n")
    first, second = caught.value.errors
    assert first.place.endswith("row 6") and first.code == code
    assert second.place.endswith("row 7")


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        (
            "ana,Ana,chair,,s1\nbea,Bea,chair,,s1\ncaro,Caro,clerk,,s1\n",
            "accounts.not-one-chair",
            {"chairs": 2, "clerks": 1},
        ),
        ("ana,Ana,chair,,s1\n", "accounts.not-one-chair", {"chairs": 1, "clerks": 0}),
        ("caro,Caro,clerk,,s1\n", "accounts.not-one-chair", {"chairs": 0, "clerks": 1}),
        ("ana,Ana,chair,,s1\ncaro,Caro,clerk,,s1\neva,Eva,officer,,s1\n", "accounts.desk-and-station", {}),
    ],
)
def test_who_cannot_work_together_is_told_by_place(
    tmp_path: Path, text: str, code: str, values: dict[str, int]
) -> None:
    with pytest.raises(SeveralErrors) as caught:
        read(tmp_path, HEADER + text)
    (error,) = caught.value.errors
    assert error.place.endswith(", s1") and (error.code, error.message.values) == (code, values)


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfei", HEADER, "id,name,role\n", HEADER + 'ana,"Ana,chair,,s1\n', HEADER.replace("party", "id")],
)
def test_what_is_no_staff_table(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        read(tmp_path, text)


def test_the_documented_roles_have_their_pins_where_the_program_says(project_root: Path) -> None:
    page = (project_root / "docs" / "staff.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)`[^|]*\| ([a-z, -]+) \|", page, re.MULTILINE)
    assert {role: tuple(machines.strip().split(", ")) for role, machines in rows} == MACHINES
