"""Majorities: the votes that elect one option in the first round, else the two first go to a second round.

Laws differ in the share, in whether exactly the share is enough, in the lead over the next option, and in what all
these are shares of; a `Majority` says each of them. Exact arithmetic.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Literal

from testigo.canonical import SignedValue
from testigo.election.methods import highest
from testigo.election.shares import Share
from testigo.election.thresholds import Base
from testigo.election.ties import Tie, settle
from testigo.election.value import Value

HALF = Fraction(1, 2)
IN_SECOND_ROUND = 2


class Condition(Share, frozen=True):
    """A share of the votes, and perhaps a lead over the next option, that together are enough; at most one of the leads
    is named.
    """

    lead_more_than: str = ""
    lead_at_least: str = ""

    def require_valid(self) -> None:
        """Raise `InvalidInput` where a share is not one, or not one of each kind is named."""
        super().require_valid()
        if self.lead_more_than or self.lead_at_least:
            self._lead.require_valid()

    @property
    def impossible(self) -> str:
        """As of a share, and of the lead."""
        return super().impossible or (self._lead.impossible if self.lead_more_than or self.lead_at_least else "")

    def met_by(self, votes: int, lead: int, whole: int) -> bool:
        """Whether so many votes, and so many more than the next option has, are enough of a whole; raises
        `InvalidInput` as `require_valid` does.
        """
        asked = bool(self.lead_more_than or self.lead_at_least)
        return self.met(votes, whole) and (not asked or self._lead.met(lead, whole))

    @property
    def _lead(self) -> Share:
        return Share(self.lead_more_than, self.lead_at_least)


class Majority(Value, frozen=True):
    """Who meets one of the `conditions` is elected; where there are none, who has more than half. `of`: what they are
    shares of. `withdrawn`: what follows where one of the two that go to a second round is out before it: the next one
    goes on in its place, or the other one is elected.
    """

    of: Base = "valid"
    conditions: tuple[Condition, ...] = ()
    withdrawn: Literal["next", "other-elected"] = "next"

    def elects(self, votes: Mapping[str, int], whole: int) -> str:
        """The option that is elected, "" for none: of options with equal most votes none is."""
        first = highest(((count, option) for option, count in votes.items() if count), 1)
        if not first.won:
            return ""
        (winner,) = first.won
        count = votes[winner]
        lead = count - max((other for option, other in votes.items() if option != winner), default=0)
        met = (
            any(one.met_by(count, lead, whole) for one in self.conditions) if self.conditions else count > HALF * whole
        )
        return winner if met else ""

    def elects_other(self, contest: str, votes: Mapping[str, int], out: Collection[str], draw: str | None) -> str:
        """The one of the two first that is elected because the other is out, "" for none."""
        first = second_round(contest, votes, draw) if self.withdrawn == "other-elected" and out else None
        if first is None or (first.tie is not None and first.tie.open):
            return ""
        left = [option for option in first.options if option not in out]
        return left[0] if len(left) == 1 else ""


class SecondRound(SignedValue, frozen=True):
    """Nobody is elected: `options` go to a second round, those with more votes first. `tie`: for a place in it, which
    is empty until the public draw.
    """

    options: tuple[str, ...]
    tie: Tie | None = None


def second_round(contest: str, votes: Mapping[str, int], draw: str | None) -> SecondRound | None:
    """The two options with most votes; None where fewer than two have any."""
    claims = [(count, option) for option, count in votes.items() if count]
    if len(claims) < IN_SECOND_ROUND:
        return None
    options, ties = settle(contest, highest(claims, IN_SECOND_ROUND), draw)
    return SecondRound(tuple(options), ties[0] if ties else None)
