"""The closing counts of a record: a box can be counted again, and the later count names the earlier one and says why.

None is taken out. What could be signed again until it is favourable is held by that: every count stays readable, with
the reason why another followed on it.
"""

from collections.abc import Mapping

import msgspec

from testigo.count.conflict import Conflict
from testigo.count.kinds import kind_label
from testigo.count.statements import LONGEST_WHY, ClosingCount
from testigo.count.unread import Unread
from testigo.errors import InvalidInput, is_printable

_KIND = "closing-count"


class NamedCount(msgspec.Struct, frozen=True):
    """A count and the digest of its statement, by which a later one names it."""

    digest: str
    count: ClosingCount


class CountLog:
    """The counts of each box, in log order. Immutable: `add` returns a new one."""

    def __init__(self, said: Mapping[tuple[str, int], tuple[NamedCount, ...]] | None = None) -> None:
        self._said = dict(said or {})

    def of(self, station: str, booth: int = 1) -> tuple[NamedCount, ...]:
        """All counts of the box of a station's booth, the last one being the one that stands."""
        return self._said.get((station, booth), ())

    @property
    def standing(self) -> dict[tuple[str, int], ClosingCount]:
        """Station and number of the booth → the last count of that box."""
        return {box: counts[-1].count for box, counts in self._said.items()}

    def check(self, count: ClosingCount, unread: Unread, place: str, *, several: bool) -> None:
        """Return if this count may be said next. `several`: whether its station has several boxes, so that a count that
        was not read may be of another.

        Raises `Conflict` for a second one that names none, `InvalidInput` where it names another than the last, or its
        reason is not one line of 1 to 200 characters; `NeedsUnread` where the one it names was not read.
        """
        earlier, station = self.of(count.station, count.booth), count.station
        if not count.replaces:
            if not earlier and several:
                unread.check_read(_KIND, station, place)
            if earlier or unread.contains_exactly(_KIND, station):
                raise Conflict(
                    "statement.second-of-station",
                    place=place,
                    hint="say-which-and-why",
                    kind=kind_label(_KIND),
                    station=station,
                )
        elif not count.why.strip() or not is_printable(count.why, LONGEST_WHY):
            raise InvalidInput("statement.why", place=place, kind=kind_label(_KIND), most=LONGEST_WHY)
        elif not earlier or earlier[-1].digest != count.replaces:
            unread.check_read(_KIND, station, place)
            raise InvalidInput("statement.names-another", place=place, kind=kind_label(_KIND), station=station)

    def add(self, count: ClosingCount, digest: str) -> "CountLog":
        """With one more, which `check` has passed."""
        box = count.station, count.booth
        return CountLog({**self._said, box: (*self.of(*box), NamedCount(digest, count))})
