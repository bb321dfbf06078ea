"""The auditor's desk over HTTP and in Chromium: two persons who see only their own figures, a third, a signature."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from served_station import Server
from small_country import auditor, centre, definition_file, machines, sheet_of
from testigo.audit import AuditDesk, Seed
from testigo.centre import Centre
from testigo.keys import SigningKey
from testigo.record import peek
from testigo.screens.audit_desk import CountingDesk, app
from testigo.web.client import Client, SeenPage

__all__ = ["auditor", "centre", "definition_file", "machines", "sheet_of"]

KEY = "k" * 32
DICE = "412635514236214126534"


@pytest.fixture
def desk(centre: Centre, machines: dict, sheet_of: Callable[..., Any], tmp_path: Path) -> CountingDesk:
    """An auditor whose boxes are drawn."""
    for name, one in machines.items():
        centre.receive(one.package(sheet_of(name)))
    made = AuditDesk(centre.rules, SigningKey.load(tmp_path / "auditor" / "key.pem"))
    made.draw(Seed(DICE))
    (tmp_path / "audit").mkdir()
    return CountingDesk(made, tmp_path / "audit")


@pytest.fixture
def served(desk: CountingDesk) -> Iterator[str]:
    server = Server(app(desk, KEY))
    yield server.address
    server.stop()


@pytest.fixture
def browser(served: str) -> Iterator[Client]:
    with Client(served) as client:
        assert client.get(f"/enter/{KEY}").ok
        yield client


def figures(desk: CountingDesk, station: str, **more: int) -> dict[str, str]:
    """What stands on the tally sheet of that box, as fields of the form, and some more of those that are named."""
    sheet = desk.auditor.rules.sheets[station]
    box = {"/(papers)": sheet.reconciliation.booth.recorded, "/(spoiled)": sheet.reconciliation.booth.spoiled}
    for tally in sheet.tally.contests:
        box |= {f"{tally.contest}/{what}": count for what, count in tally.figures() if what != "(undervotes)"}
    return {name: str(count + more.get(name.split("/")[1].strip("()"), 0)) for name, count in box.items()}


def shown(look: SeenPage) -> str:
    """What the form of a count names."""
    return re.findall(r'name="seen" value="([^"]*)"', look.content.decode())[0]


def signed(desk: CountingDesk) -> list[Any]:
    return [peek(file.read_bytes()).body for file in sorted(desk.out.glob("closing-count-*.json"))]


def test_two_persons_enter_the_same_and_an_auditor_signs(desk: CountingDesk, browser: Client) -> None:
    station = desk.drawn[0]
    seen = browser.get(f"/box/{station}")
    assert (seen.name, seen.facts["step"]) == ("entry", "first")
    browser.send(f"/box/{station}", person="Ana Paz", **figures(desk, station))
    seen = browser.get(f"/box/{station}")
    assert seen.facts["step"] == "second"
    seen = browser.send(f"/box/{station}", person="Luis Sol", **figures(desk, station))
    assert (seen.name, seen.facts["differences"], seen.facts["doubts"]) == ("count", "0", "0")
    assert signed(desk) == []
    first = shown(seen)
    browser.send(f"/box/{station}/again")
    for person in ("Ana Paz", "Luis Sol"):
        browser.get(f"/box/{station}")
        seen = browser.send(f"/box/{station}", person=person, **figures(desk, station, spoiled=1))
    for other in ({"seen": first}, {}):
        again = browser.send(f"/box/{station}/sign", **other)
        assert (again.status, again.name, signed(desk)) == (409, "count", [])
    seen = browser.send(f"/box/{station}/sign", seen=shown(again))
    assert (seen.name, seen.facts["told"]) == ("boxes", station)
    assert [one["method"] for one in signed(desk)] == ["hand"]


def test_the_second_person_does_not_see_what_the_first_entered(desk: CountingDesk, served: str) -> None:
    station = desk.drawn[0]
    with Client(served) as first:
        first.get(f"/enter/{KEY}")
        first.get(f"/box/{station}")
        first.send(f"/box/{station}", person="Ana Paz", **figures(desk, station, ana=77000))
    with httpx.Client(base_url=served, follow_redirects=True) as second:
        second.get(f"/enter/{KEY}")
        page = second.get(f"/box/{station}").text
    assert "7700" not in page and "Ana Paz" not in page and 'data-step="second"' in page


def test_what_was_entered_outlives_the_desk(desk: CountingDesk, browser: Client) -> None:
    station = desk.drawn[0]
    browser.get(f"/box/{station}")
    browser.send(f"/box/{station}", person="Ana Paz", **figures(desk, station))
    again = Server(app(CountingDesk(desk.auditor, desk.out), KEY))
    with Client(again.address) as second:
        second.get(f"/enter/{KEY}")
        assert second.get(f"/box/{station}").facts["step"] == "second"
        seen = second.send(f"/box/{station}", person="Luis Sol", **figures(desk, station))
        assert second.send(f"/box/{station}/sign", seen=shown(seen)).facts["told"] == station
        assert second.get(f"/box/{station}").facts["step"] == "first"
    again.stop()


def test_where_they_differ_a_third_decides(desk: CountingDesk, browser: Client) -> None:
    station = desk.drawn[0]
    browser.get(f"/box/{station}")
    browser.send(f"/box/{station}", person="Ana Paz", **figures(desk, station))
    browser.get(f"/box/{station}")
    seen = browser.send(f"/box/{station}", person="Luis Sol", **figures(desk, station, spoiled=1))
    assert (seen.name, seen.facts["step"], seen.facts["differing"]) == ("entry", "third", "1")
    right = figures(desk, station)["/(spoiled)"]
    refused = browser.send(f"/box/{station}", person="ana  paz", **{"/(spoiled)": right})
    assert refused.status == 422
    browser.get(f"/box/{station}")
    seen = browser.send(f"/box/{station}", person="Eva Luz", **{"/(spoiled)": right})
    assert (seen.name, seen.facts["differences"]) == ("count", "0")


def test_a_spoiled_paper_in_the_pile_is_seen_before_it_is_signed(desk: CountingDesk, browser: Client) -> None:
    station = desk.drawn[0]
    for person in ("Ana Paz", "Luis Sol"):
        browser.get(f"/box/{station}")
        seen = browser.send(
            f"/box/{station}", person=person, **figures(desk, station, papers=1, ballots=1, ana=1, red=1, c1=2)
        )
    if seen.name != "count":
        pytest.fail(f"{seen.name} {seen.status}")
    assert int(seen.facts["doubts"]) >= 2 and int(seen.facts["differences"]) >= 1
    browser.send(f"/box/{station}/again")
    assert browser.get(f"/box/{station}").facts["step"] == "first" and signed(desk) == []


@pytest.mark.parametrize("wrong", ["", "-1", "1.5", "1234567", "x"])
def test_a_figure_that_is_none_changes_nothing(desk: CountingDesk, served: str, wrong: str) -> None:
    station = desk.drawn[0]
    with httpx.Client(base_url=served, follow_redirects=True) as client:
        client.get(f"/enter/{KEY}")
        page = client.get(f"/box/{station}").text
        token = page.split('name="token" value="')[1].split('"')[0]
        sent = {"token": token, "person": "Ana", **figures(desk, station), "/(papers)": wrong}
        assert client.post(f"/box/{station}", data=sent).status_code == 422
    assert desk.entry(station).step == "first"


def test_nobody_comes_in_without_the_key(served: str) -> None:
    with Client(served) as client:
        assert client.get("/").status == 403
        assert client.get("/enter/wrong").status == 403


@pytest.mark.browser
def test_the_sum_runs_along_and_enter_and_undo_work(desk: CountingDesk, served: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/enter/{KEY}")
    page.goto(f"{served}/box/{desk.drawn[0]}")
    group = page.locator("fieldset").nth(1)
    inputs = group.locator("input.figure")
    inputs.nth(0).fill("4")
    inputs.nth(0).press("Enter")
    inputs.nth(1).type("3")
    inputs.nth(1).press("Enter")
    assert "7" in group.locator(".running").inner_text()
    page.locator(".undo").click()
    assert (inputs.nth(0).input_value(), inputs.nth(1).input_value()) == ("4", "")
    assert page.evaluate("document.activeElement.id") == inputs.nth(1).get_attribute("id")
    page.close()
