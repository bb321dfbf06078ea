"""Shares as law writes them: more than so much, or at least so much. `"45"` is per cent, `"2/3"` a fraction."""

from fractions import Fraction

from testigo.election.thresholds import share_of
from testigo.election.value import Value
from testigo.errors import InvalidInput


class Share(Value, frozen=True):
    """One of `more_than` and `at_least`."""

    more_than: str = ""
    at_least: str = ""

    def require_valid(self) -> None:
        """Raise `InvalidInput` where it does not name one of the two, or what it names is not a share."""
        if bool(self.more_than) == bool(self.at_least):
            raise InvalidInput("share.one-of-two")
        fraction_of(self.more_than or self.at_least)

    @property
    def impossible(self) -> str:
        """What nothing is ever more than; "" where something may be enough. Raises as `require_valid` does."""
        self.require_valid()
        return self.more_than if self.more_than and fraction_of(self.more_than) >= 1 else ""

    def met(self, count: int, whole: int) -> bool:
        """Whether so many are enough of a whole; raises `InvalidInput` as `require_valid` does."""
        self.require_valid()
        if self.more_than:
            return count > fraction_of(self.more_than) * whole
        return count >= fraction_of(self.at_least) * whole


def fraction_of(text: str) -> Fraction:
    """The share, 0 to 1, that a text says; raises `InvalidInput` where it says none."""
    return share_of("", text) if "/" in text else share_of(text, "")
