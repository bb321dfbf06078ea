"""Candidates who withdrew or died, on the real pages: at the chair, and in the booth in each language."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from booth_measure import faults
from in_chromium import tap
from open_booth import begin
from polling_place import CHAIR_PIN, MAYOR, Root
from served_station import DEFINITION
from testigo.election import Contest, Option, OptionStatus, Person
from testigo.keys import SigningKey
from testigo.web.application import SMALL_BODY
from testigo.web.client import Client

LISTS = Contest(
    "lists",
    "villa",
    {"es": "Lista", "en": "List"},
    "party-list",
    (Option("x", {"es": "Equis"}, candidates=("Uno Mas", "Dos Mas")), Option("y", {"es": "Ye"}, candidates=("Tres",))),
    seats=2,
    method="dhondt",
)


def status(root: Root, number: int, contest: str, option: str, said: str, person: str = "") -> bytes:
    """The root's statement."""
    body = OptionStatus(contest, option, said, "Resolución 7", number, person)  # type: ignore[arg-type]
    return root.sign("option-status", msgspec.to_builtins(body))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1024, "height": 600})
    page.set_default_timeout(60_000)
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("rule", "language", "withdrawn", "effect"),
    [
        ("counts", "es", "Candidatura retirada", ""),
        ("votes-void", "es", "Candidatura retirada", "no tiene efecto"),
        ("votes-void", "en", "Withdrawn", "has no effect"),
    ],
)
def test_the_booth_says_it_beside_the_name_and_stops_nobody(
    page: Page, booth_with: Any, rule: str, language: str, withdrawn: str, effect: str
) -> None:
    mayor = msgspec.structs.replace(MAYOR, after_signing=rule)
    booth = booth_with(msgspec.structs.replace(DEFINITION, contests=(mayor, LISTS)))
    one = status(booth.root, 1, "mayor", "ana", "withdrawn")
    booth.show_statuses(one, status(booth.root, 2, "lists", "x", "deceased", "Dos Mas"))
    begin(page, booth, language=language, size=4)
    told = page.locator(".tile:has(input[value=ana]) .status").inner_text()
    assert withdrawn in told and (effect in told if effect else "." not in told)
    assert page.locator(".tile:has(input[value=beto]) .status").count() == 0
    assert not faults(page)
    page.click(".tile:has(input[value=ana])")
    tap(page, "footer .primary")
    assert "Dos Mas" in page.locator(".tile:has(input[value=x]) .status").inner_text()
    page.click(".tile:has(input[value=x])")
    tap(page, "footer .primary")
    assert page.locator("[data-without-effect]").count() == (rule == "votes-void")
    assert page.locator(".review .status").count() == 2
    assert not faults(page)
    tap(page, "footer .primary")
    tap(page, "footer .primary")
    assert booth.printer.slips[0].ballot.choices == {"mayor": ("ana",), "lists": ("x",)}


@pytest.mark.browser
def test_a_status_that_comes_while_somebody_votes_is_on_the_next_page(page: Page, booth_with: Any) -> None:
    mayor = msgspec.structs.replace(MAYOR, after_signing="votes-void")
    booth = booth_with(msgspec.structs.replace(DEFINITION, contests=(mayor,)))
    begin(page, booth, language="es")
    page.click(".tile:has(input[value=ana])")
    booth.show_statuses(status(booth.root, 1, "mayor", "ana", "deceased"))
    tap(page, "footer .primary")
    assert "no tendrá efecto" in page.locator("[data-without-effect]").inner_text()
    tap(page, "main a.button")
    assert "Ha fallecido" in page.locator(".tile:has(input[value=ana]) .status").inner_text()


@pytest.mark.browser
def test_a_ticket_is_named_on_the_screen_and_the_paper(page: Page, booth_with: Any) -> None:
    people = (Person({"es": "Suplencia", "en": "Substitute"}, "Eva Sol"),)
    options = tuple(msgspec.structs.replace(one, people=people) for one in MAYOR.options)
    mayor = msgspec.structs.replace(MAYOR, options=options)
    booth = booth_with(msgspec.structs.replace(DEFINITION, contests=(mayor,)))
    begin(page, booth, language="en")
    assert "Substitute: Eva Sol" in page.locator(".tile:has(input[value=ana])").inner_text()
    page.click(".tile:has(input[value=ana])")
    tap(page, "footer .primary")
    assert "Substitute: Eva Sol" in page.locator(".review").inner_text()
    tap(page, "footer .primary")
    assert "Substitute: Eva Sol" in "\n".join(booth.printer.slips[0].text_lines())


def test_the_chair_takes_files_in_and_shows_what_it_has(opened: Any, root_key: SigningKey) -> None:
    root = Root(DEFINITION, root_key)
    with Client(opened.chair_address) as chair:
        chair.get("/pin")
        chair.send("/pin", pin=CHAIR_PIN)
        assert chair.get("/candidates").facts["count"] == "0"
        files = {"statements": status(root, 1, "mayor", "ana", "withdrawn")}
        page = chair.send("/candidates", files=files)
        assert (page.facts["told"], page.facts["count"]) == ("statuses", "1")
        assert "Resolución 7" in page.content.decode()
        assert chair.send("/candidates", files=files).facts["told"] == "no-new-status"
        assert chair.send("/candidates", files={"statements": b"{}"}).status == 422
        text = chair.get("/events").content.decode()
        assert "Situación de candidaturas cargada" in text
    assert [state.option for state in opened.booth.states] == ["ana"]


def test_hundreds_at_once_are_taken_in_and_handed_on(opened: Any, root_key: SigningKey) -> None:
    """A country's withdrawals are more than one order to the booth, or a small form, can carry."""
    root = Root(DEFINITION, root_key)
    said = ("withdrawn", "restored")
    files = [status(root, number, "mayor", "ana", said[(number - 1) % 2]) for number in range(1, 502)]
    assert sum(map(len, files)) > SMALL_BODY
    with Client(opened.chair_address) as chair:
        chair.get("/pin")
        chair.send("/pin", pin=CHAIR_PIN)
        page = chair.send("/candidates", files={"statements": files})
        assert (page.facts["told"], page.facts["count"]) == ("statuses", "1")
    assert [(state.option, state.number) for state in opened.booth.states] == [("ana", 501)]
