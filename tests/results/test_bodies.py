"""An election of two bodies from its tally sheets to the page: signed, published, counted again, drawn apart."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from small_country import ELECTION, Machines
from testigo.ballot import TallySheet
from testigo.centre import Centre
from testigo.count import Result
from testigo.results import publish_results
from testigo.witness import verify

SheetOf = Callable[..., TallySheet]

CANDIDATES = "[A Uno, B Dos, C Tres, D Cuatro, E Cinco]"
MANY = "[" + ", ".join(f"R {place}" for place in range(40)) + "]"
BODIES = """
bodies:
  - id: assembly
    title: {es: Asamblea, en: Assembly}
    threshold: {percent: 1}
    levelling: {seats: 4, method: sainte-lague}
  - id: board
    title: {es: Junta escolar, en: School board}
contests:
"""


@pytest.fixture(scope="module")
def definition_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small country with an assembly (31 seats by Droop and 4 levelling ones) and a school board."""
    text = ELECTION.replace("contests:\n", BODIES.lstrip("\n"), 1)
    text = text.replace("    method: dhondt\n    seats: 5\n", "    method: droop\n    seats: 31\n    body: assembly\n")
    text = text.replace(CANDIDATES, MANY).replace("[F Uno, G Dos, H Tres, I Cuatro, J Cinco]", MANY.replace("R ", "B "))
    text = text.replace("    choose: 2\n    seats: 2\n", "    choose: 2\n    seats: 3\n    body: board\n")
    file = tmp_path_factory.mktemp("election") / "election.yaml"
    file.write_text(text)
    return file


@pytest.fixture
def published(centre: Centre, machines: dict[str, Machines], sheet_of: SheetOf, tmp_path: Path) -> tuple[Result, Path]:
    """The signed result, and the folder of the page."""
    for station, ballots in (("n1", 21), ("n2", 15), ("s1", 33)):
        centre.receive(machines[station].package(sheet_of(station, ballots)))
    result = centre.publish_result()
    publish_results(centre.public, tmp_path / "results")
    return result, tmp_path / "results"


def test_the_record_verifies(centre: Centre, published: tuple[Result, Path]) -> None:
    result, _ = published
    assert [one.body for one in result.bodies] == ["assembly", "board"]
    assert result.party_seats == {}
    assert sum(result.bodies[0].party_seats.values()) == 35
    assert sum(result.bodies[1].party_seats.values()) == 3
    found = {one.code: one for one in verify(centre.public).findings if one.code in ("result", "seats")}
    assert found["result"].holds
    assert "39" in found["seats"].detail


def test_each_body_has_a_hemicycle_of_its_own(published: tuple[Result, Path]) -> None:
    _, folder = published
    page = (folder / "index.en.html").read_text("utf-8")
    assert re.findall(r'<section id="body-(\w+)">\s*<h2>(.*?)</h2>', page) == [
        ("assembly", "Assembly"),
        ("board", "School board"),
    ]
    assert re.findall(r"Hemicycle of (\d+) seats", page) == ["35", "3"]
    assert page.count("<circle cx=") == 38
    assert "Of these, levelling seats" in page
    assert re.search(r"<strong>Levelling seats, (Reds|Blues): </strong>[RB] \d+ \(National list\)", page)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_of_two_bodies_fits_the_screen_and_axe_finds_nothing(
    published: tuple[Result, Path], width: int, chromium: Browser
) -> None:
    page = chromium.new_context(offline=True).new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((published[1] / "index.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    page.context.close()
    assert found.violations_count == 0, found.generate_report()


def test_the_page_says_that_rounding_changed_seats(published: tuple[Result, Path]) -> None:
    result, folder = published
    assert "electoral quotient was rounded" in (folder / "index.en.html").read_text("utf-8")
    assert "El cociente se redondeó" in (folder / "index.html").read_text("utf-8")
    votes = {one.option: one.votes for one in result.contests[1].options}
    assert len(set(votes.values())) == 2


def test_seats_are_in_a_table_with_their_body(published: tuple[Result, Path]) -> None:
    result, folder = published
    rows = list(csv.DictReader(io.StringIO((folder / "seats.csv").read_text("utf-8-sig"))))
    assert {row["contest"]: row["body"] for row in rows} == {
        "president": "",
        "list": "assembly",
        "north-council": "board",
        "native-seat": "",
    }
    own = [row for row in rows if row["body"] == "assembly"]
    assert sum(int(row["seats"]) for row in own) == 31
    assert sum(int(row["levelling_seats"]) for row in own) == 4
    by_party = {row["party"]: int(row["seats"]) + int(row["levelling_seats"]) for row in own}
    assert by_party == result.bodies[0].party_seats
    told = json.loads((folder / "result.json").read_text())["result"]["bodies"]
    assert [one["body"] for one in told] == ["assembly", "board"]
