"""Fingers erased by law: gone from the files, byte for byte, with a trace, and the vote stays."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, text

from raising import raises_code
from testigo import waits
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.fingerprint import FingerImage
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, RegisterKey, erasure, make_poll_book

Press = Callable[..., FingerImage]
BASIS = ("Ana Pérez", "court order", "order 123/2026")


@pytest.fixture
def enrolled(register: Register, press: Press) -> Register:
    """Three voters with fingers; the first has a withdrawn enrolment besides."""
    register.enrol("V12345678", [("left-thumb", press(5))], "Ana Pérez", accept_because="work")
    register.withdraw("V12345678", "Ana Pérez", "wrong hand")
    register.enrol(
        "V12345678", [("right-index", press(1)), ("left-index", press(2))], "Ana Pérez", accept_because="work"
    )
    register.enrol("200", [("right-index", press(3))], "Ana Pérez", accept_because="work")
    return register


def ciphertexts(database: Engine, document: str) -> list[bytes]:
    """Every encrypted template and image of a voter."""
    query = (
        "SELECT template, image FROM impression JOIN enrolment ON enrolment.id = impression.enrolment "
        "JOIN voter ON voter.id = enrolment.voter WHERE document = :document"
    )
    with database.connect() as connection:
        return [bytes(one) for row in connection.execute(text(query), {"document": document}) for one in row]


def found_in_files(database: Engine, pieces: list[bytes]) -> int:
    """How many pieces of 32 bytes, at the start, middle and end of each of these, are in the database's files."""
    if database.dialect.name == "sqlite":
        file = Path(database.url.database or "")
        files = [one for one in file.parent.iterdir() if one.name.startswith(file.name)]
    else:
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            folder = Path(connection.scalar(text("SHOW data_directory")) or "")
        files = [one for one in (folder / "base").rglob("*") if one.is_file()]
    data = b"\0".join(one.read_bytes() for one in files)
    wanted = [piece[at : at + 32] for piece in pieces for at in (0, len(piece) // 2, len(piece) - 32)]
    return sum(one in data for one in wanted)


def test_not_a_byte_of_it_is_left_in_the_files(enrolled: Register, database: Engine) -> None:
    hers, others = ciphertexts(database, "V12345678"), ciphertexts(database, "200")
    assert (len(hers), len(others)) == (6, 2)
    with database.connect() as idle:  # somebody else's: SQLite's journal stays when the register lets go of the file
        idle.execute(text("SELECT 1 FROM voter"))
        idle.rollback()
        assert found_in_files(database, hers) == 18
        enrolled.erase("V-12.345.678", *BASIS)
        assert ciphertexts(database, "V12345678") == []
        assert found_in_files(database, hers) == 0
        assert found_in_files(database, others) == 6


def test_it_says_before_what_goes_and_leaves_a_trace(enrolled: Register, database: Engine) -> None:
    plan = enrolled.erasable("v12345678")
    assert (plan.name, plan.enrolments, plan.templates, plan.images) == ("María José Peña", 2, 3, 3)
    assert plan.fingers == ("right-index", "left-thumb", "left-index")
    assert (plan.same_person, plan.poll_books) == ((), 0)
    assert enrolled.erasures() == [] and enrolled.voter("V12345678").erased == ""
    trace = enrolled.erase("V12345678", *BASIS)
    assert msgspec.structs.astuple(trace)[:3] == (1, "V12345678", "Ana Pérez")
    assert (trace.reason, trace.legal_basis) == ("court order", "order 123/2026")
    assert (trace.enrolments, trace.templates, trace.images) == (2, 3, 3)
    assert trace.cleaned >= trace.at
    assert enrolled.erasures() == [trace]
    assert enrolled.voter("V12345678").erased == trace.at
    assert enrolled.status().enrolled == 1
    with raises_code(InvalidInput, "fingers.not-in-register", document="V12345678"):
        enrolled.erase("V12345678", *BASIS)
    with database.connect() as connection:  # who took them, and when, is no biometric data and stays
        rows = connection.execute(text("SELECT officer, erasure FROM enrolment WHERE voter = 1")).all()
    assert [tuple(row) for row in rows] == [("Ana Pérez", 1), ("Ana Pérez", 1)]


def test_the_vote_stays(
    enrolled: Register, press: Press, definition: Definition, check_in: OpeningKey, centre: SigningKey
) -> None:
    enrolled.erase("V12345678", *BASIS)
    data = make_poll_book(enrolled, "s1", check_in.public, centre)
    book = PollBook.open(data, definition.digest, "s1", check_in, centre.public)
    assert book.voters["V12345678"].fingers == () and not book.barred
    assert enrolled.enrol("V12345678", [("right-index", press(1))], "Eva Ruiz", accept_because="work").cases == ()
    assert enrolled.voter("V12345678").enrolled
    assert enrolled.erase("V12345678", *BASIS).enrolments == 1  # the traces of both stay
    assert [one.enrolments for one in enrolled.erasures()] == [2, 1]


def test_a_desk_that_stays_open_forgets_them(enrolled: Register, press: Press) -> None:
    enrolled.enrol("201", [("right-index", press(4))], "Ana Pérez", accept_because="work")
    assert len(enrolled._enroller.gallery) == 2
    enrolled.erase("V12345678", *BASIS)
    assert enrolled.enrol("E99", [("right-index", press(1, 1))], "Ana Pérez", accept_because="work").cases == ()
    assert len(enrolled._enroller.gallery) == 2  # 200 and 201


def test_erased_while_another_is_enrolled(
    enrolled: Register, press: Press, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    gallery = enrolled._enroller.gallery
    search = type(gallery).search

    def meanwhile(*given: object, **named: object) -> object:
        monkeypatch.setattr(type(gallery), "search", search)
        found = search(*given, **named)  # type: ignore[arg-type]
        enrolled.erase("V12345678", *BASIS)
        return found

    monkeypatch.setattr(type(gallery), "search", meanwhile)
    done = enrolled.enrol("201", [("right-index", press(3, 1)), ("left-index", press(1, 1))], "Ana", accept_because="x")
    assert [(enrolled.case(one).earlier.document) for one in done.cases] == ["200"]


def test_who_was_barred_stays_barred(enrolled: Register, press: Press) -> None:
    fingers = [("right-index", press(1, 1)), ("left-index", press(2, 1))]
    (case,) = enrolled.enrol("201", fingers, "Ana Pérez", accept_because="work").cases
    for document in ("201", "V12345678"):
        with raises_code(IllegalStep, "fingers.evidence-of-case", case=str(case)):
            enrolled.erase(document, *BASIS)
    enrolled.settle(case, "same", "Eva Ruiz")
    assert enrolled.erasable("201").same_person == ("V12345678",)
    assert enrolled.erasable("V12345678").same_person == ("201",)
    enrolled.erase("201", *BASIS)
    assert enrolled.voter("201").barred == case
    enrolled.erase("V12345678", *BASIS)
    found = enrolled.case(case)
    assert found.earlier.images == found.later.images == ()
    assert [one.verdict for one in found.history] == ["same"]
    assert enrolled.voter("201").barred == case and not enrolled.voter("V12345678").barred


def test_not_on_the_day_of_the_election(
    address: str, definition: Definition, key: RegisterKey, people: Path, press: Press
) -> None:
    today = msgspec.structs.replace(definition, date=erasure.date.today().isoformat())
    with Register.open(address, today, key) as opened:
        opened.import_voters(people)
        opened.enrol("200", [("right-index", press(3))], "Ana Pérez", accept_because="work")
        with raises_code(IllegalStep, "erasure.on-election-day"):
            opened.erase("200", *BASIS)
        assert opened.voter("200").enrolled and opened.erasures() == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("", "court order", "order 1"), "officer's name"),
        (("Ana", "  ", "order 1"), "the reason of the erasure is missing.*--reason"),
        (("Ana", "court order", ""), "the legal basis of the erasure is missing.*--legal-basis"),
        (("Ana", "x" * 501, "order 1"), "longer than 500"),
        (("Ana", "court order", "a\x1bb"), "legal basis"),
    ],
)
def test_who_and_why_is_required(enrolled: Register, given: tuple[str, str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        enrolled.erase("200", *given)
    assert enrolled.voter("200").enrolled and enrolled.erasures() == []


def test_files_that_cannot_be_cleaned_now_are_cleaned_later(
    enrolled: Register, database: Engine, definition: Definition, key: RegisterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect.name != "sqlite":
        return  # the server waits until nobody reads the table
    monkeypatch.setattr(waits, "LOCK", 0.2)
    hers = ciphertexts(database, "V12345678")
    file = database.url.database or ""
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM voter").fetchone()
    with (
        Register.open(file, definition, key, make=False) as desk,
        pytest.raises(StorageError, match="bytes of what was deleted may be left"),
    ):
        desk.erase("V12345678", *BASIS)
    assert [one.cleaned for one in enrolled.erasures()] == [""]
    assert ciphertexts(database, "V12345678") == [] and found_in_files(database, hers) > 0
    reader.close()
    enrolled.clean_erased()
    assert found_in_files(database, hers) == 0
    assert re.fullmatch(r"\d{4}-.*Z", enrolled.erasures()[0].cleaned)
