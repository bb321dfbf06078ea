"""`testigo centre option-status`, `centre append`, `election result`: as an officer runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from small_country import ELECTION, Machines, auditor, centre, machines, sheet_of
from testigo.centre import Centre
from testigo.cli import main
from testigo.results import publish_results

__all__ = ["auditor", "centre", "machines", "sheet_of"]

Called = tuple[int, str, str]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    def run(*arguments: object) -> Called:
        with pytest.raises(SystemExit) as stopped:
            main([str(one) for one in arguments])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return run


@pytest.fixture
def definition_file(tmp_path: Path) -> Path:
    """The small country, whose law makes votes for who withdrew void."""
    file = tmp_path / "election.yaml"
    text = ELECTION.replace("    kind: choose-one\n", "    kind: choose-one\n    after-signing: votes-void\n", 1)
    file.write_text(text, encoding="utf-8")
    return file


WITHDRAW = ("president", "ana", "withdrawn", "--reason", "Resolution 7")


def test_it_is_shown_signed_appended_and_counted(
    centre: Centre, machines: dict[str, Machines], sheet_of: Any, tmp_path: Path, call: Callable[..., Called]
) -> None:
    file = tmp_path / "s1.json"
    code, out, _ = call("centre", "option-status", centre.folder, *WITHDRAW, "--out", file, "--yes")
    assert code == 0 and file.exists()
    for words in ("Ana Mora: withdrawn", "Resolution 7", "have no effect", "never be taken out", "centre append"):
        assert words in out
    assert Centre.open(centre.folder).rules.statuses.next_number == 1  # signed, and in no record yet
    assert call("centre", "append", centre.folder, file)[0] == 0
    assert "already in the record" in call("centre", "append", centre.folder, file)[1]
    again = Centre.open(centre.folder)
    for name, one in machines.items():
        again.receive(one.package(sheet_of(name)))
    contest = again.publish_result().contests[0]
    votes = {one.option: one.votes for one in contest.options}
    assert (contest.void, contest.valid) == (votes["ana"], votes["luis"] + votes["eva"])
    assert votes["ana"] > 0 and not contest.allocation.seats["ana"]
    publish_results(again.public, tmp_path / "results")
    page = (tmp_path / "results" / "index.html").read_text("utf-8")
    assert f"Ana Mora: candidatura retirada (Resolution 7). Sus {votes['ana']} votos no tienen efecto" in page
    rows = (tmp_path / "results" / "seats.csv").read_text("utf-8-sig").splitlines()
    assert next(row for row in rows if ",president,ana," in row).endswith(",withdrawn,1,0")


def test_after_tally_sheets_it_says_what_will_change_and_what_will_not(
    centre: Centre, machines: dict[str, Machines], sheet_of: Any, tmp_path: Path, call: Callable[..., Called]
) -> None:
    for name, one in machines.items():
        centre.receive(one.package(sheet_of(name)))
    votes = {one.option: one.votes for one in centre.result().contests[0].options}
    first = max(votes, key=lambda option: votes[option])
    wanted = ("president", first, "deceased", "--reason", "On the night")
    code, out, _ = call("centre", "option-status", centre.folder, *wanted, "--out", tmp_path / "late.json", "--json")
    told = json.loads(out)
    assert code == 0 and told["statement"]["counting"] is True
    assert told["elected"]["before"]["president"] == [first]
    assert told["elected"]["after"]["president"] == [f"({first})"]
    assert call("centre", "append", centre.folder, tmp_path / "late.json")[0] == 0
    contest = Centre.open(centre.folder).result().contests[0]
    assert (contest.void, contest.allocation.vacant) == (0, (first,))


def test_one_signed_before_the_first_tally_sheet_and_appended_after_it_is_refused(
    centre: Centre, machines: dict[str, Machines], sheet_of: Any, tmp_path: Path, call: Callable[..., Called]
) -> None:
    """Else whoever signs early could wait for figures, and choose."""
    file = tmp_path / "s1.json"
    assert call("centre", "option-status", centre.folder, *WITHDRAW, "--out", file, "--yes")[0] == 0
    centre.receive(machines["n1"].package(sheet_of("n1")))
    code, _, err = call("centre", "append", centre.folder, file)
    assert code != 0 and "a tally sheet came into the record before" in err


def test_nothing_is_signed_where_something_is_wrong(
    centre: Centre, tmp_path: Path, call: Callable[..., Called]
) -> None:
    file = tmp_path / "s1.json"
    root = centre.folder / "authority" / "root" / "key.pem"
    for wrong, words in [
        (("president", "nobody", "withdrawn", "--reason", "x"), "nobody"),
        (("moon", "ana", "withdrawn", "--reason", "x"), "moon"),
        (("president", "ana", "restored", "--reason", "x"), "already"),
        (("president", "ana", "withdrawn", "--reason", " "), "one line"),
        (("president", "ana", "withdrawn", "--reason", "x", "--person", "Eva"), "nobody on"),
    ]:
        code, _, err = call("centre", "option-status", centre.folder, *wrong, "--out", file, "--yes")
        assert code != 0 and words in err, wrong
    file.write_text("mine", encoding="utf-8")
    assert "s1.json" in call("centre", "option-status", centre.folder, *WITHDRAW, "--out", file, "--yes")[2]
    assert file.read_text("utf-8") == "mine"
    root.rename(tmp_path / "in-the-safe.pem")
    other = tmp_path / "s2.json"
    assert "root" in call("centre", "option-status", centre.folder, *WITHDRAW, "--out", other, "--yes")[2]
    assert not other.exists()


def test_a_table_of_votes_gives_what_the_count_gives(
    centre: Centre,
    machines: dict[str, Machines],
    sheet_of: Any,
    definition_file: Path,
    tmp_path: Path,
    call: Callable[..., Called],
) -> None:
    for name, one in machines.items():
        centre.receive(one.package(sheet_of(name)))
    publish_results(centre.public, tmp_path / "results")
    code, out, err = call("election", "result", definition_file, tmp_path / "results" / "result.csv", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["contests"] == json.loads(msgspec.json.encode([one.allocation for one in centre.result().contests]))


def test_a_majority_by_hand(definition_file: Path, tmp_path: Path, call: Callable[..., Called]) -> None:
    text = definition_file.read_text("utf-8")
    definition_file.write_text(text.replace("after-signing: votes-void", "majority: {of: valid}", 1), "utf-8")
    table = tmp_path / "votes.csv"
    table.write_text("contest,option,votes\npresident,ana,40\npresident,luis,35\npresident,eva,25\n", "utf-8")
    assert "second round: ana and luis" in call("election", "result", definition_file, table)[1]
    withdrawn = call("election", "result", definition_file, table, "--status", "president/luis=withdrawn")[1]
    assert "second round: ana and eva" in withdrawn
    for wrong, words in [
        ("contest,option\n", "columns"),
        ("contest,option,votes\npresident,ana,-1\n", "digits only"),
        ("contest,option,votes\npresident,ana,1e3\n", "digits only"),
        ("contest,option,votes\npresident,nobody,1\n", "nobody"),
        ("contest,option,votes\npresident,ana\n", "digits only"),
        ("contest,option,votes\npresident,ana,5\npresident,(ballots),4\n", "4"),
    ]:
        table.write_text(wrong, "utf-8")
        code, _, err = call("election", "result", definition_file, table)
        assert code != 0 and words in err, wrong
