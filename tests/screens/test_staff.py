"""A station with a staff list through its pages: people choose who they are, and enter their own PIN."""

from dataclasses import dataclass
from typing import Any

import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED
from testigo.ballot import ClockNote
from testigo.election import StationMachine
from testigo.staff.accounts import FORMAT, Account, StaffList
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.staffing import MachineStaff
from testigo.web.client import Client, SeenPage

STAFF = (
    Account("ana", "Ana <Ñandú>", "chair", ""),
    Account("dora", "Dora Gil", "deputy", ""),
    Account("caro", "Caro Díaz", "clerk", ""),
    Account("sol-1", "Pía Sosa", "witness", "Partido Sol"),
)


@dataclass
class Staffed:
    """The open station, started again with the list; PINs by machine and account."""

    place: Any
    pins: dict[tuple[str, str], str]

    def enter(self, machine: str, account: str, pin: str) -> tuple[Client, SeenPage]:
        client = Client(self.place.chair_address if machine == "chair" else self.place.desk_address)
        client.get("/pin")
        return client, client.send("/pin", account=account, pin=pin)


@pytest.fixture
def staffed(opened: Any, centre_key: Any) -> Staffed:
    opened.stop()
    pins = {}
    for role in ("chair", "check-in"):
        folder = MachineFolder(opened.folder / role, role)
        machine = MachineStaff(folder)
        machine.load_list(StaffList(FORMAT, folder.settings.election, "s1", ISSUED, STAFF).sign(centre_key))
        drawn = machine.staff.draw_pins()
        machine.keep_pins(drawn)
        pins |= {(role, new.account.id): new.pin for new in drawn}
        folder.close()
    opened.start()
    return Staffed(opened, pins)


def test_the_page_offers_who_may_come_in(staffed: Staffed) -> None:
    with Client(staffed.place.chair_address) as chair, Client(staffed.place.desk_address) as desk:
        page = chair.get("/pin")
        assert page.facts["accounts"] == "2"
        text = page.content.decode()
        assert "Ana &lt;Ñandú&gt; (Presidencia de mesa)" in text and "Dora Gil" in text
        assert "Pía" not in text and "Caro" not in text
        page = desk.get("/pin")
        assert page.facts["accounts"] == "1" and "Caro" not in page.content.decode()
        assert desk.send("/pin", pin=staffed.pins["check-in", "caro"]).name == "find"


def test_a_deputy_presides_and_a_witness_does_not(staffed: Staffed) -> None:
    pins = staffed.pins
    client, page = staffed.enter("chair", "dora", pins["chair", "dora"])
    assert page.name == "station"
    client.close()
    refused = [
        ("chair", "sol-1", pins["chair", "sol-1"]),
        ("chair", "ana", pins["check-in", "ana"] if pins["check-in", "ana"] != pins["chair", "ana"] else "no-such"),
        ("chair", "ana", CHAIR_PIN),
        ("chair", "", pins["chair", "ana"]),
        ("check-in", "ana", pins["check-in", "ana"]),
        ("check-in", "clerk", CLERK_PIN),
    ]
    for machine, account, pin in refused:
        client, page = staffed.enter(machine, account, pin)
        assert page.status == 403, (machine, account)
        client.close()


def test_the_day_keeps_who_released_a_voter_with_the_hour_and_no_more(staffed: Staffed) -> None:
    pins = staffed.pins
    clerk, _ = staffed.enter("check-in", "caro", pins["check-in", "caro"])
    with clerk:
        assert clerk.send("/find", document="103").name == "unmatched"
        release = {"reason": "not-enrolled", "pin": pins["check-in", "dora"]}
        assert clerk.send("/release", account="caro", **release | {"pin": pins["check-in", "caro"]}).status == 403
        assert clerk.send("/release", account="sol-1", **release | {"pin": pins["check-in", "sol-1"]}).status == 403
        assert clerk.send("/release", **release).status == 403  # two may: it must be said who
        clerk.get("/visit")
        assert clerk.send("/release", account="dora", **release).name == "released"
    kept = staffed.place.check_in._day.now.voted["103"]
    assert (kept.by, kept.released, kept.hour[13:]) == ("dora", "not-enrolled", ":00:00Z")
    assert not any("103" in str(event.data) for event in staffed.place.check_in.folder.log)


def at_the_limit(staffed: Staffed) -> Client:
    """A voter who has spoiled as many as the rules allow, and has one more paper."""
    voter = staffed.place.voter()
    voter.get("/")
    voter.send("/card", code=staffed.place.cards[0])
    voter.send("/language", language="es")
    voter.get("/review")
    for _ in range(2):
        assert voter.send("/print").name == "printed"
        voter.send("/printed", right="no")
        assert voter.send("/spoil", reason="mistake").name == "review"
    assert voter.send("/print").facts["left"] == "0"
    return voter


def test_at_the_limit_the_booth_offers_only_what_is_possible(staffed: Staffed) -> None:
    with at_the_limit(staffed) as voter:
        page = voter.send("/printed", right="no")
        text = page.content.decode()
        assert page.name == "spoil" and 'value="misprint"' in text
        assert 'value="mistake"' not in text and 'value="changed-mind"' not in text
        assert voter.send("/spoil", reason="misprint").facts["notice"] == "misprint"
        assert voter.send("/print").facts["left"] == "0"
        assert voter.send("/printed", right="yes").name == "thanks"


def test_the_chair_and_one_more_person_allow_another_print(staffed: Staffed) -> None:
    pins, place = staffed.pins, staffed.place
    chair, _ = staffed.enter("chair", "ana", pins["chair", "ana"])
    allow = {"reason": "help", "account": "sol-1", "pin": pins["chair", "sol-1"]}
    with chair, at_the_limit(staffed) as voter:
        chair.get("/")
        assert b'value="sol-1"' in chair.get("/").content and b'<option value="ana">' not in chair.get("/").content
        for wrong, code in (
            ({"account": "ana", "pin": pins["chair", "ana"]}, "decision.same-person"),
            ({"account": "caro"}, "account.not-on-this-machine"),
            ({"pin": pins["chair", "dora"]}, "pin.wrong"),
            ({"reason": "because"}, "reason.not-on-list"),
        ):
            assert chair.send("/allow-print", **allow | wrong).code == code
            chair.get("/")
        assert voter.get("/printed").facts["left"] == "0"
        assert chair.send("/allow-print", **allow).facts["told"] == "print-allowed"
        assert voter.get("/spoil").facts["left"] == "1"
        assert voter.send("/spoil", reason="changed-mind").name == "review"
        voter.send("/print")
        assert voter.send("/printed", right="yes").name == "thanks"
        assert chair.send("/allow-print", **allow).code == "booth.nobody-voting"
    counters = place.booth.counters()
    assert (counters.prints_allowed, counters.misprinted, counters.spoiled) == (1, 0, 3)
    (noted,) = [event for event in place.chair.folder.log if event.event == "print-allowed"]
    assert noted.data == {"reason": "help", "first": "ana", "second": "sol-1"}
    assert noted.time[14:] in ("00:00Z", "15:00Z", "30:00Z", "45:00Z")
    # Decided when, about this one voter: nowhere.
    assert (place.folder / "chair" / "decisions.json").read_text().count("opened") == 0
    assert not any(event.event == "allow-print" for event in place.booth.folder.log)


def test_two_people_note_that_a_clock_was_set_and_the_sheet_says_so(staffed: Staffed) -> None:
    pins, place = staffed.pins, staffed.place
    # As it is after an answer of a booth whose clock is two hours ahead.
    place.chair._sender.clock_offsets[StationMachine("booth")] = 7200
    chair, _ = staffed.enter("chair", "ana", pins["chair", "ana"])
    noted = {"machine": "booth", "account": "sol-1", "pin": pins["chair", "sol-1"]}
    with chair:
        chair.get("/")
        for wrong, code in (
            ({"account": "ana", "pin": pins["chair", "ana"]}, "decision.same-person"),
            ({"pin": pins["chair", "dora"]}, "pin.wrong"),
            ({"machine": "centre"}, "machine.unknown"),
        ):
            assert chair.send("/clock-set", **noted | wrong).code == code
            chair.get("/")
        assert chair.send("/clock-set", **noted).facts["told"] == "clock-set"
    (event,) = [event for event in place.chair.folder.log if event.event == "clock-set"]
    assert event.data == {"machine": "booth", "first": "ana", "second": "sol-1"}
    assert place.chair.close_polls() == ()
    sheet = place.chair.tally_sheet()
    assert sheet is not None and ClockNote("booth", "set", 0) in sheet.clocks and sheet.clock_told
