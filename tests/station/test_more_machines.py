"""A station of two desks and two booths: installed, tested, opened, closed, one machine taken out."""

import json

import msgspec
import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED
from raising import raises_code
from testigo import keys
from testigo.ballot import BoothSheet, LogicAndAccuracy, TallySheet, ZeroReport
from testigo.election import MachineKeys, StationMachine, StationMachines
from testigo.errors import IllegalStep, InvalidInput, StorageError, TestigoError
from testigo.record import open_package, peek
from testigo.register import Register, make_poll_book
from testigo.station.chair import chair as chair_module
from testigo.station.chair.chair import Chair
from testigo.station.chair.closing_reports import step_of
from testigo.station.check_in.sign_in_list import Agreed
from testigo.station.check_in.visit import Visit
from testigo.station.machine.folder import OPENING_KEY, read_settings
from testigo.station.machine.lineup import Lineup
from testigo.station.machine.ways import LocalMachine
from wide_station import MACHINES, WideStation, wide, wide_installed

__all__ = ["wide", "wide_installed"]


class Dead:
    def order(self, envelope: bytes) -> bytes:
        raise StorageError("machine.does-not-answer", place="booth-2", why="dead")


@pytest.mark.parametrize("name", ["chair", "check-in", "check-in-6", "booth", "booth-2"])
def test_a_name_and_a_machine_are_the_same(name: str) -> None:
    assert StationMachine.named(name).name == name


@pytest.mark.parametrize("name", ["chair-2", "booth-1", "booth-7", "booth-", "centre", "", "booth-02", "booth-2\n"])
def test_other_names_are_of_no_machine(name: str) -> None:
    with raises_code(InvalidInput, "machine.no-such-name"):
        StationMachine.named(name)


@pytest.mark.parametrize("counts", [(0, 1), (1, 0), (7, 1), (1, 7)])
def test_no_station_has_other_numbers(counts: tuple[int, int]) -> None:
    with raises_code(InvalidInput, "station.machines-out-of-range"):
        StationMachines(*counts)


def test_each_machine_has_its_folder_and_key(wide: WideStation) -> None:
    names = {machine.name for machine in MACHINES.all}
    assert {path.name for path in wide.folder.iterdir() if path.is_dir()} == names
    assert {read_settings(wide.folder / name).machine.name for name in names} == names
    request = msgspec.json.decode((wide.folder / "machine-keys-request.json").read_bytes(), type=MachineKeys)
    assert len({key.key for key in request.keys}) == 5
    assert [key.number for key in request.keys] == [1, 1, 2, 1, 2]
    assert wide.chair.folder.machines == MACHINES


def test_the_chair_wants_a_way_to_each(wide: WideStation) -> None:
    wide.chair.close()
    with raises_code(InvalidInput, "chair.other-machines"):
        Chair(wide.folder / "chair", booths=[LocalMachine(wide.booths[0])])
    wide.chair = Chair(wide.folder / "chair", booths=[LocalMachine(one) for one in wide.booths])


def test_a_run_for_each_booth(wide: WideStation) -> None:
    runs = sorted((wide.folder / "chair" / "statements").glob("logic-and-accuracy-*.json"))
    bodies = [msgspec.convert(peek(run.read_bytes()).body, LogicAndAccuracy) for run in runs]
    assert [(body.run, body.booth, body.outcome) for body in bodies] == [(1, 1, "passed"), (2, 2, "passed")]


def test_a_card_is_good_at_its_own_booth_alone(wide: WideStation) -> None:
    first, second = wide.to_open()
    for _ in range(7):  # who stands at the wrong booth is no guesser
        with raises_code(IllegalStep, "card.of-another-booth", booth="1", own="2"):
            wide.booths[1].accept_card(first[0])
    wide.vote(first[0])
    wide.vote(second[0], booth=1)


def statements(wide: WideStation) -> dict[str, list[dict]]:
    package = open_package(wide.chair.send(), lambda claim: wide.chair.folder.key.public)
    found: dict[str, list[dict]] = {}
    for envelope in package.envelopes:
        found.setdefault(peek(envelope).type, []).append(peek(envelope).body)
    return found


def test_a_day_ends_in_a_sheet_of_each_booth_and_their_sum(wide: WideStation) -> None:
    first, second = wide.to_open()
    for desk, document in ((0, "103"), (1, "104"), (1, "105")):
        wide.release(document, desk)
    wide.vote(first[0], 0, "ana")
    wide.vote(second[0], 1, "beto")
    wide.vote(second[1], 1, "beto")
    assert wide.chair.close_polls() == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.reconciliation.is_consistent
    assert sheet.tally.contest("mayor").votes == {"ana": 1, "beto": 2}
    assert sheet.reconciliation.check_in.checked_in == 3 and sheet.reconciliation.check_in.registered == 8
    assert set(sheet.event_logs) == {machine.name for machine in MACHINES.all}
    said = statements(wide)
    parts = [msgspec.convert(body, BoothSheet) for body in said["booth-sheet"]]
    assert [part.tally.contest("mayor").votes for part in parts] == [{"ana": 1, "beto": 0}, {"ana": 0, "beto": 2}]
    assert {name: len(said[name]) for name in ("booth-report", "check-in-report")} == {
        "booth-report": 2,
        "check-in-report": 2,
    }
    zero = msgspec.convert(said["zero-report"][0], ZeroReport)
    assert zero.is_zero and set(zero.booths) == {"booth", "booth-2"}
    assert msgspec.convert(said["tally-sheet"][0], TallySheet) == sheet


def test_a_difference_is_placed_at_its_booth(wide: WideStation) -> None:
    first, second = wide.to_open()
    wide.release("103", 0)
    wide.release("104", 1)
    wide.vote(first[0])
    wide.booths[1].accept_card(second[0])
    wide.chair.sessions.void("voter-left", booth=2)
    assert wide.chair.close_polls() == ()  # the voided session explains it
    (one,) = wide.chair.differences()
    assert step_of(one) == "booth-2:cards_used=printed-spoiled" and "voter-left" in one.reason
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and "voter-left" in sheet.reconciliation.reasons["cards_used=printed-spoiled"]


def test_a_booth_that_fails_goes_alone_and_its_votes_count(wide: WideStation) -> None:
    first, second = wide.to_open()
    wide.release("103", 0)
    wide.vote(second[0], 1, "beto")
    wide.chair.take_out("booth-2", "its printer burnt")
    wide.restart()
    with raises_code(IllegalStep, "booth.not-open"):
        wide.booths[1].accept_card(second[1])
    wide.release("104", 1)
    wide.vote(first[0], 0, "ana")
    wide.chair.pause("other")
    wide.chair.resume()
    with raises_code(IllegalStep, "machine.last-of-role"):
        wide.chair.take_out("booth", "the other one, too")
    assert wide.chair.status().reconciliation.is_consistent
    assert wide.chair.close_polls() == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.tally.contest("mayor").votes == {"ana": 1, "beto": 1}
    assert sheet.out == {"booth-2": "its printer burnt"} and set(sheet.booth_sheets) == {"booth", "booth-2"}


def test_a_power_cut_while_a_booth_goes_alone_is_repeated(wide: WideStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its closing and the chair's note of it."""
    _, second = wide.to_open()
    wide.release("103", 0)
    wide.vote(second[0], 1, "beto")

    def cut(*said: object) -> None:
        raise StorageError("disk.failed", place="disk", why="EIO")

    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(Lineup, "note", cut)
        wide.chair.take_out("booth-2", "its printer burnt")
    wide.restart()
    wide.chair.take_out("booth-2", "its printer burnt")
    assert wide.chair.close_polls() == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.out == {"booth-2": "its printer burnt"} and sheet.tally.ballots["villa"] == 1


def test_a_booth_that_never_answers_again_is_said_to_be_lost(wide: WideStation) -> None:
    _, second = wide.to_open()
    wide.release("103", 0)
    wide.vote(second[0], 1, "beto")
    with raises_code(IllegalStep, "machine.not-lost"):
        wide.chair.take_out("booth-2", "we did not look", lost=True)
    wide.chair.status()
    wide.chair.close()
    ways = {"booths": [LocalMachine(wide.booths[0]), Dead()], "desks": [LocalMachine(one) for one in wide.desks]}
    wide.chair = Chair(wide.folder / "chair", **ways)
    with pytest.raises(StorageError):
        wide.chair.close_polls()
    wide.chair.take_out("booth-2", "its disks burnt", lost=True)
    assert wide.chair.close_polls() == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.tally.contest("mayor").votes == {"ana": 0, "beto": 0}
    assert sheet.reconciliation.booth.deposited == 1 and sheet.reconciliation.booth.recorded == 0
    assert "its disks burnt" in sheet.reconciliation.reasons["deposited=recorded"]
    said = statements(wide)
    assert [body.get("lost", "") for body in said["booth-sheet"]] == ["", "its disks burnt"]
    assert len(said["booth-report"]) == 1


def test_a_machine_that_is_dead_before_opening_is_left_out(wide: WideStation) -> None:
    wide.chair.take_out("booth-2", "does not start")
    wide.chair.take_out("check-in-2", "does not start")
    wide.chair.close()
    ways = {"booths": [LocalMachine(wide.booths[0]), Dead()], "desks": [LocalMachine(wide.desks[0]), Dead()]}
    wide.chair = Chair(wide.folder / "chair", **ways)
    wide.desks[0].load_poll_book(wide.poll_book)
    codes = [card.code for card in wide.booths[0].make_cards(spare=2).cards if card.style == "villa"]
    wide.chair.zero_report()
    wide.chair.open()
    wide.release("103")
    wide.vote(codes[0])
    assert wide.chair.close_polls() == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.out == {"booth-2": "does not start", "check-in-2": "does not start"}
    assert sheet.reconciliation.check_in.registered == 8 and set(sheet.booth_sheets) == {"booth"}


def test_who_was_admitted_from_the_list_of_a_desk_that_is_lost_at_closing_is_entered(wide: WideStation) -> None:
    first, _ = wide.to_open()
    homes = {one: wide.desks[0]._desks.home(one) for one in ("103", "104", "105", "106")}
    of_second = next(document for document, home in homes.items() if home == 2)
    wide.chair.status()
    wide.chair.close()
    wide.desks[1].close()
    ways = {"booths": [LocalMachine(one) for one in wide.booths], "desks": [LocalMachine(wide.desks[0]), Dead()]}
    wide.chair = Chair(wide.folder / "chair", **ways)
    wide.desks[1].tell = Dead().order  # type: ignore[method-assign]
    visit = wide.desks[0].admit_from_list(of_second, Agreed("chair", CHAIR_PIN, "clerk", CLERK_PIN))
    assert isinstance(visit, Visit)
    if wide.desks[0].release(visit.id, CHAIR_PIN, "not-enrolled").stage == "second":
        wide.desks[0].agree(visit.id, "clerk", CLERK_PIN)
    wide.desks[0].hand_card(visit.id)
    wide.vote(first[0])
    assert wide.chair.close_polls(lost={"check-in-2": "its disk burnt"}) == ()
    sheet = wide.chair.tally_sheet()
    assert sheet is not None and sheet.out == {"check-in-2": "its disk burnt"}
    desks = sheet.reconciliation.check_in
    assert (desks.from_list, desks.entered, desks.doubles) == (1, 1, 0)


def test_the_request_for_one_of_each_says_no_number(tmp_path: object, wide: WideStation) -> None:
    request = json.loads((wide.folder / "machine-keys-request.json").read_bytes())
    assert ["number" in key for key in request["keys"]] == [False, False, True, False, True]


@pytest.fixture
def newer(wide: WideStation, register: Register) -> bytes:
    """A poll book that was made after the station's own."""
    sealing = keys.OpeningKey.load(wide.folder / "check-in" / OPENING_KEY).public
    return make_poll_book(register, "s1", sealing, wide.root.centre, ISSUED)


def test_desks_with_different_poll_books_come_to_no_zero_report(wide: WideStation, newer: bytes) -> None:
    wide.desks[0].load_poll_book(wide.poll_book)
    wide.desks[1].load_poll_book(newer)
    for booth in wide.booths:
        booth.make_cards(spare=2)
    with raises_code(IllegalStep, "poll-book.differs-between-desks"):
        wide.chair.zero_report()
    assert wide.chair.state == "tested"
    wide.desks[0].load_poll_book(newer)
    wide.chair.zero_report()


def test_a_poll_book_that_is_exchanged_after_the_zero_report_opens_nothing(wide: WideStation, newer: bytes) -> None:
    wide.to_zero_report()
    wide.desks[1].load_poll_book(newer)
    with raises_code(IllegalStep, "poll-book.differs-between-desks"):
        wide.chair.open()
    assert {one.state for one in (*wide.booths, *wide.desks)} == {"ready"}
    wide.desks[0].load_poll_book(newer)
    wide.chair.open()


def test_a_desk_opens_only_with_the_book_that_the_chair_compared(
    wide: WideStation, newer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide.to_zero_report()
    require = chair_module.require_same

    def then_exchanged(*asked: object) -> str:
        digest = require(*asked)  # type: ignore[arg-type]
        wide.desks[1].load_poll_book(newer)
        return digest

    monkeypatch.setattr(chair_module, "require_same", then_exchanged)
    with pytest.raises(TestigoError, match="exchanged after"):
        wide.chair.open()
    assert wide.desks[1].state == "ready"


def test_the_session_of_the_next_voter_is_not_ended_by_an_order_about_the_last(wide: WideStation) -> None:
    """The answer to the chair's first order was lost, or the page stood there for a while."""
    first, _ = wide.to_open()
    wide.booths[0].accept_card(first[0])
    seen = wide.booths[0].counters().cards_used
    wide.chair.sessions.void("voter-left", booth=1, seen=seen)
    wide.booths[0].accept_card(first[1])
    with raises_code(IllegalStep, "booth.another-voter-since"):
        wide.chair.sessions.void("voter-left", booth=1, seen=seen)
    with raises_code(IllegalStep, "booth.another-voter-since"):
        wide.chair.sessions.allow_print("chair", "", "", "other", booth=1, seen=seen)
    assert wide.booths[0].current() is not None
    wide.chair.sessions.void("voter-left", booth=1, seen=seen + 1)
    assert wide.booths[0].current() is None
