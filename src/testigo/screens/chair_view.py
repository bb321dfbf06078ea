"""What several pages of the chair's screen show: where the station stands, its hours, what is still to be explained."""

from typing import Any

from testigo.ballot import Difference
from testigo.station.chair.chair import Chair
from testigo.station.machine import hours
from testigo.station.machine.names import title


def about(chair: Chair) -> dict[str, Any]:
    """What the frame of every page of the chair says."""
    return {"station": chair.definition.station(chair.station_id), "state": chair.state, "machine_title": title}


def hours_of(chair: Chair) -> dict[str, Any]:
    """The time now, and when voting begins and ends."""
    day = chair.definition
    return {"now": hours.now(), "date": day.date, "opens": day.opens, "closes": day.closes}


def unexplained(chair: Chair) -> list[Difference]:
    """After closing: what differs and has no reason yet."""
    return [difference for difference in chair.differences() if not difference.reason]
