"""Annulled, corrected, counted on paper, told in words: what `verify` says of it, and what of it is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.audit import Seed, closing_sample
from testigo.ballot import Incident, ManualTally, tally_ballots
from testigo.count import (
    Annulment,
    AuditSeed,
    Correction,
    ManualTallyAccepted,
    RecordRules,
    boxes_of,
    count_result,
)
from testigo.election import Definition
from testigo.errors import IllegalStep, TestigoError
from testigo.keys import SigningKey
from testigo.record import Grade
from testigo.witness import VerificationReport, verify

DICE = "616243514325161434521623"
Replace = msgspec.structs.replace
ONE, TWO = "01-01", "01-02"
"""Of the stations of the election, those of which it says nothing but its day."""


class Night:
    """The election up to the last tally sheet, and the statements that a test adds."""

    def __init__(self, election: Any) -> None:
        self.election = election
        self.minute = 630

    def say(self, kind: str, station: str, body: Any, role: str = "root") -> None:
        self.minute += 1
        about = station if role in ("chair", "booth") else ""
        self.election.say(kind, station, body, self.election.key(role, about), self.minute)

    def annul(self, station: str, cause: str = "ruling", names: str | None = None, **how: Any) -> None:
        named = self.election.digests.get(station, "") if names is None else names
        self.say("annulment", station, Annulment(station, cause, named, "Sentencia 7"), **how)

    def correct(self, station: str, names: str | None = None, **how: Any) -> None:
        """One vote moved from the first option that has one to the last option."""
        tally = self.election.sheets[station].tally
        first = tally.contests[0]
        options = list(first.votes)
        giver = next(one for one in options if first.votes[one])
        votes = first.votes | {giver: first.votes[giver] - 1, options[-1]: first.votes[options[-1]] + 1}
        tally = Replace(tally, contests=(Replace(first, votes=votes), *tally.contests[1:]))
        named = self.election.digests[station] if names is None else names
        self.say("correction", station, Correction(station, named, "Recount of the papers.", tally), **how)

    def on_paper(
        self, station: str, part: str = "whole", accepted: bool = True, role: str = "chair", **more: Any
    ) -> None:
        tally = self.election.sheets[TWO].tally
        count = sum(tally.ballots.values())
        body = ManualTally(station, part, tally, count, count, 0, "No power.", "", ("Ana Paz", "Luis Sol"))
        self.say("manual-tally", station, Replace(body, **more), "chair")
        if accepted:
            named = self.election.rulings.on_paper[station][0]
            self.say("manual-tally-accepted", station, ManualTallyAccepted(station, named), "centre")

    def result(self) -> Any:
        sheets = {name: one for name, one in self.election.sheets.items() if name in self.election.digests}
        digests, rulings = self.election.digests, self.election.rulings
        return count_result(self.election.definition, sheets, digests=digests, rulings=rulings)

    def publish(self, folder: Path) -> VerificationReport:
        """Dice, sample and result after all of it, and what `verify` says."""
        self.say("result", "", self.result(), "centre")
        return verify(self.election.publish(folder), self.election.key("root").public)


@pytest.fixture
def night(elect: Callable[..., Any]) -> Callable[..., Night]:
    """`night(without=(ONE,))`: an election in which the named stations sign no tally sheet, and no dice are rolled."""

    def make(without: tuple[str, ...] = ()) -> Night:
        late = ("audit-seed", "audit-sample", "closing-count", "public-draw", "result")

        def twist(kind: str, about: str, body: Any) -> Any:
            after_closing = about in without and kind in ("booth-report", "check-in-report", "tally-sheet", "event-log")
            return None if kind in late or after_closing else body

        election = elect(twist)
        for name in without:
            del election.digests[name]
        return Night(election)

    return make


def told(report: VerificationReport, code: str) -> list[tuple[Grade, str]]:
    return [(one.grade, one.detail) for one in report.findings if one.code == code and ONE in one.detail]


def refusals(report: VerificationReport) -> list[str]:
    return [one.detail for one in report.findings if one.code == "statements" and one.grade is Grade.FAILURE]


def rules_of(night: Night) -> RecordRules:
    rules = RecordRules(night.election.key("root").public)
    for envelope in night.election.envelopes:
        rules.add(envelope)
    return rules


def test_an_annulled_station_blocks_neither_dice_nor_sample_nor_result(
    night: Callable[..., Night], definition: Definition, tmp_path: Path
) -> None:
    whole = night(without=(ONE,))
    whole.say("audit-seed", "", AuditSeed(DICE), "auditor")
    with pytest.raises(IllegalStep, match="1 tally sheet"):
        rules_of(whole)
    whole.election.envelopes.pop()
    whole.annul(ONE, "not-opened")
    whole.say("audit-seed", "", AuditSeed(DICE), "auditor")
    left = [box for box in boxes_of(definition, {}) if box.station != ONE]
    sample = closing_sample(definition, left, Seed(DICE))
    assert ONE not in sample.population and len(sample.drawn) == 1
    whole.say("audit-sample", "", sample, "auditor")
    report = whole.publish(tmp_path / "public")
    assert [grade for grade, _ in told(report, "annulment")] == [Grade.EXPLAINED]
    assert "it was not opened" in told(report, "annulment")[0][1] and "Sentencia 7" in told(report, "annulment")[0][1]
    assert {one.code for one in report.findings if not one.holds} == {"closing-count"}
    result = whole.result()
    assert (result.missing, result.annulled, result.contests[0].provisional) == ((), (ONE,), False)


def test_an_annulled_sheet_is_not_counted_and_stays_readable(night: Callable[..., Night], tmp_path: Path) -> None:
    whole = night()
    before = whole.result().contests[0].ballots
    whole.annul(ONE)
    result = whole.result()
    ballots = sum(whole.election.sheets[ONE].tally.ballots.values())
    assert result.contests[0].ballots == before - ballots
    assert result.turnout.registered == sum(24 for _ in range(2))
    report = whole.publish(tmp_path / "public")
    assert not report.failures and told(report, "tally-sheet") and told(report, "annulment")
    lifted = whole.election.rulings.annulments[ONE]
    whole.annul(ONE, "lifted", lifted)
    assert whole.result().contests[0].ballots == before


def test_a_corrected_sheet_is_counted_as_corrected_and_each_figure_is_told(
    night: Callable[..., Night], tmp_path: Path
) -> None:
    whole = night()
    before = whole.result().contests[0].options
    whole.correct(ONE)
    after = whole.result().contests[0].options
    assert sorted(new.votes - old.votes for old, new in zip(before, after, strict=True))[:: len(before) - 1] == [-1, 1]
    report = whole.publish(tmp_path / "public")
    ((grade, detail),) = told(report, "correction")
    assert grade is Grade.EXPLAINED and "2 figures" in detail and "→" in detail and "Recount of the papers." in detail
    assert not report.failures


def test_a_station_on_paper_is_counted_once_the_authority_accepted_it(
    night: Callable[..., Night], tmp_path: Path
) -> None:
    whole = night(without=(ONE,))
    whole.on_paper(ONE, accepted=False)
    assert whole.result().stations[0].status == "waiting"
    report = whole.publish(tmp_path / "a")
    assert (Grade.INCOMPLETE, True) in [(grade, "not accepted" in text) for grade, text in told(report, "manual-tally")]
    named = whole.election.rulings.on_paper[ONE][0]
    whole.say("manual-tally-accepted", ONE, ManualTallyAccepted(ONE, named), "centre")
    station = whole.result().stations[0]
    assert (station.status, station.manual_tally, station.turnout.checked_in) == ("counted", named, 12)
    report = whole.publish(tmp_path / "b")
    assert not report.failures
    assert [grade for grade, _ in told(report, "manual-tally")] == [Grade.NOTE]


def test_a_station_has_a_part_on_paper_beside_its_machines(night: Callable[..., Night], tmp_path: Path) -> None:
    whole = night()
    before = whole.result()
    whole.on_paper(ONE, "part", signed_in=5, handed_out=13, explanation="One voter left with the ballot.")
    after = whole.result()
    assert after.contests[0].ballots == before.contests[0].ballots + 12
    assert after.stations[0].turnout.checked_in == before.stations[0].turnout.checked_in + 5
    report = whole.publish(tmp_path / "public")
    grades = [grade for grade, _ in told(report, "manual-tally")]
    assert grades == [Grade.EXPLAINED, Grade.EXPLAINED, Grade.NOTE] and not report.failures


def test_more_voters_than_the_register_has_are_a_failure(night: Callable[..., Night], tmp_path: Path) -> None:
    whole = night()
    whole.on_paper(ONE, "part", signed_in=13, explanation="Wrong.")
    report = whole.publish(tmp_path / "public")
    assert any(grade is Grade.FAILURE and "25 voters" in text for grade, text in told(report, "manual-tally"))


def test_incidents_are_told_in_their_own_words_as_notes(night: Callable[..., Night], tmp_path: Path) -> None:
    whole = night()
    at = "2027-04-11T12:00:00Z"
    whole.say("incident", ONE, Incident(ONE, 1, "seal", "chair", "Ana Paz", at, "The seal was torn."), "chair")
    said = Incident(ONE, 2, "reservation", "witness", "Luis Sol, Azules", at, "I saw two papers fall.")
    whole.say("incident", ONE, said, "chair")
    whole.say("incident", ONE, Incident(ONE, 1, "access", "officer", "Eva Luz", at, "The road was closed."), "centre")
    report = whole.publish(tmp_path / "public")
    assert [grade for grade, _ in told(report, "incident")] == [Grade.NOTE] * 3
    assert "reservation, told by Luis Sol, Azules (witness): I saw two papers fall." in told(report, "incident")[1][1]
    assert not report.failures


AT = "2027-04-11T12:00:00Z"
ATTACKS: dict[str, tuple[Callable[[Night], None], str]] = {
    "annulled by the centre": (lambda one: one.annul(ONE, role="centre"), "root"),
    "annulled by its own chair": (lambda one: one.annul(ONE, role="chair"), "root"),
    "annulled under another name": (lambda one: one.annul(ONE, names="0" * 64), "names another statement"),
    "annulled as if nothing had come": (lambda one: one.annul(ONE, "not-opened", ""), "names another statement"),
    "annulled twice": (lambda one: [one.annul(ONE), one.annul(ONE)], "is annulled"),
    "lifted, and not annulled": (lambda one: one.annul(ONE, "lifted"), "is not annulled"),
    "lifted by another name": (
        lambda one: [one.annul(ONE), one.annul(ONE, "lifted", "0" * 64)],
        "names another statement",
    ),
    "annulled without a reason": (
        lambda one: one.say("annulment", ONE, Annulment(ONE, "ruling", one.election.digests[ONE], " ")),
        "says why",
    ),
    "annulled as of another station": (
        lambda one: one.say("annulment", TWO, Annulment(ONE, "ruling", one.election.digests[ONE], "Why")),
        "sent as",
    ),
    "corrected by the auditor": (lambda one: one.correct(ONE, role="auditor"), "root"),
    "corrected under another name": (lambda one: one.correct(ONE, names="0" * 64), "names another statement"),
    "corrected twice from the sheet": (lambda one: [one.correct(ONE), one.correct(ONE)], "names another statement"),
    "corrected after it was annulled": (lambda one: [one.annul(ONE), one.correct(ONE)], "is annulled"),
    "corrected to what cannot be": (
        lambda one: one.say(
            "correction",
            ONE,
            Correction(
                ONE,
                one.election.digests[ONE],
                "Why",
                Replace(one.election.sheets[ONE].tally, ballots={"puerto-laurel": 99}),
            ),
        ),
        "cannot be counted",
    ),
    "a whole manual tally beside a sheet": (lambda one: one.on_paper(ONE, accepted=False), "both a tally sheet and"),
    "a manual tally of another chair": (
        lambda one: one.election.say(
            "manual-tally",
            ONE,
            ManualTally(ONE, "part", tally_ballots(one.election.definition, ONE, ()), 0, 0, 0, "R", "", ("A", "B")),
            one.election.key("chair", TWO),
            640,
        ),
        "may not sign",
    ),
    "a manual tally that one person entered": (
        lambda one: one.on_paper(ONE, "part", accepted=False, entered_by=("Ana", "Ana")),
        "cannot be",
    ),
    "a manual tally with a difference unexplained": (
        lambda one: one.on_paper(ONE, "part", accepted=False, signed_in=9),
        "nothing explains it",
    ),
    "a second manual tally": (
        lambda one: [one.on_paper(ONE, "part"), one.on_paper(ONE, "part", accepted=False)],
        "second manual tally",
    ),
    "an acceptance of nothing": (
        lambda one: one.say("manual-tally-accepted", ONE, ManualTallyAccepted(ONE, "0" * 64), "centre"),
        "no manual tally",
    ),
    "an acceptance by the chair": (
        lambda one: [
            one.on_paper(ONE, "part", accepted=False),
            one.say(
                "manual-tally-accepted",
                ONE,
                ManualTallyAccepted(ONE, one.election.rulings.on_paper[ONE][0]),
                "chair",
            ),
        ],
        "may not sign",
    ),
    "an incident out of order": (
        lambda one: one.say("incident", ONE, Incident(ONE, 2, "other", "chair", "Ana", AT, "Words."), "chair"),
        "is not the next",
    ),
    "an officer's incident by the chair": (
        lambda one: one.say("incident", ONE, Incident(ONE, 1, "other", "officer", "Ana", AT, "Words."), "chair"),
        "cannot speak for",
    ),
    "an incident of two lines": (
        lambda one: one.say("incident", ONE, Incident(ONE, 1, "other", "chair", "Ana", AT, "A\nB"), "chair"),
        "one line of words",
    ),
    "an incident by the auditor": (
        lambda one: one.say("incident", ONE, Incident(ONE, 1, "other", "chair", "Ana", AT, "Words."), "auditor"),
        "may not sign",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_may_not_be_said_is_refused(night: Callable[..., Night], attack: str) -> None:
    act, words = ATTACKS[attack]
    whole = night()
    before = len(whole.election.envelopes)
    act(whole)
    rules = RecordRules(whole.election.key("root").public)
    for envelope in whole.election.envelopes[:before]:
        rules.add(envelope)
    *allowed, last = whole.election.envelopes[before:]
    for envelope in allowed:
        rules.add(envelope)
    with pytest.raises(TestigoError, match=words):
        rules.add(last)


def test_a_sheet_that_comes_after_the_annulment_is_refused(night: Callable[..., Night]) -> None:
    whole = night(without=(ONE,))
    whole.annul(ONE, "destroyed")
    rules = rules_of(whole)
    whole.election.say("tally-sheet", ONE, whole.election.sheets[ONE], whole.election.key("chair", ONE), 650)
    with pytest.raises(TestigoError, match="is annulled"):
        rules.add(whole.election.envelopes[-1])


def test_a_forged_key_annuls_nothing(night: Callable[..., Night], tmp_path: Path) -> None:
    whole = night()
    whole.election.keys["root", "forged"] = SigningKey.generate()
    body = Annulment(ONE, "ruling", whole.election.digests[ONE], "Why")
    whole.election.say("annulment", ONE, body, whole.election.keys["root", "forged"], 640)
    del whole.election.keys["root", "forged"]
    report = verify(whole.election.publish(tmp_path / "public"), whole.election.key("root").public)
    assert len(refusals(report)) == 1
