"""The pages in real Chromium: a whole voter, by mouse and by keyboard alone; nothing to scroll; no axe violation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from in_chromium import tap
from polling_place import Root
from served_station import DEFINITION
from testigo.election import Definition, OptionStatus
from testigo.errors import StorageError
from testigo.fingerprint import FingerImage, synthetic
from testigo.fingerprint.reader import open_reader
from testigo.keys import SigningKey
from testigo.screens import checkin as check_in_pages

pytestmark = pytest.mark.browser

ROOM = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def make_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a browser profile of its own."""
    contexts = []

    def make(room: dict[str, int] = ROOM, **settings: Any) -> Page:
        context = chromium.new_context(viewport=room, **settings)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def sign_in(page: Page, address: str, pin: str) -> None:
    page.goto(f"{address}/pin")
    page.fill("#pin", pin)
    with page.expect_navigation():
        page.click("main button")


def finger_file(folder: Path, person: int, impression: int) -> Path:
    file = folder / f"{person}-{impression}.png"
    file.write_bytes(synthetic.generate(person, impression, difficulty=0.3).to_png())
    return file


def enter(page: Page) -> None:
    """Press Enter where it leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def name_of(page: Page) -> str:
    return page.get_attribute("main", "data-page") or ""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the first place."""
    found = Axe().run(page).response["violations"]
    return [f"{name_of(page)}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found]


def overflow(page: Page) -> list[str]:
    """What does not fit: the page, its main part, a tile, or something outside of the window."""
    found: list[str] = page.evaluate(
        """() => {
        const found = [];
        const root = document.documentElement, main = document.querySelector("main");
        if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) found.push("page");
        if (main.scrollHeight > main.clientHeight + 1 || main.scrollWidth > main.clientWidth + 1) found.push("main");
        for (const one of document.querySelectorAll(".tile, footer, header, .row, button:not(.unseen), .button"))
          if (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
            found.push(one.className + ": " + one.textContent.trim().slice(0, 40));
        return found;
        }"""
    )
    return [f"{name_of(page)} {page.url}: {one}" for one in found]


def small_targets(page: Page) -> list[str]:
    """What is to be pressed in the booth and is under 64 pixels high or wide."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".tile, button:not(.unseen), .button")]
          .filter(one => one.checkVisibility())
          .filter(one => one.getBoundingClientRect().height < 64 || one.getBoundingClientRect().width < 64)
          .map(one => one.textContent.trim())"""
    )
    return found


def test_a_voter_from_check_in_to_deposit(opened: Any, make_page: Callable[..., Page], tmp_path: Path) -> None:
    desk = make_page()
    sign_in(desk, opened.desk_address, "750126")
    desk.fill("#document", "101")
    enter(desk)
    desk.set_input_files("#image", finger_file(tmp_path, 1, 3))
    tap(desk, "form#page button")
    expect(desk.locator("main")).to_have_attribute("data-page", "matched")
    expect(desk.locator(".tray")).to_contain_text("villa")
    tap(desk, "form#page button")
    expect(desk.locator("main")).to_have_attribute("data-matched", "1")

    booth = make_page()
    booth.goto(opened.booth_address)
    booth.fill("#code", opened.cards[0].lower())
    tap(booth, "footer button:not(.scroll-on)")
    tap(booth, "button[lang=es]")
    booth.click(".tile:has-text('Ana Ñandú')")
    tap(booth, "footer .primary")
    for name in ("Concejal 1", "Concejal 2", "Concejal 3"):
        booth.click(f".tile:has-text('{name}')")
    assert booth.locator("input:checked").count() == 2  # the script does not take one too many
    expect(booth.locator("#note")).to_contain_text("máximo")
    tap(booth, "footer .primary")
    booth.click(".tile:has-text('Himno número 1')")
    tap(booth, "footer .primary")
    expect(booth.locator("main")).to_contain_text("En otra página escogió: Himno número 1")
    tap(booth, "footer .primary")
    expect(booth.locator("main")).to_have_attribute("data-page", "review")
    tap(booth, ".review .button >> nth=0")
    booth.click(".tile:has-text('Beto Rey')")
    tap(booth, "footer .primary")
    expect(booth.locator("main")).to_contain_text("Beto Rey")
    tap(booth, "footer .primary")
    expect(booth.locator("main")).to_have_attribute("data-page", "printed")
    assert opened.printer.slips[-1].ballot.choices == {"mayor": ("beto",), "council": ("c1", "c2"), "anthem": ("h1",)}
    tap(booth, "text=Sí, está bien")
    expect(booth.locator("main")).to_have_attribute("data-page", "thanks")
    assert opened.booth.counters().recorded == 1

    for _ in range(4):  # the back button shows nothing of the vote
        booth.go_back()
        assert name_of(booth) in ("welcome", "thanks")
        assert "Beto Rey" not in booth.content()


def test_a_ballot_by_keyboard_alone_and_without_script(opened: Any, make_page: Callable[..., Page]) -> None:
    page = make_page(java_script_enabled=False)
    page.goto(opened.booth_address)
    press = page.keyboard.press

    def tab_to(text: str) -> None:
        """Press Tab until the element in focus, or its label, says `text`."""
        for _ in range(200):
            press("Tab")
            focused = page.locator(":focus")
            if focused.count() == 0:  # the page has just come, or Tab has gone round to the browser's own bar
                page.wait_for_timeout(25)
                continue
            near = focused.locator("xpath=ancestor-or-self::label")
            said = (near if near.count() else focused).text_content() or ""
            if text in said:
                return
        raise AssertionError(f"{text!r} cannot be reached with Tab")

    page.locator("input[name=code]:focus").wait_for()  # the field takes the focus by itself
    page.keyboard.type(opened.cards[0])
    enter(page)
    assert name_of(page) == "language"
    tab_to("English")
    enter(page)
    tab_to("Ana")
    press("Space")
    press("ArrowDown")  # from Ana to Beto, as in any group of one choice
    enter(page)
    assert page.get_attribute("main", "data-contest") == "council"
    tab_to("Concejal 2")
    press("Space")
    enter(page)
    assert page.get_attribute("main", "data-note") == "few"
    tab_to("Go on with 1")
    enter(page)
    assert page.get_attribute("main", "data-contest") == "anthem"
    tab_to("Next")
    enter(page)
    tab_to("Review my vote")
    enter(page)
    tab_to("Go on with a blank vote")
    enter(page)
    assert name_of(page) == "review"
    assert "You chose 1 of 2" in page.content()
    tab_to("Print my vote")
    enter(page)
    tab_to("Yes, it is right")
    enter(page)
    assert name_of(page) == "thanks"
    assert opened.printer.slips[-1].ballot.choices == {"mayor": ("beto",), "council": ("c2",), "anthem": ()}


@pytest.mark.parametrize("example", ["municipality", "republic"])
def test_no_ballot_needs_scrolling_at_any_text_size(
    example: str, example_booths: Callable[[str], tuple[str, list[str]]], make_page: Callable[..., Page]
) -> None:
    address, cards = example_booths(example)
    page = make_page()
    page.goto(address)
    for size, language in ((1, "en"), (2, "es"), (3, "en"), (4, "es")):
        page.goto(address)
        tap(page, f"button.size[value='{size}']")
        wrong = overflow(page) + small_targets(page)
        page.fill("#code", "TOO-SHORT")
        enter(page)
        wrong += overflow(page) + small_targets(page)
        page.fill("#code", cards[size])
        enter(page)
        wrong += overflow(page) + small_targets(page)
        tap(page, f"main button[lang={language}]")
        pages = 0
        while "/contest/" in page.url:
            wrong += overflow(page) + small_targets(page)
            tiles = page.locator(".tile")
            if page.get_attribute(".tiles", "data-choose") != "1" and tiles.locator("input:checked").count() == 0:
                tiles.first.click()
            tap(page, "footer .primary")
            pages += 1
            assert pages < 60
        while page.locator("footer button.primary").count() == 0:
            wrong += overflow(page) + small_targets(page)
            tap(page, "footer .primary")
        wrong += overflow(page) + small_targets(page)
        tap(page, "footer .primary")
        wrong += overflow(page)
        tap(page, "footer button[value=no]")
        wrong += overflow(page) + small_targets(page)
        tap(page, "main button >> nth=0")
        wrong += overflow(page)
        while page.locator("footer button.primary").count() == 0:
            tap(page, "footer .primary")
        tap(page, "footer .primary")
        tap(page, "footer button[value=yes]")
        wrong += overflow(page)
        assert not wrong, f"size {size}: " + "\n".join(wrong)


@pytest.mark.parametrize("count", [3, 4])
def test_pages_in_all_languages_of_the_election_fit_at_any_text_size(
    count: int, booth_of: Callable[[Definition], tuple[str, list[str]]], make_page: Callable[..., Page]
) -> None:
    """Those before a voter has chosen one."""
    address, cards = booth_of(msgspec.structs.replace(DEFINITION, languages=("es", "fr", "pt", "en")[:count]))
    page = make_page()
    wrong = []
    for size in (1, 2, 3, 4):
        page.goto(address)
        tap(page, f"button.size[value='{size}']")
        wrong += [f"size {size}: {one}" for one in overflow(page) + small_targets(page)]
    page.fill("#code", cards[0])
    enter(page)
    for size in (1, 2, 3, 4):
        tap(page, f"button.size[value='{size}']")
        assert name_of(page) == "language"
        wrong += [f"size {size}: {one}" for one in overflow(page) + small_targets(page)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("language", "contrast", "size"), [("es", 1, 1), ("en", 2, 3), ("es", 3, 4), ("en", 4, 2)])
def test_axe_finds_no_violation_in_the_booth(
    opened: Any, make_page: Callable[..., Page], language: str, contrast: int, size: int
) -> None:
    page = make_page()
    page.goto(opened.booth_address)
    for _ in range(contrast - 1):
        tap(page, "button.contrast")
    tap(page, f"button.size[value='{size}']")
    found = violations(page)
    page.fill("#code", "WRONG-CODES")
    enter(page)
    assert name_of(page) == "error"
    found += violations(page)
    page.fill("#code", opened.cards[0])
    enter(page)
    found += violations(page)
    tap(page, f"main button[lang={language}]")
    tap(page, "footer .primary")
    assert page.get_attribute("main", "data-note") == "few"
    found += violations(page)
    tap(page, "footer .primary")
    page.click(".tile >> nth=0")
    found += violations(page)
    while "/contest/" in page.url:
        tap(page, "footer .primary")
    found += violations(page)
    tap(page, "footer .primary")
    found += violations(page)
    tap(page, "footer button[value=no]")
    found += violations(page)
    tap(page, "main button >> nth=0")
    tap(page, "footer .primary")
    tap(page, "footer button[value=yes]")
    assert name_of(page) == "thanks"
    found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "contrast"), [("es", "off"), ("en", "on")])
def test_axe_finds_no_violation_at_the_desks(
    opened: Any, make_page: Callable[..., Page], root_key: SigningKey, tmp_path: Path, language: str, contrast: str
) -> None:
    desk, chair = make_page(), make_page()
    found: list[str] = []
    for page, address, pin in ((desk, opened.desk_address, "750126"), (chair, opened.chair_address, "482913")):
        page.goto(f"{address}/pin")
        if language != "es":
            tap(page, f"button.language[value={language}]")
        if contrast == "on":
            tap(page, "button.contrast")
        found += violations(page)
        sign_in(page, address, pin)
        found += violations(page)
    desk.fill("#document", "103")
    enter(desk)
    found += violations(desk)  # nobody took this voter's fingers: release or refuse
    desk.select_option("#reason", "not-enrolled")
    desk.fill("#pin", "482913")
    tap(desk, "form[action='/release'] button")
    desk.click("summary")
    found += violations(desk)  # a card is to be drawn, or the check-in is taken back
    tap(desk, "form#page button")
    desk.click("summary")
    found += violations(desk)  # the field of a card scanner
    desk.fill("#document", "pe")
    enter(desk)
    assert name_of(desk) == "found"
    found += violations(desk)
    tap(desk, "form[action='/next'] button")
    desk.fill("#document", "104")
    enter(desk)
    desk.select_option("#refusal", "left")
    tap(desk, "form[action='/refuse'] button")
    assert name_of(desk) == "refuse"
    found += violations(desk)
    enter(desk)  # the first stop goes back to the visit
    desk.fill("#pin", "482913")
    tap(desk, "form[action='/release'] button")
    tap(desk, "form#page button")
    desk.fill("#document", "105")
    enter(desk)
    desk.fill("#pin", "482913")
    tap(desk, "form[action='/release'] button")
    assert name_of(desk) == "second"
    found += violations(desk)
    tap(desk, "form[action='/withdraw'] button")
    tap(desk, "form[action='/back'] button")
    desk.fill("#document", "101")
    enter(desk)
    found += violations(desk)
    desk.set_input_files("#image", finger_file(tmp_path, 1, 3))
    tap(desk, "form#page button")
    found += violations(desk)
    tap(desk, "form#page button")
    for document in ("101", "201"):
        desk.fill("#document", document)
        enter(desk)
        found += violations(desk)
        tap(desk, "form#page button")
    chair.goto(f"{opened.chair_address}/candidates")
    found += violations(chair)
    body = msgspec.to_builtins(OptionStatus("mayor", "ana", "withdrawn", "Resolución 7", 1))
    (tmp_path / "status.json").write_bytes(Root(DEFINITION, root_key).sign("option-status", body))
    chair.set_input_files("#statements", tmp_path / "status.json")
    tap(chair, "form[action='/candidates'] button")
    assert "Ana Ñandú" in chair.inner_text("main")
    found += violations(chair)
    chair.goto(f"{opened.chair_address}/events")
    found += violations(chair)
    chair.goto(f"{opened.chair_address}/close")
    found += violations(chair)
    chair.fill("#reason-1", "went home")
    tap(chair, "form[action='/close'] button")
    while name_of(chair) == "differences":
        found += violations(chair)
        for field in chair.locator("input[maxlength]").all():
            field.fill("not known")
        tap(chair, "main form button")
    assert name_of(chair) == "tally-sheet"
    found += violations(chair)
    chair.goto(opened.chair_address)
    found += violations(chair)
    tap(chair, "form[action='/send'] button")
    found += violations(chair)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "contrast"), [("es", "off"), ("en", "on")])
def test_axe_finds_no_violation_at_the_enrolment_desk(
    enrolment_desk: Any, make_page: Callable[..., Page], tmp_path: Path, language: str, contrast: str
) -> None:
    address = str(enrolment_desk._client.base_url).rstrip("/")
    page = make_page()
    page.goto(f"{address}/pin")
    if language != "es":
        tap(page, f"button.language[value={language}]")
    if contrast == "on":
        tap(page, "button.contrast")
    found = violations(page)
    page.fill("#account", "maria")
    page.fill("#pin", "316497")
    tap(page, "main button")
    found += violations(page)
    for document, person, impression in (("101", 1, 1), ("102", 1, 2)):
        tap(page, "nav a >> nth=0")
        page.fill("#document", document)
        enter(page)
        found += violations(page)
        page.set_input_files("#finger-2", finger_file(tmp_path, person, impression))
        tap(page, "form[action='/enrol'] button")
        found += violations(page)
        if page.locator("#because").count():
            page.fill("#because", "the best this voter can give")
            tap(page, "form[action='/accept'] button")
            found += violations(page)
    tap(page, "nav a >> nth=1")
    found += violations(page)
    tap(page, "tbody a")
    found += violations(page)
    page.goto(f"{address}/no-such-page")
    found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "contrast"), [("es", "off"), ("en", "on")])
def test_axe_finds_no_violation_at_desks_with_a_reader(
    opened: Any,
    served: Callable[..., str],
    enrolment_with: Callable[..., Any],
    make_page: Callable[..., Page],
    tmp_path: Path,
    language: str,
    contrast: str,
) -> None:
    """Each desk's reader gives an empty glass, then nothing more: both are said, and another try is offered."""
    (tmp_path / "empty.png").write_bytes(FingerImage(np.full((300, 300), 240, np.uint8)).to_png())
    desk, office = make_page(), make_page()
    address = served(check_in_pages.app(opened.check_in, reader=open_reader(f"folder:{tmp_path}")))
    enrolment = str(enrolment_with(open_reader(f"folder:{tmp_path}"))._client.base_url).rstrip("/")
    for page, at in ((desk, address), (office, enrolment)):
        page.goto(f"{at}/pin")
        if language != "es":
            tap(page, f"button.language[value={language}]")
        if contrast == "on":
            tap(page, "button.contrast")
    sign_in(desk, address, "750126")
    office.fill("#account", "maria")
    office.fill("#pin", "316497")
    tap(office, "main button")
    found: list[str] = []
    for page, button in ((desk, "form#page button"), (office, "form[action='/capture'] button >> nth=1")):
        page.fill("#document", "101")
        enter(page)
        found += violations(page)
        for said in ("NothingSeen", "NoMoreImages"):
            tap(page, button)
            assert page.locator("main").get_attribute("data-notice") == said
            assert page.locator("[role=alert]").inner_text()
            assert page.locator("[role=alert][lang]").count() == 0  # it is said in the desk's own language
            found += violations(page)
    assert not found, "\n".join(found)


def test_desks_fit_a_narrow_screen(opened: Any, make_page: Callable[..., Page]) -> None:
    page = make_page(NARROW)
    for address, pin in ((opened.desk_address, "750126"), (opened.chair_address, "482913")):
        sign_in(page, address, pin)
        for path in ("/", "/events", "/candidates", "/close"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address}{path}"


class DeadPagePrinter:
    """A page printer that gives out nothing."""

    def print_page(self, name: str, pdf: bytes) -> None:
        raise StorageError(f"{name} did not come out", hint="print it elsewhere")


@pytest.mark.parametrize("language", ["es", "en"])
def test_axe_finds_no_violation_when_check_in_and_printer_are_dead(
    opened: Any, make_page: Callable[..., Page], language: str
) -> None:
    opened.chair._pages.printer = DeadPagePrinter()
    chair = make_page()
    chair.goto(f"{opened.chair_address}/pin")
    if language != "es":
        tap(chair, f"button.language[value={language}]")
    sign_in(chair, opened.chair_address, "482913")
    opened.servers[1].stop()  # the check-in is silent
    chair.goto(f"{opened.chair_address}/close")
    found = violations(chair)
    chair.fill("#check-in-lost", "its disk died")
    tap(chair, "form[action='/close'] button")
    found += violations(chair)  # the tally sheet is made, but did not come out
    chair.goto(opened.chair_address)
    found += violations(chair)
    chair.fill("#elsewhere", "printed at the town hall")
    tap(chair, "form[action='/printed-elsewhere'] button")
    found += violations(chair)
    assert chair.locator("form[action='/send']").count() == 1
    assert found == []


@pytest.mark.parametrize(("language", "none"), [("es", "Ningún archivo escogido"), ("en", "No file chosen")])
def test_file_fields_speak_the_language_of_the_page(
    place: Any, make_page: Callable[..., Page], tmp_path: Path, language: str, none: str
) -> None:
    page = make_page(locale="de-DE")
    page.goto(f"{place.desk_address}/pin")
    if language != "es":
        tap(page, f"button.language[value={language}]")
    sign_in(page, place.desk_address, "750126")
    assert page.text_content(".file-names") == none
    page.click("form[action='/poll-book'] > button")
    missing = page.evaluate("() => document.querySelector('#poll-book').validationMessage")
    assert missing == page.get_attribute("#poll-book", "data-missing")
    (tmp_path / "cuaderno.pollbook").write_bytes(place.poll_book)
    page.set_input_files("#poll-book", tmp_path / "cuaderno.pollbook")
    assert page.text_content(".file-names") == "cuaderno.pollbook"
    assert not violations(page)
    tap(page, "form[action='/poll-book'] > button")
    assert "5" in page.text_content("main")
