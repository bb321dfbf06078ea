"""Ties: equal votes, quotients or remainders that compete for fewer places than they are, and the public draw.

A tie is never settled by the order of the file. After the results are known, dice are rolled in public; their digits
are the `draw`. The tied options are put in the ascending order of SHA-256("DRAW,CONTEST,OPTION") and take the tied
places in that order. Until there is a draw these places stay open and are reported.
"""

import hashlib
from collections.abc import Iterable

from testigo.canonical import SignedValue
from testigo.election.methods import Award
from testigo.errors import InvalidInput


class Tie(SignedValue, frozen=True):
    """`options` (ids, also of agreements) tie for `seats_at_stake`, fewer than they are. `winners`: as drawn, empty
    until there is a draw.
    """

    options: tuple[str, ...]
    seats_at_stake: int
    winners: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether the tie waits for a public draw."""
        return not self.winners


def draw_order(draw: str, contest_id: str, options: Iterable[str]) -> list[str]:
    """Options in the order of the public draw `draw` (ASCII digits, as rolled); raises `InvalidInput` for anything
    else.
    """
    if not (draw.isascii() and draw.isdecimal()):
        raise InvalidInput("draw.not-digits", text=draw[:60])
    return sorted(options, key=lambda option: hashlib.sha256(f"{draw},{contest_id},{option}".encode()).digest())


def settle(subject: str, award: Award, draw: str | None) -> tuple[list[str], tuple[Tie, ...]]:
    """The winners of an award, tied ones too as far as they are drawn, and its tie. `subject`: what the draw is for."""
    if not award.tied:
        return award.won, ()
    winners = draw_order(draw, subject, award.tied)[: award.at_stake] if draw is not None else []
    return award.won + winners, (Tie(award.tied, award.at_stake, tuple(winners)),)
