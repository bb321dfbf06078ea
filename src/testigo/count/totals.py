"""Adding up: turnout, and percentages without floats. Votes are added by `ballot.ContestCount`."""

from typing import Self

from testigo.canonical import SignedValue


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
