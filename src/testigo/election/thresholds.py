"""Thresholds: the share of the votes under which a list gets no seat, by kind of list, in exact arithmetic.

Shares are decimal strings of a percentage (`"2.5"`) or fractions (`"1/12"`), because floats are never signed. Who has
exactly the share passes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from testigo.election.parties import Party
from testigo.election.value import Value
from testigo.errors import InvalidInput

Base = Literal["valid", "valid-and-blank", "cast"]

_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")
_FRACTION = re.compile(r"[0-9]{1,9}/[1-9][0-9]{0,8}")


class CoalitionShare(Value, frozen=True):
    """The share that coalitions of `members` parties or more need: a percentage or a fraction."""

    members: int
    percent: str = ""
    fraction: str = ""

    def share(self) -> Fraction:
        """The share, 0 to 1; raises `InvalidInput` where it is none."""
        return share_of(self.percent, self.fraction)


class Threshold(Value, frozen=True):
    """Lists with a smaller share of the votes get no seat: a percentage or a fraction, one of the two.

    `of`: all valid votes, these and the blank ones, or all ballots cast. `coalitions`: shares of their own, by number
    of parties; those of fewer parties need the general one. `minorities`: whether lists of minorities need none.
    `contests`: those whose votes are added up for it; where none is named, the contest's own, or those of all list
    contests of the body.
    """

    percent: str = ""
    of: Base = "valid"
    fraction: str = ""
    coalitions: tuple[CoalitionShare, ...] = ()
    minorities: Literal["as-others", "exempt"] = "as-others"
    contests: tuple[str, ...] = ()

    def share(self) -> Fraction:
        """The general share, 0 to 1; raises `InvalidInput` where it is none."""
        return share_of(self.percent, self.fraction)

    def share_of(self, party: Party | None) -> Fraction:
        """The share that lists of that party need; None: of no party."""
        if party is not None and party.kind == "minority" and self.minorities == "exempt":
            return Fraction(0)
        if party is not None and party.kind == "coalition":
            own = [one for one in self.coalitions if one.members <= party.members]
            if own:
                return max(own, key=lambda one: one.members).share()
        return self.share()


@dataclass(frozen=True)
class VoteTotals:
    """What was voted in one contest, or in several added up. `votes`: by option, or by party; `ballots`: all cast;
    `nobody`: valid votes that are for none of these; `preferences`: for candidates of open lists, which decide nothing
    but who takes a list's seats.
    """

    votes: Mapping[str, int]
    blank: int
    ballots: int
    nobody: int = 0
    preferences: Mapping[str, int] = field(default_factory=dict)

    def of(self, base: Base) -> int:
        """The whole that a threshold is a share of."""
        if base == "cast":
            return self.ballots
        return sum(self.votes.values()) + self.nobody + (self.blank if base == "valid-and-blank" else 0)


def under(threshold: Threshold, totals: VoteTotals, parties: Mapping[str, Party | None]) -> frozenset[str]:
    """Who has too few votes, among those of `totals.votes`; `parties`: what each of them is."""
    whole = totals.of(threshold.of)
    return frozenset(
        holder for holder, count in totals.votes.items() if count < threshold.share_of(parties[holder]) * whole
    )


def added_up(totals: Iterable[VoteTotals]) -> VoteTotals:
    """Several as one."""
    votes: dict[str, int] = {}
    blank = ballots = nobody = 0
    for one in totals:
        blank, ballots, nobody = blank + one.blank, ballots + one.ballots, nobody + one.nobody
        for holder, count in one.votes.items():
            votes[holder] = votes.get(holder, 0) + count
    return VoteTotals(votes, blank, ballots, nobody)


def share_of(percent: str, fraction: str) -> Fraction:
    """The share, 0 to 1, of one of the two spellings; raises `InvalidInput` where it is none, or both are given."""
    if bool(percent) == bool(fraction):
        raise InvalidInput("threshold.one-share")
    if fraction:
        if not _FRACTION.fullmatch(fraction) or Fraction(fraction) > 1:
            raise InvalidInput("threshold.not-a-fraction", text=fraction[:60])
        return Fraction(fraction)
    if not _PERCENT.fullmatch(percent) or Fraction(percent) > 100:
        raise InvalidInput("definition.not-a-percentage", text=percent[:60])
    return Fraction(percent) / 100
