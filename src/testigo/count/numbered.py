"""Statements that are numbered: none is said twice, and none is left out."""

from collections.abc import Mapping

from testigo.count.conflict import Conflict
from testigo.count.kinds import kind_label
from testigo.count.unread import Unread
from testigo.errors import IllegalStep

Series = tuple[str, str, str]
"""Kind, station, and who counts: "" where only one does."""


class Numbered:
    """The last number of each series. Immutable: `add` returns a new one."""

    def __init__(self, last: Mapping[Series, int] | None = None) -> None:
        self._last = dict(last or {})

    def last(self, series: Series) -> int:
        """The last number, 0 where there is none."""
        return self._last.get(series, 0)

    def check(self, series: Series, number: int, unread: Unread, place: str) -> None:
        """Return if this is the next number.

        Raises `Conflict` for a number that was there before, `IllegalStep` for one that is not the next; `NeedsUnread`
        where the one before may have been skipped.
        """
        kind, station, _ = series
        last = self.last(series)
        if 1 <= number <= last:
            raise Conflict(
                "statement.second-of-station",
                place=place,
                hint="keep-the-first",
                kind=kind_label(kind),
                station=station,
            )
        if number != last + 1:
            unread.check_read(kind, station, place)
            code = "incident.missing" if kind == "incident" else "logic-and-accuracy.run-missing"
            raise IllegalStep(code, place=place, station=station, run=number, missing=last + 1)

    def add(self, series: Series, number: int) -> "Numbered":
        """With one more, which `check` has passed."""
        return Numbered({**self._last, series: number})
