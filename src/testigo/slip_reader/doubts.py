"""Why a slip is refused: doubts, and the parts of a slip that they name."""

import numpy as np
from numpy.typing import NDArray

from testigo.election import BallotStyle
from testigo.errors import TestigoError
from testigo.scan.corner_marks import Marks, bend
from testigo.scan.ink import Ink
from testigo.slip_reader.legal_print import LegalPrint, Region
from testigo.slip_reader.similarity import LIMITS, Limits, Similarity
from testigo.words import Message, message


class Doubt(TestigoError):
    """Why a slip is refused."""


class PartDoubt(Doubt):
    """The same of one part of the page, `region`."""

    region: Region


def named(region: Region, style: BallotStyle) -> Message:
    """What a region of a slip is called inside a sentence."""
    if region.kind == "contest":
        return message("term", "slip-part.contest-title", number=region.contest + 1)
    if region.kind == "row":
        return message("term", "slip-part.row", number=region.row + 1, contest=style.contests[region.contest])
    return message("term", "slip-part.election-title" if region.kind == "head" else "slip-part.foot")


def sure(similarity: Similarity, part: Message) -> Similarity:
    """The similarity, if it is beyond doubt; else raise `Doubt` of `part`."""
    doubt = similarity.doubt(LIMITS)
    if doubt:
        raise Doubt(f"slip-part.{doubt}", part=part)
    return similarity


def sure_of(region: Region, similarity: Similarity, legal: LegalPrint, limits: Limits = LIMITS) -> Similarity:
    """The same of a region of the page; raises `PartDoubt`."""
    doubt = similarity.doubt(limits)
    if doubt:
        found = PartDoubt(f"slip-part.{doubt}", part=named(region, legal.style))
        found.region = region
        raise found
    return similarity


_ILLEGIBLE = ("slip-part.not-legible", "slip-part.strange", "slip-part.one-of-two")
_CODE_LINES = ("slip-part.number", "slip-part.station-line", "slip-part.style-line")


def is_illegible(refused: Message) -> bool:
    """Whether a part was not read because its print was not clear, which another look may change."""
    return refused.key in _ILLEGIBLE


def is_of_code_lines(refused: Message) -> bool:
    """Whether the part that is doubtful is one of the code lines."""
    part = refused.values.get("part")
    return isinstance(part, Message) and part.key in _CODE_LINES


BENT, _MUCH_BENT = 4.0, 16.0
"""Dots off its place from which on paper is straightened, and from which on that is the reason given."""


def bent(doubt: Doubt, straightened: Doubt, shift: Ink) -> Doubt:
    """The doubt, or that the paper is bent too much at the part that is doubtful: a picture of flat paper tells
    more. `straightened`: the doubt that was left when the bend was taken out. If letters are beside their place even
    then, or if nothing is wrong there any more, it was the bend."""
    if straightened.message.key == _BENT:
        return straightened
    there = shift
    if isinstance(doubt, PartDoubt):
        there = shift[doubt.region.top : doubt.region.top + doubt.region.height]
    part = doubt.message.values.get("part")
    much = len(there) > 0 and float(np.abs(there).max()) >= _MUCH_BENT
    if part is None or (not much and straightened.message.values.get("part") in (part, None)):
        return doubt
    if not much and straightened.message.key == "slip-part.marked":
        return straightened
    return Doubt("slip-part.bent", part=part)


_BENT = "slip-part.bent"


def bent_by_marks(refused: Message, marks: Marks) -> Message:
    """The reason, or that the paper is bent too much where print seems not legible or not as it was, if the corner
    marks say that it is."""
    part = refused.values.get("part")
    if refused.key not in (*_ILLEGIBLE, *_NOT_AS_PRINTED) or part is None or bend(marks) < _MARKS_OFF:
        return refused
    return Doubt("slip-part.bent", part=part).message


_NOT_AS_PRINTED = ("slip-part.marked", "slip-part.gone", "slip-part.coloured")
_MARKS_OFF = 0.2
"""Millimetres. Of flat paper, photographed from any side, at most 0.06."""


def in_shadow(doubt: PartDoubt, shadows: NDArray[np.bool_]) -> Doubt:
    """The doubt, or that the edge of a shadow crosses the part that is doubtful."""
    region = doubt.region
    if shadows[region.top : region.top + region.height].mean() < _SHADOWED:
        return doubt
    return Doubt("slip-part.in-shadow", part=doubt.message.values["part"])


_SHADOWED = 0.03
"""Part of a region that the edge of a shadow covers."""
