"""What a station notices of its machines' clocks: one that is far from the others, and the chair's own going back.

Nothing that the machines do depends on a time of day: the order of the day is that of the event log. But times are
signed, and a wrong one must have its explanation on the tally sheet, so that nobody is left to guess.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from testigo.ballot import ClockNote
from testigo.election import StationMachine
from testigo.event_log import Event
from testigo.station.chair.state import STEPS

NOTICED: Final = 300
"""Seconds by which a machine's clock may differ before people are told: less happens, and misleads nobody."""

_TOGETHER: Final = 2 * NOTICED


def differing(offsets: Mapping[StationMachine, int]) -> tuple[ClockNote, ...]:
    """Which clocks are far from the others. `offsets`: by machine, how many seconds its clock is ahead of the chair's;
    where two machines agree against the chair, the chair's is the wrong one.
    """
    far = {machine: seconds for machine, seconds in offsets.items() if abs(seconds) >= NOTICED}
    if len(far) > 1 and max(far.values()) - min(far.values()) <= _TOGETHER:
        return (ClockNote("chair", "differs", -min(far.values(), key=abs)),)
    return tuple(ClockNote(_role(machine), "differs", far[machine], machine.number) for machine in sorted(far))


def _role(machine: StationMachine) -> Literal["booth", "check-in"]:
    return "booth" if machine.role == "booth" else "check-in"


def set_back(times: Iterable[str]) -> tuple[ClockNote, ...]:
    """By how much the chair's clock went back at most between two of its times, which are in the order in which they
    were; nothing where it never did.
    """
    moments = [datetime.fromisoformat(time) for time in times]
    most = max(((before - after).total_seconds() for before, after in itertools.pairwise(moments)), default=0)
    return (ClockNote("chair", "set-back", int(most)),) if most > 0 else ()


def set_by_people(events: Iterable[Event]) -> tuple[ClockNote, ...]:
    """Which clocks two persons set, by the chair's log."""
    machines = dict.fromkeys(event.data["machine"] for event in events if event.event == "clock-set")
    return tuple(_set(StationMachine.named(name)) for name in machines)


def _set(machine: StationMachine) -> ClockNote:
    return ClockNote("chair" if machine.role == "chair" else _role(machine), "set", 0, machine.number)


def steps_of(events: Iterable[Event]) -> dict[str, Event]:
    """The last of each step of the day in the chair's log, but the first opening and the first closing."""
    found: dict[str, Event] = {}
    for event in events:
        if event.event in STEPS and not (event.event in ("opened", "closed") and event.event in found):
            found[event.event] = event
    return found
