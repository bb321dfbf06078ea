"""The closing count by command: what is shown before anything is signed, and a box that is counted again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testigo.ballot import TallySheet
from testigo.centre import Centre
from testigo.witness import verify

DICE = "412635514236214126534"
SheetOf = Callable[..., TallySheet]


class Table:
    """The auditor's table with one drawn box on it."""

    def __init__(self, run: Callable[..., Any], centre: Centre, tmp: Path, sheet_of: SheetOf) -> None:
        self.run, self.office, self.tmp = run, centre.folder, tmp
        self.key, self.out = tmp / "auditor" / "key.pem", tmp / "audit"
        self.signing = ("--key", self.key, "--out", self.out)
        drawn = run("audit", "draw", self.public, *self.signing, "--seed", DICE, "--json", "--yes")
        self.append(*json.loads(drawn[1])["files"])
        boxes = [one["id"] for one in json.loads(drawn[1])["drawn"]]
        self.station, self.others = boxes[0], {"n1", "n2", "s1"} - set(boxes)
        self.sheet_of = sheet_of

    @property
    def public(self) -> Path:
        return self.office / "public"

    def append(self, *files: object) -> None:
        assert self.run("centre", "append", self.office, *files)[0] == 0

    def forms(self, station: str, more: dict[str, int]) -> tuple[object, ...]:
        """Two equal forms with the sheet's figures, and some more of those that are named."""
        sheet = self.sheet_of(station)
        figures = {"(papers)": sheet.reconciliation.booth.recorded, "(spoiled)": sheet.reconciliation.booth.spoiled}
        rows = [("", name, count) for name, count in figures.items()]
        for tally in sheet.tally.contests:
            rows += [(tally.contest, name, count) for name, count in tally.figures() if name != "(undervotes)"]
        text = "contest,option,count\n"
        text += "".join(f"{contest},{name},{count + more.get(name, 0)}\n" for contest, name, count in rows)
        files = [self.tmp / "first.csv", self.tmp / "second.csv"]
        for file in files:
            file.write_text(text)
        return "--by-hand", files[0], "--by-hand", files[1]

    def count(self, more: dict[str, int], *options: object, station: str = "", answer: str = "") -> Any:
        station = station or self.station
        forms = self.forms(station, more)
        return self.run(
            "audit", "closing-count", self.public, "--station", station, *forms, *self.signing, *options, answer=answer
        )


@pytest.fixture
def table(run: Callable[..., Any], centre: Centre, machines: dict, sheet_of: SheetOf, tmp_path: Path) -> Table:
    for name, one in machines.items():
        centre.receive(one.package(sheet_of(name)))
    return Table(run, centre, tmp_path, sheet_of)


VOID_PAPER = {"(papers)": 1, "(ballots)": 1, "ana": 1}


def test_a_void_paper_in_the_pile_is_asked_for_before_anything_is_signed(table: Table) -> None:
    code, out, err = table.count(VOID_PAPER)
    assert (code, table.out.joinpath(f"closing-count-{table.station}.json").exists()) == (1, False)
    assert "LOOK AGAIN 1 paper more than the tally sheet has ballots" in out
    assert "was spoiled at this station: is it among those that were counted?" in out
    assert "Sign this count" in err and "Nothing was changed" in out
    code, out, _ = table.count({}, answer="yes\n")
    assert code == 0 and "agree in every figure" in out and "LOOK AGAIN" not in out


def test_differences_are_signed_only_by_who_says_so(table: Table) -> None:
    assert table.count(VOID_PAPER, answer="no\n")[0] == 1
    assert not list(table.out.glob("closing-count*"))
    code, out, err = table.count(VOID_PAPER, "--json")
    assert (code, out, "--yes" in err) == (1, "", True)
    code, out, _ = table.count(VOID_PAPER, "--json", "--yes")
    told = json.loads(out)
    assert (code, told["holds"], len(told["files"])) == (1, False, 1)
    assert any("spoiled" in doubt for doubt in told["doubts"])


def test_a_box_that_was_not_drawn_and_one_of_another_station_are_asked_about(table: Table) -> None:
    other = table.others.pop()
    assert f"the box of station {other} was not drawn" in table.count({}, station=other)[1]
    many = {"(papers)": 9, "(ballots)": 9, "ana": 4, "luis": 5, "red": 6, "blue": 3, "c1": 5, "c2": 4, "c3": 3}
    assert "is this the box of station" in table.count(many)[1]


def test_a_box_is_counted_again_and_both_counts_stay(table: Table) -> None:
    table.count(VOID_PAPER, "--yes")
    first = table.out / f"closing-count-{table.station}.json"
    table.append(first)
    key = Centre.open(table.office).key_ring.root
    worst = {one.grade for one in verify(table.public, key).findings if one.code == "closing-count"}
    assert "failure" in worst
    code, _, err = table.count({}, "--yes")
    assert (code, "say why with --why" in err) == (1, True)
    why = ("--why", "A spoiled paper lay in the pile.")
    code, out, _ = table.count({}, *why, answer="yes\n")
    second = table.out / f"closing-count-{table.station}-2.json"
    assert code == 0 and str(second) in out
    table.append(second)
    found = [one for one in verify(table.public, key).findings if one.code == "closing-count"]
    told = [one for one in found if "A spoiled paper lay in the pile." in one.detail]
    assert [one.grade for one in told] == ["explained"]
    assert "failure" not in {one.grade for one in found}
    assert len(Centre.open(table.office).rules.counts.of(table.station)) == 2


def test_why_is_for_a_second_count_only(table: Table) -> None:
    code, _, err = table.count({}, "--why", "No reason.")
    assert (code, "was not counted before" in err) == (1, True)
