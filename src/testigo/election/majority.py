"""Majorities: the votes that elect one option in the first round, else the two first go to a second round.

Laws differ in the share, in whether exactly the share is enough, in the lead over the next option, and in what all
these are shares of; a `Majority` says each of them. Exact arithmetic.
"""

from collections.abc import Mapping
from fractions import Fraction

from testigo.canonical import SignedValue
from testigo.election.methods import highest
from testigo.election.thresholds import Base, share_of
from testigo.election.ties import Tie, settle
from testigo.election.value import Value
from testigo.errors import InvalidInput

HALF = Fraction(1, 2)
IN_SECOND_ROUND = 2


class Condition(Value, frozen=True):
    """A share of the votes, and perhaps a lead over the next option, that together are enough. Each is `"45"` (per
    cent) or `"2/3"`; one of `more_than` and `at_least` is named, and at most one of the leads.
    """

    more_than: str = ""
    at_least: str = ""
    lead_more_than: str = ""
    lead_at_least: str = ""

    def require_valid(self) -> None:
        """Raise `InvalidInput` where its shares are not shares, or not one of each kind."""
        if bool(self.more_than) == bool(self.at_least) or (self.lead_more_than and self.lead_at_least):
            raise InvalidInput("majority.one-share")
        for text in (self.more_than, self.at_least, self.lead_more_than, self.lead_at_least):
            _share(text or "0")

    def met(self, votes: int, lead: int, whole: int) -> bool:
        """Whether so many votes, and so many more than the next option has, are enough of a whole; raises
        `InvalidInput` as `require_valid` does.
        """
        self.require_valid()
        enough = votes > _share(self.more_than) * whole if self.more_than else votes >= _share(self.at_least) * whole
        if self.lead_more_than:
            return enough and lead > _share(self.lead_more_than) * whole
        return enough and lead >= _share(self.lead_at_least or "0") * whole


class Majority(Value, frozen=True):
    """Who meets one of the `conditions` is elected; where there are none, who has more than half. `of`: what they are
    shares of.
    """

    of: Base = "valid"
    conditions: tuple[Condition, ...] = ()

    def elects(self, votes: Mapping[str, int], whole: int) -> str:
        """The option that is elected, "" for none: of options with equal most votes none is."""
        first = highest(((count, option) for option, count in votes.items() if count), 1)
        if not first.won:
            return ""
        (winner,) = first.won
        count = votes[winner]
        lead = count - max((other for option, other in votes.items() if option != winner), default=0)
        met = any(one.met(count, lead, whole) for one in self.conditions) if self.conditions else count > HALF * whole
        return winner if met else ""


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


def _share(text: str) -> Fraction:
    return share_of("", text) if "/" in text else share_of(text, "")
