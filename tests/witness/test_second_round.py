"""A first round that elected nobody: its verified record, its page, and the command that makes the second round."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from option_statuses import count_again, insert, rules_of
from testigo.cli import main
from testigo.election import Condition, Definition, Majority, Person, load
from testigo.results import publish_results
from testigo.witness import verify


@pytest.fixture
def first_round(elect: Callable[..., Any], definition: Definition) -> Any:
    """An election in which nobody could have enough votes for mayor."""
    mayor, *others = definition.contests
    others_of = (Person({"es": "Suplencia", "en": "Substitute"}, "Eva Sol"),)
    options = tuple(msgspec.structs.replace(one, people=others_of) for one in mayor.options)
    mayor = msgspec.structs.replace(mayor, options=options)
    strict = msgspec.structs.replace(mayor, majority=Majority(conditions=(Condition(more_than="100"),)))
    held = msgspec.structs.replace(definition, contests=(strict, *others))
    return elect(of=held)


@pytest.fixture
def public(first_round: Any, tmp_path: Path) -> Path:
    """Its record."""
    published: Path = first_round.publish(tmp_path / "public")
    return published


def test_the_record_holds_and_says_where_a_second_round_follows(public: Path, definition: Definition) -> None:
    report = verify(public)
    assert report.verdict.holds
    (seats,) = (one.detail for one in report.findings if one.code == "seats")
    assert f"a second round follows in {definition.contests[0].id}" in seats


def test_the_page_names_who_goes_on(public: Path, tmp_path: Path) -> None:
    publish_results(public, tmp_path / "results")
    page = (tmp_path / "results" / "index.html").read_text("utf-8")
    assert "Nadie resulta electo: segunda vuelta entre" in page
    assert "Suplencia: Eva Sol" in page
    rows = list(csv.DictReader(io.StringIO((tmp_path / "results" / "seats.csv").read_text("utf-8-sig"))))
    assert sum(int(row["second_round"]) for row in rows) == 2


def test_the_command_makes_the_next_definition_once(
    public: Path, definition: Definition, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "second" / "election.yaml"

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["election", "second-round", str(public), "--out", str(out), *arguments])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    code, told, _ = call("--date", "2027-05-30", "--json")
    assert code == 0
    following = load(out)
    assert json.loads(told)["digest"] == following.digest
    assert (following.id, following.date) == (f"{definition.id}-2", "2027-05-30")
    assert [len(contest.options) for contest in following.contests] == [2]
    before = out.read_bytes()
    assert call("--date", "2027-06-06")[0] == 1
    assert out.read_bytes() == before
    out.unlink()
    next((public / "statements").glob("*tally-sheet*")).unlink()
    code, _, err = call("--date", "2027-05-30")
    assert code == 1
    assert "not all of the record holds" in err
    assert not out.exists()


def test_the_command_tells_who_of_a_ticket_is_out(
    first_round: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name stays in the definition: only the law knows who takes the place."""
    place = first_round.find("result")
    rules = rules_of(first_round, first_round.key("root").public, first_round.envelopes[:place])
    mayor = rules.count().contests[0]
    goes_on = mayor.allocation.second_round.options[0]
    insert(first_round, first_round.find("logic-and-accuracy", "01-01"), goes_on, "deceased", 3, person="Eva Sol")
    count_again(first_round)
    public, out = first_round.publish(tmp_path / "public"), tmp_path / "election.yaml"
    with pytest.raises(SystemExit) as stopped:
        main(["election", "second-round", str(public), "--out", str(out), "--date", "2027-05-30"])
    told = " ".join(capsys.readouterr().out.split())
    assert stopped.value.code == 0
    assert f"Eva Sol, named with {goes_on}: deceased. The name is still in the new definition" in told
    assert [one.name for one in load(out).contests[0].option(goes_on).people] == ["Eva Sol"]
    out.unlink()
    with pytest.raises(SystemExit):
        main(["election", "second-round", str(public), "--out", str(out), "--date", "2027-05-30", "--json"])
    (state,) = json.loads(capsys.readouterr().out)["people_out"]
    assert (state["option"], state["person"], state["status"]) == (goes_on, "Eva Sol", "deceased")
