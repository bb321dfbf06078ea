"""What a station counts on paper when its machines cannot go on: the manual tally, signed by its chair.

Voters sign the printed poll book, mark printed ballots, and put them into the box. Two persons enter the figures apart
from each other; where they differ, a third decides after the papers were counted again.
"""

import itertools
from typing import Literal

from testigo.ballot.tally import Difference, Tally
from testigo.canonical import SignedValue


class ManualTally(SignedValue, frozen=True):
    """Body of a `manual-tally` statement. It is counted once the authority has accepted it.

    `part`: `whole` where no machine of the station counted a vote, `part` where its tally sheet is counted besides.
    `signed_in`: voters who signed the printed poll book. `handed_out`: ballots given to them; `spoiled`: of these,
    given back and kept apart. `reason`: why it was held on paper. `explanation`: of counters that differ, "" where none
    does. `entered_by`: the two persons who entered the figures, and the third, where there was one. `replaces`: digest
    of the manual tally before it, where this one was made instead; `why`, in words.
    """

    station: str
    part: Literal["whole", "part"]
    tally: Tally
    signed_in: int
    handed_out: int
    spoiled: int
    reason: str
    explanation: str
    entered_by: tuple[str, ...]
    replaces: str = ""
    why: str = ""

    @property
    def papers(self) -> int:
        """Ballots in the box."""
        return sum(self.tally.ballots.values())

    def differences(self) -> tuple[Difference, ...]:
        """Signed in = handed out − spoiled = papers in the box: every step that does not hold."""
        chain = (
            ("signed_in", self.signed_in),
            ("handed_out-spoiled", self.handed_out - self.spoiled),
            ("papers", self.papers),
        )
        return tuple(
            Difference(left, right, count, other, self.explanation)
            for (left, count), (right, other) in itertools.pairwise(chain)
            if count != other
        )
