"""What was said of stations beside their tally sheets: annulled, corrected, counted on paper, and what happened there.

The rules saw to who signed it and to what it names. Here it is told, so that nobody overlooks it, and its figures are
held against the register.
"""

from testigo.ballot import Incident, ManualTally
from testigo.count import Annulment, Correction, body_of
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement
from testigo.words import Message, first_of, message

_FIGURES_NAMED = 5


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Every annulment, correction, manual tally and incident, each at its statement."""
    tell = {
        "annulment": _tell_annulment,
        "correction": _tell_correction,
        "manual-tally": _check_manual_tally,
        "incident": _tell_incident,
    }
    for kind, told in tell.items():
        for verified in contents.statements.get(kind, []):
            with findings.reporting(kind, verified.place):
                told(findings, contents, verified)


def _tell_annulment(findings: FindingLog, contents: RecordContents, verified: VerifiedStatement) -> None:
    body = body_of(verified.statement, Annulment, verified.place)
    if body.cause == "lifted":
        lifted = message("finding", "annulment.lifted", reason=body.reason)
        findings.write("annulment", Grade.NOTE, at_station(body.station, lifted), verified.place)
        return
    stands = contents.rules.rulings.annulments.get(body.station) == verified.digest
    voters = contents.rules.definition.station(body.station).register_size
    cause = message("term", f"annulment.{body.cause}")
    detail = message("finding", "annulment.told", cause=cause, reason=body.reason, count=voters)
    grade = Grade.EXPLAINED if stands else Grade.NOTE
    findings.write("annulment", grade, at_station(body.station, detail), verified.place)


def _tell_correction(findings: FindingLog, contents: RecordContents, verified: VerifiedStatement) -> None:
    """Every figure that is no longer that of the tally sheet."""
    body = body_of(verified.statement, Correction, verified.place)
    sheet, definition = contents.rules.sheets[body.station], contents.rules.definition
    changed = [
        f"{tally.contest} {what} {before} → {after}"
        for old, tally in zip(sheet.tally.contests, body.tally.contests, strict=True)
        for contest in [definition.contest(tally.contest)]
        for (what, before), (_, after) in zip(old.figures(contest), tally.figures(contest), strict=True)
        if before != after
    ]
    named = first_of(changed, _FIGURES_NAMED)
    detail = message("finding", "correction.told", reason=body.reason, count=len(changed), figures=named)
    grade = Grade.EXPLAINED if changed else Grade.NOTE
    findings.write("correction", grade, at_station(body.station, detail), verified.place)


def _check_manual_tally(findings: FindingLog, contents: RecordContents, verified: VerifiedStatement) -> None:
    """What was counted on paper; who signed in there and at the machines is no more than the register has."""
    body = body_of(verified.statement, ManualTally, verified.place)
    rulings, station = contents.rules.rulings, body.station
    if rulings.on_paper[station][0] != verified.digest:
        later = rulings.on_paper[station][1]
        detail = message("finding", "manual-tally.replaced", reason=later.why)
        findings.write("manual-tally", Grade.EXPLAINED, at_station(station, detail), verified.place)
        return
    if rulings.waits(station):
        grade, cause = contents.without("manual-tally-accepted", station)
        detail = at_station(station, message("finding", "manual-tally.not-accepted"))
        findings.write("manual-tally", grade, detail, verified.place, cause=cause)
    for problem in _too_many(contents, body):
        findings.fail("manual-tally", at_station(station, problem), verified.place)
    for one in body.differences():
        left, right = (
            message("term", "figure", what=message("term", f"on-paper.{name}"), figure=count)
            for name, count in ((one.left, one.left_count), (one.right, one.right_count))
        )
        detail = message("finding", "reconciliation.explained", left=left, right=right, reason=one.reason)
        findings.write("manual-tally", Grade.EXPLAINED, at_station(station, detail), verified.place)
    detail = message("finding", f"manual-tally.{body.part}", count=body.papers, reason=body.reason)
    findings.write("manual-tally", Grade.NOTE, at_station(station, detail), verified.place)


def _too_many(contents: RecordContents, body: ManualTally) -> list[Message]:
    sheet, size = contents.rules.sheets.get(body.station), contents.rules.definition.station(body.station).register_size
    voters = body.signed_in + (sheet.reconciliation.check_in.checked_in if sheet is not None else 0)
    return [message("finding", "manual-tally.more-voters", found=voters, allowed=size)] if voters > size else []


def _tell_incident(findings: FindingLog, _contents: RecordContents, verified: VerifiedStatement) -> None:
    body = body_of(verified.statement, Incident, verified.place)
    findings.write("incident", Grade.NOTE, at_station(body.station, body.sentence), verified.place)
