"""A whole day at a station, and every step that may not be taken."""

import msgspec
import pytest
from msgspec.structs import replace

from raising import raises_code
from testigo.audit import station_deck
from testigo.ballot import BoothReport, CheckInReport, EventLogs, LogicAndAccuracy, TallySheet, ZeroReport
from testigo.count import KINDS
from testigo.errors import IllegalStep, InvalidInput, StorageError, TestigoError
from testigo.record import open_package, open_statement, peek
from testigo.station.chair import tally_sheet
from testigo.station.chair.chair import Chair

SHEETS = {
    "logic-and-accuracy": LogicAndAccuracy,
    "zero-report": ZeroReport,
    "booth-report": BoothReport,
    "check-in-report": CheckInReport,
    "tally-sheet": TallySheet,
    "event-log": EventLogs,
}


def test_whole_day(place):
    chair = place.chair
    assert chair.state == "installed"
    assert chair.runs.run(station_deck(chair.definition, "s1"))
    codes = place.to_open()
    assert chair.state == "open"
    place.match("101", 1)
    place.match("102", 2)
    place.release("107")
    slips = {place.vote(codes[0], "ana"), place.vote(codes[1], "beto"), place.vote(codes[2], "ana")}
    assert chair.close_polls() == ()
    assert chair.state == "closed" and chair.status().printed
    sheet = chair.tally_sheet()
    assert sheet.tally.contest("mayor").votes == {"ana": 2, "beto": 1}
    assert sheet.tally.contest("council").blank == 3
    assert sheet.reconciliation.is_consistent and sheet.reconciliation.booth.recorded == 3
    assert sheet.reconciliation.check_in.matched == 2 and sheet.reconciliation.check_in.released_reasons == {
        "not-enrolled": 1
    }
    assert {record.slip for record in place.booth._box.records()} == slips
    assert sheet.event_logs["booth"] == place.booth.folder.log.head
    assert sheet.event_logs["check-in"] == place.check_in.folder.log.head
    package = chair.send()
    assert chair.state == "sent" and chair.send() == package
    package = open_package(package, lambda claim: chair.folder.key.public)
    assert [peek(envelope).type for envelope in package.envelopes] == list(SHEETS)
    for envelope in package.envelopes:
        signer = KINDS[peek(envelope).type].signer
        statement = open_statement(envelope, place.chair.folder.ring.of_station("s1", signer).public).statement
        msgspec.convert(statement.body, SHEETS[statement.type], strict=True)
    assert (place.folder / "chair" / "paper" / "tally-sheet.pdf").read_bytes().startswith(b"%PDF")


def test_state_survives_every_restart(place):
    codes = place.to_open()
    place.restart()
    assert place.chair.state == "open"
    place.release("103")
    place.vote(codes[0])
    place.chair.pause("power")
    place.restart()
    assert (place.chair.state, place.booth.state, place.check_in.state) == ("paused",) * 3
    with pytest.raises(IllegalStep, match="not open"):
        place.booth.accept_card(codes[1])
    place.chair.resume()
    place.chair.close_polls()
    place.restart()
    assert place.chair.state == "closed"
    package = place.chair.send()
    place.restart()
    assert place.chair.state == "sent" and place.chair.send() == package


@pytest.mark.parametrize(
    "step", ["open", "close_polls", "resume", "send", "zero_report", "differences", "tally_sheet_json"]
)
def test_steps_refused_before_the_test(place, step):
    with pytest.raises(IllegalStep):
        getattr(place.chair, step)()
    assert place.chair.state == "installed" and len(list(place.booth.folder.log)) == 2


def test_station_cannot_open_when_the_test_does_not_come_out(place):
    place.check_in.load_poll_book(place.poll_book)
    place.booth.make_cards()
    *_, one, last = station_deck(place.chair.definition, "s1")
    assert not place.chair.runs.run([replace(one, expected=last.expected), last])
    assert place.chair.state == "installed"
    with pytest.raises(IllegalStep):
        place.chair.zero_report()
    assert place.test() and place.chair.state == "tested"
    runs = [place.chair._statements.own(f"logic-and-accuracy-{run}").statement.body for run in (1, 2)]
    assert [(body["run"], body["outcome"]) for body in runs] == [(1, "failed"), (2, "passed")]
    assert not list((place.folder / "booth").glob("test-box*"))


def test_no_cards_no_zero_report(place):
    place.check_in.load_poll_book(place.poll_book)
    assert place.test()
    with raises_code(IllegalStep, "cards.none-made"):
        place.chair.zero_report()


def test_closing_waits_for_voters_with_cards(place):
    codes = place.to_open()
    place.release("103")
    with raises_code(IllegalStep, "voters.with-unused-cards", count=1):
        place.chair.close_polls()
    assert place.chair.state == "open" and place.booth.state == "open"
    place.vote(codes[0])
    assert place.chair.close_polls() == ()


def test_difference_needs_a_reason_and_is_published(place):
    codes = place.to_open()
    place.vote(codes[0])  # a card that nobody was checked in for
    left = place.chair.close_polls()
    assert [(one.left, one.right, one.left_count, one.right_count) for one in left] == [
        ("checked_in", "cards_used", 0, 1)
    ]
    assert place.chair.tally_sheet() is None
    with raises_code(IllegalStep, "tally-sheet.not-printed"):
        place.chair.send()
    with pytest.raises(InvalidInput):
        place.chair.explain_difference("recorded=nothing", "x")
    with pytest.raises(InvalidInput):
        place.chair.explain_difference("checked_in=cards_used", "  ")
    assert place.chair.explain_difference("checked_in=cards_used", "unknown") == ()
    sheet = place.chair.tally_sheet()
    assert not sheet.reconciliation.is_consistent and sheet.reconciliation.differences()[0].reason == "unknown"
    shown = tally_sheet.view(place.chair.definition, sheet, "", "es").differences
    assert [(one.step, one.reason) for one in shown] == [("checked_in=cards_used", "unknown")]


def test_voided_session_is_a_difference_with_its_reason(place):
    codes = place.to_open()
    place.release("103")
    place.booth.accept_card(codes[0])
    with raises_code(IllegalStep, "booth.voter-inside"):
        place.chair.close_polls()
    place.chair.sessions.void("voter-left")
    assert place.booth.current() is None
    assert place.chair.close_polls() == ()
    difference = place.chair.tally_sheet().reconciliation.differences()[0]
    assert difference.reason == "void-session: 1 voter-left"


def test_dead_machine_is_told_and_nothing_is_lost(place):
    place.to_open()

    class Dead:
        def order(self, envelope):
            raise StorageError("machine.does-not-answer", place="booth", why="ConnectError")

    place.chair.close()
    from testigo.station.machine.ways import LocalMachine

    place.chair = Chair(place.folder / "chair", booths=[Dead()], desks=[LocalMachine(place.check_in)])
    status = place.chair.status()
    assert status.reconciliation is None
    assert [one.problem.code for one in status.machines if one.problem] == ["machine.does-not-answer"]
    with pytest.raises(TestigoError) as half_done:
        place.chair.pause("power")
    assert half_done.value.code == "order.half-done"
    assert "machine.does-not-answer" in repr(half_done.value.as_json()["messages"])
    assert (place.chair.state, place.check_in.state) == ("open", "paused")
    place.restart()
    place.chair.pause("power")  # the check-in is paused already, and just reports
    assert place.chair.state == "paused"


def test_printer_of_pages_fails_and_is_used_again(place):
    place.to_open()

    class Jammed:
        def print_page(self, name, pdf):
            raise StorageError("the printer is jammed")

    pages, place.chair._pages.printer = place.chair._pages.printer, Jammed()
    with pytest.raises(StorageError):
        place.chair.close_polls()
    assert place.chair.state == "closed" and place.chair.tally_sheet() is not None
    with raises_code(IllegalStep, "tally-sheet.not-printed"):
        place.chair.send()
    place.chair._pages.printer = pages
    place.chair.print_tally_sheet()
    assert place.chair.send()


def test_second_process_is_refused(place):
    with pytest.raises(StorageError, match="in use"):
        Chair(place.folder / "chair", booths=[])
