"""What a verifier says of candidates who withdrew: the honest record holds, and whatever is changed in it is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from option_statuses import count_again, insert, rules_of
from testigo.count import read_rules
from testigo.election import Definition
from testigo.keys import SigningKey
from testigo.record import Statement, peek
from testigo.witness import Verdict, verify

Replace = msgspec.structs.replace
Elect = Callable[..., Any]


@pytest.fixture
def voiding(definition: Definition) -> Definition:
    """The municipality, whose law makes votes for who withdrew void."""
    mayor, *others = definition.contests
    return Replace(definition, contests=(Replace(mayor, after_signing="votes-void"), *others))


def out(election: Any, *, late: bool = False) -> tuple[str, Any]:
    """The option with most votes withdraws before the day, or after the first tally sheet; the centre counts it."""
    votes = {
        one.option: one.votes
        for one in rules_of(election, election.key("root").public, election.envelopes).count().contests[0].options
    }
    first = max(votes, key=lambda option: votes[option])
    at = election.find("tally-sheet", "01-02") if late else election.find("logic-and-accuracy", "01-01")
    insert(election, at, first, "withdrawn", 3, counting=late)
    count_again(election)
    return first, votes[first]


def test_void_votes_are_told_apart_and_the_record_holds(elect: Elect, voiding: Definition, tmp_path: Path) -> None:
    election = elect(of=voiding)
    first, votes = out(election)
    public = election.publish(tmp_path / "public")
    assert verify(public, election.key("root").public).verdict.holds
    result = read_rules(public).count()
    contest = result.contests[0]
    assert (contest.void, contest.allocation.seats[first]) == (votes, 0)
    assert contest.valid + contest.void == sum(one.votes for one in contest.options)
    assert {one.option: one.percent for one in contest.options}[first] == "0.00"
    assert [(state.option, state.votes, state.number) for state in result.states] == [(first, "void", 3)]


def test_a_status_after_the_first_tally_sheet_makes_no_vote_void(
    elect: Elect, voiding: Definition, tmp_path: Path
) -> None:
    """Brazil, Código Eleitoral, art. 175 § 4: a decision after the election leaves the votes."""
    election = elect(of=voiding)
    first, _ = out(election, late=True)
    public = election.publish(tmp_path / "public")
    assert verify(public, election.key("root").public).verdict.holds
    contest = read_rules(public).count().contests[0]
    assert contest.void == 0
    assert first in contest.allocation.vacant or not contest.allocation.seats[first]


def test_a_status_after_the_result_outgrows_it(elect: Elect, tmp_path: Path) -> None:
    election = elect()
    insert(
        election, len(election.envelopes), election.definition.contests[0].options[1].id, "deceased", 3, counting=True
    )
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    assert report.verdict is Verdict.INCOMPLETE
    assert "came after the last result" in next(
        one.detail for one in report.findings if one.code == "result" and not one.holds
    )


@pytest.mark.parametrize("role", ["centre", "auditor", "stranger"])
def test_a_status_that_the_root_did_not_sign_is_found(
    elect: Elect, caught: Callable[..., list[str]], role: str
) -> None:
    election = elect()
    key = SigningKey.generate() if role == "stranger" else election.key(role)
    insert(election, election.find("logic-and-accuracy", "01-01"), "bravo-escalona", "withdrawn", 3, key=key)
    assert any("root" in detail for detail in caught("statements", election))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"number": 2}, "the next one is 3"),
        ({"number": 4}, "the next one is 3"),
        ({"option": "nobody-knows"}, "nobody-knows"),
        ({"contest": "moon"}, "moon"),
        ({"person": "Nadie"}, "Nadie"),
        ({"status": "restored"}, "that status already"),
        ({"status": "elected"}, ""),
        ({"counting": True}, "no tally sheet"),
    ],
)
def test_a_status_that_cannot_be_is_found(
    elect: Elect, caught: Callable[..., list[str]], changed: dict[str, Any], words: str
) -> None:
    election = elect()
    told = {"option": "bravo-escalona", "status": "withdrawn", "number": 3} | changed
    insert(election, election.find("logic-and-accuracy", "01-01"), **told)
    assert any(words in detail for detail in caught("statements", election))


def test_a_status_taken_out_is_found_by_the_next_number(elect: Elect, caught: Callable[..., list[str]]) -> None:
    election = elect()
    election.envelopes.pop(election.find("option-status"))
    assert any("the next one is 1" in detail for detail in caught("statements", election))


def test_a_result_that_ignores_the_status_is_found(
    elect: Elect, voiding: Definition, caught: Callable[..., list[str]]
) -> None:
    """Also where the last one was taken out of the log with the log's key, and the result still follows it."""
    election = elect(of=voiding)
    honest = peek(election.envelopes[election.find("result")])
    out(election)
    place = election.find("result")
    election.envelopes[place] = replace_body(honest, election)
    details = caught("result", election)
    assert any("votes without effect" in detail for detail in details)
    assert any("withdrawn or deceased" in detail for detail in details)


def replace_body(statement: Statement, election: Any) -> bytes:
    """That statement, signed by the centre."""
    return statement.sign(election.key("centre"))


def test_a_status_file_that_is_missing_is_incomplete_and_no_fraud(
    elect: Elect, voiding: Definition, tmp_path: Path
) -> None:
    election = elect(of=voiding)
    out(election)
    public = election.publish(tmp_path / "public")
    next(iter(sorted((public / "statements").glob("*-option-status.json")))).unlink()
    assert verify(public, election.key("root").public).verdict is Verdict.INCOMPLETE


def test_without_the_first_tally_sheet_a_late_status_is_incomplete_and_no_fraud(
    elect: Elect, voiding: Definition, tmp_path: Path
) -> None:
    election = elect(of=voiding)
    at = election.find("tally-sheet", "01-01") + 1
    insert(election, at, "bravo-escalona", "withdrawn", 3, counting=True)
    count_again(election)
    public = election.publish(tmp_path / "public")
    assert verify(public, election.key("root").public).verdict.holds
    next(iter(sorted((public / "statements").glob("*-tally-sheet-*.json")))).unlink()
    assert verify(public, election.key("root").public).verdict is Verdict.INCOMPLETE


def test_what_a_program_reads(elect: Elect, voiding: Definition, tmp_path: Path) -> None:
    election = elect(of=voiding)
    first, _ = out(election)
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    told = json.loads(msgspec.json.encode(report.as_json()))
    (finding,) = [one for one in told["findings"] if one["code"] == "option-status"]
    assert first in finding["detail"] and finding["grade"] == "ok"
    assert finding["place"].endswith("option-status.json")
