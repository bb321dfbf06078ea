"""Whether every slip of an election is short enough to be printed in one piece and found again in a scan."""

from math import ceil
from typing import Any

from testigo.ballot.marks import Ballot
from testigo.ballot.slip_number import new_slip_number
from testigo.election import Definition, distinct_ballots
from testigo.errors import InvalidInput
from testigo.paper.frame import LONGEST
from testigo.slip.slip import Slip

_SIZE = 4.0
"""Millimetres: no text of a slip is larger. No character is wider than one and a quarter of it, no line higher than
twice."""

_REST = 150.0
"""Millimetres: code lines, marks, rules and the QR code take less."""


_OF_A_MARK = 15.0
"""Millimetres: the word for a sample takes less, in one language."""


def require_printable(definition: Definition) -> None:
    """Raise `InvalidInput` where the slips of a ballot style are longer than a sheet may be (`frame.LONGEST`)."""
    for ballot in distinct_ballots(definition):
        blank = Ballot.mark(definition, ballot.style, {})
        slip = Slip(definition, ballot.station, blank, new_slip_number(), definition.languages[0])
        if _at_most(slip.page()) > LONGEST and (length := slip.length()) > LONGEST:
            raise InvalidInput("slip.too-long", style=ballot.style.id, length=ceil(length), most=int(LONGEST))


def _at_most(page: dict[str, Any]) -> float:
    """Millimetres that a slip surely does not exceed: to set all slips of a country would take minutes."""
    contests = sum(
        _height(contest["heading"]) + len(contest["rows"]) * max(map(_height, contest["measured"]))
        for contest in page["contests"]
    )
    marks = _OF_A_MARK * len(page["training"])
    return float(marks + _REST + _height([page["place"]]) + _height(page["head"]) + _height(page["foot"]) + contests)


def _height(parts: list[dict[str, Any]]) -> float:
    """Two lines that follow each other hold more than one line's width, or their words would stand in one."""
    widths = (1.25 * _SIZE * len(text) for part in parts for text in part["texts"] if text)
    return sum((2 * ceil(width / 54) + 1) * 2 * _SIZE for width in widths)
