"""The closing count: the paper votes of one box, counted without the machine, against the station's tally sheet.

What the papers say comes from images (`paper_images`) or from two people who count apart from each other
(`hand_count`). `closing_count` compares figure by figure. Nothing is corrected: every difference is listed. It is
computed again by the witness, so nothing here reads an image.

Spoiled papers are never in the box. The booth's voters put them into the envelope for spoiled votes; whoever counts
leaves the envelope closed but for counting its papers, and photographs only what was in the box.
"""

from dataclasses import dataclass
from typing import Literal

from testigo.ballot import UNDERVOTES, BoothSheet, ContestTally, TallySheet
from testigo.count import ClosingCount, CountDifference, UnsettledPaper
from testigo.election import Definition
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import Value, message

PAPERS, SPOILED = "(papers)", "(spoiled)"
"""Names of the figures of a whole box, beside those of its contests (`ContestTally.figures`)."""


@dataclass(frozen=True)
class PaperTally:
    """What the papers of one box say. `spoiled`: papers in the envelope of spoiled votes, None if not counted."""

    method: Literal["images", "hand"]
    papers: int
    contests: tuple[ContestTally, ...]
    spoiled: int | None = None
    unsettled: tuple[UnsettledPaper, ...] = ()


def closing_count(
    definition: Definition, sheet: TallySheet | BoothSheet, digest: str, paper: PaperTally
) -> ClosingCount:
    """Compare paper with tally sheet, of one booth of several with its booth sheet: contest by contest, figure by
    figure, in the order of the definition.

    `digest`: of that sheet, as the count is to name it (`record.SignedStatement.digest`).

    Raises `InvalidInput` where the two do not have the same contests.
    """
    counted = {tally.contest: tally for tally in paper.contests}
    if counted.keys() != {tally.contest for tally in sheet.tally.contests}:
        raise InvalidInput("closing-count.other-contests", place=message("place", "station", id=sheet.station))
    differences = [
        CountDifference(tally.contest, what, figure, other)
        for tally in sheet.tally.contests
        for contest in [definition.contest(tally.contest)]
        for (what, figure), (_, other) in zip(
            tally.figures(contest), counted[tally.contest].figures(contest), strict=True
        )
        if figure != other
    ]
    box = [(PAPERS, sum(sheet.tally.ballots.values()), paper.papers)]
    if paper.spoiled is not None:
        box.append((SPOILED, sheet.spoiled, paper.spoiled))
    differences += [CountDifference("", what, figure, other) for what, figure, other in box if figure != other]
    return ClosingCount(
        station=sheet.station,
        method=paper.method,
        sheet=digest,
        papers=paper.papers,
        spoiled=paper.spoiled,
        contests=paper.contests,
        unsettled=paper.unsettled,
        differences=tuple(differences),
        booth=sheet.number if isinstance(sheet, BoothSheet) else 1,
    )


def same_twice(first: PaperTally, second: PaperTally) -> PaperTally:
    """The figures that two people entered apart from each other; raises `SeveralErrors` with each that differs."""
    ones, others = _all_figures(first), _all_figures(second)
    errors: list[TestigoError] = [
        InvalidInput("hand-count.figure-differs", place=key, first=_figure(ones[key]), second=_figure(others.get(key)))
        for key in ones
        if ones[key] != others.get(key)
    ]
    if errors or ones.keys() != others.keys():
        raise SeveralErrors("hand-count.entries-differ", errors)
    return first


def _figure(figure: int | None) -> Value:
    return message("term", "nothing") if figure is None else figure


def _all_figures(paper: PaperTally) -> dict[str, int | None]:
    """Every figure of a hand count by a name a person understands. Unused choices follow from the rest."""
    contests = {
        f"{tally.contest}, {what}": count
        for tally in paper.contests
        for what, count in tally.figures()
        if what != UNDERVOTES
    }
    return {PAPERS: paper.papers, SPOILED: paper.spoiled, **contests}
