"""The parties behind options: what thresholds and seats of a body are counted by."""

from typing import Literal

from testigo.election.value import Text, Value

PartyKind = Literal["party", "coalition", "minority"]


class Party(Value, frozen=True):
    """A party or alliance. `abbreviation` is what fits on a narrow slip.

    `kind`: what a threshold by kind of list takes it for; `members`: how many parties a coalition has.
    """

    id: str
    name: Text
    abbreviation: str
    kind: PartyKind = "party"
    members: int = 0
