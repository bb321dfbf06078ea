"""The booth's browser, real Chromium, and what a hand does in it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


def tap(page: Page, what: str) -> None:
    """Press something that leads to another page, and wait until it is there."""
    with page.expect_navigation():
        page.click(what)


def fonts_of(page: Page, selector: str) -> set[tuple[str, bool]]:
    """The fonts that Chromium really drew the text with: family, and whether it came with the page."""
    page.evaluate("document.fonts.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    nodes = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    drawn = [devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in nodes]
    devtools.detach()
    assert drawn and all(drawn), selector
    return {(font["familyName"], font["isCustomFont"]) for fonts in drawn for font in fonts}
