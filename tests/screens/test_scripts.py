"""The booth in eight families of scripts, in real Chromium: every letter from the machine's own fonts, never a box."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from eight_scripts import SCRIPTS, definition_text, loaded
from in_chromium import fonts_of, tap
from testigo import words
from testigo.election import Definition, load
from testigo.errors import InvalidInput
from testigo.web.client import Client, SeenPage

pytestmark = pytest.mark.browser

SHIPPED = "DejaVu Sans Condensed"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def in_all_scripts(folder: Path) -> Definition:
    """One election with a contest in each script, spoken in Spanish, Arabic and Hebrew."""
    parts = {}
    for name, script in SCRIPTS.items():
        file = folder / f"{name}.yaml"
        file.write_text(definition_text(script, "es, ar, he").replace("id: one\n", f"id: {name}\n", 1))
        parts[name] = load(file)
    contests = tuple(part.contests[0] for part in parts.values())
    fonts = tuple(font for part in parts.values() for font in part.fonts)
    return replace(parts["latin"], contests=contests, fonts=fonts)


@pytest.mark.parametrize("language", ["es", "ar", "he"])
def test_every_letter_of_the_booth_comes_from_the_machines_fonts(
    booth_of: Callable[[Definition], tuple[str, list[str]]], page: Page, tmp_path: Path, language: str
) -> None:
    address, cards = booth_of(in_all_scripts(tmp_path))
    page.goto(address)
    assert fonts_of(page, "h1 span, p span, label span") == {(SHIPPED, True)}, "three languages on the first page"
    page.fill("#code", cards[0])
    tap(page, "footer button:not(.scroll-on)")
    tap(page, f"button[lang={language}]")
    for script in SCRIPTS.values():
        assert page.get_attribute("html", "lang") == language
        assert script.title in page.inner_text("main") and script.names[0] in page.inner_text("main")
        expected = {(script.family or SHIPPED, True)}
        assert fonts_of(page, ".tile:not(.blank) .name") - {(SHIPPED, True)} == expected - {(SHIPPED, True)}
        assert expected <= fonts_of(page, ".tile:not(.blank) .name bdi, h1")
        assert page.evaluate("[...document.fonts].every(face => face.status !== 'error')")
        page.click(".tile >> nth=1")
        tap(page, "footer .primary")
    assert page.get_attribute("main", "data-page") == "review"
    tap(page, "footer .primary")  # the second page of it
    tap(page, "footer .primary")
    assert words.say(language, "booth.is-it-right") in page.inner_text("main")


def test_the_files_are_served_by_names_that_change_with_them(
    booth_of: Callable[[Definition], tuple[str, list[str]]], tmp_path: Path
) -> None:
    addresses = [booth_of(loaded(tmp_path, SCRIPTS[name]))[0] for name in ("thai", "cjk", "latin")]
    sheets = []
    for address in addresses:
        text = httpx.get(address).text
        sheets += [part.split('"')[0] for part in text.split("/static/")[1:] if part.startswith("own-")]
    assert len(sheets) == len(set(sheets)) == 2
    sheet = httpx.get(f"{addresses[0]}/static/{sheets[0]}")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8" and "Noto Sans Thai" in sheet.text
    fonts = [part.split('"')[0] for part in sheet.text.split("/static/")[1:]]
    assert len(fonts) == 2 and all(httpx.get(f"{addresses[0]}/static/{name}").status_code == 200 for name in fonts)
    assert httpx.get(f"{addresses[2]}/static/{fonts[0]}").status_code == 404, "each election its own"


def text_of(page: SeenPage) -> str:
    return page.content.decode()


@pytest.mark.parametrize("language", ["ar", "he"])
def test_an_error_is_said_in_the_voters_language_or_all_of_it_in_the_officers(
    booth_of: Callable[[Definition], tuple[str, list[str]]], tmp_path: Path, language: str
) -> None:
    address, cards = booth_of(loaded(tmp_path, SCRIPTS["latin"], f"{language}, es"))
    wrong = "A" if cards[0][0] != "A" else "C"
    with Client(address) as voter:
        voter.get("/")
        for code, error in ((wrong + cards[0][1:], "card.wrong-character"), ("x", "card.not-a-code")):
            refused = voter.send("/card", code=code)
            assert f'<html lang="{language}"' in text_of(refused)
            assert words.say(language, "error.booth.card.InvalidInput") in text_of(refused)
            assert InvalidInput(error, length=10).sentence(language) in text_of(refused)
        voter.send("/card", code=cards[0])
        assert f'<html lang="{language}"' in text_of(voter.send("/language", language=language))
        refused = voter.send("/contest/1", option="nobody", go="next")
        assert refused.status == 422 and '<html lang="es"' in text_of(refused), "voters have no words for this"
        assert words.say("es", "error.InvalidInput") in text_of(refused)
        assert words.say(language, "error.go-on") not in text_of(refused)


def test_officers_pages_are_in_a_language_of_officers(tmp_path: Path) -> None:
    assert words.offered(("ar", "fr")) == ("fr", "es", "en")
    assert words.officers_language(("ar", "he")) == "es"
