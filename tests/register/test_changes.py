"""A voter is corrected, moved, removed and restored: by an officer, with a reason, and nothing disappears."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, text

from raising import raises_code
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput, SeveralErrors, TestigoError
from testigo.fingerprint import FingerImage
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, RegisterKey, changes, make_poll_book

Press = Callable[..., FingerImage]
CASES = Path(__file__).parents[1] / "data" / "voters"
WHO = ("maria", "as the identity card shows")


@pytest.fixture
def books(register: Register, definition: Definition, centre: SigningKey, check_in: OpeningKey):
    """Makes the next poll book of a station, and opens it."""

    def make(station: str = "s1") -> PollBook:
        data = make_poll_book(register, station, check_in.public, centre)
        return PollBook.open(data, definition.digest, station, check_in, centre.public)

    return make


def test_a_name_and_a_number_are_corrected_and_the_fingers_stay_with_the_voter(
    register: Register, books: Callable[..., PollBook], press: Press
) -> None:
    register.enrol("V12345678", [("right-index", press(1))], "maria", accept_because="work")
    book = books()
    assert [one.current for one in register.poll_books()] == [True]
    changed = register.correct("V-12.345.678", *WHO, number="V-12.345.687", name="María José Peña Gil")
    assert (changed.document, changed.name, changed.enrolled) == ("V12345687", "María José Peña Gil", True)
    assert [one.current for one in register.poll_books()] == [False]
    again = books()
    assert again.find("V12345678") is None and again.voters["V12345687"].fingers == book.voters["V12345678"].fingers
    assert [one.current for one in register.poll_books()] == [True]
    with raises_code(InvalidInput, "document.corrected", document="V12345678", now="V12345687"):
        register.voter("V12345678")
    enrolled, corrected = register.history("V12345687")
    assert (enrolled.kind, enrolled.reason) == ("enrolled", "work")
    assert (corrected.kind, corrected.officer, corrected.reason) == ("corrected", *WHO)
    assert corrected.before == {"document": "V12345678", "name": "María José Peña"}
    assert corrected.after == {"document": "V12345687", "name": "María José Peña Gil"}


def test_a_voter_is_moved_with_the_fingers(register: Register, books: Callable[..., PollBook], press: Press) -> None:
    register.enrol("200", [("right-index", press(1))], "maria", accept_because="work")
    books("s1"), books("s2")
    assert register.move("200", *WHO, "s1").station == "s1"
    assert [(one.station, one.current) for one in register.poll_books()] == [("s1", False), ("s2", False)]
    assert books("s1").voters["200"].fingers and books("s2").find("200") is None
    assert books("s2").elsewhere("200") == "s1"
    (_, moved) = register.history("200")
    assert (moved.before, moved.after) == ({"station": "s2"}, {"station": "s1"})


def test_a_removed_voter_is_on_no_list_and_can_be_restored(
    register: Register, books: Callable[..., PollBook], people: Path, tmp_path: Path
) -> None:
    books("s2")
    assert register.remove("200", *WHO).removed
    assert register.status().voters == 4
    assert books("s2").find("200") is None and books("s1").elsewhere("200") is None
    for refused in (
        lambda: register.correct("200", *WHO, name="X Y"),
        lambda: register.move("200", *WHO, "s1"),
        lambda: register.remove("200", *WHO),
        lambda: register.enrol("200", [], "maria"),
    ):
        with raises_code(IllegalStep, "document.removed", document="200"):
            refused()
    (tmp_path / "again.csv").write_text("document,name,station\n200,Luis Sur,s2\n", encoding="utf-8")
    with pytest.raises(SeveralErrors) as caught:
        register.import_voters(tmp_path / "again.csv")
    assert [error.code for error in caught.value.errors] == ["document.removed"]
    assert not register.restore("200", *WHO).removed
    assert register.status().voters == 5 and books("s2").find("200") is not None
    assert [one.kind for one in register.history("200")] == ["removed", "restored"]
    with raises_code(IllegalStep, "voter.not-removed", document="200"):
        register.restore("200", *WHO)


WRONG: dict[str, tuple[Callable[[Register], object], str]] = {
    "no reason": (lambda one: one.correct("200", "maria", " ", name="X Y"), "change.no-reason"),
    "a reason that cannot be shown": (lambda one: one.remove("200", "maria", "a\x1b[2J"), "change.no-reason"),
    "no officer": (lambda one: one.remove("200", "", "died"), "officer.not-named"),
    "nothing new": (lambda one: one.correct("200", *WHO, name="Luis  Sur", number="2 0 0"), "change.nothing"),
    "nothing at all": (lambda one: one.correct("200", *WHO), "change.nothing"),
    "the same station": (lambda one: one.move("200", *WHO, "s2"), "change.nothing"),
    "another voter's number": (lambda one: one.correct("200", *WHO, number="2 01"), "document.in-register"),
    "a number of a spreadsheet": (lambda one: one.correct("200", *WHO, number="12345678.0"), "document.dots"),
    "no name": (lambda one: one.correct("200", *WHO, name="123"), "name.without-letter"),
    "no station": (lambda one: one.move("200", *WHO, "s9"), "station.unknown"),
    "no roll": (lambda one: one.move("200", *WHO, "s1", "military"), "roll.unknown"),
    "no such roll there": (lambda one: one.move("E99", *WHO, "s2"), "roll.not-of-station"),
    "nobody": (lambda one: one.remove("555", *WHO), "document.not-in-register"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_what_is_wrong_is_a_sentence_and_changes_nothing(register: Register, kind: str) -> None:
    change, code = WRONG[kind]
    with pytest.raises(TestigoError) as caught:
        change(register)
    assert caught.value.code == code and caught.value.hint
    assert register.history("200") == () and register.voter("200").name == "Luis Sur"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_full_station_takes_nobody_and_a_removed_voter_makes_room(register: Register, tmp_path: Path) -> None:
    three = "".join(f"30{number},Ana,s2\n" for number in range(3))
    (tmp_path / "more.csv").write_text("document,name,station\n" + three, encoding="utf-8")
    register.import_voters(tmp_path / "more.csv")
    with raises_code(InvalidInput, "roll.too-many-voters", count=6, roll="general", size=5):
        register.move("12345679", *WHO, "s2")
    register.remove("200", *WHO)
    register.move("12345679", *WHO, "s2")
    with raises_code(InvalidInput, "roll.too-many-voters", count=6, roll="general", size=5):
        register.restore("200", *WHO)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_who_votes_for_both_is_not_removed(register: Register, press: Press) -> None:
    for document, impression in (("V12345678", 0), ("12345679", 1)):
        register.enrol(document, [("right-index", press(1, impression))], "maria", accept_because="work")
    register.settle(1, "same", "maria")
    with raises_code(IllegalStep, "voter.votes-for-both", document="12345679", case="1"):
        register.remove("V12345678", *WHO)
    register.remove("12345679", *WHO)
    assert register.remove("V12345678", *WHO).removed


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_on_the_day_only_a_name_is_corrected(
    address: str, definition: Definition, key: RegisterKey, people: Path
) -> None:
    today = msgspec.structs.replace(definition, date=changes.date.today().isoformat())
    with Register.open(address, today, key) as opened:
        opened.import_voters(people)
        for change in (
            lambda: opened.correct("200", *WHO, number="202"),
            lambda: opened.move("200", *WHO, "s1"),
            lambda: opened.remove("200", *WHO),
        ):
            with raises_code(IllegalStep, "change.on-election-day"):
                change()
        assert opened.correct("200", *WHO, name="Luis Sol").name == "Luis Sol"


def test_erasing_takes_what_the_history_says_of_the_person(register: Register, database: Engine) -> None:
    register.correct("200", "maria", "Luisa Surí is misspelled", name="Luisa Surí")
    register.move("200", "maria", "moved to Calle Ñ", "s1")
    register.remove("200", "maria", "died in Ávila")
    assert register.erasable("200").entries == 4
    register.erase("200", "eva", "death", "law 1")
    with database.connect() as connection:
        queries = ("SELECT * FROM voter_change", "SELECT * FROM voter")
        kept = [str(row) for query in queries for row in connection.execute(text(query))]
    for word in ("Luis", "Surí", "Calle Ñ", "Ávila", "s2', 's1"):
        assert word not in "".join(kept)
    if database.dialect.name == "sqlite":
        file = Path(str(database.url.database))
        assert "Surí".encode() not in file.read_bytes()
    told = register.history("200")
    assert [one.kind for one in told] == ["corrected", "moved", "removed", "erased"]
    assert all(one.erased and one.officer == "maria" and not one.reason for one in told[:3])
    with raises_code(InvalidInput, "name.missing"):
        register.restore("200", *WHO)
    assert register.restore("200", *WHO, "Luis Sur").name == "Luis Sur"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_case_of_a_correction(address: str, definition: Definition, key: RegisterKey, tmp_path: Path) -> None:
    first, second = (
        (CASES / f"28-correction-{one}.csv").read_text().replace("01-01", "s1") for one in ("first", "second")
    )
    (tmp_path / "first.csv").write_text(first)
    (tmp_path / "second.csv").write_text(second)
    with Register.open(address, definition, key) as opened:
        opened.import_voters(tmp_path / "first.csv")
        with pytest.raises(SeveralErrors):
            opened.import_voters(tmp_path / "second.csv")
        assert opened.correct("P1", "maria", "misspelled", name="Ana Prueba").name == "Ana Prueba"
