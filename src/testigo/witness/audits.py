"""The audits: samples drawn again from the dice, paper counts compared again with the tally sheets."""

import itertools

from testigo.audit import Seed, closing_sample
from testigo.audit.closing import SPOILED, PaperTally, closing_count
from testigo.ballot import UNDERVOTES, BoothSheet
from testigo.count import KINDS, AuditSample, Box, ClosingCount, CountDifference, body_of
from testigo.election import Definition
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement, grade_without
from testigo.words import Message, message

_CHANGE_SAMPLE = ("annulment", "manual-tally", "manual-tally-accepted")
"""Kinds of statements by which a station's box is not among those that are drawn."""


def check(findings: FindingLog, contents: RecordContents) -> None:
    """The closing count: seed, sample, a paper count for every box drawn; and every paper count that is published."""
    drawn = _check_draw(findings, contents)
    counted: dict[Box, list[VerifiedStatement]] = {}
    for verified in contents.statements.get("closing-count", []):
        counted.setdefault(_box_of(contents, verified), []).append(verified)
    boxes = {box.id: box for box in contents.rules.boxes()}
    for box in (boxes[name] for name in drawn):
        if box not in counted and box.station in contents.rules.rulings.annulments:
            detail = message("finding", "closing-count.annulled", station=box.id)
            findings.write("closing-count", Grade.NOTE, detail)
        elif box not in counted:
            grade, cause = contents.without("closing-count", box.station)
            detail = message("finding", "closing-count.not-here", station=box.id)
            findings.write("closing-count", grade, detail, cause=cause)
    for box, counts in counted.items():
        for earlier, later in itertools.pairwise(counts):
            _tell_replaced(findings, box, earlier, later)
        _check_count(findings, contents, box, counts[-1], was_drawn=box.id in drawn)


def _tell_replaced(findings: FindingLog, box: Box, earlier: VerifiedStatement, later: VerifiedStatement) -> None:
    """A count that another followed on, with the auditor's reason; its differences are explained by that."""
    with findings.reporting("closing-count", earlier.place):
        first = body_of(earlier.statement, ClosingCount, earlier.place)
        second = body_of(later.statement, ClosingCount, later.place)
        detail = message("finding", "closing-count.replaced", count=len(first.differences), reason=second.why)
        grade = Grade.NOTE if first.is_consistent else Grade.EXPLAINED
        findings.write("closing-count", grade, at_station(box.id, detail), earlier.place)


def _check_draw(findings: FindingLog, contents: RecordContents) -> tuple[str, ...]:
    """The ids that the dice really draw. The rules let the seed follow only the tally sheets of all stations."""
    definition, digits = contents.rules.definition, contents.rules.seed
    seeds, samples = contents.statements.get("audit-seed", []), contents.statements.get("audit-sample", [])
    if digits is None or not seeds:
        grade, cause = contents.without("audit-seed")
        findings.write("audit-seed", grade, message("finding", "audit-seed.no-dice"), cause=cause)
        return ()
    detail = message("finding", "audit-seed.holds", count=len(digits), stations=len(definition.stations))
    findings.ok("audit-seed", detail, seeds[0].place)
    wanted = closing_sample(definition, contents.rules.boxes_of_sample(), Seed(digits))
    drawn = wanted.ids
    if not samples:
        grade, cause = contents.without("audit-sample")
        detail = message("finding", "audit-sample.not-here", drawn=drawn)
        findings.write("audit-sample", grade, detail, cause=cause)
    for verified in samples:
        body = body_of(verified.statement, AuditSample, verified.place)
        same = sorted(body.population) == sorted(wanted.population) and body.drawn == wanted.drawn
        boxes = len(wanted.population)
        gaps = contents.gaps_of(*_CHANGE_SAMPLE, before=verified.index)
        if same:
            detail = message("finding", "audit-sample.holds", drawn=drawn, count=boxes, dice=len(digits))
            findings.ok("audit-sample", detail, verified.place)
        elif gaps:
            grade, cause = grade_without(gaps)
            detail = message("finding", "audit-sample.not-judged")
            findings.write("audit-sample", grade, detail, verified.place, cause=cause)
        else:
            detail = message("finding", "audit-sample.other", drawn=drawn, count=boxes, said=body.ids)
            findings.fail("audit-sample", detail, verified.place)
    return drawn


def _check_count(
    findings: FindingLog, contents: RecordContents, box: Box, verified: VerifiedStatement, *, was_drawn: bool
) -> None:
    """One box: its paper, counted against the tally sheet in the record (the rules saw to that), agrees with it."""
    with findings.reporting("closing-count", verified.place):
        body = body_of(verified.statement, ClosingCount, verified.place)
        station, sheet = box.id, contents.rules.box_sheet(box)
        lost = isinstance(sheet, BoothSheet) and bool(sheet.lost)
        paper = PaperTally(body.method, body.papers, body.contests, body.spoiled, body.unsettled)
        again = closing_count(contents.rules.definition, sheet, body.sheet, paper)
        if again.differences != body.differences:
            told, there = len(body.differences), len(again.differences)
            detail = message("finding", "closing-count.other-differences", told=told, there=there)
            findings.fail("closing-count", at_station(station, detail), verified.place)
        for one in again.differences:
            unread = _may_be_unread(contents.rules.definition, one, body.unread)
            # The machine could not count what is in the box of a lost booth; its sheet says so, and why.
            grade = Grade.INCOMPLETE if unread else Grade.EXPLAINED if lost else Grade.FAILURE
            if _is_settled(contents, box, one):
                grade = Grade.EXPLAINED
            findings.write("closing-count", grade, at_station(station, _difference(one)), verified.place)
        if body.unread:
            detail = message("finding", "closing-count.unread", count=body.unread)
            findings.write("closing-count", Grade.INCOMPLETE, at_station(station, detail), verified.place)
        if again.is_consistent and body.is_consistent:
            method = message("term", f"count-by.{body.method}")
            detail = message(
                "finding",
                "closing-count.holds" if was_drawn else "closing-count.holds-not-drawn",
                count=body.papers,
                method=method,
            )
            findings.ok("closing-count", at_station(station, detail))


def _box_of(contents: RecordContents, verified: VerifiedStatement) -> Box:
    """The box that a closing count is of; the rules let in none of another."""
    about = verified.statement.subject, KINDS["closing-count"].number_of(verified.statement)
    return next(box for box in contents.rules.boxes() if (box.station, box.booth) == about)


def _is_settled(contents: RecordContents, box: Box, one: CountDifference) -> bool:
    """Whether the root corrected the tally sheet to what the paper says, or annulled the station."""
    rulings = contents.rules.rulings
    if box.station in rulings.annulments:
        return True
    corrected = None if box.several else rulings.corrections.get(box.station)
    if corrected is None or one.what == SPOILED:
        return False
    tally = corrected[1].tally
    if not one.contest:
        return sum(tally.ballots.values()) == one.paper
    figures = dict(tally.contest(one.contest).figures(contents.rules.definition.contest(one.contest)))
    return figures.get(one.what) == one.paper


def _difference(one: CountDifference) -> Message:
    where: Message | str = message("term", f"figure.{one.what[1:-1]}") if one.what[:1] == "(" else one.what
    if one.contest:
        where = message("term", "of-contest", contest=one.contest, what=where)
    return message("finding", "closing-count.difference", where=where, paper=one.paper, sheet=one.sheet)


def _may_be_unread(definition: Definition, one: CountDifference, unread: int) -> bool:
    """Whether papers that nobody has read yet can make up for what the paper has less than the tally sheet."""
    a_paper = definition.contest(one.contest).choose if one.what == UNDERVOTES else 1
    return 0 < one.sheet - one.paper <= unread * a_paper
