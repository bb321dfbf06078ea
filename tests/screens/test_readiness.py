"""The chair's page of readiness, before opening: every line, well and not, on real machines behind real pages."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from served_station import ServedStation
from testigo.fingerprint.reader import ReaderError
from testigo.fingerprint.reader.errors import NoFinger, ReaderUnplugged
from testigo.station.machine import self_test
from testigo.station.machine.readiness import clock_line
from testigo.web.client import Client, SeenPage
from testigo.words import languages

LINES = {
    "chair.day", "chair.disk", "chair.pages",
    "check-in.clock", "check-in.finger", "check-in.disk", "check-in.poll-book",
    "booth.clock", "booth.printer", "booth.fonts", "booth.screen", "booth.disk", "booth.cards",
}  # fmt: skip


class OneReader:
    """A reader on which nobody lays a finger, or one that fails."""

    def __init__(self, error: ReaderError) -> None:
        self.error = error

    def capture(self, timeout: float) -> Any:
        raise self.error

    def close(self) -> None:
        pass


def outcomes(page: SeenPage) -> dict[str, str]:
    """Line → how it came out."""
    return dict(re.findall(r'data-line="([^"]+)" data-outcome="([^"]+)"', page.content.decode()))


def look(chair: Client, **fields: str) -> dict[str, str]:
    chair.get("/readiness")
    page = chair.send("/readiness", **fields)
    assert page.name == "readiness" and page.ok
    return outcomes(page)


def tell_screen(place: ServedStation, width: int, height: int, fonts: str = "yes") -> None:
    with place.voter() as browser:
        browser.get("/")
        assert browser.send("/screen", width=str(width), height=str(height), fonts=fonts).ok


def test_a_station_that_was_just_installed_says_what_is_missing(place: ServedStation) -> None:
    with place.presiding() as chair:
        assert b"/readiness" in chair.get("/").content
        said = chair.get("/").content.decode()
        assert "Instalada; la prueba es de la máquina de votación." in said and "Instalada, sin probar." in said
        assert chair.get("/readiness").facts["outcome"] == "none"
        found = look(chair)
        assert found.keys() == LINES
        assert {line for line, outcome in found.items() if outcome == "failed"} == {"check-in.poll-book", "booth.cards"}
        assert (found["booth.screen"], found["check-in.finger"]) == ("warning", "warning")
        assert chair.get("/readiness").facts["outcome"] == "failed"


def test_a_station_that_is_ready(place: ServedStation) -> None:
    place.make_cards()
    with place.clerk() as clerk:
        refused = clerk.send("/poll-book", files={"poll-book": b"of another kind"})
        assert "El archivo no es el correcto" in refused.content.decode()
        clerk.send("/poll-book", files={"poll-book": place.poll_book})
    place.check_in.reader = OneReader(NoFinger())
    tell_screen(place, 800, 1280)
    head = place.booth.folder.log.head, place.booth.counters()
    with place.presiding() as chair:
        found = look(chair)
        assert {line for line, outcome in found.items() if outcome != "ok"} <= {"chair.day"}
        assert found["booth.screen-fonts"] == "ok" and not place.printer.slips
        assert look(chair, print="yes")["booth.printer"] == "ok"
    (slip,) = place.printer.slips
    assert not any(slip.ballot.choices.values())
    assert (place.booth.folder.log.head, place.booth.counters()) == head, "nothing is kept, nothing is counted"


def test_what_is_broken_is_said_with_what_to_do(place: ServedStation, monkeypatch: pytest.MonkeyPatch) -> None:
    place.printer.failures = 1
    place.check_in.reader = OneReader(ReaderUnplugged())
    tell_screen(place, 1023, 500, fonts="no")
    monkeypatch.setattr(self_test, "FREE", 1 << 60)
    with place.presiding() as chair:
        found = look(chair)
        text = chair.get("/readiness").content.decode()
    broken = {line for line, outcome in found.items() if outcome == "failed"}
    assert broken >= {
        "booth.printer", "check-in.finger", "booth.screen", "booth.screen-fonts", "booth.disk", "chair.disk",
    }  # fmt: skip
    assert "ponga un rollo nuevo" in text and "1023×500" in text


def test_a_person_says_whether_the_test_page_came_out(place: ServedStation) -> None:
    paper = place.folder / "chair" / "paper" / "test-page.pdf"
    with place.presiding() as chair:
        assert look(chair)["chair.pages"] == "ok" and not paper.exists()
        assert b'value="not-out"' not in chair.get("/readiness").content
        assert look(chair, page="print")["chair.pages"] == "warning" and paper.read_bytes().startswith(b"%PDF")
        assert b'value="not-out"' in chair.get("/readiness").content
        assert look(chair, page="not-out")["chair.pages"] == "failed"
        assert look(chair, page="out")["chair.pages"] == "ok"
        assert look(chair, page="anything")["chair.pages"] == "ok"


def test_a_machine_that_does_not_answer_is_a_line(place: ServedStation) -> None:
    place.servers[0].stop()
    with place.presiding() as chair:
        found = look(chair)
    assert found["booth.answer"] == "failed" and found["check-in.disk"] == "ok"


def test_there_is_no_such_test_once_the_station_is_open(opened: ServedStation) -> None:
    with opened.presiding() as chair:
        chair.get("/readiness")
        assert chair.send("/readiness").code == "station.other-state"
        assert b"/readiness" not in chair.get("/").content


@pytest.mark.parametrize(("apart", "outcome"), [(0, "ok"), (59, "ok"), (-59, "ok"), (62, "failed"), (-900, "failed")])
def test_clocks_are_compared(apart: int, outcome: str) -> None:
    line = clock_line(apart)
    assert line.outcome == outcome
    for language in languages():
        assert str(abs(apart)) in line.found_words(language)
        assert bool(line.todo_words(language)) == (outcome == "failed")


@pytest.mark.browser
def test_the_booths_own_browser_tells_its_screen_and_fonts(place: ServedStation, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.goto(place.booth_address)
    page.wait_for_function("() => document.getElementById('screen')?.dataset.seen === '1366 768 yes'")
    page.close()
    seen = place.booth.screen_seen
    assert seen is not None and seen.large_enough and seen.fonts
