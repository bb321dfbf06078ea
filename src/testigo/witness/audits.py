"""The audits: samples drawn again from the dice, paper counts compared again with the tally sheets."""

from testigo.audit import AuditSample, AuditSeed, Seed, boxes_to_count, sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.count import ClosingCount, body_of, sheet_digest
from testigo.election import Definition
from testigo.witness.notebook import Notebook
from testigo.witness.reading import Said, Story


def check(notebook: Notebook, story: Story) -> None:
    """The closing count: seed, sample, and one paper count for every box drawn."""
    seeds = story.said.get("audit-seed", [])
    samples = story.said.get("audit-sample", [])
    if not seeds or not samples:
        notebook.write("closing count", False, "no boxes were drawn: no audit seed and sample are published")
        return
    drawn = _check_samples(notebook, story.ledger.definition, seeds[0], samples)
    sheets = {said.statement.subject: said.index for said in story.said.get("tally-sheet", [])}
    late = [station for station in drawn if sheets.get(station, -1) > seeds[0].index]
    detail = "dice were rolled after the tally sheets of all drawn boxes were published"
    if late:
        detail = f"dice were rolled before these tally sheets were published: {', '.join(late)}"
    notebook.write("audit seed", not late, detail, seeds[0].place)
    for station in drawn:
        _check_count(notebook, story, station)


def _check_samples(notebook: Notebook, definition: Definition, seed: Said, samples: list[Said]) -> tuple[str, ...]:
    """The ids that the seed really draws, for the closing count."""
    drawn: tuple[str, ...] = ()
    with notebook.reporting("audit sample", seed.place):
        digits = body_of(seed.statement, AuditSeed, seed.place).digits
        everywhere = tuple(station.id for station in definition.stations)
        wanted = sample(Seed(digits), everywhere, boxes_to_count(definition))
        drawn = tuple(ticket.id for ticket in wanted)
        for said in samples:
            body = body_of(said.statement, AuditSample, said.place)
            if body.purpose != "closing-count":
                continue
            same = body.seed == digits and set(body.population) == set(everywhere) and body.drawn == wanted
            what = f"{len(wanted)} of {len(everywhere)} boxes, drawn again from {len(digits)} dice: {', '.join(drawn)}"
            if not same:
                what = f"the dice draw {', '.join(drawn)}, the sample says {', '.join(body.ids)}"
            notebook.write("audit sample", same, what, said.place)
    return drawn


def _check_count(notebook: Notebook, story: Story, station: str) -> None:
    """One box that was drawn: its paper was counted, against this tally sheet, and agrees with it."""
    said = story.of_station("closing-count", station)
    if said is None:
        notebook.write("closing count", False, f"station {station} was drawn, but no paper count is published")
        return
    sheet = story.ledger.sheets.get(station)
    with notebook.reporting("closing count", said.place):
        body = body_of(said.statement, ClosingCount, said.place)
        if sheet is None or body.sheet != sheet_digest(sheet):
            notebook.write(
                "closing count", False, f"station {station}: it is compared with another tally sheet", said.place
            )
            return
        paper = PaperTally(body.method, body.papers, body.contests, body.spoiled, body.unsettled)
        again = closing_count(story.ledger.definition, sheet, paper)
        if again.differences != body.differences:
            told = f"{len(body.differences)} differences are told, {len(again.differences)} are there"
            notebook.write("closing count", False, f"station {station}: {told}", said.place)
        for one in again.differences:
            where = f"{one.contest} {one.what}".strip()
            detail = f"station {station}: {where}: {one.paper} on paper, {one.sheet} on the tally sheet"
            notebook.write("closing count", False, detail, said.place)
        unread = sum(not paper.settled for paper in body.unsettled)
        if unread:
            notebook.write("closing count", False, f"station {station}: {unread} papers nobody could read", said.place)
        if not again.differences and body.holds:
            detail = f"station {station}: {body.papers} papers, by {body.method}, agree in every figure"
            notebook.write("closing count", True, detail)
