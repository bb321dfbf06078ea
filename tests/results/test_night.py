"""The results while they come in: provisional, with stations to come, and links that work wherever the folder is."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import msgspec
import pypdfium2
import pytest

from testigo.ballot import Incident, ManualTally, TallySheet
from testigo.centre import Centre, authority_key
from testigo.count import Annulment, Correction, ManualTallyAccepted
from testigo.results import publish_results
from testigo.witness import verify

SheetOf = Callable[..., TallySheet]


@pytest.fixture
def partly(centre: Centre, machines: dict, sheet_of: SheetOf) -> Centre:
    """Two of three stations are in."""
    for name in ("n1", "n2"):
        centre.receive(machines[name].package(sheet_of(name)))
    return centre


def links(page: Path) -> list[str]:
    """What a page links to, but for places within it."""
    return [unquote(one) for one in re.findall(r'href="([^"#]+)', page.read_text())]


def dead_links(results: Path) -> list[tuple[str, str]]:
    pages = sorted(results.rglob("*.html"))
    return [(page.name, one) for page in pages for one in links(page) if not (page.parent / one).resolve().is_file()]


def test_every_link_works_wherever_the_folder_is_carried(partly: Centre, tmp_path: Path) -> None:
    publish_results(partly.public, tmp_path / "far" / "away" / "results")
    moved = shutil.copytree(tmp_path / "far" / "away" / "results", tmp_path / "stick")
    assert dead_links(moved) == []
    sheets = {one.name for one in (moved / "sheets").iterdir()}
    assert len([one for one in sheets if one.endswith(".pdf")]) == 2
    assert any(link.startswith("sheets/") and link.endswith(".html") for link in links(moved / "index.html"))


def test_a_tally_sheet_opens_as_a_page_and_as_a_pdf_for_people(
    partly: Centre, sheet_of: SheetOf, tmp_path: Path
) -> None:
    publish_results(partly.public, tmp_path)
    (page,) = (tmp_path / "sheets").glob("*-tally-sheet-n1.html")
    votes = sheet_of("n1").tally.contest("president").votes["ana"]
    assert "Ana Mora" in page.read_text() and f">{votes}<" in page.read_text()
    document = pypdfium2.PdfDocument(page.with_suffix(".pdf"))
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    assert "Escuela Norte" in text and "Ana Mora" in text
    assert page.with_suffix(".json").read_bytes() in [one.read_bytes() for one in partly.public.rglob("*.json")]
    before = {one: one.stat().st_mtime_ns for one in (tmp_path / "sheets").iterdir()}
    publish_results(partly.public, tmp_path)
    assert before == {one: one.stat().st_mtime_ns for one in (tmp_path / "sheets").iterdir()}


def test_the_whole_record_is_one_file_that_verifies(partly: Centre, tmp_path: Path) -> None:
    publish_results(partly.public, tmp_path / "results")
    first = (tmp_path / "results" / "record.zip").read_bytes()
    zipfile.ZipFile(io.BytesIO(first)).extractall(tmp_path / "unpacked")
    own, copy = (verify(place, partly.key_ring.root) for place in (partly.public, tmp_path / "unpacked" / "public"))
    same, others = ([one for one in report.findings if one.code != "files"] for report in (own, copy))
    assert same == others
    publish_results(partly.public, tmp_path / "again")
    assert (tmp_path / "again" / "record.zip").read_bytes() == first


def test_nobody_is_elected_before_all_stations_are_in_or_annulled(
    partly: Centre, machines: dict, sheet_of: SheetOf, tmp_path: Path
) -> None:
    publish_results(partly.public, tmp_path / "a")
    told = json.loads((tmp_path / "a" / "result.json").read_bytes())
    assert (told["provisional"], told["stations_to_come"]) == (True, ["s1"])
    contests = {one["contest"]: one for one in told["result"]["contests"]}
    assert contests["president"]["provisional"] and contests["president"]["allocation"]["elected"] == []
    assert "provisional" not in contests["north-council"] and contests["north-council"]["allocation"]["elected"]
    page = (tmp_path / "a" / "index.en.html").read_text()
    assert "1 station is still to come" in page and "s1 · Escuela Sur: 50 registered voters" in page
    president = page[page.index("President</h") :].partition("</details>")[0]
    assert "Provisional" in president and "Elected" not in president
    root = authority_key(partly.folder, "root")
    partly.say("annulment", "s1", Annulment("s1", "destroyed", "", "Fire"), root)
    publish_results(partly.public, tmp_path / "b")
    told = json.loads((tmp_path / "b" / "result.json").read_bytes())
    assert (told["provisional"], told["stations_annulled"]) == (False, ["s1"])
    page = (tmp_path / "b" / "index.en.html").read_text()
    assert "All stations are counted but 1, which is annulled" in page and "Provisional" not in page
    assert "Nothing of this station is counted, its votes were destroyed: Fire" in page


def test_what_is_not_counted_has_no_percentage(centre: Centre, machines: dict, tmp_path: Path) -> None:
    publish_results(centre.public, tmp_path)
    for page in (*tmp_path.glob("*.html"), *(tmp_path / "charts").iterdir()):
        text = re.sub(r"\s", "", page.read_text())
        assert not re.search(r"0[.,]00%", text), page.name


def test_charts_stand_by_themselves(partly: Centre, tmp_path: Path) -> None:
    publish_results(partly.public, tmp_path)
    charts = {one.name: ElementTree.fromstring(one.read_text()) for one in (tmp_path / "charts").iterdir()}  # noqa: S314 (our own)
    assert {"president.en.svg", "president.es.svg", "body-list.en.svg"} <= set(charts)
    said = ["".join(one.itertext()) for one in charts["president.en.svg"]]
    assert "President" in said and any("Ana Mora" in one for one in said) and any("Provisional" in one for one in said)
    text = (tmp_path / "charts" / "president.en.svg").read_text()
    assert "<script" not in text and "href" not in text and "<title>" in text


def test_corrections_papers_and_incidents_are_said_at_the_station(
    partly: Centre, machines: dict, sheet_of: SheetOf, tmp_path: Path
) -> None:
    root, digest = authority_key(partly.folder, "root"), partly.rules.sheet_digests(2)["n1"]
    partly.say("correction", "n1", Correction("n1", digest, "Recount of the box", sheet_of("n1").tally), root)
    paper = ManualTally("s1", "whole", sheet_of("s1", 4).tally, 4, 4, 0, "No power", "", ("Ana", "Luis"))
    partly.append(machines["s1"].statement("manual-tally", paper))
    named = partly.rules.rulings.on_paper["s1"][0]
    partly.say("manual-tally-accepted", "s1", ManualTallyAccepted("s1", named), authority_key(partly.folder, "centre"))
    evil = Incident("n1", 1, "seal", "witness", "<b>Luis</b>", "2027-04-11T12:00:00Z", "<script>alert(1)</script>")
    partly.append(machines["n1"].statement("incident", evil))
    publish_results(partly.public, tmp_path)
    page = (tmp_path / "index.en.html").read_text()
    assert "The authority corrected these figures: Recount of the box" in page
    assert "4 ballots counted on paper: No power" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script" not in page
    assert "All stations are counted" in page
    assert dead_links(tmp_path) == []
    assert msgspec.json.decode((tmp_path / "result.json").read_bytes())["provisional"] is False
