"""The preview: the booth's real pages with nothing behind them, marked on every page, begun again at any time."""

import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from booth_measure import faults
from open_lists import open_lists
from served_station import DEFINITION
from testigo.election import Definition, load
from testigo.errors import InvalidInput
from testigo.screens import preview
from testigo.station.booth.preview import PreviewBooth
from testigo.web.client import Client, SeenPage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def looked_at(served: Any) -> Iterator[Any]:
    """Serves the preview of a definition; a client at its first page."""
    clients: list[Client] = []

    def look(definition: Definition = DEFINITION, station: str = "") -> Client:
        clients.append(Client(served(preview.app(definition, station))))
        clients[-1].get("/preview")
        return clients[-1]

    yield look
    for client in clients:
        client.close()


def card_on(page: SeenPage) -> str:
    """The code of the card that the welcome page offers."""
    return page.content.decode().split('name="code" value="')[1].split('"')[0]


def whole_vote(client: Client, station: str = "s1", style: str = "villa") -> list[SeenPage]:
    """From the first page to the last; every page seen."""
    seen = [client.get("/preview"), client.send("/preview", station=station, style=style)]
    seen.append(client.send("/card", code=card_on(seen[-1])))
    seen.append(client.send("/language", language="en"))
    seen.append(client.send("/contest/1", option="ana", go="next"))
    seen.append(client.send("/contest/2", option=["c1", "c2"], go="next"))
    seen.append(client.send("/contest/3", option="h3", go="review"))
    seen.append(client.get("/review"))
    seen.append(client.send("/print"))
    seen.append(client.send("/printed", right="no"))
    seen.append(client.send("/spoil", reason="changed-mind"))
    seen.append(client.send("/print"))
    return seen


def test_the_first_page_says_what_it_is_and_lists_ballots_languages_sizes(looked_at: Any) -> None:
    page = looked_at().get("/preview")
    text = page.content.decode()
    assert (page.name, page.facts["styles"], page.status) == ("preview", "1", 200)
    for part in (
        "No se guarda ni se imprime nada",
        "villa",
        "Alcaldía",
        "Concejo",
        "Himno",
        "Español",
        "English",
        "(4)",
    ):
        assert part in text, part


def test_a_whole_vote_is_marked_on_every_page_and_shown_as_a_picture(looked_at: Any) -> None:
    client = looked_at()
    pages = whole_vote(client)
    assert pages[-1].name == "printed" and all(page.ok for page in pages)
    kind, picture = client.fetch("/preview/paper")
    assert kind == "image/png" and picture.startswith(b"\x89PNG")
    pages += [client.send("/printed", right="yes"), client.get("/"), client.get("/nowhere")]
    assert [page.name for page in pages[-3:]] == ["thanks", "welcome", "error"]
    for page in pages:
        text = page.content.decode()
        assert 'class="sample-mark"' in text and "MUESTRA" in text and "SAMPLE" in text, page.name
        assert 'href="/preview"' in text, page.name
    assert client.fetch("/preview/paper")[1] == picture, "until the next card"


def test_a_vote_for_candidates_of_an_open_list_can_be_walked(looked_at: Any) -> None:
    client = looked_at(open_lists())
    client.send("/preview", station="s1", style="land")
    client.send("/card", code=card_on(client.get("/")))
    client.send("/language", language="en")
    client.send("/contest/1", option="ana", go="next")
    page = client.send("/contest/2", option="green", go="next")
    assert page.name == "candidates" and 'class="sample-mark"' in page.content.decode()
    page = client.send("/contest/2/candidates", option=["green/2", "green/4"], go="next")
    assert page.name == "review" and "2 · <bdi>Noé Campos</bdi>" in page.content.decode()
    page = client.send("/print")
    assert page.name == "printed" and "4 · Max Vega" in page.content.decode(), "in the words of the picture"
    assert client.fetch("/preview/paper")[1].startswith(b"\x89PNG")
    assert client.send("/printed", right="yes").name == "thanks"


def test_it_begins_again_at_any_time_and_the_card_is_good_again(looked_at: Any) -> None:
    client = looked_at()
    whole_vote(client)
    assert client.get("/review").name == "printed"
    assert client.send("/preview", station="s2", style="villa").name == "welcome"
    assert client.fetch("/preview/paper")[0] != "image/png", "nothing of the last one stays"
    code = card_on(client.get("/"))
    for _ in range(3):
        client.get("/")
        assert client.send("/card", code=code).name == "language"
        client.send("/language", language="es")
        client.get("/review")
        client.send("/print")
        assert client.send("/printed", right="yes").name == "thanks"


def test_wrong_input_is_an_error_and_changes_nothing(looked_at: Any) -> None:
    client = looked_at()
    before = card_on(client.get("/"))
    for station, style in (("nowhere", "villa"), ("s1", "nothing"), ("", ""), ("s1", "x" * 5000)):
        page = client.send("/preview", station=station, style=style)
        assert (page.status, page.name) == (422, "error"), (station, style[:9])
    assert client.get("/preview?station=nowhere").code == "station.unknown"
    assert client.get(f"/preview?station={'%00' * 50}").status == 422
    assert card_on(client.get("/")) == before
    assert client.send("/card", code="ABCDE-FGHJK").status in (403, 409, 422)
    answer = httpx.post(f"{client._client.base_url}/preview", data={"station": "s1", "style": "villa"})
    assert answer.status_code == 403, "a form of another page"


def test_another_browser_sees_no_vote_but_may_begin_again(looked_at: Any) -> None:
    client = looked_at()
    whole_vote(client)
    with Client(str(client._client.base_url)) as other:
        assert other.get("/review").status == 403 and other.fetch("/preview/paper")[0] != "image/png"
        assert other.get("/preview").ok
        assert other.send("/preview", station="s1", style="villa").name == "welcome"


def test_a_country_shows_each_ballot_once_and_any_station(looked_at: Any, project_root: Any) -> None:
    republic = load(project_root / "src/testigo/examples/republic/election.yaml")
    client = looked_at(republic)
    assert client.get("/preview").facts["styles"] == "64"
    page = client.get("/preview?station=02-02-1")
    assert (page.facts["station"], page.facts["styles"]) == ("02-02-1", "1") and "altamar-2" in page.content.decode()
    only = looked_at(republic, "02-02-1")
    assert (
        only.get("/preview").facts["styles"] == "1"
        and 'name="station" value="02-02-1"' in only.get("/preview").content.decode()
    )
    with pytest.raises(InvalidInput, match="nowhere"):
        preview.app(republic, "nowhere")


def test_the_booth_of_a_preview_keeps_nothing() -> None:
    booth = PreviewBooth(DEFINITION, "s1", "villa")
    booth.accept_card(booth.card.printed)
    booth.choose_language("es")
    booth.review()
    booth.print()
    assert booth.paper
    booth.confirm()
    assert booth.current() is None and booth._box is None
    booth.put_card("s1", "villa")
    assert booth.paper == b"" and booth._day.now.deposited == 0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("size", [1, 4])
def test_its_pages_fit_the_screen_and_can_be_used(chromium: Browser, looked_at: Any, size: int) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(60_000)
    wrong = []

    def tap(what: str) -> None:
        with page.expect_navigation():
            page.click(what)
        page.evaluate("() => document.querySelector('.sample-mark').remove()")  # made to go over the edges
        wrong.extend(f"{page.url}: {fault}" for fault in faults(page))

    page.goto(f"{looked_at()._client.base_url}/preview")
    tap(f"button.size[value='{size}']")
    tap(".row button")
    tap(f"button.size[value='{size}']")
    tap("footer form button")
    tap("main button[lang=es]")
    while "/contest/" in page.url:
        if not page.get_attribute("main", "data-note"):
            page.click(".tile >> nth=0")  # the mark lies over it, and is nothing to press
        tap("footer .primary")
    while page.locator("footer a.primary").count():
        tap("footer a.primary")
    tap("footer .primary")
    picture = page.locator("img.paper")
    assert picture.evaluate("one => one.complete && one.naturalWidth") == 576
    assert "Ana Ñandú" in (picture.get_attribute("alt") or "")
    assert page.locator(".scroll-on").is_visible(), "the picture is longer than the screen"
    tap("header a.again")
    assert page.get_attribute("main", "data-page") == "preview"
    page.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("host", ["example:port", "example:99999999", "[::1", "a:1:2", "127.0.0.1:1.example"])
def test_a_host_that_is_none_is_no_internal_error(looked_at: Any, host: str) -> None:
    client = looked_at()
    for path, status in (("/preview", 403), ("/", 403), ("/nowhere?a=%ff", 404)):
        answer = client._client.get(path, headers={"host": host})
        assert (answer.status_code, answer.text[:15]) == (status, "<!doctype html>")
