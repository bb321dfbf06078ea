"""Adding up: votes of a contest over many stations, turnout, and percentages without floats."""

from typing import Self

from testigo.ballot import ContestTally
from testigo.canonical import SignedValue
from testigo.election import Contest


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in percent with two decimals, rounded half up, in whole numbers only; `0.00` of nothing."""
    if whole <= 0:
        return "0.00"
    hundredths = (20_000 * part + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


class Turnout(SignedValue, frozen=True):
    """Voters of counted stations. `recorded`: ballots in the tallies. `percent`: checked in, of registered, two
    decimals.
    """

    registered: int
    checked_in: int
    deposited: int
    recorded: int
    percent: str

    @classmethod
    def of(cls, *, registered: int, checked_in: int, deposited: int, recorded: int) -> Self:
        """The turnout from its counters."""
        return cls(registered, checked_in, deposited, recorded, percent(checked_in, registered))


class Total:
    """A contest's running total over stations."""

    def __init__(self, contest: Contest) -> None:
        self._contest = contest.id
        self._votes = {option.id: 0 for option in contest.options}
        self._blank = self._null = self._undervotes = self._ballots = 0

    def add(self, tally: ContestTally) -> None:
        """Add one station's tally of this contest; its options must be the contest's (`tally_mistakes` sees to it)."""
        for option, votes in tally.votes.items():
            self._votes[option] += votes
        self._blank += tally.blank
        self._null += tally.null
        self._undervotes += tally.undervotes
        self._ballots += tally.ballots

    def tally(self) -> ContestTally:
        """What was added up so far."""
        return ContestTally(
            self._contest,
            dict(self._votes),
            blank=self._blank,
            null=self._null,
            undervotes=self._undervotes,
            ballots=self._ballots,
        )
