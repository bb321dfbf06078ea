"""The election of docs/election.md written in real Chromium from an empty file, without YAML; pages for everybody."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from playwright.sync_api import Browser, Page

from in_chromium import tap
from testigo.election import load
from testigo.election.editing.draft import Draft
from testigo.election.example import copy_example
from testigo.screens import editor
from testigo.slip.lengths import require_printable

pytestmark = pytest.mark.browser

KEY = "k" * 32
SMALL = {"width": 1024, "height": 600}


def opened(chromium: Browser, served: Callable[[Litestar], str], file: Path) -> Page:
    address = served(editor.app(Draft.open(file, require_printable), KEY))
    page = chromium.new_context(viewport=SMALL, base_url=address, java_script_enabled=False).new_page()  # type: ignore[arg-type]
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


def test_every_page_is_accessible_and_fits(
    chromium: Browser, served: Callable[[Litestar], str], tmp_path: Path
) -> None:
    copy_example("municipality", tmp_path / "e")
    file = tmp_path / "e" / "election.yaml"
    address = served(editor.app(Draft.open(file, require_printable), KEY))
    page = chromium.new_context(viewport=SMALL, base_url=address).new_page()  # type: ignore[arg-type]
    page.goto(f"/enter/{KEY}")
    page.goto("/part?at=contests.0")
    write(page, district="", title_es="")
    page.goto("/list?at=parties")
    tap(page, "form[action='/add'] button")
    for path in ("/", "/part?at=", "/part?at=contests.0", "/part?at=contests.1.options.0", "/list?at=contests",
                 "/list?at=contests.0.options", "/part?at=stations.0", "/texts", "/texts?missing=yes", "/changes",
                 "/import"):  # fmt: skip
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert not found, (path, [(one["id"], one["nodes"][0]["html"][:150]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
