"""The election of docs/election.md written in real Chromium from an empty file, without YAML; pages for everybody."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from playwright.sync_api import Browser, Page

from in_chromium import tap
from testigo.election import load
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.draft import Draft
from testigo.screens import editor
from testigo.screens.editor_view import address
from testigo.slip.lengths import require_printable
from typed_definitions import draw_small, write_by_forms

pytestmark = pytest.mark.browser

KEY = "k" * 32
SMALL = {"width": 1024, "height": 600}


NARROW = {"width": 360, "height": 640}


class ChromiumHand:
    """Writes by the pages, at the width of a telephone, and sees that each fits."""

    def __init__(self, page: Page, draft: Draft) -> None:
        self.page, self.draft = page, draft

    def go(self, path: str) -> None:
        self.page.goto(path)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    def begin(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            self.page.fill(f"[name={name}]", text)
        tap(self.page, "#page button.primary")

    def add(self, path: DefinitionPath) -> None:
        self.go(address("list", path))
        tap(self.page, "form[action='/add'] button")

    def write(self, path: DefinitionPath, typed: dict[str, str]) -> None:
        self.go(address("part", path))
        for name, text in typed.items():
            found = self.page.locator(f'#page [name="{name}"]')
            if not found.count():  # there is nothing yet that it could name
                continue
            if found.first.get_attribute("type") == "checkbox":
                for value in text.splitlines():
                    if (box := found.and_(self.page.locator(f'[value="{value}"]'))).count():
                        box.check()
            elif found.evaluate("one => one.tagName") == "SELECT":
                found.select_option(text)
            else:
                found.fill(text)
        tap(self.page, "button[name=go][value=stay]")
        if self.page.get_attribute("main", "data-page") == "rename":
            tap(self.page, "#page button.primary")


def opened(
    chromium: Browser, served: Callable[[Litestar], str], draft: Path | Draft, size: dict[str, int] = SMALL
) -> Page:
    draft = Draft.open(draft, require_printable) if isinstance(draft, Path) else draft
    context = chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        base_url=served(editor.app(draft, KEY, patience=60)),
        java_script_enabled=False,
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"/enter/{KEY}")
    return page


def write(page: Page, **fields: str) -> None:
    """Type into a part's fields, choose what is to be chosen, and take it over."""
    for name, text in fields.items():
        field = page.locator(f"#{name.replace('_', '-')}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    tap(page, "button[name=go][value=stay]")


def add(page: Page, at: str, **fields: str) -> None:
    page.goto(f"/list?at={at}")
    tap(page, "form[action='/add'] button")
    write(page, **fields)


def test_the_election_of_the_documentation_from_nothing(
    chromium: Browser, served: Callable[[Litestar], str], tmp_path: Path, project_root: Path
) -> None:
    file = tmp_path / "new.yaml"
    page = opened(chromium, served, file)
    assert page.get_attribute("main", "data-page") == "start"
    page.keyboard.press("Control+A")
    for text in ("es en", "Elecciones de Villa Clara", "Villa Clara", "2027-05-09"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_attribute("main", "data-page") == "overview" and not file.exists()
    tap(page, "a[href='/part?at=']")
    assert page.evaluate("document.activeElement.name") == "title/en"  # the first error
    write(page, id="villa-clara-2027", title_en="Election of Villa Clara")

    add(page, "districts.0.districts", id="centro", name_es="Centro", name_en="Centre")
    add(page, "districts.0.districts", id="rio", name_es="El Río", name_en="The River")
    add(page, "stations", id="mesa-1", name="Escuela del Centro", district="centro", register_size="320")
    add(page, "stations", id="mesa-2", name="Casa Comunal", district="rio", register_size="280")
    add(page, "contests", id="mayor", title_es="Alcaldía", title_en="Mayor", district="villa-clara", kind="choose-one")
    for name in ("Ana Peña", "Luis Soto"):
        add(page, "contests.0.options", name_es=name, name_en=name)
    titles = {"title_es": "Delegación de El Río", "title_en": "Delegates of The River"}
    add(page, "contests", id="delegate-rio", **titles, district="rio", kind="choose-up-to")
    write(page, choose="2", seats="2")
    for name in ("Eva Mora", "Noé Díaz", "Iris Leal"):
        add(page, "contests.1.options", name_es=name, name_en=name)

    page.goto("/")
    assert page.get_attribute("main", "data-errors") == "0" and not file.exists()
    tap(page, "a[href='/changes']")
    tap(page, "#save button")
    documented = tmp_path / "documented.yaml"
    text = (project_root / "docs" / "election.md").read_text(encoding="utf-8")
    (yaml,) = re.findall(r"### An election of two stations\n\n```yaml\n(.*?)```", text, re.DOTALL)
    documented.write_text(yaml, encoding="utf-8")
    assert load(file).digest == load(documented).digest


@pytest.mark.parametrize("seed", [1, 3])
def test_a_drawn_election_written_on_a_telephone_is_the_one_of_the_file(
    chromium: Browser, served: Callable[[Litestar], str], tmp_path: Path, seed: int
) -> None:
    payload = draw_small(seed)
    (tmp_path / "wanted.json").write_text(json.dumps(payload, ensure_ascii=False), encoding="utf-8")
    draft = Draft.open(tmp_path / "typed.yaml", require_printable)
    hand = ChromiumHand(opened(chromium, served, draft, NARROW), draft)
    write_by_forms(payload, hand)
    for path in ("/", "/changes", "/texts", "/import", "/list?at=contests", "/list?at=stations"):
        hand.go(path)
    assert draft.remarks.errors == 0
    hand.go("/changes")
    tap(hand.page, "#save button")
    assert load(draft.file).digest == load(tmp_path / "wanted.json").digest


@pytest.mark.parametrize("size", [SMALL, NARROW])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, served: Callable[[Litestar], str], tmp_path: Path, size: dict[str, int]
) -> None:
    payload = {**draw_small(2), "notes": {"by": "Ana"}}
    (tmp_path / "e.json").write_text(json.dumps(payload, ensure_ascii=False), encoding="utf-8")
    draft = Draft.open(tmp_path / "e.json", require_printable)
    base = served(editor.app(draft, KEY, patience=60))
    page = chromium.new_context(viewport=size, base_url=base).new_page()  # type: ignore[arg-type]
    page.goto(f"/enter/{KEY}")
    page.goto("/part?at=contests.0")
    write(page, district="", title_es="")
    page.goto("/list?at=parties")
    tap(page, "form[action='/add'] button")
    paths = ["/", "/part?at=", "/part?at=contests.1.options.0", "/list?at=contests", "/list?at=contests.0.options",
             "/part?at=stations.0", "/texts", "/texts?missing=yes", "/changes", "/import", "/list?at=bodies",
             *(f"/part?at=contests.{number}" for number in range(len(payload["contests"]))),
             *(f"/part?at=bodies.{number}" for number in range(len(payload.get("bodies", []))))]  # fmt: skip
    for path in paths:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert not found, (path, [(one["id"], one["nodes"][0]["html"][:150]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def tab_to(page: Page, what: str) -> None:
    """Press the Tab key until it is there."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"no Tab leads to {what}")


def enter(page: Page, what: str) -> None:
    tab_to(page, what)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_by_keyboard_alone(chromium: Browser, served: Callable[[Litestar], str], tmp_path: Path) -> None:
    payload = draw_small(4)
    payload.pop("bodies")
    for contest in payload["contests"]:
        contest.pop("body", None)
    (tmp_path / "e.json").write_text(json.dumps(payload, ensure_ascii=False), encoding="utf-8")
    page = opened(chromium, served, tmp_path / "e.json")
    enter(page, "a[href='/list?at=bodies']")
    enter(page, "form[action='/add'] button")
    for name, text in (("title/es", "Concejo"), ("title/en", "Council")):
        tab_to(page, f'[name="{name}"]')
        page.keyboard.type(text)
    lists = next(one["id"] for one in payload["contests"] if one["kind"] == "party-list")
    tab_to(page, f'[name="filled-by"][value="{lists}"]')
    page.keyboard.press("Space")
    tab_to(page, '[name="levelling/seats"]')
    page.keyboard.type("3")
    tab_to(page, '[name="levelling/method"]')
    page.keyboard.press("ArrowDown")
    enter(page, "button[name=go][value=list]")
    enter(page, "a[href='/list?at=parties']")
    enter(page, "a[href='/part?at=parties.0']")
    tab_to(page, "[name=id]")
    page.keyboard.press("Control+A")
    page.keyboard.type("otro-partido")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_attribute("main", "data-page") == "rename"
    enter(page, "#page button.primary")
    enter(page, "a[href='/changes']")
    enter(page, "#save button")
    definition = load(tmp_path / "e.json")
    (body,) = definition.bodies
    assert (body.id, body.levelling.seats if body.levelling else 0) == ("concejo", 3)
    assert definition.contest(lists).body == "concejo" and definition.parties[0].id == "otro-partido"
    assert "otro-partido" in {option.party for one in definition.contests for option in one.options}
