"""Whether the station is opened and closed within the hours of voting, by its own clock.

Outside them the chair says why, from a list; the reason stands in the chair's log and on the tally sheet, and `testigo
verify` reports it. A reason may be given within the hours as well: a rehearsal always says that it is one.
"""

from datetime import UTC, datetime, tzinfo

from testigo.ballot import reasons
from testigo.election import hours
from testigo.errors import IllegalStep
from testigo.station.machine.folder import MachineFolder


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class StationHours:
    """The hours of the station whose machine's folder this is."""

    def __init__(self, folder: MachineFolder) -> None:
        self._place = folder.place
        self._definition = folder.definition
        self._station_id = folder.station_id

    @property
    def outside(self) -> hours.Outside | None:
        """How this moment lies outside the hours; None where it is within."""
        return hours.outside(self._definition, now(), self._zone())

    @property
    def before_closing(self) -> bool:
        """Whether the hours have not ended yet."""
        return hours.before_closing(self._definition, now(), self._zone())

    def check_opening(self, reason: str) -> None:
        """Return if the station may be opened now; `reason`: one of `reasons.OPENING_REASONS`, or "".

        Raises `InvalidInput` for a reason that is not on the list, `IllegalStep` where one is required.
        """
        if reason:
            self._check("opened_outside", reason)
        elif self.outside:
            raise IllegalStep("station.outside-hours", place=self._place, now=now(), **self._day())

    def check_closing(self, reason: str) -> None:
        """As `check_opening`, for closing, with `reasons.CLOSING_REASONS`."""
        if reason:
            self._check("closed_early", reason)
        elif self.before_closing:
            raise IllegalStep("station.before-closing-time", place=self._place, now=now(), **self._day())

    def _check(self, act: reasons.HoursAct, reason: str) -> None:
        reasons.check_reason(reason, act, reasons.HOURS_REASONS[act], section="counters")

    def _day(self) -> dict[str, str]:
        day = self._definition
        return {"date": day.date, "opens": day.opens, "closes": day.closes}

    def _zone(self) -> tzinfo:
        """Of the clock on the wall: the definition's, else this machine's own."""
        own = now().astimezone().tzinfo
        return hours.zone_of(self._definition, self._station_id) or own or UTC
