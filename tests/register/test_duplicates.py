"""One person under two document numbers: found, shown, and settled by a person."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from raising import raises_code
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import FingerImage, extract, synthetic
from testigo.fingerprint.parameters import GALLERY
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, RegisterKey, make_poll_book
from testigo.register.gallery import FALSE_CASES, EnrolledPrint, PersonGallery, least_score, person_score
from testigo.register.tables import rulings

Press = Callable[..., FingerImage]
OFFICER = "Oficial"


@pytest.fixture
def twice(register: Register, press: Press) -> Register:
    """Somebody enrolled as V12345678 at s1, and again as 200 at s2, among others."""
    register.enrol("V12345678", [("right-index", press(1)), ("left-index", press(2))], "Norte")
    register.enrol("12345679", [("right-index", press(3)), ("left-index", press(4))], "Norte")
    done = register.enrol("200", [("right-index", press(1, 1)), ("left-index", press(2, 1))], "Sur")
    assert len(done.cases) == 1
    return register


def _book(register: Register, station: str) -> PollBook:
    centre, machine = SigningKey.generate(), OpeningKey.generate()
    data = make_poll_book(register, station, machine.public, centre)
    return PollBook.open(data, register.definition.digest, station, machine, centre.public)


def test_the_case_shows_both_persons_and_their_fingers(twice: Register, press: Press) -> None:
    (line,) = twice.cases()
    assert (line.earlier_document, line.later_document, line.verdict, line.open) == ("V12345678", "200", "", True)
    case = twice.case(line.id)
    assert (case.earlier.name, case.earlier.enrolled_by, case.later.name) == ("María José Peña", "Norte", "Luis Sur")
    assert [finger for finger, _ in case.later.images] == ["right-index", "left-index"]
    for (_, image), given in zip(case.earlier.images, (press(1), press(2)), strict=True):
        assert np.array_equal(image.pixels, given.pixels)
    assert case.earlier.most_similar == case.later.most_similar
    assert case.history == ()


def test_the_other_hand_held_out_is_found_too(register: Register, press: Press) -> None:
    register.enrol("200", [("right-index", press(1))], OFFICER)
    done = register.enrol("201", [("left-index", press(5)), ("left-thumb", press(1, 2))], OFFICER)
    case = register.case(done.cases[0])
    assert case.later.images[case.later.most_similar][0] == "left-thumb"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_different_people_make_no_case(register: Register, press: Press) -> None:
    for number, document in enumerate(("V12345678", "12345679", "E99", "200", "201")):
        given = [("right-index", press(10 + number)), ("left-index", press(20 + number))]
        assert register.enrol(document, given, OFFICER).cases == ()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_real_people_are_found_again_and_others_are_not(register: Register, shared_data: Path) -> None:
    def fingers(person: int, first: int) -> list[tuple[str, FingerImage]]:
        folder = shared_data / "fingerprints" / "fvc2002-db1-b"
        return [("right-index", FingerImage.read(folder / f"{person}_{n}.tif")) for n in (first, first + 1)]

    for person, document in ((101, "V12345678"), (102, "12345679"), (103, "E99")):
        assert register.enrol(document, fingers(person, 1), OFFICER).cases == ()
    for person, document in ((101, "200"), (103, "201")):
        assert len(register.enrol(document, fingers(person, 3), OFFICER).cases) == 1
    assert [case.earlier_document for case in register.cases()] == ["V12345678", "E99"]


def test_same_bars_the_later_one_and_only_that(twice: Register) -> None:
    (line,) = twice.cases()
    assert "200" in _book(twice, "s2").voters
    twice.settle(line.id, "same", OFFICER)
    assert twice.cases() == []
    assert twice.cases(open_only=False)[0].verdict == "same"
    book = _book(twice, "s2")
    assert set(book.voters) == {"201"}
    assert book.barred == {"200": f"case {line.id}"}
    assert twice.voter("200").barred == line.id
    assert twice.voter("V12345678").barred is None
    assert "V12345678" in _book(twice, "s1").voters
    assert twice.status().barred == 1


@pytest.mark.parametrize("verdict", ["undecided", "different"])
def test_suspicion_takes_nobodys_vote(twice: Register, verdict: str) -> None:
    (line,) = twice.cases()
    twice.settle(line.id, verdict, OFFICER)
    assert "200" in _book(twice, "s2").voters
    assert [case.verdict for case in twice.cases()] == (["undecided"] if verdict == "undecided" else [])


def test_a_verdict_changes_only_by_a_new_entry(twice: Register, database: Engine) -> None:
    (line,) = twice.cases()
    twice.settle(line.id, "same", "Primera")
    with raises_code(InvalidInput, "case.ruled-before", case="1"):
        twice.settle(line.id, "different", "Segunda", " ")
    twice.settle(line.id, "different", "Segunda", "twins: birth certificates seen")
    history = twice.case(line.id).history
    assert [(ruling.verdict, ruling.officer) for ruling in history] == [("same", "Primera"), ("different", "Segunda")]
    assert "200" in _book(twice, "s2").voters
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(rulings)) == 2


def test_refuses_unknown_cases_verdicts_and_nameless_officers(twice: Register) -> None:
    (line,) = twice.cases()
    with raises_code(InvalidInput, "case.unknown", case="77"):
        twice.settle(77, "same", OFFICER)
    with raises_code(InvalidInput, "case.unknown", case="77"):
        twice.case(77)
    with raises_code(InvalidInput, "verdict.unknown", verdict="guilty"):
        twice.settle(line.id, "guilty", OFFICER)
    with raises_code(InvalidInput, "officer.not-named"):
        twice.settle(line.id, "same", "")
    assert twice.case(line.id).history == ()


@pytest.mark.parametrize("note", ["x" * 501, "one line\nand another", "\x1b[2J"])
def test_a_note_is_one_line_that_can_be_shown(twice: Register, note: str) -> None:
    (line,) = twice.cases()
    with raises_code(InvalidInput, "case.note-unprintable", most=500):
        twice.settle(line.id, "different", OFFICER, note)
    assert twice.case(line.id).history == ()
    twice.settle(line.id, "different", OFFICER, "x" * 500)


def test_a_case_cannot_be_got_rid_of_by_setting_the_enrolment_aside(twice: Register) -> None:
    (line,) = twice.cases()
    for document in ("200", "V12345678"):
        with raises_code(IllegalStep, "enrolment.part-of-case", case="1"):
            twice.withdraw(document, OFFICER, "a mistake")
    twice.settle(line.id, "same", OFFICER)
    with raises_code(IllegalStep, "enrolment.part-of-case", case="1"):
        twice.withdraw("200", OFFICER, "a mistake")
    twice.settle(line.id, "different", OFFICER, "twins")
    twice.withdraw("200", OFFICER, "a mistake")
    assert len(twice.case(line.id).later.images) == 2


def test_two_desks_enrolling_at_once_do_not_miss_each_other(
    register: Register,
    address: str,
    definition: Definition,
    key: RegisterKey,
    press: Press,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one desk searches, the other enrols the same finger under another number."""
    search = register._enroller.gallery.search
    with Register.open(address, definition, key) as other_desk:

        def slow_search(probes, *, after=0):
            found = search(probes, after=after)
            if not other_desk.voter("201").enrolled:
                assert other_desk.enrol("201", [("right-index", press(1, 1))], OFFICER).cases == ()
            return found

        monkeypatch.setattr(register._enroller.gallery, "search", slow_search)
        done = register.enrol("200", [("right-index", press(1))], OFFICER)
    assert len(done.cases) == 1
    assert register.cases()[0].earlier_document == "201"


def test_the_impressions_most_alike_are_named_among_several(register: Register, press: Press) -> None:
    earlier = [("left-index", press(2)), ("right-index", press(1)), ("right-index", press(1, 1))]
    register.enrol("200", earlier, OFFICER)
    later = [("right-thumb", press(6)), ("right-index", press(1, 2)), ("right-index", press(1, 3))]
    case = register.case(register.enrol("201", later, OFFICER).cases[0])
    assert case.earlier.most_similar in (1, 2)
    assert case.later.most_similar in (1, 2)
    assert case.line.score > 6


def test_a_gallery_larger_than_what_the_matcher_sees_says_the_same(press: Press) -> None:
    impressions = [EnrolledPrint.of(1, 2, 50, extract(press(seed))) for seed in (1, 2, 3, 4)]
    gallery = PersonGallery()
    for person, template in enumerate(synthetic.templates(0, 3 * GALLERY.least_matched)):
        gallery.add(person + 1, [EnrolledPrint.of(1, 2, 50, template)])
    gallery.add(10_000, [impressions[0]])
    found = gallery.search([EnrolledPrint.of(5, 7, 50, extract(press(1, 1)))])
    assert [(one.enrolment, one.probe, one.candidate) for one in found] == [(10_000, 5, 1)]
    assert gallery.search(impressions[:1], after=len(gallery)) == []


def test_a_new_process_knows_all_fingers(
    register: Register, address: str, definition: Definition, key: RegisterKey, press: Press
) -> None:
    register.enrol("200", [("right-index", press(1))], OFFICER)
    with Register.open(address, definition, key) as later:
        assert len(later.enrol("201", [("right-index", press(1, 1))], OFFICER).cases) == 1


# How persons are compared by several fingers: the score is -log10 of a chance, so chance can check it.


def test_person_scores_are_chances() -> None:
    rng = np.random.default_rng(20261121)
    for shape, fingers in (((1, 1), [2]), ((2, 2), [2, 7]), ((4, 3), [2, 2, 7, 7]), ((10, 10), list(range(1, 11)))):
        scores = -np.log10(rng.random((20_000, *shape)))
        found = np.array([person_score(one, fingers) for one in scores])
        for level in (1.0, 2.0):
            share = (found >= level).mean()
            assert share <= 1.25 * 10**-level, (shape, level)


def test_one_matching_finger_is_not_drowned_by_nine_others() -> None:
    scores = np.full((10, 10), 0.4)
    scores[3, 5] = 9.0
    assert person_score(scores, list(range(1, 11))) > 6
    assert person_score(np.array([[3.0, 0.1], [0.1, 3.0]]), [2, 7]) > 3.5


def test_the_least_score_rises_with_the_number_of_persons() -> None:
    assert least_score(1) == least_score(100) == 4
    assert least_score(1_000_000) == pytest.approx(6 - np.log10(FALSE_CASES))
