"""Independent verification succeeds for an honest record, and finds every cheat, whoever holds whichever key."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station_counters import changed, incremented
from testigo.audit import Seed, sample
from testigo.ballot import COUNTERS, TallySheet
from testigo.cli import main
from testigo.count import AuditSeed
from testigo.election import Body, Definition, Levelling
from testigo.keys import SigningKey
from testigo.record import Finding, Grade, Log
from testigo.witness import Verdict, VerificationReport, verify
from twists import only

Replace = msgspec.structs.replace


def failed(report: VerificationReport, code: str) -> list[Finding]:
    """The findings of one check that do not hold; the verdict must be bad."""
    assert not report.verdict.holds
    return [finding for finding in report.findings if finding.code == code and not finding.holds]


def bad_places(report: VerificationReport) -> set[str]:
    """The files of which a finding does not hold."""
    return {finding.place for finding in report.findings if not finding.holds}


def test_an_honest_record_verifies(elect: Any, tmp_path: Path) -> None:
    election = elect()
    told: list[Finding] = []
    report = verify(election.publish(tmp_path / "public"), election.key("root").public, on_finding=told.append)
    assert report.verdict is Verdict.ALL_HOLDS, report.findings
    assert tuple(told) == report.findings
    assert {"files", "statements", "reconciliation", "result", "seats", "closing-count"} <= {f.code for f in told}


def test_the_record_without_a_root_key_is_checked_against_its_own(elect: Any, tmp_path: Path) -> None:
    election = elect()
    report = verify(election.publish(tmp_path / "public"))
    assert report.verdict is Verdict.ALL_HOLDS and not report.root_key_given
    assert report.root_key_id == election.key("root").public.key_id


def test_a_whole_record_of_another_root_is_found(elect: Any, tmp_path: Path) -> None:
    report = verify(elect().publish(tmp_path / "public"), SigningKey.generate().public)
    assert failed(report, "root-key")


def test_every_file_removed_or_changed_is_named(elect: Any, tmp_path: Path) -> None:
    public = elect().publish(tmp_path / "public")
    for file in sorted(path for path in public.rglob("*") if path.is_file()):
        name, data = str(file.relative_to(public)), file.read_bytes()
        file.unlink()
        assert name in bad_places(verify(public)), f"{name} removed"
        for position in {0, len(data) // 2, len(data) - 1}:
            file.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
            assert name in bad_places(verify(public)), f"byte {position} of {name}"
        file.write_bytes(data)
    (public / "statements" / "more.json").write_text("{}")
    assert "statements/more.json" in bad_places(verify(public))


def test_a_tally_sheet_exchanged_for_another_signed_one_is_named(elect: Any, tmp_path: Path) -> None:
    election = elect()
    public = election.publish(tmp_path / "public")
    place = next((public / "statements").glob("*-tally-sheet-01-02.json"))
    sheet = election.sheets["01-02"]
    moved = move_votes(sheet)
    election.say("tally-sheet", "01-02", moved, election.key("chair", "01-02"), 601)
    place.write_bytes(election.envelopes[-1])
    assert str(place.relative_to(public)) in bad_places(verify(public))


def move_votes(sheet: TallySheet) -> TallySheet:
    """The same sheet with two votes of the first contest given to another option."""
    first = sheet.tally.contests[0]
    (loser, had), (winner, has), *rest = sorted(first.votes.items(), key=lambda item: -item[1])
    votes = {loser: had - 2, winner: has + 2, **dict(rest)}
    contests = (Replace(first, votes=votes), *sheet.tally.contests[1:])
    return Replace(sheet, tally=Replace(sheet.tally, contests=contests))


def test_the_centre_that_publishes_a_second_tally_sheet_is_found(elect: Any, tmp_path: Path) -> None:
    election = elect()
    election.say("tally-sheet", "01-02", move_votes(election.sheets["01-02"]), election.key("chair", "01-02"), 601)
    assert any("01-02" in one.detail for one in failed(verify(election.publish(tmp_path / "p")), "statements"))


def test_the_centre_that_forges_a_tally_sheet_is_found(elect: Any, tmp_path: Path) -> None:
    election = elect()
    forged = elect(only("tally-sheet", lambda body: None, "01-01"))
    election.envelopes = list(forged.envelopes)
    election.keys = forged.keys
    election.say("tally-sheet", "01-01", election.sheets["01-01"], forged.key("centre"), 601)
    report = verify(election.publish(tmp_path / "p"))
    assert any("may not sign" in one.detail for one in failed(report, "statements"))
    assert any("01-01" in one.detail for one in failed(report, "stations-counted"))


def test_a_station_left_out_is_found(elect: Any, tmp_path: Path) -> None:
    report = verify(elect(only("tally-sheet", lambda body: None, "01-03")).publish(tmp_path / "p"))
    assert any("01-03" in one.detail for one in failed(report, "stations-counted"))


def test_a_result_that_does_not_follow_is_found(elect: Any, tmp_path: Path) -> None:
    def cheat(body: Any) -> Any:
        first = body.contests[0]
        more = Replace(first.options[0], votes=first.options[0].votes + 1)
        return Replace(body, contests=(Replace(first, options=(more, *first.options[1:])), *body.contests[1:]))

    report = verify(elect(only("result", cheat, "")).publish(tmp_path / "p"))
    assert any("jimenez-nunez" in one.detail for one in failed(report, "result"))


def test_seats_that_do_not_follow_are_found(elect: Any, tmp_path: Path) -> None:
    def cheat(body: Any) -> Any:
        one, changed, *others = body.contests
        first, second, *_ = seats = dict(changed.allocation.seats)
        seats[first], seats[second] = seats[first] - 1, seats[second] + 1
        changed = Replace(changed, allocation=Replace(changed.allocation, seats=seats))
        return Replace(body, contests=(one, changed, *others))

    report = verify(elect(only("result", cheat, "")).publish(tmp_path / "p"))
    assert any("seats" in one.detail for one in failed(report, "result"))


def test_a_bodys_seats_that_do_not_follow_are_found(elect: Any, definition: Definition, tmp_path: Path) -> None:
    president, council, *others = definition.contests
    body = Body("council-of-all", council.title, levelling=Levelling(2, "sainte-lague"))
    named = Replace(definition, contests=(president, Replace(council, body=body.id), *others), bodies=(body,))

    def cheat(result: Any) -> Any:
        (seats,) = result.bodies
        first, second, *_ = told = dict(seats.party_seats)
        told[first], told[second] = told[first] - 1, told[second] + 1
        return Replace(result, bodies=(Replace(seats, party_seats=told),))

    assert verify(elect(of=named).publish(tmp_path / "honest")).verdict.holds
    found = failed(verify(elect(only("result", cheat, ""), of=named).publish(tmp_path / "p")), "result")
    assert sum("council-of-all" in one.detail for one in found) == 2


@pytest.mark.parametrize("counter", ["cards_used", "printed", "deposited", "recorded", "matched"])
def test_a_reconciliation_that_does_not_hold_is_reported_by_station(elect: Any, tmp_path: Path, counter: str) -> None:
    def cheat(sheet: TallySheet) -> TallySheet:
        (one,) = (one for one in COUNTERS if one.name == counter)
        more = incremented(sheet.reconciliation, one)
        return Replace(sheet, reconciliation=changed(sheet.reconciliation, **{counter: more}))

    report = verify(elect(only("tally-sheet", cheat, "01-02")).publish(tmp_path / "p"))
    found = failed(report, "reconciliation")
    assert found and all("station 01-02" in one.detail for one in found)
    assert all("01-02" in one.place for one in found)


def test_a_difference_is_shown_with_its_reason(elect: Any, tmp_path: Path) -> None:
    def explained(sheet: TallySheet) -> TallySheet:
        counters = changed(
            sheet.reconciliation, matched=20, cards_handed=21, reasons={"checked_in=cards_used": "nine went home"}
        )
        return Replace(sheet, reconciliation=counters)

    report = verify(elect(only("tally-sheet", explained, "01-02")).publish(tmp_path / "p"))
    (shown,) = [one for one in report.findings if one.code == "reconciliation" and "01-02" in one.detail]
    assert "nine went home" in shown.detail and shown.grade is Grade.EXPLAINED


def test_more_releases_than_the_cap_are_found(elect: Any, tmp_path: Path) -> None:
    def cheat(sheet: TallySheet) -> TallySheet:
        counters = changed(sheet.reconciliation, matched=2, released=10, released_reasons={"worn-finger": 10})
        return Replace(sheet, reconciliation=counters)

    report = verify(elect(only("tally-sheet", cheat, "01-01")).publish(tmp_path / "p"))
    assert any("Released" in one.detail for one in failed(report, "limits"))


def test_votes_before_opening_are_found(elect: Any, tmp_path: Path) -> None:
    def cheat(report: Any) -> Any:
        return Replace(report, reconciliation=changed(report.reconciliation, deposited=3))

    report = verify(elect(only("zero-report", cheat, "01-01")).publish(tmp_path / "p"))
    assert failed(report, "zero-report")


@pytest.mark.parametrize(
    "kind", ["zero-report", "logic-and-accuracy", "event-log", "closing-count", "audit-seed", "result"]
)
def test_what_is_not_said_is_missed(elect: Any, tmp_path: Path, kind: str) -> None:
    election = elect(lambda type_, _subject, body: None if type_ == kind else body)
    assert not verify(election.publish(tmp_path / "p")).verdict.holds


def test_a_failed_test_is_found(elect: Any, tmp_path: Path) -> None:
    def cheat(test: Any) -> Any:
        first, *rest = test.counted
        return Replace(test, counted=(Replace(first, ballots=dict.fromkeys(first.ballots, 0)), *rest))

    assert failed(verify(elect(only("logic-and-accuracy", cheat, "01-01")).publish(tmp_path / "p")), "tested")


def test_a_sample_that_the_dice_do_not_draw_is_found(elect: Any, tmp_path: Path) -> None:
    def cheat(body: Any) -> Any:
        others = sample(Seed("1" * 24), body.population, len(body.drawn))
        assert others != body.drawn
        return Replace(body, drawn=others)

    assert failed(verify(elect(only("audit-sample", cheat, "")).publish(tmp_path / "p")), "audit-sample")


def test_dice_rolled_before_the_tally_sheets_are_found(elect: Any, tmp_path: Path) -> None:
    election = elect()
    seed = next(index for index, envelope in enumerate(election.envelopes) if b"audit-seed" in decoded(envelope))
    election.envelopes.insert(5, election.envelopes.pop(seed))
    assert failed(verify(election.publish(tmp_path / "p")), "audit-seed")


def decoded(envelope: bytes) -> bytes:
    """An envelope's payload."""
    import base64

    return base64.b64decode(json.loads(envelope)["payload"])


def test_a_paper_count_that_hides_its_differences_is_found(elect: Any, tmp_path: Path) -> None:
    def cheat(body: Any) -> Any:
        first = body.contests[0]
        (loser, had), (winner, has), *rest = sorted(first.votes.items(), key=lambda item: -item[1])
        votes = {loser: had - 1, winner: has + 1, **dict(rest)}
        return Replace(body, contests=(Replace(first, votes=votes), *body.contests[1:]))

    def twist(type_: str, _subject: str, body: Any) -> Any:
        return cheat(body) if type_ == "closing-count" else body

    found = failed(verify(elect(twist).publish(tmp_path / "p")), "closing-count")
    assert any("on paper" in one.detail for one in found)
    assert any("0 differences are told" in one.detail for one in found)


def test_two_seeds_are_one_too_many(elect: Any, tmp_path: Path) -> None:
    election = elect()
    election.say("audit-seed", "", AuditSeed("2" * 24), election.key("auditor"), 700)
    assert any(
        "second audit seed" in one.detail for one in failed(verify(election.publish(tmp_path / "p")), "statements")
    )


def test_a_log_key_that_the_root_never_admitted_is_found(elect: Any, tmp_path: Path) -> None:
    election = elect()
    other = Log.create(tmp_path / "p", "testigo/test", SigningKey.generate(), root_key=election.key("root").public)
    for envelope in election.envelopes:
        other.append(envelope)
    other.publish()
    assert [one.place for one in failed(verify(tmp_path / "p"), "log-key")] == ["log.pub"]


def test_a_rewritten_log_contradicts_a_kept_checkpoint(elect: Any, tmp_path: Path) -> None:
    election = elect()
    kept = (election.publish(tmp_path / "yesterday") / "checkpoint").read_bytes()
    assert verify(tmp_path / "yesterday", kept_checkpoint=kept).verdict.holds
    rewritten = elect()
    rewritten.keys.update({("log", ""): election.key("log")})
    rewritten.publish(tmp_path / "today")
    assert failed(verify(tmp_path / "today", kept_checkpoint=kept), "kept-checkpoint")


@pytest.mark.parametrize("made", ["empty", "file", "absent"])
def test_what_is_no_record_is_refused_in_words(tmp_path: Path, made: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "place"
    if made == "empty":
        place.mkdir()
    elif made == "file":
        place.write_text("no record")
    with pytest.raises(SystemExit) as exit_:
        main(["verify", str(place)])
    assert exit_.value.code == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err and (said.out + said.err).strip()


def test_the_command_says_each_check_and_its_exit_code(
    elect: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    election = elect()
    public = election.publish(tmp_path / "public")
    root = tmp_path / "root.txt"
    root.write_text(election.key("root").public.hex + "\n")
    for key in (election.key("root").public.hex, str(root)):
        with pytest.raises(SystemExit) as exit_:
            main(["verify", str(public), "--root-key", key])
        assert exit_.value.code == 0
        assert "Complete, all holds." in capsys.readouterr().out
    (public / "log.pub").unlink()
    with pytest.raises(SystemExit) as exit_:
        main(["verify", str(public), "--json"])
    assert exit_.value.code == 3
    assert json.loads(capsys.readouterr().out)["verdict"] == "incomplete"
