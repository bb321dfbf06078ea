"""One voter's choices, on screen, on paper and added up.

`marks` holds the rules of marking, `tally` what many ballots add up to and the tally sheet's shape.
"""

from testigo.ballot.marks import Ballot, too_many, unused
from testigo.ballot.tally import (
    ContestTally,
    Difference,
    Reconciliation,
    Tally,
    TallySheet,
    tally_ballots,
    tally_mistakes,
)

__all__ = [
    "Ballot",
    "ContestTally",
    "Difference",
    "Reconciliation",
    "Tally",
    "TallySheet",
    "tally_ballots",
    "tally_mistakes",
    "too_many",
    "unused",
]
