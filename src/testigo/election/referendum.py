"""Referendums: which proposal is adopted, by the conditions of law, and the figures that decide.

Turnout quorum: so many of those who may vote cast a ballot. Approval quorum: so many of them vote for the proposal.
Majority: so many of the votes are for it, and more than for any other option. Exact arithmetic.
"""

from typing import Literal

from testigo.canonical import SignedValue
from testigo.election.shares import Share
from testigo.election.thresholds import Base, VoteTotals
from testigo.election.value import Value

HALF = Share(more_than="50")

What = Literal["first", "majority", "turnout", "approval"]


class Referendum(Value, frozen=True):
    """What a proposal needs. `against`: the option by which everything stays as it is; the others are proposals.

    `majority`: of the votes `of` counts, more than half where it is not named. `turnout`: of those who may vote, how
    many must cast a ballot. `approval`: of those who may vote, how many must vote for the proposal.
    """

    against: str
    of: Base = "valid"
    majority: Share | None = None
    turnout: Share | None = None
    approval: Share | None = None


class Need(SignedValue, frozen=True):
    """One condition with its figures: `count` of `whole`; of `first`, `whole` are the most votes of another option."""

    what: What
    count: int
    whole: int
    met: bool


class Outcome(SignedValue, frozen=True):
    """What a referendum decided. `option`: the proposal with most votes, "" where several have as many; `adopted`:
    whether it meets every one of the `needs`.
    """

    option: str
    adopted: bool
    needs: tuple[Need, ...]


def decide(referendum: Referendum, totals: VoteTotals, registered: int) -> Outcome:
    """From the votes by option. `registered`: how many may vote on it."""
    proposals = {option: count for option, count in totals.votes.items() if option != referendum.against}
    votes = max(proposals.values(), default=0)
    leading = [option for option, count in proposals.items() if count == votes]
    option = leading[0] if len(leading) == 1 else ""
    others = max((count for other, count in totals.votes.items() if other != leading[0]), default=0)
    whole = totals.of(referendum.of)
    needs = [
        Need("first", votes, others, votes > others),
        Need("majority", votes, whole, (referendum.majority or HALF).met(votes, whole)),
    ]
    if referendum.turnout is not None:
        needs.append(Need("turnout", totals.ballots, registered, referendum.turnout.met(totals.ballots, registered)))
    if referendum.approval is not None:
        needs.append(Need("approval", votes, registered, referendum.approval.met(votes, registered)))
    return Outcome(option, bool(option) and all(need.met for need in needs), tuple(needs))
