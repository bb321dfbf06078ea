"""Releases beyond the alarm: two persons, or what the authority allows; and the check-in that is taken back."""

import msgspec
import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED
from raising import raises_code
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.cli import main
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, NotAllowed
from testigo.event_log import Event
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.station.check_in import release_rule

UNENROLLED = ("103", "104", "105", "106", "107", "108")


@pytest.fixture
def desk(place):
    place.to_open()
    return place.check_in


def allowance(place, key=None, *, subject="s1", kind="release-allowance", **fields):
    body = ReleaseAllowance(**{"station": "s1", "number": 1, "more": 2, "reason": "Resolution 7"} | fields)
    election = fields.pop("election", place.check_in.folder.settings.election)
    statement = Statement.of(kind, body, election=election, subject=subject, issued=ISSUED)
    return statement.sign(key or place.root.centre)


def test_every_voter_without_a_finger_gets_a_card(place, desk):
    """The usual number is 2 of 8; the chair alone, then with a second person, over restarts."""
    for document in UNENROLLED[:2]:
        place.release(document)
    visit = desk.find("105")
    assert desk.beyond(visit) == ("not-enrolled",)
    asked = desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    assert (asked.stage, asked.proposed, asked.outcome) == ("second", "not-enrolled", "")
    assert [one.id for one in desk.second_persons()] == ["clerk"]
    assert desk.counters().released == 2  # nothing has happened yet
    with raises_code(IllegalStep, "visit.at-another-step"):
        desk.hand_card(visit.id)
    with raises_code(NotAllowed, "decision.same-person"):
        desk.agree(visit.id, "chair", CHAIR_PIN)
    with raises_code(NotAllowed, "pin.wrong"):
        desk.agree(visit.id, "clerk", "000001")
    place.restart()
    desk = place.check_in
    assert (desk.current().stage, desk.current().interrupted) == ("second", True)
    assert desk.agree(visit.id, "clerk", CLERK_PIN).outcome == "released"
    desk.hand_card(visit.id)
    for document in UNENROLLED[3:]:
        place.release(document)
    counters = desk.counters()
    assert counters.released_reasons == {"not-enrolled": 6} and counters.released_by_two == 4
    assert counters.broken_rules() == [] and counters.without_finger == 6
    assert desk._day.now.voted["105"].second == "clerk" and desk._day.now.voted["103"].second == ""
    assert not desk._second._decisions._load()  # of who decided when, nothing is left


def test_what_is_proposed_can_be_withdrawn_and_ends_with_the_visit(place, desk):
    for document in UNENROLLED[:2]:
        place.release(document)
    visit = desk.find("105")
    desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    assert desk.withdraw_release(visit.id).stage == "unmatched"
    with raises_code(IllegalStep, "release.not-proposed"):
        desk.agree(visit.id, "clerk", CLERK_PIN)
    desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    desk.leave(visit.id)
    assert desk.find("105").stage == "unmatched" and desk.counters().released == 2


def test_kinds_have_their_alarms_apart(place, desk):
    for document in UNENROLLED[:3]:
        place.release(document)
    visit = desk.find("101")
    assert desk.release(visit.id, CHAIR_PIN, "reader-failure").outcome == "released"
    assert desk.counters().released_by_two == 1


@pytest.mark.parametrize(
    ("reasons", "reason", "allowed", "used", "stands"),
    [
        ({}, "other", 0, 0, "usual"),
        ({"not-enrolled": 9}, "worn-finger", 0, 0, "usual"),
        ({"worn-finger": 1, "disability": 1}, "other", 0, 0, "two"),
        ({"worn-finger": 2}, "other", 3, 2, "allowed"),
        ({"worn-finger": 2}, "other", 3, 3, "two"),
        ({"reader-failure": 2}, "reader-failure", 0, 0, "two"),
    ],
)
def test_how_a_release_stands(reasons, reason, allowed, used, stands):
    from station_counters import counted

    counters = counted(released_reasons=reasons, release_cap=2, released_by_allowance=used).check_in
    assert release_rule.standing(counters, reason, allowed) == stands


def test_what_the_authority_allows(place, desk):
    for document in UNENROLLED[:2]:
        place.release(document)
    assert desk.take_allowance(allowance(place)).more == 2
    place.restart()
    desk = place.check_in
    assert desk.allowed_releases == 2
    for document in UNENROLLED[2:]:
        place.release(document)
    counters = desk.counters()
    assert (counters.released_by_allowance, counters.released_by_two) == (2, 2)
    assert counters.broken_rules() == []
    loaded = [event for event in desk.folder.log if event.event == "release-allowance-loaded"]
    assert [one.data for one in loaded] == [{"number": 1, "more": 2, "reason": "Resolution 7"}]


def test_no_other_allowance_is_taken(place, desk):
    wrong = [
        (allowance(place, SigningKey.generate()), InvalidSignature),
        (allowance(place, subject="s2"), InvalidInput),
        (allowance(place, station="s2"), InvalidInput),
        (allowance(place, kind="event-log"), InvalidInput),
        (allowance(place, reason=" "), InvalidInput),
        (allowance(place, more=-1), InvalidInput),
        (allowance(place, number=0), InvalidInput),
        (b"no allowance", InvalidInput),
    ]
    before = len(desk.folder.log)
    for data, error in wrong:
        with pytest.raises(error):
            desk.take_allowance(data)
    assert desk.allowed_releases == 0 and len(desk.folder.log) == before
    desk.take_allowance(allowance(place, number=2, more=5))
    with raises_code(IllegalStep, "release-allowance.older", number="1", loaded="2"):
        desk.take_allowance(allowance(place))
    desk.take_allowance(allowance(place, number=3, more=0))
    assert desk.allowed_releases == 0


def test_a_check_in_is_taken_back_before_a_card_is_handed_over(place, desk):
    visit = desk.find("103")
    with raises_code(IllegalStep, "visit.at-another-step"):
        desk.undo(visit.id, CHAIR_PIN, "other")
    desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    for wrong, error in ((("000001", "voter-left"), NotAllowed), ((CHAIR_PIN, "because"), InvalidInput)):
        with pytest.raises(error):
            desk.undo(visit.id, *wrong)
    desk.undo(visit.id, CHAIR_PIN, "voter-left")
    counters = desk.counters()
    assert (counters.checked_in, counters.released, counters.undone) == (0, 1, {"voter-left": 1})
    assert counters.broken_rules() == []
    (noted,) = [event for event in desk.folder.log if event.event == "check-in-undone"]
    assert isinstance(noted, Event) and noted.data == {"reason": "voter-left", "account": "chair"}
    assert noted.time[14:] in ("00:00Z", "15:00Z", "30:00Z", "45:00Z") and "103" not in str(noted.data)
    place.restart()
    desk = place.check_in
    assert desk.current() is None and "103" not in desk._day.now.voted
    place.match("101", 1)  # the next voter, and then the one who left
    place.release("103")
    counters = desk.counters()
    assert (counters.checked_in, counters.matched, counters.released, counters.cards_handed) == (2, 1, 2, 2)
    place.chair.status()  # the chair believes these counters: none has gone back
    with raises_code(IllegalStep, "visit.over"):
        desk.undo(visit.id, CHAIR_PIN, "other")


def test_undone_check_ins_stand_on_the_sheet_and_nothing_differs(place):
    codes = place.to_open()
    desk = place.check_in
    visit = desk.find("103")
    desk.release(visit.id, CHAIR_PIN, "not-enrolled")
    desk.undo(visit.id, CHAIR_PIN, "wrong-person")
    place.release("104")
    place.vote(codes[0])
    assert place.chair.close_polls(early="rehearsal") == ()
    sheet = place.chair.tally_sheet()
    assert sheet.reconciliation.is_consistent and sheet.reconciliation.check_in.undone == {"wrong-person": 1}
    said = msgspec.to_builtins(sheet.reconciliation.check_in)
    assert said["released"] == 2 and said["without_finger"] == 6


def test_many_voters_without_a_finger_are_said_when_the_book_is_loaded(place, tmp_path, capsys):
    book = tmp_path / "01.pollbook"
    book.write_bytes(place.poll_book)
    place.stop()
    with pytest.raises(SystemExit) as ended:
        main(["station", "load-poll-book", str(place.folder), str(book)])
    place.start()
    said = capsys.readouterr()
    assert ended.value.code == 0 and "8 voters are on the poll book" in said.out
    assert "6 voters of 8 at station s1 have no finger enrolled" in " ".join(said.err.split())
    assert place.check_in.without_finger == 6
