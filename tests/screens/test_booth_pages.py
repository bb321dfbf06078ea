"""The booth's pages in real Chromium: every text has room, and a voter is never stuck, misled or cut off."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from booth_measure import SCREENS, faults
from drawn_booths import draw, speak_right_to_left, walk
from in_chromium import tap
from open_booth import begin
from served_station import DEFINITION
from testigo.election import Contest, Definition, Option
from testigo.web.sessions import CONTRASTS

pytestmark = pytest.mark.browser

ROOM = {"width": 1280, "height": 800}
MANY = tuple(
    Option(f"o{number}", {"es": f"{name} {number}"}, party="sol" if number == 7 else "")
    for number, name in enumerate(["Ñandú Pérez", "Łukasz Mora", "Ana Ruiz", "Óscar Gil"] * 15)
)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport=ROOM)  # type: ignore[arg-type]
    page.set_default_timeout(60_000)
    yield page
    page.close()


def election(*contests: Contest) -> Definition:
    return msgspec.structs.replace(DEFINITION, contests=contests)


def long_contest(choose: int = 1) -> Contest:
    kind = "choose-one" if choose == 1 else "choose-up-to"
    return Contest("long", "villa", {"es": "Concejo", "en": "Council"}, kind, MANY, choose=choose)  # type: ignore[arg-type]


def test_no_text_is_cut_on_60_pages_of_drawn_elections(page: Page, booth_with: Any) -> None:
    """The rest of 3,000: `benchmarks/booth_pages.py`. Screens and contrasts take turns."""
    speak_right_to_left()
    rng = random.Random(2)
    wrong: list[str] = []
    pages = size = 0
    while pages < 60:
        definition = draw(rng)
        booth = booth_with(definition)
        size = size % 4 + 1
        for name in walk(page, booth, booth.cards[0], size, rng.choice(definition.languages), rng):
            width, height = SCREENS[pages % 4]
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("(one) => { document.documentElement.dataset.contrast = one; }", rng.choice(CONTRASTS))
            wrong += [f"{name}, size {size}, {width}×{height}: {fault}" for fault in faults(page)]
            pages += 1
            if pages % 15 == 0:
                break
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("what", "style", "fault"),
    [
        (".tile .name", "max-height: 12px; overflow: hidden", "cut"),
        (".tile", "height: 8px; padding: 0", "text outside its box"),
        (".tile .name", "white-space: nowrap; font-size: 400px", "text outside its box"),
        (".tile", "margin-top: -40px", "over "),
        ("footer", "position: fixed; bottom: 0; height: 50vh", "over another bar"),
        ("main", "height: 3000px", "not in the window"),
        (".look button", "min-width: 0; width: 40px; padding: 0", "too small"),
    ],
)
def test_the_measure_finds_what_it_is_there_for(page: Page, booth_with: Any, what: str, style: str, fault: str) -> None:
    begin(page, booth_with(election(long_contest())))
    assert not faults(page)
    page.evaluate(
        "([what, style]) => document.querySelectorAll(what).forEach((one) => { one.style.cssText = style; })",
        [what, style],
    )
    assert any(one.startswith(fault) for one in faults(page))


def focused(page: Page) -> str:
    """What has the focus: the value of an option, or the element. Browsers set it just after a page has loaded."""
    page.wait_for_function("() => document.activeElement !== document.body")
    found: str = page.evaluate(
        """() => {
        const one = document.activeElement;
        return one.name === "option" ? one.value : one.tagName.toLowerCase();
        }"""
    )
    return found


def test_focus_is_set_on_every_page_and_the_first_option_is_the_first_stop(page: Page, booth_with: Any) -> None:
    booth = booth_with(DEFINITION)
    seen = {}
    stops = []
    for name in walk(page, booth, booth.cards[0], 1, "es", random.Random(1)):
        seen.setdefault(name, focused(page))
        contest = page.get_attribute("main", "data-contest")
        if name == "contest" and page.locator("input[name=option]:checked").count() == 0:
            page.keyboard.press("Tab")
            first = page.locator("input[name=option]").first.get_attribute("value")
            stops.append((contest, focused(page) == first))
    assert set(seen.values()) == {"h1", "input"}, seen
    assert len(stops) >= 3 and all(first for _, first in stops), stops


def test_a_wrong_card_is_explained_in_all_languages_and_the_next_card_is_taken(page: Page, booth_with: Any) -> None:
    booth = booth_with(msgspec.structs.replace(DEFINITION, languages=("es", "fr", "pt", "en")))
    page.goto(booth.address)
    page.fill("#code", "ABCDE-FGHJK")
    tap(page, "footer .primary")
    assert page.get_attribute("main", "data-page") == "error"
    sections = page.locator("main section")
    assert [one.get_attribute("lang") for one in sections.all()] == ["es", "fr", "pt", "en"]
    assert len({one.text_content() for one in sections.all()}) == 4
    page.keyboard.type(booth.cards[0])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_attribute("main", "data-page") == "language"


def test_the_language_can_be_changed_on_every_page(page: Page, booth_with: Any) -> None:
    booth = booth_with(election(long_contest(2)))
    begin(page, booth, language="es")
    page.click(".tile >> nth=0")
    tap(page, "footer button[value=page-2]")
    page.click(".tile >> nth=0")
    ways = []
    for where in ("contest", "review", "printed", "spoil"):
        assert page.get_attribute("main", "data-page") == where
        before, path = page.get_attribute("html", "lang"), page.url
        tap(page, "header .language")
        other = "en" if before == "es" else "es"
        tap(page, f"main button[lang={other}]")
        ways.append((page.get_attribute("html", "lang"), page.url == path))
        assert ways[-1] == (other, True)
        if where == "contest":
            tap(page, "footer .primary")
            while "/contest/" in page.url:
                tap(page, "footer .primary")
        elif where == "review":
            tap(page, "footer .primary")
        elif where == "printed":
            tap(page, "footer button[value=no]")
    (slip,) = booth.printer.slips
    assert slip.language == "es" and len(slip.ballot.choices["long"]) == 2


def test_the_language_can_be_changed_while_searching(page: Page, booth_with: Any) -> None:
    begin(page, booth_with(election(long_contest(2))), language="es")
    tap(page, "footer button[value=find]")
    page.fill("#find", "osc")
    tap(page, "header .language")
    tap(page, "main button[lang=en]")
    assert page.get_attribute("main", "data-page") == "find"
    assert page.get_attribute("footer", "data-below") == "To the letters"  # where the screen is too small for them
    assert (page.get_attribute("html", "lang"), page.input_value("#find")) == ("en", "osc")
    tap(page, "header button[value='4']")
    assert (page.get_attribute("main", "data-page"), page.input_value("#find")) == ("find", "osc")


def test_notes_of_a_contest_on_several_pages_are_true_after_each_choice(page: Page, booth_with: Any) -> None:
    booth = booth_with(election(long_contest(3)))
    begin(page, booth)
    note, shown = page.locator("#note"), page.locator("main")
    page.click(".tile >> nth=0")
    tap(page, "footer button[value=page-2]")
    assert "1 de 3" in note.text_content() and page.locator("#elsewhere").is_visible()
    page.click(".tile >> nth=0")
    assert "2 de 3" in note.text_content() and "Ñandú Pérez 0" in page.locator("#elsewhere").text_content()
    page.click(".tile >> nth=1")
    page.click(".tile >> nth=2")
    assert "máximo" in note.text_content() and page.locator(".tile input:checked").count() == 2
    page.click(".tile >> nth=1")
    assert "2 de 3" in note.text_content() and shown.get_attribute("data-chosen") == "2"
    while page.get_attribute("main", "data-note") != "few":
        tap(page, "footer .primary")
    assert "2 de 3" in note.text_content()
    page.click(".tile >> nth=3")
    assert "3 de 3" in note.text_content() and "2" not in page.locator("#next").text_content()
    assert page.locator("#enough").count() == 0
    tap(page, "footer .primary")
    assert page.get_attribute("main", "data-page") == "review"
    assert len(booth.booth.current().choices["long"]) == 3


def test_one_choice_takes_the_place_of_the_one_on_another_page(page: Page, booth_with: Any) -> None:
    booth = booth_with(election(long_contest(1)))
    begin(page, booth)
    page.click(".tile >> nth=0")
    tap(page, "footer button[value=page-2]")
    assert page.locator("#elsewhere").is_visible()
    page.click(".tile >> nth=0")
    assert page.locator("#elsewhere").is_hidden()
    tap(page, "footer button[value=page-3]")
    assert page.locator("#elsewhere bdi").count() == 1
    assert len(booth.booth.current().choices["long"]) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_sixty_options_at_the_largest_size_can_be_searched(chromium: Browser, booth_with: Any, scripts: bool) -> None:
    booth = booth_with(election(long_contest(2)))
    context = chromium.new_context(viewport={"width": 1024, "height": 600}, java_script_enabled=scripts)
    page = context.new_page()
    begin(page, booth, size=4)
    page.locator(".tile input").first.check(force=True)  # Ñandú Pérez 0
    tap(page, "footer button[value=find]")
    for letter in "os":  # by touch alone
        tap(page, f".letters button[value={letter}]")
    assert page.get_attribute("main", "data-found") == "15"
    assert page.locator(".letters button[value=x]").count() == 0
    tap(page, "footer .primary")
    names = page.locator(".tile .name").all_text_contents()
    assert names[0] == "Ñandú Pérez 0", "a chosen option is never hidden"
    assert names[1] == "Óscar Gil 3" and all("Óscar" in name for name in names[1:])
    tap(page, "footer button[value=find]")
    page.fill("#find", "LUKASZ mora 5")  # by keyboard: no accents, any case, more than one word
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".tile .name").all_text_contents() == [
        "Ñandú Pérez 0",
        "Łukasz Mora 5",
        "Łukasz Mora 53",
        "Łukasz Mora 57",
    ]
    page.locator(".tile input").nth(2).check(force=True)
    tap(page, "button[value=all]")
    assert page.locator(".tile").count() > 4
    tap(page, "footer button[value=find]")
    page.fill("#find", "partido sol")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Óscar Gil 7" in page.locator(".tile .name").all_text_contents()
    tap(page, "footer button[value=find]")
    page.fill("#find", "nobody")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_attribute("main", "data-page") == "find", "nothing found: nothing to show"
    assert "nobody" not in page.url
    tap(page, "footer button[value=all]")
    assert booth.booth.current().choices["long"] == ("o0", "o53")
    context.close()
