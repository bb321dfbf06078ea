"""The check-in desk: every outcome, every refusal, and the visit that a power cut interrupts."""

import os
import shutil

import pytest

from raising import raises_code
from testigo import fingerprint
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, NotAllowed
from testigo.fingerprint import synthetic
from testigo.keys import OpeningKey, SigningKey
from testigo.register import make_poll_book
from testigo.station.check_in import finger_check
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.visit import RefusedVoter, Visit

CHAIR_PIN, ISSUED = "482913", "2026-11-21T12:00:00Z"


def finger(person, impression):
    return synthetic.generate(person, impression, difficulty=0.3)


@pytest.fixture
def desk(place):
    place.to_open()
    return place.check_in


def test_right_finger_wrong_finger_four_tries(desk):
    visit = desk.find(" 101 ")
    assert (visit.name, visit.style, visit.stage, visit.tries_left) == ("María José Peña", "villa", "finger", 4)
    assert visit.fingers == (2,)
    for left in (3, 2, 1):
        visit = desk.try_finger(visit.id, finger(7, 1))
        assert (visit.stage, visit.tries_left) == ("finger", left)
    visit = desk.try_finger(visit.id, finger(1, 2))
    assert (visit.stage, visit.outcome) == ("admitted", "matched")
    desk.hand_card(visit.id)
    assert desk.current() is None and desk.counters().matched == desk.counters().cards_handed == 1


def failing(desk, document):
    """A visitor none of whose tries match."""
    visit = desk.find(document)
    while visit.stage == "finger":
        visit = desk.try_finger(visit.id, finger(7, 1))
    return visit


def test_whoever_was_refused_and_comes_back_has_new_tries(place, desk):
    visit = failing(desk, "101")
    assert (visit.stage, visit.failed, visit.tries_left) == ("unmatched", 4, 0)
    with raises_code(IllegalStep, "visit.at-another-step"):
        desk.try_finger(visit.id, finger(1, 2))
    with raises_code(IllegalStep, "visit.at-another-step"):
        desk.hand_card(visit.id)
    desk.leave(visit.id)  # the wrong entry: tries that failed stay failed
    assert desk.find("101").stage == "unmatched"
    assert desk.refuse(visit_id(desk), "no-match") == RefusedVoter("101", "no-match")
    assert desk.find("101").tries_left == 4
    assert desk.refuse(visit_id(desk), "impostor").reason == "impostor"
    assert desk.find("101").tries_left == 4  # the real voter comes, and an impostor has used up nothing
    desk.refuse(visit_id(desk), "left")
    assert desk.counters().refused == {"impostor": 1, "left": 1, "no-match": 1}
    desk.refuse(failing(desk, "101").id, "no-match")
    place.restart()
    desk = place.check_in
    visit = desk.find("101")
    assert visit.stage == "unmatched"  # refused three times: now the chair looks first
    with raises_code(NotAllowed, "pin.wrong"):
        desk.grant_tries(visit.id, "000001")
    assert desk.grant_tries(visit.id, CHAIR_PIN).tries_left == 4
    desk.leave(visit.id)
    visit = desk.find("101")
    assert visit.tries_left == 4 and desk.try_finger(visit.id, finger(1, 2)).outcome == "matched"


def test_new_tries_need_a_finger_that_was_enrolled(desk):
    visit = desk.find("103")
    with raises_code(IllegalStep, "finger.never-enrolled"):
        desk.grant_tries(visit.id, CHAIR_PIN)


def visit_id(desk):
    return desk.current().id


def test_templates_are_made_ready_once_a_visit(desk, monkeypatch):
    made = []
    monkeypatch.setattr(finger_check, "prepare", lambda template: made.append(1) or fingerprint.prepare(template))
    visit = desk.find("101")
    for _ in range(3):
        desk.try_finger(visit.id, finger(7, 1))
    assert len(made) == 1
    assert desk.try_finger(visit.id, finger(1, 2)).outcome == "matched"
    desk.hand_card(visit.id)
    visit = desk.find("102")
    assert desk.try_finger(visit.id, finger(1, 2)).stage == "finger"  # the finger of the visitor before
    assert desk.try_finger(visit.id, finger(2, 2)).outcome == "matched" and len(made) == 2


def test_a_finger_of_which_nothing_is_made_out_is_a_failed_try_and_comes_to_the_chair(place, desk):
    visit = desk.find("101")
    for left in (3, 2, 1):
        assert desk.finger_unread(visit.id).tries_left == left
    place.restart()
    assert place.check_in.current().tries_left == 1
    assert place.check_in.finger_unread(visit.id).stage == "unmatched"
    with raises_code(IllegalStep, "visit.at-another-step"):
        place.check_in.finger_unread(visit.id)
    assert place.check_in.release(visit.id, CHAIR_PIN, "worn-finger").outcome == "released"


def test_already_voted_with_its_hour_also_after_a_restart(place, desk):
    place.release("103")
    place.restart()
    refused = place.check_in.find("103")
    assert refused.reason == "already-voted" and refused.at.endswith(":00:00Z")
    assert place.check_in.counters().refused == {}  # looked up, and nothing else
    assert place.check_in.turn_away("103") == refused
    assert place.check_in.counters().refused == {"already-voted": 1}


def test_looking_up_counts_nothing_and_turning_away_does(desk):
    assert desk.find("201") == RefusedVoter("201", "other-station", where="s2")
    assert desk.find("999") == RefusedVoter("999", "not-on-register")
    before = len(desk.folder.log)
    for typed in ("201", "999", "1O1", "nobody", "Peña", "@@00101@PEÑA@"):
        desk.look_up(typed)
    assert desk.current() is None
    assert desk.counters().refused == {} and len(desk.folder.log) == before
    desk.turn_away("999")
    desk.turn_away("201")
    with raises_code(IllegalStep, "visit.may-be-checked-in"):
        desk.turn_away("101")
    assert desk.counters().refused == {"not-on-register": 1, "other-station": 1}
    with pytest.raises(InvalidInput):
        desk.find("")


def test_a_visit_that_was_begun_by_mistake_leaves_no_trace(place, desk):
    visit = desk.find("101")
    desk.leave(visit.id)
    with raises_code(IllegalStep, "visit.over"):
        desk.leave(visit.id)
    place.restart()
    assert place.check_in.current() is None and place.check_in.counters().refused == {}
    assert place.check_in.find("101").tries_left == 4


def test_release_needs_pin_reason_and_a_try_where_a_finger_could_say_it(desk):
    visit = desk.find("101")
    with raises_code(IllegalStep, "finger.not-tried"):
        desk.release(visit.id, CHAIR_PIN, "worn-finger")
    desk.try_finger(visit.id, finger(7, 1))
    with pytest.raises(NotAllowed, match="wrong"):
        desk.release(visit.id, "000001", "worn-finger")
    for no_reason in ("because", "not-enrolled"):
        with pytest.raises(InvalidInput, match="no reason"):
            desk.release(visit.id, CHAIR_PIN, no_reason)
    assert desk.current().stage == "finger"
    assert desk.release(visit.id, CHAIR_PIN, "worn-finger").outcome == "released"
    desk.hand_card(visit.id)
    visit = desk.find("103")
    assert visit.stage == "unmatched" and visit.fingers == ()  # no finger was ever taken
    with pytest.raises(InvalidInput, match="no reason"):
        desk.release(visit.id, CHAIR_PIN, "other")  # whatever people say: the poll book says why
    desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    desk.hand_card(visit.id)
    assert desk.counters().released_reasons == {"not-enrolled": 1, "worn-finger": 1}


def test_one_visit_at_a_time_and_no_old_visit(desk):
    visit = desk.find("101")
    with raises_code(IllegalStep, "visit.not-concluded"):
        desk.find("102")
    desk.refuse(visit.id, "left")
    for step in (lambda: desk.hand_card(visit.id), lambda: desk.refuse(visit.id, "left")):
        with raises_code(IllegalStep, "visit.over"):
            step()
    with pytest.raises(InvalidInput, match="no reason"):
        desk.refuse(desk.find("102").id, "already-voted")


@pytest.mark.parametrize("outcome", ["", "matched", "released"])
def test_interrupted_visit_is_shown_and_must_be_concluded(place, desk, outcome):
    visit = desk.find("101")
    desk.try_finger(visit.id, finger(7, 1))
    if outcome == "matched":
        desk.try_finger(visit.id, finger(1, 2))
    elif outcome:
        desk.release(visit.id, CHAIR_PIN, "injured-hand")
    place.restart()
    again = place.check_in.current()
    assert isinstance(again, Visit) and again.interrupted and again.id == visit.id and again.outcome == outcome
    assert again.stage == ("admitted" if outcome else "finger")
    with raises_code(IllegalStep, "visit.not-concluded"):
        place.check_in.find("102")
    with raises_code(IllegalStep, "desk.visitor-there"):
        place.chair.close_polls()
    if outcome:
        place.check_in.hand_card(again.id)
    else:
        assert again.tries_left == 3
        place.check_in.refuse(again.id, "left")
    place.restart()
    assert place.check_in.current() is None


def test_nobody_is_checked_in_before_opening_and_in_a_pause(place):
    with raises_code(IllegalStep, "check-in.not-open"):
        place.check_in.find("101")
    place.to_open()
    place.chair.pause("disturbance")
    with raises_code(IllegalStep, "check-in.not-open"):
        place.check_in.find("101")


def test_wrong_poll_books_are_refused_and_lose_nothing(place, root, register, tmp_path):
    opening = place.check_in._opening
    newer = make_poll_book(register, "s1", opening.public, root.centre, ISSUED)
    assert place.check_in.load_poll_book(newer) == 8
    wrong = {
        "stale": place.poll_book,
        "station s2's": make_poll_book(register, "s2", opening.public, root.centre, ISSUED),
        "signed by key": make_poll_book(register, "s1", opening.public, SigningKey.generate(), ISSUED),
        "sealed for another": make_poll_book(register, "s1", OpeningKey.generate().public, root.centre, ISSUED),
        "not canonical": b"not a poll book",
    }
    for said, data in wrong.items():
        with pytest.raises((InvalidInput, InvalidSignature), match=said):
            place.check_in.load_poll_book(data)
    place.restart()
    assert place.check_in.registered == 8
    loads = [event for event in place.check_in.folder.log if event.event == "poll-book-loaded"]
    assert len(loads) == 1


def test_poll_book_is_not_changed_while_open(place):
    place.to_open()
    with raises_code(IllegalStep, "poll-book.too-late"):
        place.check_in.load_poll_book(place.poll_book)


def test_no_opening_without_a_poll_book(place):
    place.booth.make_cards()
    place.test()
    with pytest.raises(IllegalStep, match="poll book"):
        place.chair.zero_report()


@pytest.mark.parametrize("restart", [False, True])
def test_third_person_with_one_document_needs_the_chair(place, restart):
    place.to_open()
    desk, tries = place.check_in, 0
    for number in range(2):
        visit = desk.find("101")
        assert (visit.stage, visit.tries_left, visit.impostors) == ("finger", 4, number)
        while visit.stage == "finger":
            visit, tries = desk.try_finger(visit.id, finger(7, 1)), tries + 1
        desk.refuse(visit.id, "impostor")
    if restart:
        place.restart()
        desk = place.check_in
    visit = desk.find("101")
    assert (visit.stage, visit.tries_left, visit.impostors, tries) == ("unmatched", 0, 2, 8)
    with raises_code(IllegalStep, "visit.at-another-step"):
        desk.try_finger(visit.id, finger(1, 2))
    assert desk.release(visit.id, CHAIR_PIN, "other").outcome == "released"
    desk.hand_card(visit.id)
    assert desk.counters().refused == {"impostor": 2}
    assert desk.find("102").tries_left == 4  # another document has lost nothing


class Plug(BaseException):
    """The plug is pulled."""


@pytest.mark.parametrize("torn", ["before", "torn", "after"])
def test_plug_pulled_at_every_write_of_a_visit(place, desk, monkeypatch, torn):
    """A failed finger, a right one, the card: whoever was let through is noted once, and nobody twice."""
    real = os.pwrite
    for writes in range(20):
        document, left = ("101", "102")[writes % 2], [writes]
        place.check_in.close()
        shutil.rmtree(place.folder / "desk", ignore_errors=True)
        shutil.copytree(place.folder / "check-in", place.folder / "desk")
        place.check_in = CheckIn(place.folder / "check-in")

        def pwrite(handle, data, offset, left=left):
            left[0] -= 1
            if left[0] >= 0:
                return real(handle, data, offset)
            part = data[: {"before": 0, "torn": len(data) // 2, "after": len(data)}[torn]]
            if part:
                real(handle, part, offset)
            raise Plug

        done = False
        with CheckIn(place.folder / "desk", matcher=lambda image, enrolled: image == b"right") as desk:
            monkeypatch.setattr(os, "pwrite", pwrite)
            try:
                visit = desk.find(document)
                desk.try_finger(visit.id, b"wrong")
                desk.try_finger(visit.id, b"right")
                desk.hand_card(visit.id)
                done = True
            except Plug:
                pass
            monkeypatch.setattr(os, "pwrite", real)
        with CheckIn(place.folder / "desk", matcher=lambda image, enrolled: image == b"right") as desk:
            visit = desk.current()
            if visit is None and document not in desk._day.now.voted:
                visit = desk.find(document)
            if visit is not None and visit.stage == "finger":
                visit = desk.try_finger(visit.id, b"right")
            if visit is not None:
                desk.hand_card(visit.id)
            assert (desk.counters().matched, desk.counters().cards_handed) == (1, 1)
            assert desk.find(document).reason == "already-voted"
            assert desk._day.now.visit is None and not desk._day.now.tries
        if done:
            break
    assert done and writes >= 5
