"""Bodies of statements that other rooms make and the centre publishes: the public draw, and the count of one box's
paper.

They live here, below `audit`, because the results page shows them and the result depends on the draw.
"""

from typing import Literal

import msgspec

from testigo.ballot import ContestTally


class PublicDraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a `public-draw` statement, which settles every tie of the election. `digits`: dice as rolled, 1 to 6."""

    digits: str


class CountDifference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One figure that paper and tally sheet do not share. `contest`: empty for a figure of the whole box.

    `what`: an option's id, or `(blank)`, `(null)`, `(undervotes)`, `(ballots)`, `(papers)`, `(spoiled)`.
    """

    contest: str
    what: str
    sheet: int
    paper: int


class UnsettledPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that no machine could read for certain. `settled`: whether a person read it and entered its choices."""

    source: str
    reason: str
    settled: bool = False


class ClosingCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a `closing-count` statement: one box's papers counted, and compared with the station's tally sheet.

    `sheet`: digest of the tally sheet's canonical payload. `papers`: how many paper votes were counted. `spoiled`:
    papers in the envelope of spoiled votes, which are not counted; null if nobody counted them. `contests`: what the
    papers say.
    """

    station: str
    method: Literal["images", "hand"]
    sheet: str
    papers: int
    spoiled: int | None
    contests: tuple[ContestTally, ...]
    unsettled: tuple[UnsettledPaper, ...]
    differences: tuple[CountDifference, ...]

    @property
    def unread(self) -> int:
        """How many papers nobody has read yet."""
        return sum(not paper.settled for paper in self.unsettled)

    @property
    def holds(self) -> bool:
        """Whether paper and tally sheet agree in every figure and no paper is left unread."""
        return not self.differences and not self.unread
