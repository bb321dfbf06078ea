"""`testigo centre annul`, `correct`, `accept-manual-tally`, `incident`: shown, asked, written, taken in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testigo.audit.hand_count import tally_keys
from testigo.ballot import ManualTally, TallySheet
from testigo.centre import Centre
from testigo.witness import verify

SheetOf = Callable[..., TallySheet]


@pytest.fixture
def office(centre: Centre, machines: dict, sheet_of: SheetOf) -> Path:
    """A centre with the sheets of n1 and n2; that of s1 never comes."""
    for name in ("n1", "n2"):
        centre.receive(machines[name].package(sheet_of(name)))
    return centre.folder


def codes(office: Path) -> dict[str, set[str]]:
    """Code → grades of what `verify` finds."""
    found: dict[str, set[str]] = {}
    for one in verify(office / "public", Centre.open(office).key_ring.root).findings:
        found.setdefault(one.code, set()).add(str(one.grade))
    return found


def test_a_station_that_burned_is_annulled_and_dice_are_rolled(
    run: Callable[..., Any], office: Path, tmp_path: Path, machines: dict, sheet_of: SheetOf
) -> None:
    annul = ("centre", "annul", office, "s1", "--cause", "destroyed", "--reason", "Fire", "--out", tmp_path / "a.json")
    code, out, err = run(*annul)
    assert (code, (tmp_path / "a.json").exists()) == (1, False)
    assert "Station   s1 Escuela Sur, 50 registered voters" in out and "Sign it?" in err
    code, out, _ = run(*annul, answer="y\n")
    assert code == 0 and "testigo centre append" in out
    draw = ("audit", "draw", office / "public", "--key", office.parent / "auditor" / "key.pem", "--out", tmp_path)
    assert run(*draw, "--seed", "1" * 20, "--yes")[0] == 1
    assert run("centre", "append", office, tmp_path / "a.json")[0] == 0
    code, out, _ = run(*draw, "--seed", "1" * 20, "--yes", "--json")
    assert (code, json.loads(out)["population"]) == (0, ["n1", "n2"])
    result = Centre.open(office).result()
    assert (result.missing, result.annulled, result.contests[0].provisional) == ((), ("s1",), False)
    code, out, err = run(*annul[:-1], tmp_path / "b.json", "--yes")
    assert (code, (tmp_path / "b.json").exists(), "is annulled" in err) == (1, False, True), (out, err)
    code, _, err = run("centre", "receive", office, _package(tmp_path, machines["s1"].package(sheet_of("s1"))))
    assert code == 1
    lift = ("centre", "annul", office, "s1", "--cause", "lifted", "--reason", "The disk was found", "--yes")
    assert run(*lift, "--out", tmp_path / "c.json")[0] == 0
    assert run("centre", "append", office, tmp_path / "c.json")[0] == 0
    assert run("centre", "receive", office, tmp_path / "package.json")[0] == 0
    assert codes(office)["annulment"] == {"note"}


def _package(folder: Path, data: bytes) -> Path:
    (folder / "package.json").write_bytes(data)
    return folder / "package.json"


def test_a_sheet_is_corrected_by_what_two_people_entered(
    run: Callable[..., Any], office: Path, tmp_path: Path, sheet_of: SheetOf
) -> None:
    definition, tally = Centre.open(office).definition, sheet_of("n1").tally
    figures = {(one.contest, what): count for one in tally.contests for what, count in one.figures()}
    figures |= {("", style): count for style, count in tally.ballots.items()}
    before = Centre.open(office).result().contests[0].options
    giver, taker = ("ana", "luis") if figures["president", "ana"] else ("luis", "ana")
    moved = figures | {
        ("president", giver): figures["president", giver] - 1,
        ("president", taker): figures["president", taker] + 1,
    }
    files = []
    for name, given in (("a", moved), ("b", moved), ("c", figures)):
        rows = [f"{contest},{what},{given[contest, what]}" for contest, what in tally_keys(definition, "n1")]
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text("\n".join(["contest,option,count", *rows]) + "\n")
    correct = ("centre", "correct", office, "n1", "--reason", "Recount", "--out", tmp_path / "c.json")
    code, _, err = run(*correct, "--by-hand", files[0], "--by-hand", files[2], "--yes")
    assert code == 1 and f"president {giver}" in err
    code, out, _ = run(*correct, "--by-hand", files[0], "--by-hand", files[1], answer="yes\n")
    assert code == 0 and "Votes     president, luis" in out
    assert run("centre", "append", office, tmp_path / "c.json")[0] == 0
    after = Centre.open(office).result().contests[0].options
    changed = {one.option: one.votes - old.votes for one, old in zip(after, before, strict=True) if one != old}
    assert (changed[giver], changed[taker]) == (-1, 1)
    assert codes(office)["correction"] == {"explained"}


def test_votes_on_paper_are_counted_once_they_are_accepted(
    run: Callable[..., Any], office: Path, tmp_path: Path, machines: dict, sheet_of: SheetOf
) -> None:
    tally = sheet_of("s1", 6).tally
    body = ManualTally("s1", "whole", tally, 6, 7, 1, "No power", "", ("Ana Paz", "Luis Sol"))
    accept = ("centre", "accept-manual-tally", office, "s1", "--out", tmp_path / "a.json")
    assert "no manual tally" in run(*accept)[2]
    (tmp_path / "m.json").write_bytes(machines["s1"].statement("manual-tally", body))
    assert run("centre", "append", office, tmp_path / "m.json")[0] == 0
    assert Centre.open(office).result().missing == ("s1",)
    code, out, _ = run(*accept, answer="y\n")
    assert code == 0 and "6 signed in, 7 handed out, 1 spoiled, 6 in the box; entered by Ana Paz, Luis Sol" in out
    assert run("centre", "append", office, tmp_path / "a.json")[0] == 0
    result = Centre.open(office).result()
    assert (result.missing, result.stations[2].turnout.checked_in) == ((), 6)
    assert codes(office)["manual-tally"] == {"note"}


def test_an_officer_tells_what_happened(run: Callable[..., Any], office: Path, tmp_path: Path) -> None:
    told = ("--kind", "seal", "--name", "Eva Luz", "--words", "The box came open.", "--yes")
    for number in (1, 2):
        file = tmp_path / f"{number}.json"
        assert run("centre", "incident", office, "n1", *told, "--out", file)[0] == 0
        assert run("centre", "append", office, file)[0] == 0
    assert codes(office)["incident"] == {"note"}
    code, _, err = run("centre", "incident", office, "n1", *told[:4], "--words", "a\tb", "--out", tmp_path / "3.json")
    assert (code, "one line of words" in err) == (1, True)


def test_nothing_is_signed_for_programs_without_a_word(run: Callable[..., Any], office: Path, tmp_path: Path) -> None:
    annul = ("centre", "annul", office, "s1", "--cause", "ruling", "--reason", "R", "--out", tmp_path / "a.json")
    code, out, err = run(*annul, "--json")
    assert (code, out, "--yes" in err, (tmp_path / "a.json").exists()) == (1, "", True, False)
    code, out, _ = run(*annul, "--json", "--yes")
    assert (code, json.loads(out)["statement"]["cause"]) == (0, "ruling")
