"""The voter's session: what is possible, what is not, and the plug pulled at every single write."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from raising import raises_code
from testigo.ballot import Marks
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.event_log import log_origin, verify_event_log
from testigo.slip import PrinterError
from testigo.station.booth import votes
from testigo.station.booth.booth import Booth


@pytest.fixture
def open_place(place):
    place.codes = place.to_open()
    return place


def test_session_from_card_to_deposit(open_place):
    booth = open_place.booth
    session = booth.accept_card(open_place.codes[0])
    assert (session.stage, session.style) == ("language", "villa")
    with raises_code(IllegalStep, "vote.at-another-step"):
        booth.choose("mayor", ("ana",))
    assert booth.choose_language("en").stage == "voting"
    assert booth.choose("council", ("c2",)).unused == {"council": 1}
    with pytest.raises(InvalidInput, match="allows 2"):
        booth.choose("council", ("c0", "c1", "c2"))
    assert booth.current().choices == {"council": ("c2",)}
    with pytest.raises(InvalidInput, match="not on ballot style"):
        booth.choose("elder", ("e1",))
    assert booth.choose("council", ("c3", "c1")).choices["council"] == ("c1", "c3")
    session = booth.review()
    assert session.choices == {"mayor": (), "council": ("c1", "c3")} and session.stage == "review"
    assert booth.choose("mayor", ("beto",)).stage == "voting"
    with pytest.raises(IllegalStep):
        booth.print()
    booth.review()
    session = booth.print()
    assert session.stage == "printed" and "Beto Rey" in session.paper
    with pytest.raises(IllegalStep):
        booth.choose("mayor", ("ana",))
    booth.confirm()
    assert booth.current() is None
    (record,) = booth._box.records()
    assert record.slip == open_place.printer.slips[0].number and record.ballot.choices["mayor"] == ("beto",)
    with raises_code(IllegalStep, "vote.none-under-way"):
        booth.confirm()


def test_second_card_waits_for_the_first_voter(open_place):
    open_place.booth.accept_card(open_place.codes[0])
    with raises_code(IllegalStep, "booth.in-use"):
        open_place.booth.accept_card(open_place.codes[1])
    assert open_place.booth.counters().cards_used == 1


def test_spoiling_has_a_limit_and_a_reason(open_place):
    booth = open_place.booth
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    for turn in range(2):
        booth.review()
        assert booth.print().spoils_left == 2 - turn
        with pytest.raises(InvalidInput, match="no reason"):
            booth.spoil("power-cut")
        assert booth.spoil("mistake").stage == "review"
    booth.print()
    with raises_code(IllegalStep, "paper-votes.spoiled-to-limit"):
        booth.spoil("mistake")
    booth.confirm()
    counters = booth.counters()
    assert (counters.printed, counters.spoiled, counters.deposited, counters.recorded) == (3, 2, 1, 1)
    assert len({slip.number for slip in open_place.printer.slips}) == 3


def test_a_misprint_is_the_machines_and_never_uses_the_voters_limit(open_place):
    booth = open_place.booth
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    for _ in range(4):
        booth.review()
        assert booth.print().spoils_left == 2
        assert booth.spoil("misprint").notice == "misprint"
    for turn in range(2):
        booth.review()
        booth.print()
        assert booth.spoil("mistake").spoils_left == 1 - turn
    booth.review()
    booth.print()
    assert booth.spoil("misprint").stage == "review"  # also at the limit
    open_place.restart()
    booth = open_place.booth
    booth.print()
    booth.confirm()
    counters = booth.counters()
    assert (counters.printed, counters.spoiled, counters.misprinted, counters.deposited) == (8, 7, 5, 1)
    assert counters.spoiled_reasons == {"misprint": 5, "mistake": 2} and not counters.broken_rules()


def test_the_chair_allows_another_print_at_the_limit(open_place):
    booth = open_place.booth
    with raises_code(IllegalStep, "booth.nobody-voting"):
        open_place.chair._sender.give(StationMachine("booth"), "allow-print")
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    for _ in range(2):
        booth.review()
        booth.print()
        booth.spoil("mistake")
    booth.review()
    booth.print()
    before = [(event.event, event.data) for event in booth.folder.log]
    open_place.chair.sessions.allow_print("chair", "", "", "help")  # nobody else has an account here: the chair alone
    # Nothing of one voter in the log; the number is used up all the same, also after a restart.
    assert [(event.event, event.data) for event in booth.folder.log] == before
    open_place.restart()
    booth = open_place.booth
    assert booth.current().spoils_left == 1
    booth.spoil("mistake")
    booth.print()
    with raises_code(IllegalStep, "paper-votes.spoiled-to-limit"):
        booth.spoil("mistake")
    booth.confirm()
    assert booth.counters().prints_allowed == 1
    booth.accept_card(open_place.codes[1])
    assert booth.current().spoils_left == 2, "it was for that voter only"


def test_printer_failure_keeps_session_and_card(open_place):
    booth = open_place.booth
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    booth.choose("mayor", ("ana",))
    booth.review()
    open_place.printer.failures = 2
    for _ in range(2):
        with pytest.raises(PrinterError):
            booth.print()
        assert booth.current().stage == "review" and booth.current().notice == "printer-failed"
        assert booth.current().choices["mayor"] == ("ana",)
    assert booth.counters().printed == 0
    open_place.restart()
    open_place.booth.print()
    open_place.booth.confirm()
    assert open_place.booth.counters().recorded == 1


def test_dead_disk_at_deposit_then_again(open_place, monkeypatch):
    booth = open_place.booth
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    booth.review()
    booth.print()
    real = os.pwrite

    def pwrite(handle, data, offset):
        if handle == booth._box._handles[1]:
            raise OSError(5, "Input/output error")
        return real(handle, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(StorageError):
        booth.confirm()
    assert booth.current().stage == "depositing" and booth.counters().recorded == 0
    with raises_code(IllegalStep, "vote.confirmed"):
        open_place.chair.sessions.void("voter-left")
    monkeypatch.undo()
    booth.confirm()
    assert booth.counters().recorded == booth.counters().deposited == 1


@pytest.mark.parametrize("refused", range(1, 24))
def test_disk_refuses_one_write_and_the_voter_goes_on(open_place, monkeypatch, refused):
    """Every write of a session is refused once (disk full); what was said and what is kept never part."""
    real, count = os.pwrite, [0]

    def pwrite(handle, data, offset):
        count[0] += 1
        if count[0] == refused:
            raise OSError(28, "No space left on device")
        return real(handle, data, offset)

    booth, code = open_place.booth, open_place.codes[0]
    monkeypatch.setattr(os, "pwrite", pwrite)
    told = []
    for _ in range(3):
        try:
            if booth.current() is None and not told:
                booth.accept_card(code)
            while (session := booth.current()) is not None:
                if session.stage == "printed" and not session.spoiled:
                    booth.spoil("mistake")
                elif session.stage in ("printed", "depositing"):
                    booth.confirm()
                    told.append(session.paper[-1])
                else:
                    finish_step(booth, session)
            break
        except StorageError as error:
            assert "the disk is full" in str(error)
    monkeypatch.undo()
    counters = booth.counters()
    assert counters.cards_used == counters.printed - counters.spoiled == counters.deposited == counters.recorded == 1
    assert [record.slip for record in booth._box.records()] == told
    open_place.restart()
    assert open_place.booth.counters() == counters and open_place.booth.current() is None


def test_log_and_files_hold_no_choice_and_no_slip_number(open_place):
    open_place.release("103")
    slip = open_place.vote(open_place.codes[0], "beto")
    needles = [slip.encode(), slip.replace("-", "").encode(), b"beto", open_place.codes[0].encode()]
    for file in open_place.folder.rglob("*"):
        if file.is_file() and file.name != "definition.json":
            data = file.read_bytes()
            assert not any(needle in data for needle in needles), file
    assert open_place.booth._day.now.session is None
    keys = {key for event in open_place.booth.folder.log for key in event.data}
    assert keys <= {"count", "slots", "deck", "ballots", "name", "sequence", "state", "station",
                    "role", "key", "keys"}  # fmt: skip


def test_tally_only_after_closing(open_place):
    open_place.release("103")
    open_place.vote(open_place.codes[0])
    with raises_code(IllegalStep, "votes.before-closing"):
        open_place.booth.tally()
    open_place.chair.close_polls()
    assert open_place.booth.tally().contest("mayor").votes["ana"] == 1
    with pytest.raises(IllegalStep):
        open_place.booth.accept_card(open_place.codes[1])


def test_box_filled_before_opening_is_refused(place):
    place.check_in.load_poll_book(place.poll_book)
    place.booth.make_cards()
    assert place.test()
    place.chair.zero_report()
    slip = votes.make_slip(place.chair.definition, "s1", Marks("villa", {}).ballot(place.chair.definition, "s1"), "es")
    place.booth._box.deposit(votes.record_of(slip))
    with raises_code(IllegalStep, "box.not-empty"):
        place.chair.open()
    assert (place.chair.state, place.check_in.state) == ("zero-reported", "ready")


def test_edited_log_stops_the_booth(open_place):
    open_place.vote(open_place.codes[0])
    file = open_place.folder / "booth" / "events.log"
    open_place.booth.close()
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"state":"open"', b'"state":"paused"'))
    with pytest.raises(Exception, match=r"signature|canonical|follow"):
        Booth(open_place.folder / "booth", open_place.printer)
    file.write_bytes(data)
    open_place.booth = Booth(open_place.folder / "booth", open_place.printer)
    verify_event_log(
        data, open_place.booth.folder.key.public, log_origin(open_place.root.definition.digest, "s1", "booth")
    )


class Plug(BaseException):
    """The plug is pulled."""


class Power:
    """Lets so many writes through, then pulls the plug before, in the middle of, or right after the next one."""

    def __init__(self, monkeypatch, writes, torn):
        self.left, real = writes, os.pwrite

        def pwrite(handle, data, offset):
            self.left -= 1
            if self.left >= 0:
                return real(handle, data, offset)
            part = data[: {"before": 0, "torn": len(data) // 2, "after": len(data)}[torn]]
            if part:
                real(handle, part, offset)
            raise Plug

        monkeypatch.setattr(os, "pwrite", pwrite)


def finish_step(booth, session):
    if session.stage == "language":
        booth.choose_language("es")
    elif session.stage == "voting":
        booth.review()
    elif session.stage == "review":
        booth.print()
    else:
        booth.confirm()


def finish(booth):
    """The voter goes on from whatever the screen shows after the restart."""
    while (session := booth.current()) is not None:
        finish_step(booth, session)


@pytest.mark.parametrize("torn", ["before", "torn", "after"])
def test_plug_pulled_at_every_write(open_place, monkeypatch, torn):
    """One voter who spoils once; every write of the session is the last one in turn."""
    open_place.booth.close()
    template = open_place.folder / "booth"
    for writes in range(60):
        folder = open_place.folder / f"booth-{writes}"
        shutil.copytree(template, folder)
        printer, said = type(open_place.printer)(), []
        with Booth(folder, printer) as booth, monkeypatch.context() as patch:
            Power(patch, writes, torn)
            try:
                booth.accept_card(open_place.codes[0])
                booth.choose_language("es")
                booth.choose("mayor", ("ana",))
                booth.review()
                booth.print()
                booth.spoil("misprint")
                booth.print()
                booth.confirm()
                said.append(printer.slips[-1].number)
            except Plug:
                pass
        with Booth(folder, printer) as booth:
            if booth.current() is None and not booth.vote_recorded:
                assert booth.counters().cards_used == 0  # the card was not used up for nothing
                booth.accept_card(open_place.codes[0])
            finish(booth)
            counters = booth.counters()
            records = [record.slip for record in booth._box.records()]
            assert counters.cards_used == counters.printed - counters.spoiled == counters.deposited == 1 == len(records)
            assert not said or records == said
            assert records[0] == printer.slips[-1].number
            assert booth._day.now.session is None and booth._day._settled
        if said:
            break
    assert said and writes > 12


class Sessions(RuleBasedStateMachine):
    """Voters, spoilers, jammed printers, restarts and impatient chairs in any order: the chain of counters holds."""

    template = codes = new_printer = None

    @initialize()
    def begin(self):
        self.home = tempfile.TemporaryDirectory()
        self.folder = Path(self.home.name) / "booth"
        shutil.copytree(type(self).template, self.folder)
        self.codes = list(type(self).codes)
        self.printer = type(self).new_printer()
        self.booth = Booth(self.folder, self.printer)
        self.confirmed = []

    def teardown(self):
        if hasattr(self, "booth"):
            self.booth.close()
            self.home.cleanup()

    def at(self, *stages):
        session = self.booth.current()
        return (session.stage if session else "idle") in stages

    @precondition(lambda self: self.at("idle") and self.codes)
    @rule()
    def card(self):
        self.booth.accept_card(self.codes.pop())

    @rule(language=st.sampled_from(["es", "en"]))
    def language(self, language):
        if self.at("language", "voting", "review"):
            self.booth.choose_language(language)
        else:
            with pytest.raises(IllegalStep):
                self.booth.choose_language(language)

    @precondition(lambda self: self.at("voting", "review"))
    @rule(options=st.lists(st.sampled_from(["c0", "c1", "c2", "c3"]), unique=True))
    def choose(self, options):
        before = self.booth.current()
        if len(options) > 2:
            with pytest.raises(InvalidInput):
                self.booth.choose("council", tuple(options))
            assert self.booth.current() == before
        else:
            assert self.booth.choose("council", tuple(options)).unused["council"] == 2 - len(options)

    @precondition(lambda self: self.at("voting", "review"))
    @rule(jams=st.integers(0, 1))
    def print(self, jams):
        self.booth.review()
        self.printer.failures = jams
        if jams:
            with pytest.raises(PrinterError):
                self.booth.print()
        self.booth.print()

    @precondition(lambda self: self.at("printed"))
    @rule()
    def spoil(self):
        if self.booth.current().spoils_left:
            self.booth.spoil("changed-mind")
        else:
            with pytest.raises(IllegalStep):
                self.booth.spoil("changed-mind")

    @precondition(lambda self: self.at("printed"))
    @rule()
    def confirm(self):
        self.booth.confirm()
        self.confirmed.append(self.printer.slips[-1].number)

    @rule()
    def restart(self):
        before = self.booth.current()
        self.booth.close()
        self.booth = Booth(self.folder, self.printer)
        after = self.booth.current()
        assert (before is None) == (after is None)
        if before is not None:
            assert (after.stage, after.choices, after.spoiled) == (before.stage, before.choices, before.spoiled)

    @invariant()
    def chain(self):
        if not hasattr(self, "booth"):
            return
        counters, session = self.booth.counters(), self.booth.current()
        assert sorted(self.confirmed) == [record.slip for record in self.booth._box.records()]
        assert counters.deposited == counters.recorded == len(self.confirmed)
        assert counters.cards_used - counters.deposited == (session is not None)
        assert counters.printed - counters.spoiled - counters.deposited == self.at("printed")


def test_sessions_in_any_order(open_place):
    open_place.booth.close()
    Sessions.template, Sessions.codes = open_place.folder / "booth", open_place.codes
    Sessions.new_printer = type(open_place.printer)
    run_state_machine_as_test(Sessions, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))


def test_printer_that_fails_in_a_way_nobody_foresaw(open_place):
    """The screen shows the review, and the voter may go back, change the vote, and print."""
    booth, printer = open_place.booth, open_place.booth._printer
    booth.accept_card(open_place.codes[0])
    booth.choose_language("es")
    booth.choose("mayor", ("ana",))
    booth.review()

    class Broken:
        def print_slip(self, slip):
            raise RuntimeError("a driver's error")

    booth._printer = Broken()
    with pytest.raises(RuntimeError):
        booth.print()
    assert booth.current().stage == "review"
    session = booth.choose("mayor", ("beto",))
    assert session.stage == "voting" and session.choices["mayor"] == ("beto",)
    booth._printer = printer
    booth.review()
    booth.print()
    booth.confirm()
    counters = booth.counters()
    assert (counters.printed, counters.spoiled_reasons, counters.deposited) == (2, {"power-cut": 1}, 1)
