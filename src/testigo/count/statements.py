"""Bodies of the auditor's statements: dice, the boxes they draw, the count of one box's paper, the draw of ties.

They live here, below `audit`, because the rules must know them, the results page shows them, and the result depends on
the draw.
"""

from typing import Literal

from testigo.ballot import ContestTally
from testigo.canonical import SignedValue
from testigo.errors import InvalidInput

LEAST_DICE = 20
"""Twenty dice hold 51 bits: nobody who knows which sample would suit them can roll until it comes."""

MOST_DICE = 200

LONGEST_WHY = 200
"""Characters of a reason that is written in words."""


def check_dice(digits: str, *, place: str = "") -> None:
    """Return if these are dice as rolled, 20 to 200 digits from 1 to 6; else raise `InvalidInput`."""
    wrong = sorted(set(digits) - set("123456"))
    if wrong:
        raise InvalidInput("dice.no-such-face", place=place, face=wrong[0])
    if not LEAST_DICE <= len(digits) <= MOST_DICE:
        raise InvalidInput("dice.wrong-number", place=place, count=len(digits), least=LEAST_DICE, most=MOST_DICE)


class AuditSeed(SignedValue, frozen=True):
    """Body of an `audit-seed` statement, which draws the boxes of the closing count. `digits`: dice as rolled."""

    digits: str


class Ticket(SignedValue, frozen=True, order=True):
    """An id and the first 18 decimals of its ticket number, which order the draw (`number` begins with `0.`)."""

    number: str
    id: str


class AuditSample(SignedValue, frozen=True):
    """Body of an `audit-sample` statement: what was drawn for which purpose, from which ids, with which seed."""

    purpose: Literal["closing-count"]
    seed: str
    population: tuple[str, ...]
    drawn: tuple[Ticket, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The drawn ids in the order of their tickets."""
        return tuple(ticket.id for ticket in self.drawn)


class PublicDraw(SignedValue, frozen=True):
    """Body of a `public-draw` statement, which settles every tie of the election. `digits`: dice as rolled, 1 to 6."""

    digits: str


class CountDifference(SignedValue, frozen=True):
    """One figure that paper and tally sheet do not share. `contest`: empty for a figure of the whole box.

    `what`: an option's id, or `(blank)`, `(null)`, `(undervotes)`, `(ballots)`, `(papers)`, `(spoiled)`.
    """

    contest: str
    what: str
    sheet: int
    paper: int


class UnsettledPaper(SignedValue, frozen=True):
    """A paper that no machine could read for certain. `settled`: whether a person read it and entered its choices."""

    source: str
    reason: str
    settled: bool


class ClosingCount(SignedValue, frozen=True):
    """Body of a `closing-count` statement: one box's papers counted, and compared with the station's tally sheet.

    `sheet`: digest of the tally sheet's statement (`record.SignedStatement`; in version 1 that of its body). `papers`:
    how many paper votes were counted. `spoiled`: papers in the envelope of spoiled votes, which are not counted; null
    if nobody counted them. `contests`: what the papers say. `replaces`: digest of the statement of the count before it,
    where this one was made instead; `why`, in words. `booth`: number of the booth whose box it is; where the station
    has several, `sheet` is that booth's (`booth-sheet`).
    """

    VERSION = 4

    station: str
    method: Literal["images", "hand"]
    sheet: str
    papers: int
    spoiled: int | None
    contests: tuple[ContestTally, ...]
    unsettled: tuple[UnsettledPaper, ...]
    differences: tuple[CountDifference, ...]
    replaces: str = ""
    why: str = ""
    booth: int = 1

    @property
    def unread(self) -> int:
        """How many papers nobody has read yet."""
        return sum(not paper.settled for paper in self.unsettled)

    @property
    def is_consistent(self) -> bool:
        """Whether paper and tally sheet agree in every figure and no paper is left unread."""
        return not self.differences and not self.unread
