"""`testigo election result` and `election seats` with preference votes, as an officer runs them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from open_lists import open_lists
from testigo.ballot import Ballot, Reconciliation, TallySheet, tally_ballots
from testigo.count import count_result
from testigo.election import Definition, Preferences, Share, write_definition
from testigo.results.exports import votes_as_csv

VOTES = """contest,option,votes
council,red,60
council,blue,25
council,green,15
council,red/3,20
council,red/2,3
council,red/1,2
council,blue/2,25
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A definition, where 5 % of a list's votes lift a candidate, and a table of votes."""
    definition, votes = tmp_path / "election.yaml", tmp_path / "votes.csv"
    write_definition(open_lists(Preferences(2, Share(at_least="5"), "draw")), definition)
    votes.write_text(VOTES, "utf-8")
    return definition, votes


def test_preferences_say_who_is_elected(call: Any, files: tuple[Path, Path]) -> None:
    """By hand: of four seats dhondt gives red 3 and blue 1. Of red's 60 votes 5 % are 3: the third and the second come
    before the first; both of blue's order by their preferences.
    """
    code, out, err = call("result", *files)
    assert code == 0, err
    assert "Elected, red: Eva Sol, Luis Gil, and Ana Díaz" in out and "Elected, blue: Pablo Cruz" in out
    code, out, _ = call("result", *files, "--json")
    council = json.loads(out)["contests"][1]
    assert [one["candidate"] for one in council["elected"] if one["option"] == "blue"] == ["Pablo Cruz"]
    _, out, _ = call("result", *files, "--status", "council/red/Eva Sol=withdrawn")
    assert "Elected, red: Luis Gil and Ana Díaz" in out


def test_equal_preferences_wait_for_the_draw(call: Any, files: tuple[Path, Path]) -> None:
    files[1].write_text("contest,option,votes\ncouncil,red,15\ncouncil,green,40\ncouncil,red/1,4\ncouncil,red/2,4\n")
    assert "Tie, open until the public draw: red/1 and red/2" in call("result", *files)[1]
    drawn = call("result", *files, "--draw", "314159")[1]
    assert "drawn: red/" in drawn and ("Elected, red: Ana Díaz" in drawn or "Elected, red: Luis Gil" in drawn)


def test_a_table_without_preferences_says_that_lists_go_in_their_order(call: Any, files: tuple[Path, Path]) -> None:
    assert "No preference votes" not in call("result", *files)[1]
    files[1].write_text("contest,option,votes\ncouncil,red,10\n")
    out = call("result", *files)[1]
    assert "No preference votes are in the table" in out and "Elected, red: Ana Díaz, Luis Gil, and Eva Sol" in out


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("council,red/4,1", "red/4"),
        ("council,red/0,1", "red/0"),
        ("council,red/01,1", "red/01"),
        ("council,pink/1,1", "pink/1"),
        ("mayor,ana/1,1", "ana/1"),
        ("council,green/1,16", "more preferences than its 15 votes"),
        ("council,blue/1,26", "more preferences than its 25 votes"),
        ("council,red/1,58", None),
        ("council,blue/1,25\ncouncil,blue,-0", "digits only"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    call: Any, files: tuple[Path, Path], row: str, words: str | None
) -> None:
    files[1].write_text(f"{VOTES}{row}\n", "utf-8")
    code, _, err = call("result", *files)
    assert (code, err) == (0, "") if words is None else (code != 0 and words in err and "Traceback" not in err)


def test_no_list_has_more_preferences_than_its_voters_may_mark(call: Any, files: tuple[Path, Path]) -> None:
    """Two for each of 60 votes are 120."""
    for third, fits in ((20, True), (21, False)):
        text = f"contest,option,votes\ncouncil,red,60\ncouncil,red/1,50\ncouncil,red/2,50\ncouncil,red/3,{third}\n"
        files[1].write_text(text)
        assert (call("result", *files)[0] == 0) is fits


def test_the_table_of_a_results_page_gives_what_the_count_gave(call: Any, files: tuple[Path, Path]) -> None:
    definition = open_lists(Preferences(2, Share(at_least="5"), "draw"))
    result, sheets = _counted(definition)
    files[1].write_bytes(votes_as_csv(definition, sheets, result))
    told = json.loads(call("result", *files, "--json")[1])
    counted = json.loads(msgspec.json.encode([one.allocation for one in result.contests]))
    assert told["contests"] == counted and any(one["candidate"] for one in told["contests"][1]["elected"])


def _counted(definition: Definition) -> tuple[Any, dict[str, TallySheet]]:
    (style,) = definition.styles_of_station("s1")
    marks = [("red", "red/3"), ("red", "red/3", "red/2"), ("red",), ("blue", "blue/2"), ()]
    ballots = tuple(Ballot.mark(definition, style, {"council": one, "mayor": ("ana",)}) for one in marks)
    tally = tally_ballots(definition, "s1", ballots)
    sheet = TallySheet("s1", "2026-11-29T08:00:00Z", "2026-11-29T18:00:00Z", tally, Reconciliation.zero(), {})
    sheets = {"s1": sheet}
    return count_result(definition, sheets, digests={"s1": "0" * 64}), sheets


def test_seats_names_the_command_that_knows_preferences(call: Any) -> None:
    code, _, err = call("seats", "dhondt", 4, "red=60", "red/1=20")
    assert code != 0 and "'red/1' is a candidate of a list" in err and "testigo election result" in err
    assert "election result" in " ".join(call("seats", "--help")[1].split())
