"""The audits: samples drawn again from the dice, paper counts compared again with the tally sheets."""

from testigo.audit import Seed, boxes_to_count, sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import UNDERVOTES
from testigo.count import AuditSample, ClosingCount, CountDifference, body_of
from testigo.election import Definition
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import RecordContents, VerifiedStatement


def check(findings: FindingLog, contents: RecordContents) -> None:
    """The closing count: seed, sample, a paper count for every box drawn; and every paper count that is published."""
    drawn = _check_draw(findings, contents)
    counted = {verified.statement.subject: verified for verified in contents.statements.get("closing-count", [])}
    for station in drawn:
        if station not in counted:
            grade, cause = contents.without("closing-count", station)
            detail = f"station {station} was drawn, and no paper count is here{cause}"
            findings.write("closing-count", grade, detail)
    for station, verified in counted.items():
        _check_count(findings, contents, verified, "" if station in drawn else ", not drawn")


def _check_draw(findings: FindingLog, contents: RecordContents) -> tuple[str, ...]:
    """The ids that the dice really draw. The rules let the seed follow only the tally sheets of all stations."""
    definition, digits = contents.rules.definition, contents.rules.seed
    seeds, samples = contents.statements.get("audit-seed", []), contents.statements.get("audit-sample", [])
    if digits is None or not seeds:
        grade, cause = contents.without("audit-seed")
        findings.write("audit-seed", grade, f"no boxes were drawn: no dice are here{cause}")
        return ()
    everywhere = tuple(station.id for station in definition.stations)
    detail = f"{len(digits)} dice, rolled after the tally sheets of all {len(everywhere)} stations were published"
    findings.ok("audit-seed", detail, seeds[0].place)
    wanted = sample(Seed(digits), everywhere, boxes_to_count(definition))
    drawn = tuple(ticket.id for ticket in wanted)
    if not samples:
        grade, cause = contents.without("audit-sample")
        findings.write("audit-sample", grade, f"the dice draw {', '.join(drawn)}, and no sample is here{cause}")
    for verified in samples:
        body = body_of(verified.statement, AuditSample, verified.place)
        same = sorted(body.population) == sorted(everywhere) and body.drawn == wanted
        boxes = f"{', '.join(drawn)} of {len(everywhere)} boxes"
        if same:
            findings.ok("audit-sample", f"{boxes}, drawn again from {len(digits)} dice", verified.place)
        else:
            detail = f"the dice draw {boxes}, the sample says {', '.join(body.ids)}"
            findings.fail("audit-sample", detail, verified.place)
    return drawn


def _check_count(findings: FindingLog, contents: RecordContents, verified: VerifiedStatement, aside: str) -> None:
    """One box: its paper, counted against the tally sheet in the record (the rules saw to that), agrees with it."""
    name = f"station {verified.statement.subject}"
    with findings.reporting("closing-count", verified.place):
        body = body_of(verified.statement, ClosingCount, verified.place)
        paper = PaperTally(body.method, body.papers, body.contests, body.spoiled, body.unsettled)
        again = closing_count(contents.rules.definition, contents.rules.sheets[body.station], body.sheet, paper)
        if again.differences != body.differences:
            told = f"{len(body.differences)} differences are told, {len(again.differences)} are there"
            findings.fail("closing-count", f"{name}: {told}", verified.place)
        for one in again.differences:
            where = f"{one.contest} {one.what}".strip()
            detail = f"{name}: {where}: {one.paper} on paper, {one.sheet} on the tally sheet"
            unread = _may_be_unread(contents.rules.definition, one, body.unread)
            findings.write("closing-count", Grade.INCOMPLETE if unread else Grade.FAILURE, detail, verified.place)
        if body.unread:
            detail = f"{name}: {body.unread} papers nobody could read"
            findings.write("closing-count", Grade.INCOMPLETE, detail, verified.place)
        if again.is_consistent and body.is_consistent:
            detail = f"{name}{aside}: {body.papers} papers, by {body.method}, agree in every figure"
            findings.ok("closing-count", detail)


def _may_be_unread(definition: Definition, one: CountDifference, unread: int) -> bool:
    """Whether papers that nobody has read yet can make up for what the paper has less than the tally sheet."""
    a_paper = definition.contest(one.contest).choose if one.what == UNDERVOTES else 1
    return 0 < one.sheet - one.paper <= unread * a_paper
