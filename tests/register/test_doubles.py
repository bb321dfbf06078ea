"""Voters who are likely one person, by number or name: listed for a person, and nothing else happens to them."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from raising import raises_code
from testigo.errors import InvalidInput
from testigo.register import Register, doubles
from testigo.register.doubles import name_key


def _listed(register: Register, folder: Path, *people: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    file = folder / "people.csv"
    file.write_text("document,name,station\n" + "\n".join(people), encoding="utf-8")
    register.import_voters(file)
    return [(tuple(voter.document for voter in one.voters), one.kinds) for one in register.doubles().groups]


PAIRS = {
    "prefix": ("V-1234567,Ana Paz,s1", "1234567,Ana Gil,s3", ("number",)),
    "zeros": ("0012345,Ana Paz,s1", "12345,Eva Gil,s3", ("number",)),
    "check letter": ("12345678Z,Ana Paz,s1", "12345678,Ana Paz,s3", ("number",)),
    "letter for a digit": ("123O5,Ana Paz,s1", "12305,Eva Gil,s3", ("number",)),
    "letter for the first digit": ("O1234,Ana Paz,s1", "01234,Eva Gil,s3", ("number",)),
    "one for i": ("1I345,Ana Paz,s1", "11345,Eva Gil,s3", ("number",)),
    "two prefixes, one name": ("V-1234567,Ana Paz,s1", "E-1234567,ANA  PÁZ,s3", ("number", "digit")),
    "a digit other": ("1234567,Ana Paz,s1", "1234667,Paz Ana,s3", ("digit",)),
    "two swapped": ("1234567,Ana Paz,s1", "1243567,Ána Paz,s3", ("digit",)),
    "name at one station": ("1234567,José Pérez-Gil,s3", "9876543,\"PEREZ GIL, Jose\",s3", ("name",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", PAIRS)
def test_a_pair_is_listed(empty: Register, tmp_path: Path, kind: str) -> None:
    one, other, kinds = PAIRS[kind]
    ((documents, found),) = _listed(empty, tmp_path, one, other, "555001,Luz Sol,s1", "777002,Mar Roa,s3")
    assert found == kinds and len(documents) == 2


@pytest.mark.parametrize(
    "people",
    [
        ("V-1234567,Ana Paz,s1", "E-1234567,Eva Gil,s3"),  # two persons: letters tell them apart
        ("1234567,Ana Paz,s1", "1234568,Eva Gil,s1"),  # neighbours
        ("1234567,Ana Paz,s1", "9876543,Ana Paz,s3"),  # the same name elsewhere
        ("1234567,Ana Paz,s1", "1234567890,Ana Paz,s3"),
        ("1234567,सीता,s3", "9876543,सती,s3"),
    ],
)
def test_others_are_not(empty: Register, tmp_path: Path, people: tuple[str, str]) -> None:
    assert _listed(empty, tmp_path, *people) == []


def test_who_was_looked_at_is_listed_no_more_until_something_changes(
    empty: Register, tmp_path: Path, database: Engine
) -> None:
    assert len(_listed(empty, tmp_path, "V-1,Ana Paz,s1", "1,Ana Paz,s1")) == 1
    (group,) = empty.doubles().groups
    for note in ("", "  ", "a\nb\x00", "x" * 501):
        with raises_code(InvalidInput, "double.no-note", most=500):
            empty.judge_double(group.id, "maria", note)
    with raises_code(InvalidInput, "double.unknown", double="f" * 40):
        empty.judge_double("f" * 100, "maria", "two")
    empty.judge_double(group.id, "maria", "mother and daughter")
    assert empty.doubles().groups == () and empty.status().voters == 2
    with raises_code(InvalidInput, "double.unknown", double=group.id):
        empty.judge_double(group.id, "maria", "again")
    with database.connect() as connection:
        kept = connection.execute(text("SELECT officer, note FROM judged_double")).all()
    assert [tuple(row) for row in kept] == [("maria", "mother and daughter")]
    assert len(_listed(empty, tmp_path, "001,Ana Paz,s3")) == 1  # a third one: another group


def test_a_register_of_one_name_is_cut_and_takes_no_ages(
    empty: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "MOST_GROUPS", 100)
    people = [f"{number},Ana Paz,s3" for number in range(20_000)]
    assert len(_listed(empty, tmp_path, *people)) == 100
    found = empty.doubles()
    assert found.more and max(len(group.voters) for group in found.groups) <= doubles.MOST_OF_GROUP


def test_names_are_the_same_for_a_person() -> None:
    assert name_key("María-José  de la Ñ") == name_key("MARIA JOSE DE LA N") == name_key("N, Jose Maria de la")
    assert name_key("Ана") != name_key("Aha")
