"""The results page of open lists: the order of each, with everybody's preferences, and who waits for the draw."""

import csv
import html
import io
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from open_lists import open_lists
from station_counters import counted
from testigo.ballot import Ballot, TallySheet, tally_ballots
from testigo.count import count_result
from testigo.election import Definition, Preferences
from testigo.results import write_results
from testigo.results.view import RecordInfo

CHOSEN = [("green", "green/2"), ("green", "green/4"), ("green", "green/4", "green/2"), ("green", "green/3"), ("green",)]


def written(definition: Definition, folder: Path, draw: str | None = None) -> str:
    """The English page, as words."""
    (style,) = definition.styles_of_station("s1")
    tally = tally_ballots(definition, "s1", [Ballot.mark(definition, style, {"council": one}) for one in CHOSEN])
    counters = counted(
        registered=20, matched=5, cards_handed=5, cards_used=5, printed=5, deposited=5, recorded=5, release_cap=1
    )
    sheet = TallySheet("s1", "2026-11-29T08:00:00Z", "2026-11-29T18:00:00Z", tally, counters, {})
    result = count_result(definition, {"s1": sheet}, digests={"s1": "0" * 64}, draw=draw)
    info = RecordInfo("trial", 0, "", "", "", "", {"s1": ("statements/0.json", "0" * 64)})
    write_results(folder, definition, result, sheets={"s1": sheet}, record=info)
    page = next(file for file in folder.glob("*.html") if 'lang="en"' in file.read_text("utf-8")[:60])
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.read_text("utf-8"))).split())


def test_the_order_and_every_preference_are_told(tmp_path: Path) -> None:
    page = written(open_lists(Preferences(2)), tmp_path)
    order = "Order of the list Preference votes 2 · Noé Campos 2 4 · Max Vega 2 3 · Lía Soto 1 1 · Alba Ríos 0"
    assert order in page
    assert "Elected, Green: Noé Campos, Max Vega, Lía Soto, Alba Ríos" in page


@pytest.mark.parametrize("draw", [None, "616243514325161434521623"])
def test_who_waits_for_the_draw_is_told_by_name(tmp_path: Path, draw: str | None) -> None:
    definition = open_lists(Preferences(2, equal="draw"))
    few = replace(definition, contests=(definition.contests[0], replace(definition.contest("council"), seats=1)))
    page = written(few, tmp_path, draw)
    assert "Green: 2 · Noé Campos" in page
    assert "Green: 4 · Max Vega" in page
    assert ("Elected, Green:" in page) is (draw is not None)


def test_the_tables_name_candidates(tmp_path: Path) -> None:
    written(open_lists(Preferences(2)), tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "result.csv").read_text("utf-8-sig"))))
    (row,) = [row for row in rows if row["option"] == "green/4"]
    assert (row["option_name"], row["votes"]) == ("Green: 4 · Max Vega", "2")
