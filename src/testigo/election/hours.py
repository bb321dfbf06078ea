"""The day and the hours of voting: whether a moment lies within them, at one station.

A definition says hours as the clock on the station's wall shows them, and, in `utc-offset`, by how much that clock is
ahead of UTC on election day: so anybody can judge a signed time, without a list of time zones that changes over the
years. Where the definition does not say it, a machine takes its own clock's zone, and a verifier cannot judge.
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final, Literal

from testigo.election.definition import Definition

Outside = Literal["another-day", "too-early", "too-late"]
"""How a moment lies outside the hours. `too-late`: at closing time or after it, the same day."""

_OFFSET: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
_MOST: Final = timedelta(hours=14)
"""No clock on Earth is further from UTC (Kiribati, UTC+14:00)."""


def offset_of(text: str) -> timezone | None:
    """The zone that `+HH:MM` or `-HH:MM` says; None for anything else, and for more than 14 hours."""
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away) if away <= _MOST else None


def zone_of(definition: Definition, station_id: str) -> timezone | None:
    """The zone of the clock on that station's wall on election day; None where the definition does not say it."""
    return offset_of(definition.station(station_id).utc_offset or definition.utc_offset)


def outside(definition: Definition, moment: datetime, zone: tzinfo) -> Outside | None:
    """How a moment (with any zone) lies outside the hours as a clock in `zone` shows them; None where within."""
    local = moment.astimezone(zone)
    if local.date().isoformat() != definition.date:
        return "another-day"
    shown = local.strftime("%H:%M")
    if shown < definition.opens:
        return "too-early"
    return "too-late" if shown >= definition.closes else None


def before_closing(definition: Definition, moment: datetime, zone: tzinfo) -> bool:
    """Whether a moment lies before the end of the hours, on whatever day; a queue may keep a station open after it."""
    local = moment.astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M") < f"{definition.date} {definition.closes}"


def moment_of(instant: str) -> datetime:
    """A signed UTC time (`canonical.is_instant`) as a moment; raises `ValueError` for anything else."""
    return datetime.fromisoformat(instant)
