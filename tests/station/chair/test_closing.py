"""Closing: what booth and check-in sign, who comes too late, a power cut in the middle, a dead printer, a lost disk."""

import contextlib
import os
import shutil

import msgspec
import pytest

from raising import raises_code
from testigo import keys, storage
from testigo.ballot import BoothReport, CheckInReport
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.keys import SigningKey
from testigo.record import open_package, open_statement, peek
from testigo.station.chair.chair import Chair
from testigo.station.machine.orders import ORDER_TYPE, REPORT_TYPE, MachineReport
from testigo.station.machine.ways import LocalMachine


class Wire(LocalMachine):
    """A cable on which something may happen: `before(name)` as an order comes, `exchange(name, answer)` as it is
    answered."""

    def __init__(self, machine):
        super().__init__(machine)
        self.before = lambda name: None
        self.exchange = lambda name, answer: answer

    def order(self, envelope):
        name = keys.unverified_payload(envelope, ORDER_TYPE)["name"]
        self.before(name)
        return self.exchange(name, super().order(envelope))


class Dead:
    def order(self, envelope):
        raise StorageError("the machine does not answer", place="check-in")


@pytest.fixture
def wired(place):
    place.take_over_test()
    place.chair.close()
    place.booth_wire, place.desk_wire = Wire(place.booth), Wire(place.check_in)
    place.chair = Chair(place.folder / "chair", booths=[place.booth_wire], desks=[place.desk_wire])
    return place


def body_of(place, type_, kind):
    envelope = (place.folder / "chair" / "statements" / f"{type_}.json").read_bytes()
    key = place.chair.folder.key_of(StationMachine.named(type_.removesuffix("-report")))
    return msgspec.convert(open_statement(envelope, key).statement.body, kind, strict=True)


def test_both_machines_sign_what_the_tally_sheet_says(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0], "beto")
    place.chair.close_polls()
    sheet = place.chair.tally_sheet()
    booth, desk = body_of(place, "booth-report", BoothReport), body_of(place, "check-in-report", CheckInReport)
    assert booth.tally == sheet.tally and booth.counters.deposited == 1 and desk.counters.released == 1
    assert (booth.head, booth.entries) == (place.booth.folder.log.head, len(place.booth.folder.log))
    assert {"booth": booth.head, "check-in": desk.head}.items() <= sheet.event_logs.items()


def test_chair_cannot_exchange_what_the_booth_signed(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    place.chair._pages.printer = Jammed()
    with pytest.raises(StorageError):
        place.chair.close_polls()
    file = place.folder / "chair" / "statements" / "booth-report.json"
    honest = file.read_bytes()
    file.write_bytes(place.chair.folder.sign_statement("booth-report", body_of(place, "booth-report", BoothReport)))
    with raises_code(InvalidInput, "statement-file.not-of-the-log"):
        place.chair.differences()
    file.write_bytes(honest)
    assert place.chair.differences() == ()


def lie(place, kind, **changes):
    """A machine's answer to `close`, with something else in the statement; signed by the machine itself."""

    def exchange(name, answer):
        if name != "close":
            return answer
        folder = {"booth": place.booth, "check-in": place.check_in}[kind].folder
        report = msgspec.convert(keys.unverified_payload(answer, REPORT_TYPE), MachineReport)
        said = peek(report.data["statement"].encode())
        signer = changes.pop("signer", folder.key)
        type_ = changes.pop("type", said.type)
        said = msgspec.structs.replace(said, type=type_, body={**said.body, **changes})
        data = {**report.data, "statement": said.sign(signer).decode()}
        return keys.sign_envelope(REPORT_TYPE, msgspec.structs.replace(report, data=data), folder.key)

    return exchange


def test_count_that_cannot_be_closes_nothing(wired):
    wired.to_open()
    wired.booth_wire.exchange = lie(wired, "booth", tally={"ballots": {"villa": -1, "villa+native": 0}, "contests": []})
    with raises_code(InvalidInput, "report.impossible-tally"):
        wired.chair.close_polls()
    assert wired.chair.state == "open"
    wired.booth_wire.exchange = lambda name, answer: answer
    assert wired.chair.close_polls() == ()  # orders may be repeated


@pytest.mark.parametrize("role", ["booth", "check-in"])
@pytest.mark.parametrize("changes", [{"signer": SigningKey.generate()}, {"station": "s2"}, {"type": "zero-report"}])
def test_statement_of_another_is_refused(wired, role, changes):
    wired.to_open()
    (wired.booth_wire if role == "booth" else wired.desk_wire).exchange = lie(wired, role, **dict(changes))
    with pytest.raises(InvalidSignature):
        wired.chair.close_polls()
    assert wired.chair.state == "open"


def test_nobody_slips_in_while_closing(wired):
    codes = wired.to_open()
    wired.release("103")
    tried = []

    def slip_in(name):
        if name == "close":
            for come in (lambda: wired.booth.accept_card(codes[0]), lambda: wired.check_in.find("104")):
                with pytest.raises(IllegalStep, match=r"not open"):
                    come()
                tried.append(come)

    wired.booth_wire.before = wired.desk_wire.before = slip_in
    assert wired.chair.close_polls({"checked_in=cards_used": "went home"}) == ()
    assert len(tried) == 4
    assert (wired.chair.state, wired.booth.state, wired.check_in.state) == ("closed",) * 3


def test_no_reason_comes_after_the_tally_sheet(wired):
    wired.to_open()
    wired.release("103")
    reasons = {"checked_in=cards_used": "went home"}
    assert wired.chair.close_polls(reasons) == ()
    entries = len(wired.chair.folder.log.entries())
    assert wired.chair.close_polls(reasons) == ()  # orders may be repeated
    with raises_code(IllegalStep, "tally-sheet.signed-already"):
        wired.chair.close_polls({"checked_in=cards_used": "fainted"})
    assert len(wired.chair.folder.log.entries()) == entries


@pytest.mark.parametrize("paused", [False, True])
def test_too_early_closing_closes_nothing(wired, paused):
    codes = wired.to_open()
    wired.release("103")
    wired.booth.accept_card(codes[0])
    if paused:
        wired.chair.pause("disturbance")
    with raises_code(IllegalStep, "booth.voter-inside"):
        wired.chair.close_polls()
    after = "paused" if paused else "open"
    assert (wired.chair.state, wired.booth.state, wired.check_in.state) == (after,) * 3


@pytest.mark.parametrize("dead", ["booth", "check-in"])
def test_a_machine_that_stays_paused_after_a_refused_closing_is_said(wired, dead):
    codes = wired.to_open()
    wired.booth.accept_card(codes[0])
    wire = wired.booth_wire if dead == "booth" else wired.desk_wire

    def fail(name):
        if name == "resume" and falls_silent:
            raise StorageError("machine.does-not-answer", place="machine", why="ConnectError")

    falls_silent, wire.before = True, fail
    with raises_code(TestigoError, "closing.left-paused") as refused:
        wired.chair.close_polls()
    called = {"booth": "voting machine", "check-in": "check-in"}[dead]
    told = f"not closed (a voter is at the voting machine); paused for it, and not going on again: {called};"
    assert told in str(refused.value)
    assert wired.chair.state == "open"
    assert (wired.booth.state == "paused", wired.check_in.state == "paused") == (dead == "booth", dead == "check-in")
    falls_silent = False
    wired.chair.pause("power")
    wired.chair.resume()
    assert (wired.booth.state, wired.check_in.state) == ("open", "open")


def test_booth_that_falls_silent_while_closing_can_be_closed_later(wired):
    codes = wired.to_open()
    wired.release("103")
    wired.vote(codes[0])

    def silent(name):
        if name == "close":
            raise StorageError("machine.does-not-answer", place="booth", why="ConnectError")

    wired.booth_wire.before = silent
    with raises_code(TestigoError, "order.half-done"):
        wired.chair.close_polls()
    assert (wired.chair.state, wired.check_in.state, wired.booth.state) == ("open", "closed", "paused")
    wired.booth_wire.before = lambda name: None
    assert wired.chair.close_polls() == () and wired.chair.tally_sheet().reconciliation.is_consistent


def test_desk_refuses_to_close_with_a_visitor_even_if_the_chair_did_not_ask(place):
    place.to_open()
    visit = place.check_in.find("103")
    with raises_code(IllegalStep, "desk.visitor-there"):
        place.chair._sender.give(StationMachine("check-in"), "close")
    assert place.check_in.state == "open"
    place.check_in.refuse(visit.id, "left")


class Cut(BaseException):
    """The plug is pulled."""


def test_power_cut_anywhere_in_closing(place, monkeypatch, tmp_path):
    """At every single write of the chair's closing; a voided session's reason must not get lost on the way."""
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    place.release("104")
    place.booth.accept_card(codes[1])
    place.chair.sessions.void("voter-ill")
    place.stop()
    for number in range(60):
        again = type(place)(tmp_path / f"cut-{number}", place.root, place.poll_book)
        shutil.copytree(place.folder, again.folder)
        again.start()
        left = [number]
        with monkeypatch.context() as patched:
            cut_after(patched, left)
            with contextlib.suppress(Cut):
                again.chair.close_polls()
        again.restart()
        try:
            assert again.chair.close_polls() == ()
            (one,) = again.chair.tally_sheet().reconciliation.differences()
            assert one.reason == "void-session: 1 voter-ill"
            assert again.chair.send() == again.chair.send()
        finally:
            again.stop()
        if left[0] > 0:
            break
    else:
        raise AssertionError("closing never came to its end")
    assert number > 10
    place.start()


def cut_after(patched, left):
    real_pwrite, real_write = os.pwrite, storage.write

    def counted(real):
        def write(*arguments, **options):
            left[0] -= 1
            if left[0] < 0:
                raise Cut
            return real(*arguments, **options)

        return write

    patched.setattr(os, "pwrite", counted(real_pwrite))
    patched.setattr(storage, "write", counted(real_write))


class Jammed:
    def print_page(self, name, pdf):
        raise StorageError("the printer is dead")


def test_printed_on_another_printer(place):
    place.to_open()
    with raises_code(IllegalStep, "tally-sheet.not-made"):
        place.chair.note_printed_elsewhere("printer dead")
    place.chair._pages.printer = Jammed()
    with pytest.raises(StorageError):
        place.chair.close_polls()
    assert (place.folder / "chair" / "paper" / "tally-sheet.pdf").read_bytes().startswith(b"%PDF")
    with raises_code(InvalidInput, "reason.empty-or-too-long"):
        place.chair.note_printed_elsewhere(" ")
    with raises_code(InvalidInput, "reason.empty-or-too-long"):
        place.chair.note_printed_elsewhere("x" * 201)
    with raises_code(IllegalStep, "tally-sheet.not-printed"):
        place.chair.send()
    place.chair.note_printed_elsewhere("printer dead; at the school's office")
    assert place.chair.status().printed and place.chair.send()
    noted = [event.data for event in place.chair.folder.log if event.event == "tally-sheet-printed-elsewhere"]
    assert noted == [{"reason": "printer dead; at the school's office"}]


def test_check_in_that_answers_is_not_lost(place):
    place.to_open()
    with raises_code(IllegalStep, "machine.not-lost"):
        place.chair.close_polls(lost={"check-in": "we did not look"})
    assert (place.chair.state, place.booth.state) == ("open", "open")


def test_check_in_is_lost(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    place.chair.status()  # the last that the chair hears of the check-in
    place.release("107")
    place.vote(codes[1])
    place.chair.close()
    place.chair = Chair(place.folder / "chair", booths=[LocalMachine(place.booth)], desks=[Dead()])
    with pytest.raises(StorageError):
        place.chair.close_polls()
    assert place.booth.state == "open"
    assert place.chair.close_polls(lost={"check-in": "its disk burnt at 17:40"}) == ()
    sheet = place.chair.tally_sheet()
    (one,) = sheet.reconciliation.differences()
    assert (one.left_count, one.right_count, one.reason) == (1, 2, "check-in lost: its disk burnt at 17:40")
    assert sheet.reconciliation.booth.recorded == 2 and len(sheet.event_logs["check-in"]) == 64
    package = open_package(place.chair.send(), lambda claim: place.chair.folder.key.public)
    types = [peek(envelope).type for envelope in package.envelopes]
    assert "booth-report" in types and "check-in-report" not in types


def test_check_in_lost_without_a_difference_is_published_too(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    place.chair.status()
    place.chair.close()
    place.chair = Chair(place.folder / "chair", booths=[LocalMachine(place.booth)], desks=[Dead()])
    place.chair.close_polls(lost={"check-in": "stolen"})
    reconciliation = place.chair.tally_sheet().reconciliation
    assert reconciliation.is_consistent and reconciliation.reasons == {"checked_in=cards_used": "check-in lost: stolen"}


def cut_log(place, role, lines):
    place.stop()
    log = place.folder / role / "events.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-lines]))
    place.start()


@pytest.mark.parametrize("role", ["check-in", "booth"])
@pytest.mark.parametrize("grown", [False, True])
def test_log_cut_at_its_tail_is_noticed(place, role, grown):
    """Also after a restart of the chair, and where the log has grown past its old length since."""
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    place.chair.status()
    cut_log(place, role, 2)
    log = {"booth": place.booth, "check-in": place.check_in}[role].folder.log
    for _ in range(4 if grown else 0):
        log.append("order", name="open", sequence=10**6, state="open")
    problem = {one.machine.role: one.problem for one in place.chair.status().machines}[role]
    assert problem.code == "report.event-log-lost-lines"
    with raises_code(InvalidSignature, "report.event-log-lost-lines"):
        place.chair.close_polls({"checked_in=cards_used": "x"})


@pytest.mark.parametrize("role", ["check-in", "booth"])
def test_day_put_back_to_an_earlier_moment_is_noticed(place, role):
    """Voters are not in the event log one by one; the counters that the chair has heard of must not go back."""
    codes = place.to_open()
    file = place.folder / role / "day-state"
    before = file.read_bytes()
    place.release("103")
    place.vote(codes[0])
    place.chair.status()
    place.stop()
    file.write_bytes(before)
    place.start()
    problem = {one.machine.role: one.problem for one in place.chair.status().machines}[role]
    assert problem.code == "report.counters-gone-back"
    with raises_code(InvalidSignature, "report.counters-gone-back"):
        place.chair.close_polls({"checked_in=cards_used": "x"})


def test_booth_put_back_that_has_caught_up_is_a_difference_at_closing(place):
    """No counter is lower than the chair has heard; but who has checked in since is one more than who has voted."""
    codes = place.to_open()
    place.booth.close()
    shutil.copytree(place.folder / "booth", place.folder / "old")
    place.restart()
    place.release("103")
    place.vote(codes[0])
    place.chair.status()
    place.stop()
    shutil.rmtree(place.folder / "booth")
    (place.folder / "old").rename(place.folder / "booth")
    place.start()
    place.release("104")
    place.vote(codes[1])
    assert all(one.report for one in place.chair.status().machines)
    with raises_code(IllegalStep, "voters.with-unused-cards", count=1):
        place.chair.close_polls()
    assert place.chair.close_polls({"checked_in=cards_used": "the booth was put back"}) == ()
    assert place.chair.tally_sheet().reconciliation.differences()


def test_chair_keeps_the_last_report_over_a_restart(place):
    place.to_open()
    place.release("103")
    place.chair.status()
    place.restart()
    report = place.chair._sender.last_report(StationMachine("check-in"))
    assert report.counters["released"] == 1 and report.entries == len(place.check_in.folder.log)
