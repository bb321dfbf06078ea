"""The results page as files, and as people meet it: in Chromium, at 360 px, without network, checked by axe."""

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from digests import DIGESTS
from testigo.ballot import COUNTERS, TallySheet
from testigo.centre import Centre
from testigo.count import count_result
from testigo.errors import InvalidInput
from testigo.results import RefusalRow, publish_results
from testigo.results.exports import counters_as_csv, votes_as_csv
from testigo.results.hemicycle import lay_out
from testigo.results.words import percent, reason, say
from testigo.words import FOLDER, counter_words, languages, message, section

SheetOf = Callable[..., TallySheet]
EVIL = 'corte <script>alert("x")</script> & =1+1'
REFUSED = RefusalRow("n2", "f" * 64, message("error", EVIL))
KNOWN = RefusalRow("n2", "e" * 64, message("error", "package.of-another-election"))


@pytest.fixture
def results(centre: Centre, machines: dict, sheet_of: SheetOf, tmp_path: Path) -> Path:
    """A page of two counted stations, one with a difference, and one missing."""
    odd = sheet_of("n1", recorded=19)
    counters = msgspec.structs.replace(odd.reconciliation, reasons={"deposited=recorded": EVIL})
    centre.receive(machines["n1"].package(msgspec.structs.replace(odd, reconciliation=counters)))
    centre.receive(machines["s1"].package(sheet_of("s1", 33)))
    publish_results(centre.public, tmp_path / "results", refused=(REFUSED, KNOWN))
    return tmp_path / "results"


def test_every_figure_of_the_tally_sheets_is_in_the_table(results: Path, sheet_of: SheetOf) -> None:
    rows = list(csv.DictReader(io.StringIO((results / "result.csv").read_text("utf-8-sig"))))
    for station, ballots in (("n1", 20), ("s1", 33)):
        for tally in sheet_of(station, ballots).tally.contests:
            told = {
                row["option"]: int(row["votes"])
                for row in rows
                if (row["station"], row["contest"]) == (station, tally.contest)
            }
            rest = {
                "(blank)": tally.blank,
                "(null)": tally.null,
                "(undervotes)": tally.undervotes,
                "(ballots)": ballots,
            }
            assert told == tally.votes | rest or tally.contest == "native-seat"
    assert {row["station"] for row in rows} == {"n1", "s1"}


def test_every_declared_counter_of_every_counted_station_is_in_the_table(results: Path, centre: Centre) -> None:
    rows = list(csv.DictReader(io.StringIO((results / "counters.csv").read_text("utf-8-sig"))))
    for station, sheet in centre.rules.sheets.items():
        told = [row for row in rows if row["station"] == station]
        for counter in COUNTERS:
            own = {row["reason"]: int(row["count"]) for row in told if row["counter"] == counter.name}
            assert own == dict(sheet.reconciliation.figures())[counter], counter.name
            assert {row["machine"] for row in told if row["counter"] == counter.name} <= {counter.machine}
    assert {row["station"] for row in rows} == {"n1", "s1"}


def test_a_sheet_that_is_set_aside_is_not_in_the_table_and_no_name_is_a_formula(
    centre: Centre, sheet_of: SheetOf
) -> None:
    sheets = {"n1": sheet_of("n1", spoiled=-1), "n2": sheet_of("n2")}
    stations = [msgspec.structs.replace(one, name="=1+1") for one in centre.definition.stations]
    definition = msgspec.structs.replace(centre.definition, stations=tuple(stations))
    for table in (votes_as_csv, counters_as_csv):
        text = table(definition, sheets, count_result(definition, sheets, digests=DIGESTS)).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["station"] for row in rows} == {"n2"}
        assert {row["station_name"] for row in rows} == {"'=1+1"}


def test_the_json_is_the_result_that_anyone_counts(results: Path, centre: Centre) -> None:
    told = json.loads((results / "result.json").read_text())
    assert told["result"] == json.loads(json.dumps(centre.rules.count().payload()))
    assert told["record"]["root_key"] == centre.key_ring.root.hex
    for path, digest in told["record"]["sheets"].values():
        assert (centre.public / path).exists()
        assert digest in {entry.sha256 for entry in centre.rules.entries}


def test_nothing_is_loaded_and_nothing_from_a_statement_becomes_markup(results: Path) -> None:
    for name in ("index.html", "index.en.html"):
        text = (results / name).read_text()
        assert "<script" not in text
        assert "corte &lt;script&gt;" in text
        assert not re.search(r"(src|srcset|action|background)=|@import|url\(", text)
        assert all(not address.startswith(("http", "//")) for address in re.findall(r'href="([^"]*)"', text))
        assert "default-src 'none'" in text


def test_a_record_that_does_not_hold_gives_no_page(centre: Centre, tmp_path: Path) -> None:
    (centre.public / "unexpected.txt").write_text("hello")
    with pytest.raises(InvalidInput, match="does not hold"):
        publish_results(centre.public, tmp_path / "results")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("code", languages())
def test_every_sentence_that_the_page_asks_for_exists(code: str) -> None:
    template = (FOLDER.parent / "results" / "page" / "results.html").read_text("utf-8")
    keys = set(re.findall(r"\bsay\(\s*[\"']([a-z_-]+)[\"']\s*[,)]", template))
    assert len(keys) > 60
    known = {**counter_words(code), **section(code, "results")}
    assert sorted(keys - known.keys()) == []
    with pytest.raises(KeyError):
        say(code, "no_such_sentence")


def test_figures_and_days_are_written_in_the_language_of_the_page(results: Path) -> None:
    spanish, english = ((results / name).read_text("utf-8") for name in ("index.html", "index.en.html"))
    assert "11 de abril de 2027" in spanish and "April 11, 2027" in english
    assert "Un puesto por elegir" in spanish and "One seat to fill" in english
    assert re.search(r"\d,\d\d\u202f%", spanish) and not re.search(r"\d\.\d\d\u202f%", spanish)
    assert re.search(r"\d\.\d\d\u202f%", english) and not re.search(r"\d,\d\d\u202f%", english)


def test_why_a_package_was_refused_is_said_in_the_language_of_the_page(results: Path) -> None:
    spanish, english = ((results / name).read_text("utf-8") for name in ("index.html", "index.en.html"))
    assert "<span>un paquete de otra elección</span>" in spanish and "another election" not in spanish
    assert "<span>a package of another election</span>" in english
    assert '<span lang="en">corte &lt;script&gt;' in spanish  # kept by a release that kept sentences


@given(hundredths=st.integers(0, 1_000_000))
def test_a_percentage_keeps_every_digit(hundredths: int) -> None:
    whole, rest = divmod(hundredths, 100)
    assert percent("es", f"{whole}.{rest:02d}").replace(".", "") == f"{whole},{rest:02d}\u202f%"


@pytest.mark.parametrize(
    ("written", "spanish"),
    [
        ("", "sin motivo anotado"),
        ("corte de luz; otra cosa", "corte de luz; otra cosa"),
        ("void-session: 1 voter-ill", "sesiones terminadas sin voto: 1 (el votante se indispuso)"),
        (
            "void-session: 1 voter-left, 12 other",
            "sesiones terminadas sin voto: 1 (el votante se fue) y 12 (otro motivo)",
        ),
        ("void-session: 1 of-a-newer-release", "sesiones terminadas sin voto: 1 (of-a-newer-release)"),
        (
            "check-in lost: su disco se quemó; y ya",
            "la identificación no pudo firmar su informe: su disco se quemó; y ya",
        ),
        ("void-session: lo que sea", "void-session: lo que sea"),
    ],
)
def test_what_the_station_added_to_a_reason_is_said_in_words(written: str, spanish: str) -> None:
    assert reason("es", written) == spanish


@given(seats=st.integers(1, 700))
def test_seats_of_a_hemicycle_do_not_touch_and_stay_inside(seats: int) -> None:
    hemicycle = lay_out(seats)
    assert len(hemicycle.places) == seats
    assert all(math.hypot(place.x, place.y) + hemicycle.radius <= 1.001 for place in hemicycle.places)
    assert all(place.y < 0 for place in hemicycle.places)
    angles = [math.atan2(-place.y, place.x) for place in hemicycle.places]
    assert all(one >= other - 1e-6 for one, other in itertools.pairwise(angles))
    for number, one in enumerate(hemicycle.places[:60]):
        for other in hemicycle.places[number + 1 :]:
            assert math.dist((one.x, one.y), (other.x, other.y)) >= 2 * hemicycle.radius


@pytest.fixture(scope="module")
def browser_page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
def test_axe_finds_nothing(results: Path, browser_page: Page, name: str, scheme: str) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.goto((results / name).as_uri())
    browser_page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(browser_page)
    assert found.violations_count == 0, found.generate_report()


_FIGURES_OUTSIDE = """written => [...document.querySelectorAll(".figure")].filter(one => {
  one.className = written.class;
  one.textContent = written.text;
  return one.scrollWidth > one.clientWidth;
}).map(one => one.textContent)"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 620, 900, 1280])
def test_the_page_fits_the_screen_and_loads_nothing(results: Path, browser_page: Page, width: int) -> None:
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    browser_page.on("console", lambda message: complaints.append(message.text))
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.goto((results / "index.html").as_uri())
    browser_page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    for figure in ("100.00 %", "123,456,789", "8"):
        kind = "longest" if len(figure) > 9 else "long" if len(figure) > 5 else ""
        written = {"class": f"figure {kind}", "text": figure}
        assert browser_page.evaluate(_FIGURES_OUTSIDE, written) == [], (figure, width)
    assert [url for url in asked if not url.endswith("index.html")] == []
    assert complaints == []


@pytest.mark.browser
def test_languages_switch_and_differences_are_in_plain_sight(results: Path, browser_page: Page) -> None:
    browser_page.goto((results / "index.html").as_uri())
    assert browser_page.locator("html").get_attribute("lang") == "es"
    notice = browser_page.locator(".notice.bad").first
    assert notice.is_visible()
    assert "n1" in notice.inner_text()
    assert EVIL in notice.inner_text()
    browser_page.get_by_role("link", name="English").press("Enter")
    assert browser_page.locator("html").get_attribute("lang") == "en"
    assert browser_page.get_by_role("heading", level=1).inner_text() == "Test election"
    browser_page.get_by_role("link", name="n1", exact=True).press("Enter")
    sheet = browser_page.locator("#station-1").get_by_role("link", name="Tally sheet as a page")
    sheet.press("Enter")
    assert browser_page.get_by_role("heading", level=1).inner_text() == "n1 · Escuela Norte"
    assert browser_page.locator("html").get_attribute("lang") == "en"
    assert EVIL in browser_page.locator(".notice.bad").inner_text()
    browser_page.get_by_role("link", name="All results").press("Enter")
    assert browser_page.url.endswith("index.en.html#station-1")
