"""A day at the station through its pages: over real HTTP, without a browser."""

import contextlib
import re
import socket
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from polling_place import CHAIR_PIN, finger
from testigo import waits
from testigo.election import StationMachine
from testigo.errors import StorageError
from testigo.rehearsal.chair import when_tested
from testigo.station.machine import hours
from testigo.web.client import Client, SeenPage
from testigo.words import languages


def vote(voter: Client, card: str, *, mayor: str = "ana", council: list[str] | None = None) -> SeenPage:
    """From the card to the printed vote."""
    voter.get("/")
    assert voter.send("/card", code=card).name == "language"
    page = voter.send("/language", language="es")
    chosen = {"mayor": [mayor], "council": council or ["c1", "c2"], "anthem": ["h15"]}
    while page.name == "contest":
        page = voter.send(page.path, option=chosen[page.facts["contest"]], go="next", enough="yes")
    assert page.name == "review"
    return voter.send("/print")


@pytest.mark.usefixtures("by_the_clock")
def test_outside_the_hours_the_chair_says_why(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours, "now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))
    place.make_cards()
    with place.clerk() as clerk, place.presiding() as chair:
        assert clerk.send("/poll-book", files={"poll-book": place.poll_book}).ok
        when_tested(chair, chair.send("/test"))
        page = chair.send("/zero-report")
        assert page.facts["outside"] == "another-day" and b"The reason will" not in page.content
        refused = chair.send("/open")
        assert (refused.status, refused.code) == (409, "station.outside-hours")
        assert chair.send("/open", reason="because").status == 422
        assert chair.send("/open", reason="rehearsal").facts["state"] == "open"
        assert b'name="early"' in chair.get("/close").content
        assert chair.send("/close").code == "station.before-closing-time"
        page = chair.send("/close", early="rehearsal")
        assert page.name == "tally-sheet" and page.content.count(b"Ensayo") == 2


def test_a_day_from_the_test_to_the_package(place: Any) -> None:
    cards = place.open()
    with place.clerk() as clerk, place.voter() as voter, place.presiding() as chair:
        assert clerk.send("/find", document="101").name == "finger"
        page = clerk.send("/finger", files={"image": finger(2, 2)})
        assert (page.name, page.facts["left"]) == ("finger", "3")
        page = clerk.send("/finger", files={"image": finger(1, 2)})
        assert (page.name, page.facts["tray"]) == ("matched", "villa")
        assert clerk.send("/card").name == "find"

        page = clerk.send("/find", document="101")
        assert page.facts["reason"] == "already-voted" and b"(UTC" in page.content
        page = clerk.send("/find", document="201")
        assert (page.facts["reason"], page.facts["where"]) == ("other-station", "s2")
        assert "s2 · Escuela Sur".encode() in page.content and b"Calle 2" in page.content  # from the poll book
        assert place.check_in.counters().refused == {}  # it was only looked up
        assert clerk.send("/find", document="999").facts["reason"] == "not-on-register"
        assert clerk.send("/turn-away").name == "refused"
        assert place.check_in.counters().refused == {"not-on-register": 1}

        assert vote(voter, cards[0]).name == "printed"
        assert voter.send("/printed", right="no").name == "spoil"
        page = voter.send("/spoil", reason="mistake")
        assert (page.name, page.facts["spoiled"]) == ("review", "1")
        assert voter.send("/print").name == "printed"
        assert voter.send("/printed", right="yes").name == "thanks"
        assert voter.get("/").name == "welcome"

        page = chair.get("/")
        assert (page.facts["holds"], page.facts["recorded"]) == ("yes", "1")
        assert chair.send("/pause", reason="printer").facts["state"] == "paused"
        assert chair.send("/resume").facts["state"] == "open"
        assert chair.get("/close").name == "close"
        page = chair.send("/close")
        assert page.name == "tally-sheet" and b"(UTC" in page.content
        assert chair.get("/tally-sheet.pdf").content.startswith(b"%PDF")
        assert chair.get("/tally-sheet.json").content == place.chair.tally_sheet_json()
        page = chair.send("/send")
        assert (page.facts["state"], page.facts["told"]) == ("sent", "to-carry")
        assert chair.get("/package").content == place.chair.send()
        page = chair.get("/events")
        assert page.name == "events"
        assert "Mesa abierta" in page.content.decode() and b"(UTC" in page.content


def test_a_pause_that_only_the_check_in_obeyed_is_said_and_given_again(opened: Any) -> None:
    booth = opened.chair._sender._ways[StationMachine("booth")]
    with opened.presiding() as chair:
        address, booth.address = booth.address, "http://127.0.0.1:1"
        page = chair.send("/pause", reason="printer")
        assert (page.code, opened.chair.state, opened.check_in.state) == ("order.half-done", "open", "paused")
        text = page.content.decode()
        assert (
            "obedeció: identificación; no obedeció: máquina de votación" in text
            and "Solo una de las dos máquinas" in text
        )
        assert not re.search("[Nn]ada (ha|se|cambi)", text)
        booth.address = address
        assert chair.send("/pause", reason="printer").facts["state"] == "paused"
        assert chair.send("/resume").facts["state"] == "open"
        assert (opened.check_in.state, opened.booth.state) == ("open", "open")


def test_a_package_that_did_not_arrive_is_not_said_to_be_at_the_centre(opened: Any) -> None:
    with opened.presiding() as chair:
        assert chair.send("/close").name == "tally-sheet"
        for address in ("http://127.0.0.1:1/packages", f"{opened.booth_address}/packages", "nowhere"):
            assert chair.send("/send", address=address).code.startswith("centre.")
            page = chair.get("/")
            assert (page.facts["state"], page.facts["told"]) == ("sent", "")
        for address in (
            "http://",
            "http://[",
            "http://..",
            f"http://{'a' * 70}.org/",
            "http://xn--zz.com/",
            "http://a:x/",
        ):
            page = chair.send("/send", address=address)
            assert (page.status < 500 or page.code == "centre.does-not-answer", page.facts.get("told")) == (True, None)


def test_a_centre_that_is_not_reached_is_said_soon(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "REACH", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as callers:
        for _ in range(3):  # who comes after them is let wait by the kernel
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        with opened.presiding() as chair:
            chair.send("/close")
            page = chair.send("/send", address=f"http://127.0.0.1:{full.getsockname()[1]}/packages")
            assert (page.code, b"ConnectTimeout" in page.content) == ("centre.does-not-answer", True)


def test_the_package_is_there_whatever_the_machines_say(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened.presiding() as chair:
        chair.send("/close")
        chair.send("/send")

        def ask(*_: Any) -> None:
            raise AssertionError("a machine was asked")

        monkeypatch.setattr(type(opened.chair), "status", ask)
        assert chair.get("/package").content == opened.chair.send()


def test_only_what_is_wrong_with_a_card_is_said_of_the_card(opened: Any) -> None:
    with opened.voter() as voter:
        voter.get("/")
        page = voter.send("/card", code="ABC")
        assert (page.code, "no reconoce esa tarjeta" in page.content.decode()) == ("card.not-a-code", True)
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        page = voter.send("/language")
        assert page.code == "field.not-once" and "tarjeta" not in page.content.decode()


def test_an_abandoned_session_is_voided_and_its_difference_explained(opened: Any) -> None:
    with opened.clerk() as clerk, opened.voter() as voter, opened.presiding() as chair:
        clerk.send("/find", document="101")
        clerk.send("/finger", files={"image": finger(1, 2)})
        clerk.send("/card")
        clerk.send("/find", document="103")
        assert clerk.send("/release", pin="482913", reason="not-enrolled").name == "released"
        clerk.send("/card")
        assert vote(voter, opened.cards[0]).name == "printed"

        refused = chair.send("/close")
        assert refused.status == 409
        assert refused.code == "booth.voter-inside"
        assert chair.send("/void", reason="voter-left").facts["told"] == "voided"
        assert voter.get("/").name == "welcome"
        assert chair.send("/close").status == 409  # the released voter holds a card still
        page = chair.send("/close", step_1="checked_in=cards_used", reason_1="left with the card")
        assert (page.name, page.facts["holds"]) == ("tally-sheet", "no")
        assert all(one.reason for one in opened.chair.tally_sheet().reconciliation.differences())


def reasons(*steps: str) -> dict[str, str]:
    """The fields of a form that explains these steps."""
    named = {f"step_{number}": step for number, step in enumerate(steps, 1)}
    return named | {f"reason_{number}": f"why {step}" for number, step in enumerate(steps, 1)}


def test_a_reason_goes_to_the_step_that_it_was_given_for(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    step, log = "checked_in=cards_used", opened.chair.folder.log
    append = log.append

    def full(kind: str, **data: Any) -> Any:
        if kind == "difference-explained":
            raise StorageError("file.exists")
        return append(kind, **data)

    with opened.clerk() as clerk, opened.presiding() as chair:
        clerk.send("/find", document="103")
        assert clerk.send("/release", pin="482913", reason="not-enrolled").name == "released"
        clerk.send("/card")
        with monkeypatch.context() as patch:
            patch.setattr(log, "append", full)
            assert chair.send("/close", **reasons(step)).status == 503
        assert f'value="{step}"' in chair.get("/").content.decode()
        assert chair.send("/differences", step_1=step).code == "difference.without-reason"
        assert chair.send("/differences", **reasons("deposited=recorded")).code == "difference.without-reason"
        twice = reasons("deposited=recorded", step)  # of a page on which another was still to be explained
        assert chair.send("/differences", **twice).name == "tally-sheet"
        assert opened.chair.tally_sheet().reconciliation.reasons == {step: f"why {step}"}
        assert chair.send("/differences", **twice).name == "tally-sheet"


def test_the_release_needs_the_chairs_own_pin_and_beyond_the_alarm_one_more(opened: Any) -> None:
    with opened.clerk() as clerk:
        clerk.send("/find", document="103")
        assert clerk.send("/release", pin="750126", reason="not-enrolled").status == 403
        for document in ("103", "104"):
            if document != "103":
                clerk.send("/find", document=document)
            assert clerk.send("/release", pin="482913", reason="not-enrolled").name == "released"
            clerk.send("/card")
        assert clerk.send("/find", document="105").facts["beyond"] == "not-enrolled"
        asked = clerk.send("/release", pin="482913", reason="not-enrolled")
        assert (asked.name, asked.facts["proposed"], asked.facts["persons"]) == ("second", "not-enrolled", "1")
        assert clerk.send("/agree", account="clerk", pin="482913").status == 403
        assert clerk.send("/agree", account="clerk", pin="750126").name == "released"
        assert opened.check_in.counters().released_by_two == 1


def test_a_printer_that_fails_keeps_the_vote(opened: Any) -> None:
    opened.printer.failures = 1
    with opened.voter() as voter:
        page = vote(voter, opened.cards[0])
        assert page.status == 503
        assert "out of paper" in page.code
        page = voter.get("/")
        assert (page.name, page.facts["notice"]) == ("review", "printer-failed")
        assert voter.send("/print").name == "printed"
        assert voter.send("/printed", right="yes").name == "thanks"


def test_too_many_choices_are_refused_kindly_and_too_few_are_noted(opened: Any) -> None:
    with opened.voter() as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        voter.send("/contest/1", option="ana", go="next")
        page = voter.send("/contest/2", option=["c1", "c2", "c3"], go="next")
        assert (page.status, page.name, page.facts["note"], page.facts["chosen"]) == (422, "contest", "many", "3")
        assert opened.booth.current().choices.get("council") is None
        page = voter.send("/contest/2", option="c1", go="next")
        assert (page.status, page.facts["note"], page.facts["contest"]) == (200, "few", "council")
        assert voter.send("/contest/2", option="c1", go="next", enough="yes").facts["contest"] == "anthem"
        page = voter.send("/contest/3", go="next")
        assert page.facts["pagenumber"] == "2"
        assert voter.send("/contest/3", page="2", go="next").facts["note"] == "few"
        assert voter.send("/contest/3", page="2", option="", go="next", enough="yes").name == "review"
        assert opened.booth.current().choices == {"mayor": ("ana",), "council": ("c1",), "anthem": ()}


def test_a_choice_on_one_page_takes_the_place_of_the_choice_on_another(opened: Any) -> None:
    with opened.voter() as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        voter.send("/contest/3", option="h1", page="1", go="page-2")
        assert opened.booth.current().choices["anthem"] == ("h1",)
        voter.send("/contest/3", page="2", go="back")
        assert opened.booth.current().choices["anthem"] == ("h1",)
        voter.send("/contest/3", option="h15", page="2", go="look", size="3")
        assert opened.booth.current().choices["anthem"] == ("h15",)


def test_the_booth_waits_in_the_elections_languages_only(opened: Any) -> None:
    assert not {"es", "en"} >= set(languages())  # there are others that it could speak
    with opened.voter() as voter:
        page = voter.get("/").content.decode()
    assert set(re.findall(r'<span lang="(\w+)"', page)) == {"es", "en"}


def test_a_card_is_good_once_and_a_stage_cannot_be_jumped(opened: Any) -> None:
    with opened.voter() as voter:
        voter.get("/")
        assert voter.send("/printed", right="yes").name == "welcome"
        assert voter.send("/print").name == "welcome"
        assert voter.send("/card", code="ABCDE-FGHJK").status in (403, 409, 422)
        vote(voter, opened.cards[0])
        assert voter.get("/contest/1").name == "printed"
        assert voter.send("/contest/1", option="beto", go="next").name == "printed"
        voter.send("/printed", right="yes")
        voter.get("/")
        assert voter.send("/card", code=opened.cards[0]).code == "card.used"
        assert opened.booth.counters().recorded == 1


def test_machines_speak_json_and_refuse_strange_orders(opened: Any) -> None:
    for address, role in ((opened.booth_address, "booth"), (opened.desk_address, "check-in")):
        assert httpx.get(f"{address}/health").json()["role"] == role
        for order in (b"", b"{}", b"x" * 1000):
            answer = httpx.post(f"{address}/orders", content=order)
            assert answer.status_code == 409
            assert answer.json()["problem"]


class DeadPrinter:
    def print_page(self, name: str, pdf: bytes) -> None:
        raise StorageError("the printer does not answer", hint="use another one")


def test_the_page_printer_is_dead_at_midnight(opened: Any) -> None:
    opened.chair._pages.printer = DeadPrinter()
    with opened.presiding() as chair:
        assert chair.send("/close").status == 503
        assert chair.get("/").facts["printed"] == "no"
        assert chair.send("/send").status == 409
        assert chair.get("/tally-sheet.pdf").content.startswith(b"%PDF")
        assert chair.send("/printed-elsewhere", reason=" ").status == 422
        page = chair.send("/printed-elsewhere", reason="no toner; at the school's office")
        assert (page.facts["printed"], page.facts["told"]) == ("yes", "printed-elsewhere")
        assert chair.send("/send").facts["state"] == "sent"


def test_the_check_in_is_lost(opened: Any) -> None:
    with opened.clerk() as clerk, opened.voter() as voter, opened.presiding() as chair:
        clerk.send("/find", document="103")
        clerk.send("/release", pin="482913", reason="not-enrolled")
        clerk.send("/card")
        vote(voter, opened.cards[0])
        assert voter.send("/printed", right="yes").name == "thanks"
        assert b"check-in-lost" not in chair.get("/close").content
        assert chair.send("/close", check_in_lost="not at all").status == 409
        assert chair.get("/").facts["checked-in"] == "1"
        opened.servers[1].stop()
        assert chair.send("/close").status == 503
        assert b"check-in-lost" in chair.get("/close").content
        assert chair.send("/close", check_in_lost="its disk is dead").name == "tally-sheet"
    reasons = opened.chair.tally_sheet().reconciliation.reasons
    assert reasons == {"checked_in=cards_used": "check-in lost: its disk is dead"}


def test_a_third_person_with_one_document_is_for_the_chair(opened: Any) -> None:
    with opened.clerk() as clerk:
        for _ in range(2):
            assert clerk.send("/find", document="101").name == "finger"
            clerk.send("/finger", files={"image": finger(7, 1)})
            assert clerk.send("/refuse", reason="impostor", sure="yes").name == "refused"
            clerk.send("/next")
        page = clerk.send("/find", document="101")
        assert page.name == "unmatched"
        assert "suplantación con este documento: 2" in page.content.decode()


def printed(place: Any, voter: Client, card: int = 0) -> None:
    """A voter at the question whether the printed vote is right."""
    voter.get("/")
    voter.send("/card", code=place.cards[card])
    voter.send("/language", language="es")
    for number in (1, 2, 3):
        voter.send(f"/contest/{number}", go="review", enough="yes")
    assert voter.send("/print").name == "printed"


def test_whoever_touches_twice_reads_that_the_vote_is_recorded(opened: Any) -> None:
    with opened.voter() as voter, httpx.Client(base_url=opened.booth_address, follow_redirects=True) as second:
        printed(opened, voter)
        second.cookies.update(voter._client.cookies)
        token, touch = voter._token, {"right": "yes"}
        assert voter._client.post("/printed", data={"token": token, **touch}, follow_redirects=False).status_code == 303
        assert 'data-page="thanks"' in second.post("/printed", data={"token": token, **touch}).text
        # The answer to the first touch comes last: its cookie is of before, and no error is shown.
        late = httpx.post(
            f"{opened.booth_address}/printed", data={"token": token, **touch}, cookies=voter._client.cookies,
            follow_redirects=True,
        )  # fmt: skip
        assert 'data-recorded="yes"' in late.text
        assert voter.get("/").facts["recorded"] == "yes"
        assert opened.booth.counters().deposited == 1
        voter.send("/card", code=opened.cards[1])
        assert not opened.booth.vote_recorded
        assert voter.get("/thanks").name == "language"


def test_after_a_restart_the_screen_says_that_the_vote_is_recorded(opened: Any) -> None:
    with opened.voter() as voter:
        printed(opened, voter)
    opened.booth.confirm()  # and the process ends before its answer
    for _ in range(2):
        opened.stop()
        opened.start()
        with opened.voter() as voter:
            page = voter.get("/")
            assert (page.name, page.facts["how"]) == ("thanks", "recovered")
            assert voter.get("/").facts["recorded"] == "yes"
    with opened.voter() as voter:
        voter.send("/card", code=opened.cards[1])
        assert not opened.booth.vote_recorded


def test_after_a_restart_in_the_middle_the_next_voter_finds_the_first_page(opened: Any) -> None:
    with opened.voter() as voter:
        printed(opened, voter)
    opened.stop()
    opened.start()
    with opened.voter() as voter:
        assert voter.get("/").name == "printed"
        assert voter.send("/printed", right="yes").facts["how"] != "recovered"
        assert voter.get("/").name == "welcome"  # whose form takes the next card
        assert voter.send("/card", code=opened.cards[1]).name == "language"


def test_attack_a_page_left_open_does_nothing_to_the_next_visitor(opened: Any) -> None:
    with opened.clerk() as clerk, opened.clerk() as left_open:
        clerk.send("/find", document="103")
        stale = left_open.get("/visit")
        assert stale.name == "unmatched"
        clerk.send("/refuse", reason="left", sure="yes")
        clerk.send("/find", document="104")
        for path, fields in (
            ("/release", {"reason": "not-enrolled", "pin": CHAIR_PIN}),
            ("/refuse", {"reason": "impostor", "sure": "yes"}),
            ("/card", {}),
            ("/practise-finger", {"matches": "yes"}),
        ):
            answer = left_open.send(path, **fields)
            assert (answer.status, answer.code) == (409, "visit.of-another-page")
        assert left_open.send("/finger", files={"image": finger(1, 1)}).code == "visit.of-another-page"
        assert opened.check_in.current().document == "104"
        assert opened.check_in.counters().checked_in == 0
        assert clerk.send("/release", reason="not-enrolled", pin=CHAIR_PIN).name == "released"
