"""The authority lets a station release more voters by its chair alone: the body of a `release-allowance` statement.

It lives here because the station obeys it, the centre takes it into the record, and the witness compares it with what
the station counted.
"""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from testigo.ballot.reasons import LONGEST_WRITTEN
from testigo.canonical import SignedValue
from testigo.errors import InvalidInput, is_printable

MOST: Final = 1_000_000
"""More voters than any station has."""


class ReleaseAllowance(SignedValue, frozen=True):
    """Signed by the centre, for one station. `number`: from 1; of several the highest counts. `more`: releases beyond
    the alarm, of all kinds and the whole day together, for which no second person is needed. `reason`: in words that
    everybody will read.
    """

    station: str
    number: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    more: Annotated[int, msgspec.Meta(ge=0, le=MOST)]
    reason: str

    def check(self) -> None:
        """Raise `InvalidInput` unless the reason is one that can be read."""
        if not self.reason.strip() or not is_printable(self.reason, LONGEST_WRITTEN):
            raise InvalidInput("release-allowance.reason", most=LONGEST_WRITTEN)


def newest(allowances: Iterable[ReleaseAllowance]) -> ReleaseAllowance | None:
    """The one that counts."""
    return max(allowances, key=lambda one: one.number, default=None)
