"""Paper counts in detail: what papers that nobody has read yet may explain, and what they may not."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.audit import Seed, closing_sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.count import ClosingCount, UnsettledPaper, body_of, boxes_of
from testigo.election import Definition
from testigo.record import Finding, Grade, open_statement, peek
from testigo.witness import VerificationReport, verify

DICE = "616243514325161434521623"
Replace = msgspec.structs.replace


def drawn_of(definition: Definition) -> tuple[str, ...]:
    return closing_sample(definition, boxes_of(definition, {}), Seed(DICE)).ids


def checked(election: Any, folder: Path) -> VerificationReport:
    return verify(election.publish(folder / "public"), election.key("root").public)


def of_counts(report: VerificationReport) -> list[Finding]:
    return [one for one in report.findings if one.code == "closing-count"]


@pytest.fixture
def counted(definition: Definition, elect: Callable[..., Any], tmp_path: Path) -> Callable[..., set[Grade]]:
    """`counted(contest, figure, less, unread)`: grades of the findings that do not hold, where the paper of one drawn
    box has so many less of one figure than the sheet, and so many papers were not read.
    """
    station = drawn_of(definition)[0]

    def check(contest_id: str, figure: str, less: int, unread: int, of: Definition = definition) -> set[Grade]:
        sheets: dict[str, Any] = {}

        def twist(kind: str, about: str, body: Any) -> Any:
            if kind == "tally-sheet":
                sheets[about] = body
            if kind != "closing-count" or about != station:
                return body
            sheet = sheets[station]
            contests = tuple(
                _less(one, figure, less) if one.contest == contest_id else one for one in sheet.tally.contests
            )
            papers = tuple(UnsettledPaper(f"{place}.jpg", "torn", settled=False) for place in range(unread))
            paper = PaperTally("images", body.papers, contests, body.spoiled, papers)
            return closing_count(of, sheet, body.sheet, paper)

        report = checked(elect(twist, of), tmp_path)
        return {one.grade for one in of_counts(report) if not one.holds}

    return check


def _less(contest: Any, figure: str, less: int) -> Any:
    if figure in ("blank", "undervotes"):
        return Replace(contest, **{figure: getattr(contest, figure) - less})
    most = max(contest.votes, key=contest.votes.__getitem__)
    return Replace(contest, votes=contest.votes | {most: contest.votes[most] - less})


@pytest.mark.parametrize(
    ("figure", "less", "unread", "grade"),
    [
        ("votes", 1, 1, Grade.INCOMPLETE),
        ("votes", 2, 2, Grade.INCOMPLETE),
        ("votes", 2, 1, Grade.FAILURE),
        ("votes", -1, 1, Grade.FAILURE),
        ("votes", 1, 0, Grade.FAILURE),
        ("blank", 1, 1, Grade.INCOMPLETE),
        ("blank", -1, 3, Grade.FAILURE),
    ],
)
def test_papers_that_nobody_read_explain_as_many_votes_as_there_are_papers(
    counted: Callable[..., set[Grade]], figure: str, less: int, unread: int, grade: Grade
) -> None:
    grades = counted("mayor", figure, less, unread)
    assert grade in grades and (Grade.FAILURE in grades) == (grade is Grade.FAILURE)


@pytest.mark.parametrize(("less", "grade"), [(2, Grade.INCOMPLETE), (3, Grade.FAILURE)])
def test_one_paper_has_as_many_unused_choices_as_its_contest_allows(
    definition: Definition, counted: Callable[..., set[Grade]], less: int, grade: Grade
) -> None:
    contests = tuple(
        Replace(one, kind="choose-up-to", choose=2, seats=2) if one.id == "mayor" else one
        for one in definition.contests
    )
    grades = counted("mayor", "undervotes", less, 1, Replace(definition, contests=contests))
    assert grade in grades and (Grade.FAILURE in grades) == (grade is Grade.FAILURE)


def test_a_box_that_was_not_drawn_is_said_to_be_so(
    definition: Definition, elect: Callable[..., Any], tmp_path: Path
) -> None:
    election = elect()
    drawn = drawn_of(definition)
    extra = next(station.id for station in definition.stations if station.id not in drawn)
    sheet = election.sheets[extra]
    paper = PaperTally("hand", sum(sheet.tally.ballots.values()), sheet.tally.contests, spoiled=1)
    count = closing_count(definition, sheet, election.digests[extra], paper)
    election.say("closing-count", extra, count, election.key("auditor"), 612)
    found = of_counts(checked(election, tmp_path))
    assert {one.grade for one in found} == {Grade.OK}
    told = {
        station: next(one.detail for one in found if one.detail.startswith(f"station {station}"))
        for station in (*drawn, extra)
    }
    assert [station for station, detail in told.items() if "not drawn:" in detail] == [extra]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("closing-count", "closing-count"), ("audit-seed", "audit-seed"), ("audit-sample", "audit-sample")],
)
def test_what_is_missing_of_an_audit_names_its_file(kept: Any, tmp_path: Path, kind: str, code: str) -> None:
    public = kept.publish(tmp_path / "public")
    file = next((public / "statements").glob(f"*-{kind}*.json"))
    file.unlink()
    report = verify(public, kept.key("root").public)
    own = [one for one in report.findings if one.code == code and not one.holds]
    assert own and all(one.grade is Grade.INCOMPLETE for one in own)
    assert any(f"statements/{file.name} is missing" in one.detail for one in own)


def again(election: Any, definition: Definition, *, names: str = "", why: str = "A paper was counted twice.") -> Any:
    """The election with one drawn box counted again, by a statement that names the first, or another."""
    station = drawn_of(definition)[0]
    first = election.envelopes[election.find("closing-count", station)]
    signed = open_statement(first, election.key("auditor").public)
    body = body_of(signed.statement, ClosingCount)
    later = dataclasses.replace(election, envelopes=list(election.envelopes))
    later.say(
        "closing-count", station, Replace(body, replaces=names or signed.digest, why=why), later.key("auditor"), 620
    )
    return later


def test_a_count_that_names_the_first_takes_its_place_and_both_are_told(
    definition: Definition, elect: Callable[..., Any], tmp_path: Path
) -> None:
    station = drawn_of(definition)[0]

    def twist(kind: str, about: str, body: Any) -> Any:
        if kind != "closing-count" or about != station:
            return body
        sheet = elect_sheets[station]
        paper = PaperTally("hand", body.papers + 1, body.contests, body.spoiled)
        return closing_count(definition, sheet, body.sheet, paper)

    elect_sheets = elect().sheets
    wrong = elect(twist)
    assert "failure" in {one.grade for one in of_counts(checked(wrong, tmp_path / "a"))}
    station_first = open_statement(wrong.envelopes[wrong.find("closing-count", station)], wrong.key("auditor").public)
    right = body_of(station_first.statement, ClosingCount)
    paper = PaperTally("hand", right.papers - 1, right.contests, right.spoiled)
    body = closing_count(definition, wrong.sheets[station], right.sheet, paper)
    body = Replace(body, replaces=station_first.digest, why="A paper was counted twice.")
    wrong.say("closing-count", station, body, wrong.key("auditor"), 620)
    report = checked(wrong, tmp_path / "b")
    told = [one for one in of_counts(report) if "A paper was counted twice." in one.detail]
    assert [one.grade for one in told] == [Grade.EXPLAINED]
    assert report.verdict == "differences-explained"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"names": "0" * 64}, "names another statement"),
        ({"why": ""}, "says why"),
        ({"why": "two\nlines"}, "says why"),
        ({"why": "x" * 201}, "says why"),
    ],
)
def test_a_count_that_names_another_or_does_not_say_why_is_refused(
    definition: Definition, kept: Any, tmp_path: Path, how: dict[str, str], words: str
) -> None:
    report = checked(again(kept, definition, **how), tmp_path)
    refused = [one for one in report.findings if one.code == "statements" and one.grade is Grade.FAILURE]
    assert len(refused) == 1 and words in refused[0].detail


def test_a_count_that_names_the_first_twice_or_is_signed_by_another_is_refused(
    definition: Definition, kept: Any, tmp_path: Path
) -> None:
    twice = again(again(kept, definition), definition, why="Once more.")
    report = checked(twice, tmp_path / "a")
    assert "names another statement" in next(one.detail for one in report.findings if one.grade is Grade.FAILURE)
    forged = again(kept, definition)
    statement = peek(forged.envelopes[-1])
    forged.envelopes[-1] = statement.sign(forged.key("centre"))
    report = checked(forged, tmp_path / "b")
    assert "statements" in {one.code for one in report.findings if one.grade is Grade.FAILURE}


def test_a_second_count_whose_first_is_not_here_is_not_judged(
    definition: Definition, kept: Any, tmp_path: Path
) -> None:
    election = again(kept, definition)
    public = election.publish(tmp_path / "public")
    first = f"{election.find('closing-count', drawn_of(definition)[0]):06d}-closing-count-*"
    next((public / "statements").glob(first)).unlink()
    report = verify(public, election.key("root").public)
    assert report.verdict == "incomplete"
    assert any(one.code == "statements" and one.grade is Grade.INCOMPLETE for one in report.findings)
