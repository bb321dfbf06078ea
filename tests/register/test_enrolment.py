"""Fingers at the desk: quality, encryption at rest, and what an intruder in the database can't do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, select, text, update

from raising import raises_code
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import FingerImage, encode_template, extract
from testigo.keys import OpeningKey, SigningKey
from testigo.register import (
    FingerException,
    PollBook,
    PoorFingers,
    Position,
    Register,
    duplicates,
    exception_of,
    exceptions_of,
    make_poll_book,
)
from testigo.register.tables import enrolments, impressions, voters

Press = Callable[..., FingerImage]
OFFICER = "Oficial Pérez"


@pytest.fixture
def blank() -> FingerImage:
    """A clean glass without a finger."""
    return FingerImage(np.full((300, 300), 250, np.uint8))


def _book(register: Register) -> bytes:
    return make_poll_book(register, "s1", OpeningKey.generate().public, SigningKey.generate())


def test_says_how_good_each_finger_is_and_keeps_all_impressions(register: Register, press: Press) -> None:
    given = [("left-thumb", press(3)), ("right-index", press(1)), ("right-index", press(1, 1))]
    done = register.enrol("v12345678", given, OFFICER)
    assert done.document == "V12345678"
    assert [finger.finger for finger in done.qualities] == ["right-index", "left-thumb"]
    assert all(finger.good_enough and 0 < finger.quality <= 100 for finger in done.qualities)
    assert (done.templates, done.cases) == (3, ())
    assert register.voter("V12345678").enrolled
    assert register.status().enrolled == 1


def test_a_poor_finger_needs_an_officers_reason(register: Register, press: Press, blank: FingerImage) -> None:
    given = [("right-index", press(1)), ("left-index", blank)]
    with pytest.raises(PoorFingers, match=r"left index finger \(0 of 100\).*take it again") as caught:
        register.enrol("200", given, OFFICER, accept_because="  ")
    assert caught.value.code == "fingers.too-poor"
    assert "índice izquierdo (0 de 100)" in caught.value.text("es")
    assert [finger.good_enough for finger in caught.value.qualities] == [True, False]
    assert not register.voter("200").enrolled
    assert register.enrol("200", given, OFFICER, accept_because="scar over the whole finger").templates == 2
    assert register.enrol("201", [("left-index", blank)], OFFICER, accept_because="no prints at all").cases == ()


def test_a_good_impression_saves_a_poor_one_of_the_same_finger(
    register: Register, press: Press, blank: FingerImage
) -> None:
    done = register.enrol("200", [("right-index", blank), ("right-index", press(1))], OFFICER)
    assert [finger.good_enough for finger in done.qualities] == [True]


def test_refuses_what_cannot_be_enrolled(register: Register, press: Press) -> None:
    one = [("right-index", press(1))]
    with raises_code(InvalidInput, "document.not-in-register", document="999"):
        register.enrol("999", one, OFFICER)
    with raises_code(InvalidInput, "finger.unknown", name="big-toe"):
        register.enrol("200", [("big-toe", press(1))], OFFICER)
    with raises_code(InvalidInput, "finger-images.wrong-number", count=0):
        register.enrol("200", [], OFFICER)
    with raises_code(InvalidInput, "finger-images.wrong-number", count=41):
        register.enrol("200", one * 41, OFFICER)
    with raises_code(InvalidInput, "officer.not-named"):
        register.enrol("200", one, " ")
    register.enrol("200", one, OFFICER)
    with raises_code(IllegalStep, "document.enrolled-already", document="200"):
        register.enrol("2-00", one, OFFICER)


def test_an_enrolment_set_aside_stays_on_file_and_makes_room(
    register: Register, press: Press, database: Engine
) -> None:
    register.enrol("200", [("right-index", press(1))], OFFICER)
    with raises_code(InvalidInput, "enrolment.no-reason"):
        register.withdraw("200", OFFICER, " ")
    register.withdraw("200", OFFICER, "fingers of the person behind in the queue")
    assert not register.voter("200").enrolled
    with raises_code(InvalidInput, "document.not-enrolled"):
        register.withdraw("200", OFFICER, "again")
    assert register.enrol("201", [("right-index", press(1, 1))], OFFICER).cases == ()
    register.enrol("200", [("right-index", press(2))], OFFICER)
    with database.connect() as connection:
        assert len(connection.execute(select(enrolments)).all()) == 3


def test_a_failure_in_the_middle_keeps_nothing(
    register: Register, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> tuple[int, ...]:
        raise OSError("power cut")

    monkeypatch.setattr(duplicates, "open_cases", fail)
    with pytest.raises(OSError, match="power cut"):
        register.enrol("200", [("right-index", press(1))], OFFICER)
    monkeypatch.undo()
    assert register.status().enrolled == 0
    assert register.enrol("200", [("right-index", press(1))], OFFICER).templates == 1


# What somebody can do who can read or write the database, and has no key.


def test_nothing_of_a_finger_can_be_read_from_the_database(
    register: Register, press: Press, database: Engine, tmp_path: Path
) -> None:
    register.enrol("200", [("right-index", press(1))], OFFICER)
    with database.connect() as connection:
        row = connection.execute(select(impressions)).one()
    assert len(row.template) == len(encode_template(extract(press(1)))) + 12 + 16
    stored = bytes(row.template) + bytes(row.image) + b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert b"FMR\x00" not in stored
    assert b"\x89PNG" not in stored
    assert b"IHDR" not in stored


@pytest.fixture
def two_enrolled(register: Register, press: Press) -> Register:
    register.enrol("V12345678", [("right-index", press(1)), ("left-index", press(2))], OFFICER)
    register.enrol("12345679", [("right-index", press(3)), ("left-index", press(4))], OFFICER)
    _book(register)
    return register


def test_a_template_moved_to_another_voter_does_not_open(two_enrolled: Register, database: Engine) -> None:
    with database.begin() as connection:
        theirs = connection.scalar(select(impressions.c.template).where(impressions.c.id == 1))
        connection.execute(update(impressions).where(impressions.c.id == 3).values(template=theirs))
    with pytest.raises(InvalidInput, match="document 12345679: the template of finger 2 was changed or belongs to"):
        _book(two_enrolled)


def test_a_template_moved_to_another_finger_does_not_open(two_enrolled: Register, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(update(impressions).where(impressions.c.id == 1).values(finger=3))
    with raises_code(InvalidInput, "enrolled-template.changed", finger=3):
        _book(two_enrolled)


def test_a_whole_enrolment_moved_to_another_voter_does_not_open(two_enrolled: Register, database: Engine) -> None:
    with database.begin() as connection:
        mine, other = (
            connection.scalar(select(voters.c.id).where(voters.c.document == document))
            for document in ("V12345678", "E99")
        )
        connection.execute(update(enrolments).where(enrolments.c.voter == mine).values(voter=other))
    with raises_code(InvalidInput, "enrolled-template.changed"):
        _book(two_enrolled)


def test_documents_exchanged_between_voters_do_not_carry_the_fingers_along(
    two_enrolled: Register, database: Engine
) -> None:
    with database.begin() as connection:
        for old, new in (("V12345678", "X"), ("12345679", "V12345678"), ("X", "12345679")):
            connection.execute(update(voters).where(voters.c.document == old).values(document=new))
    with raises_code(InvalidInput, "enrolled-template.changed"):
        _book(two_enrolled)


def test_an_image_is_no_template(two_enrolled: Register, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE impression SET template = image WHERE id = 1"))
    with raises_code(InvalidInput, "enrolled-template.changed", finger=2):
        _book(two_enrolled)


def test_fingers_are_named_by_the_standards_positions() -> None:
    assert [position.word for position in Position][:3] == ["right-thumb", "right-index", "right-middle"]
    assert [int(position) for position in Position] == list(range(1, 11))
    assert all(Position.named(position.word) is position for position in Position)


def test_the_same_image_never_gives_the_same_ciphertext(register: Register, press: Press, database: Engine) -> None:
    register.enrol("200", [("right-index", press(1)), ("right-index", press(1))], OFFICER)
    with database.connect() as connection:
        first, second = connection.scalars(select(impressions.c.image))
    assert first[:12] != second[:12]
    assert first[12:44] != second[12:44]


NOBODY_TAKEN = exceptions_of("all", "missing", "both hands lost", [])


def test_fingers_that_cannot_be_taken_are_recorded_and_go_to_the_poll_book(
    register: Register,
    definition: Definition,
    centre: SigningKey,
    check_in: OpeningKey,
    press: Callable[..., FingerImage],
) -> None:
    given = [("left-index", press(1))]
    excepted = [
        exception_of("right-index", "missing", "lost at work"),
        exception_of("left-index", "worn", "bricklayer"),
    ]
    register.enrol("200", given, "maria", accept_because="worn", exceptions=excepted)
    assert register.enrol("201", [], "maria", exceptions=NOBODY_TAKEN).templates == 0
    voter = register.voter("200")
    assert [(one.finger, one.kind, one.reason) for one in voter.exceptions] == [
        ("right-index", "missing", "lost at work"),
        ("left-index", "worn", "bricklayer"),
    ]
    assert len(register.voter("201").exceptions) == 10 and register.voter("201").enrolled
    data = make_poll_book(register, "s2", check_in.public, centre)
    book = PollBook.open(data, definition.digest, "s2", check_in, centre.public)
    assert book.voters["200"].exceptions == {2: "missing", 7: "worn"} and book.voters["200"].without_finger == ""
    assert book.voters["201"].without_finger == "worn-or-missing"
    other = make_poll_book(register, "s1", check_in.public, centre)
    opened = PollBook.open(other, definition.digest, "s1", check_in, centre.public)
    assert {one.without_finger for one in opened.voters.values()} == {"never-enrolled"}
    assert register.kept_after(0, 99, 10)[0][1] and len(register.kept_after(0, 99, 10)) == 1
    erased = register.erase("201", "eva", "court order", "order 1")
    assert erased.templates == 0 and register.voter("201").exceptions == () and not register.voter("201").enrolled
    register.erase("200", "eva", "court order", "order 1")
    assert register.voter("200").exceptions == ()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fingers", "excepted", "code"),
    [
        ([], NOBODY_TAKEN[:9], "exception.fingers-left"),
        ([], [], "finger-images.wrong-number"),
        (["right-index"], [exception_of("right-index", "bandaged", "burnt")], "exception.with-image"),
        ([], [*NOBODY_TAKEN, NOBODY_TAKEN[0]], "exception.twice"),
    ],
)
def test_exceptions_that_contradict_are_refused(
    register: Register,
    press: Callable[..., FingerImage],
    fingers: list[str],
    excepted: list[FingerException],
    code: str,
) -> None:
    with pytest.raises(InvalidInput) as caught:
        register.enrol("200", [(one, press(1)) for one in fingers], "maria", accept_because="x", exceptions=excepted)
    assert caught.value.code == code and not register.voter("200").enrolled


@pytest.mark.parametrize(
    ("finger", "kind", "reason", "code"),
    [
        ("right-toe", "missing", "x", "finger.unknown"),
        ("right-index", "tired", "x", "exception.unknown-kind"),
        ("right-index", "worn", " ", "exception.no-reason"),
        ("right-index", "worn", "a\x1b[2J", "exception.no-reason"),
    ],
)
def test_an_exception_is_told_whole(finger: str, kind: str, reason: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        exceptions_of(finger, kind, reason, [])
    assert caught.value.code == code and caught.value.hint
