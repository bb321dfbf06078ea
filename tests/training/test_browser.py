"""A small training day in real Chromium, at the command's own three processes, until Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Browser, Page, expect

from in_chromium import tap
from testigo.election import write_definition
from testigo.scan.codes import qr_texts_in
from training_day import ELECTION

pytestmark = pytest.mark.browser

WORDS = re.compile(r"MUESTRA.*SAMPLE", re.DOTALL)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """The command, and what it printed: addresses, PINs, voters."""
    short = msgspec.structs.replace(ELECTION, contests=ELECTION.contests[:1])  # its test before opening is, too
    write_definition(short, tmp_path / "election.json")
    command = [sys.executable, "-m", "testigo", "station", "train", "election.json", "--voters", "5", "--json"]
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=errors, env=os.environ)
        assert process.stdout is not None
        lines: list[bytes] = []
        while not lines or lines[-1] != b"}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], (tmp_path / "errors").read_text()
        yield process, json.loads(b"".join(lines))
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


def signed_in(browser: Browser, told: dict[str, Any], machine: str, account: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{told['addresses'][machine]}/pin")
    if page.locator("select[name=account]").count():
        page.select_option("select[name=account]", account)
    (pin,) = (one["pin"] for one in told["pins"] if (one["machine"], one["account"]) == (machine, account))
    page.fill("#pin", pin)
    tap(page, "main button")
    return page


def marked(page: Page) -> Page:
    """The page, once its mark was seen: across it and in its head line."""
    expect(page.locator(".sample-mark")).to_be_visible()
    expect(page.locator(".sample-words")).to_have_text(WORDS)
    return page


def test_a_training_day_in_a_browser(running: Any, chromium: Browser, tmp_path: Path) -> None:
    process, told = running
    chair = marked(signed_in(chromium, told, "chair", "chair"))
    desk = marked(signed_in(chromium, told, "check-in", "clerk"))
    tap(chair, "form[action='/test'] button")
    expect(chair.locator("main")).to_have_attribute("data-state", "tested", timeout=120_000)
    tap(marked(chair), "form[action='/zero-report'] button")
    chair.goto(told["addresses"]["chair"])
    if chair.locator("#outside").count():  # whatever the hour is
        chair.select_option("#outside", "rehearsal")
    tap(marked(chair), "form[action='/open'] button:not([type=button])")
    expect(chair.locator("main")).to_have_attribute("data-state", "open")

    desk.goto(told["addresses"]["check-in"])
    desk.fill("#document", told["voters"][0]["document"])
    tap(desk, "form[action='/find'] button")
    tap(marked(desk), "button[name=matches][value=yes]")
    expect(marked(desk).locator("main")).to_have_attribute("data-page", "matched")
    tap(desk, "form#page button")

    booth = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    booth.goto(told["addresses"]["booth"])
    card = next(text for text in qr_texts_in(tmp_path / "training" / "paper" / "cards.pdf") if "TESTIGO1" in text)
    marked(booth).fill("#code", card.rpartition(":")[2])
    tap(booth, "footer button:not(.scroll-on)")
    tap(marked(booth), "button[lang=es]")
    expect(marked(booth).locator("main")).to_contain_text("MUESTRA · Alcaldía")
    booth.click(".tile:has-text('Ana Ñandú')")
    while booth.locator("main[data-page=contest]").count() or booth.locator("main[data-page=note]").count():
        tap(booth, "footer .primary")
    expect(marked(booth).locator("main")).to_have_attribute("data-page", "review")
    tap(booth, "footer .primary")
    tap(marked(booth), "text=Sí, está bien")
    expect(marked(booth).locator("main")).to_have_attribute("data-page", "thanks")

    (slip,) = (tmp_path / "training" / "paper" / "slips").glob("*.pdf")
    document = pypdfium2.PdfDocument(slip.read_bytes())
    assert WORDS.search(document[0].get_textpage().get_text_range())
    document.close()
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 0
