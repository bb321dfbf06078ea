"""The audits: samples drawn again from the dice, paper counts compared again with the tally sheets."""

from testigo.audit import Seed, boxes_to_count, sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import UNDERVOTES
from testigo.count import AuditSample, ClosingCount, CountDifference, body_of
from testigo.election import Definition
from testigo.record import Grade
from testigo.witness.notebook import Notebook
from testigo.witness.reading import Said, Story


def check(notebook: Notebook, story: Story) -> None:
    """The closing count: seed, sample, a paper count for every box drawn; and every paper count that is published."""
    drawn = _check_draw(notebook, story)
    counted = {said.statement.subject: said for said in story.said.get("closing-count", [])}
    for station in drawn:
        if station not in counted:
            grade, cause = story.without("closing-count", station)
            detail = f"station {station} was drawn, and no paper count is here{cause}"
            notebook.write("closing-count", grade, detail)
    for station, said in counted.items():
        _check_count(notebook, story, said, "" if station in drawn else ", not drawn")


def _check_draw(notebook: Notebook, story: Story) -> tuple[str, ...]:
    """The ids that the dice really draw. The rules let the seed follow only the tally sheets of all stations."""
    definition, digits = story.rules.definition, story.rules.seed
    seeds, samples = story.said.get("audit-seed", []), story.said.get("audit-sample", [])
    if digits is None or not seeds:
        grade, cause = story.without("audit-seed")
        notebook.write("audit-seed", grade, f"no boxes were drawn: no dice are here{cause}")
        return ()
    everywhere = tuple(station.id for station in definition.stations)
    detail = f"{len(digits)} dice, rolled after the tally sheets of all {len(everywhere)} stations were published"
    notebook.ok("audit-seed", detail, seeds[0].place)
    wanted = sample(Seed(digits), everywhere, boxes_to_count(definition))
    drawn = tuple(ticket.id for ticket in wanted)
    if not samples:
        grade, cause = story.without("audit-sample")
        notebook.write("audit-sample", grade, f"the dice draw {', '.join(drawn)}, and no sample is here{cause}")
    for said in samples:
        body = body_of(said.statement, AuditSample, said.place)
        same = sorted(body.population) == sorted(everywhere) and body.drawn == wanted
        boxes = f"{', '.join(drawn)} of {len(everywhere)} boxes"
        if same:
            notebook.ok("audit-sample", f"{boxes}, drawn again from {len(digits)} dice", said.place)
        else:
            detail = f"the dice draw {boxes}, the sample says {', '.join(body.ids)}"
            notebook.fail("audit-sample", detail, said.place)
    return drawn


def _check_count(notebook: Notebook, story: Story, said: Said, aside: str) -> None:
    """One box: its paper, counted against the tally sheet in the record (the rules saw to that), agrees with it."""
    name = f"station {said.statement.subject}"
    with notebook.reporting("closing-count", said.place):
        body = body_of(said.statement, ClosingCount, said.place)
        paper = PaperTally(body.method, body.papers, body.contests, body.spoiled, body.unsettled)
        again = closing_count(story.rules.definition, story.rules.sheets[body.station], body.sheet, paper)
        if again.differences != body.differences:
            told = f"{len(body.differences)} differences are told, {len(again.differences)} are there"
            notebook.fail("closing-count", f"{name}: {told}", said.place)
        for one in again.differences:
            where = f"{one.contest} {one.what}".strip()
            detail = f"{name}: {where}: {one.paper} on paper, {one.sheet} on the tally sheet"
            unread = _may_be_unread(story.rules.definition, one, body.unread)
            notebook.write("closing-count", Grade.INCOMPLETE if unread else Grade.FAILURE, detail, said.place)
        if body.unread:
            detail = f"{name}: {body.unread} papers nobody could read"
            notebook.write("closing-count", Grade.INCOMPLETE, detail, said.place)
        if again.holds and body.holds:
            detail = f"{name}{aside}: {body.papers} papers, by {body.method}, agree in every figure"
            notebook.ok("closing-count", detail)


def _may_be_unread(definition: Definition, one: CountDifference, unread: int) -> bool:
    """Whether papers that nobody has read yet can make up for what the paper has less than the tally sheet."""
    a_paper = definition.contest(one.contest).choose if one.what == UNDERVOTES else 1
    return 0 < one.sheet - one.paper <= unread * a_paper
