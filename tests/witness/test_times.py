"""Times that cannot be, and an audit that was none: `verify` says so. A wrong clock that was noted is explained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.ballot import ClockNote
from testigo.election import Definition
from testigo.record import Grade, peek
from testigo.witness import Verdict, verify
from testigo.witness.audited import is_roll

HERE = "01-02"
STEPS = {"tested": 3, "zero-reported": 4, "opened": 5, "closed": 8}


def redated(election: Any, kind: str, issued: str, subject: str = "", **body: Any) -> Any:
    """The same election, one statement of which bears another time."""
    changed = replace(election, envelopes=list(election.envelopes))
    at = changed.find(kind, subject)
    said = peek(changed.envelopes[at])
    role = {"audit-seed": "auditor", "audit-sample": "auditor", "closing-count": "auditor", "result": "centre"}.get(
        kind, "chair"
    )
    key = changed.key(role, subject if role == "chair" else "")
    twisted = msgspec.structs.replace(said, issued=issued, body={**said.body, **body})
    changed.envelopes[at] = twisted.sign(key)
    return changed


def graded(election: Any, folder: Path, *codes: str) -> dict[Grade, list[str]]:
    """What the checks of these codes say, by grade."""
    report = verify(election.publish(folder / "public"), election.key("root").public)
    found: dict[Grade, list[str]] = {}
    for one in report.findings:
        if one.code in codes:
            found.setdefault(one.grade, []).append(one.detail)
    return found


@pytest.mark.parametrize("kind", ["audit-seed", "audit-sample", "result", "closing-count"])
def test_attack_a_time_of_another_year_is_found(kept: Any, tmp_path: Path, kind: str) -> None:
    subject = next((peek(one).subject for one in kept.envelopes if peek(one).type == kind), "")
    found = graded(redated(kept, kind, "2020-01-01T00:00:00Z", subject), tmp_path, "order-of-day")
    assert any("a year from the election" in detail for detail in found[Grade.FAILURE])


def test_attack_dice_dated_days_before_the_last_tally_sheet(kept: Any, tmp_path: Path) -> None:
    found = graded(redated(kept, "audit-seed", "2027-04-10T10:00:00Z"), tmp_path, "audit-seed")
    assert len(found[Grade.FAILURE]) == 3 and "before the tally sheet of 01-01" in found[Grade.FAILURE][0]


def test_an_auditors_clock_some_minutes_behind_is_a_note(kept: Any, tmp_path: Path) -> None:
    election = redated(kept, "audit-seed", "2027-04-11T16:50:00Z")
    found = graded(election, tmp_path, "audit-seed")
    assert Grade.FAILURE not in found and len(found[Grade.NOTE]) == 3


def test_attack_paper_counted_before_the_dice(kept: Any, caught: Callable[..., list[str]], tmp_path: Path) -> None:
    at = next(number for number, one in enumerate(kept.envelopes) if peek(one).type == "closing-count")
    early = list(kept.envelopes)
    early.insert(kept.find("audit-seed"), early.pop(at))
    assert any("counted before the dice" in one for one in caught("statements", replace(kept, envelopes=early)))
    station = peek(kept.envelopes[at]).subject
    dated = redated(kept, "closing-count", "2027-04-11T17:05:00Z", station)
    assert "dated before the dice" in graded(dated, tmp_path / "dated", "closing-count")[Grade.FAILURE][0]


def sheet_with(elect: Callable[..., Any], **changes: Any) -> Any:
    """An election in which one station's tally sheet says something else."""

    def twist(kind: str, subject: str, body: Any) -> Any:
        here = (kind, subject) == ("tally-sheet", HERE)
        return msgspec.structs.replace(body, **changes) if here else body

    return elect(twist)


def test_attack_a_sheet_opened_in_another_age(elect: Callable[..., Any], tmp_path: Path) -> None:
    times = {"opened": "9998-01-01T00:00:00Z", "closed": "9998-01-01T10:00:00Z"}
    found = graded(sheet_with(elect, **times), tmp_path, "order-of-day")
    assert len(found[Grade.FAILURE]) == 2
    noted = sheet_with(elect, **times, opened_outside="clock")
    assert set(graded(noted, tmp_path / "noted", "order-of-day")) == {Grade.EXPLAINED}


def test_a_clock_that_was_set_back_and_noted_is_explained(elect: Callable[..., Any], tmp_path: Path) -> None:
    note = ClockNote("chair", "set-back", 86_400)
    times = {"opened": "2027-04-11T07:10:00Z", "closed": "2027-04-10T17:00:00Z", "closed_early": "clock"}
    election = sheet_with(elect, **times, steps=STEPS, clocks=(note,))
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    assert report.verdict is Verdict.EXPLAINED, report.failures
    assert any("clock set back by 24:00" in one.detail for one in report.findings)
    bare = sheet_with(elect, **{**times, "closed_early": ""})
    assert "opened" in graded(bare, tmp_path / "bare", "limits")[Grade.FAILURE][0]


@pytest.mark.parametrize("steps", [{"opened": 5}, {**STEPS, "closed": 4}, {**STEPS, "opened": 4}, {**STEPS, "x": 9}])
def test_attack_steps_out_of_their_order(elect: Callable[..., Any], tmp_path: Path, steps: dict[str, int]) -> None:
    found = graded(sheet_with(elect, steps=steps), tmp_path, "order-of-day")
    assert "not in the order of a day" in found[Grade.FAILURE][0]


def test_attack_an_election_of_which_no_paper_was_counted(
    elect: Callable[..., Any], definition: Definition, tmp_path: Path
) -> None:
    rules = msgspec.structs.replace(definition.rules, closing_count_percent=0)
    election = elect(of=msgspec.structs.replace(definition, rules=rules))
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    assert report.verdict is Verdict.UNAUDITED
    assert (report.verdict.exit_code(), report.verdict.exit_code(strict=True)) == (0, 5)
    assert "no paper was counted" in str(report.sentences()[1])


def test_attack_dice_that_were_not_rolled(elect: Callable[..., Any], tmp_path: Path) -> None:
    assert is_roll("616243514325161434521623")
    for dice in ("1" * 24, "12" * 12, "123456" * 4, "1" * 23 + "6", "132" * 8):
        assert not is_roll(dice)


def test_attack_a_record_with_dice_of_ones(
    elect: Callable[..., Any], kept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kept.say.__func__.__globals__, "DICE", "1" * 24)
    election = elect()
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    unaudited = [one.detail for one in report.findings if one.grade is Grade.UNAUDITED]
    assert report.verdict is Verdict.UNAUDITED and "show no chance" in unaudited[0]


def test_attack_cards_that_were_not_handed_over(elect: Callable[..., Any], tmp_path: Path) -> None:
    def twist(kind: str, subject: str, body: Any) -> Any:
        if subject != HERE or kind not in ("tally-sheet", "check-in-report"):
            return body
        if kind == "check-in-report":
            return msgspec.structs.replace(body, counters=msgspec.structs.replace(body.counters, cards_handed=7))
        check_in = msgspec.structs.replace(body.reconciliation.check_in, cards_handed=7)
        return msgspec.structs.replace(
            body, reconciliation=msgspec.structs.replace(body.reconciliation, check_in=check_in)
        )

    found = graded(elect(twist), tmp_path, "reconciliation")
    assert len(found[Grade.FAILURE]) == 1


@pytest.mark.parametrize("subject", ["01-03", "nowhere"])
def test_attack_keys_said_of_another_station(kept: Any, caught: Callable[..., list[str]], subject: str) -> None:
    at = kept.find("machine-keys", HERE)
    said = peek(kept.envelopes[at])
    changed = replace(kept, envelopes=list(kept.envelopes))
    changed.envelopes[at] = msgspec.structs.replace(said, subject=subject).sign(kept.key("root"))
    assert caught("statements", changed)


def test_the_contests_that_no_counted_paper_tells_of_are_named(kept: Any, tmp_path: Path) -> None:
    found = graded(kept, tmp_path, "audited")
    assert set(found) <= {Grade.OK, Grade.NOTE}
    assert "stations was counted" in next(iter(found.values()))[0]
