"""*None of the above* as an option of its own, with the effect that the law gives its votes."""

from dataclasses import replace
from typing import Literal

from testigo.election.thresholds import VoteTotals
from testigo.election.value import Value


class NoneOfTheAbove(Value, frozen=True):
    """`option`: the one that stands for nobody; it never wins a seat.

    `effect`: its votes are `reported` and nothing else; or each `counts` as a valid vote, of which thresholds and
    majorities are shares; or they count and can also force a `reelection`, in which nobody is elected: if they are
    the `most`, more than any other option has, or more than `half` of the valid votes, as `wins` says.
    """

    option: str
    effect: Literal["reported", "counts", "reelection"] = "reported"
    wins: Literal["most", "half"] = "most"

    def set_apart(self, totals: VoteTotals) -> VoteTotals:
        """The totals with no votes for it, and among the valid votes for nobody those that count."""
        votes = totals.votes.get(self.option, 0)
        counting = 0 if self.effect == "reported" else votes
        return replace(totals, votes={**totals.votes, self.option: 0}, nobody=totals.nobody + counting)

    def voids(self, totals: VoteTotals) -> bool:
        """Whether nobody is elected, from the totals with its votes."""
        if self.effect != "reelection":
            return False
        own = totals.votes.get(self.option, 0)
        if self.wins == "half":
            return 2 * own > totals.of("valid")
        return own > max((count for option, count in totals.votes.items() if option != self.option), default=0)


def without_nobody(rule: NoneOfTheAbove | None, totals: VoteTotals) -> VoteTotals:
    """The totals that seats follow from."""
    return totals if rule is None else rule.set_apart(totals)
