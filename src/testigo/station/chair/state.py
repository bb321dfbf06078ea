"""The states of a chair, and the steps in its log that lead to them.

installed → tested → zero-reported → open ⇄ paused → closed → sent
"""

from collections.abc import Iterable
from typing import Final, Literal

from testigo.errors import IllegalStep
from testigo.event_log import Event
from testigo.station.machine.folder import MachineFolder
from testigo.words import Either, Message, message

State = Literal["installed", "tested", "zero-reported", "open", "paused", "closed", "sent"]

STEPS: Final[dict[str, State]] = {
    "tested": "tested",
    "test-failed": "installed",
    "test-abandoned": "installed",
    "zero-reported": "zero-reported",
    "opened": "open",
    "paused": "paused",
    "resumed": "open",
    "closed": "closed",
    "sent": "sent",
}
"""Event of the chair's log → the state it leads to."""


def state_of(events: Iterable[Event]) -> State:
    """The state that the steps in a chair's log have led to."""
    steps = [STEPS[event.event] for event in events if event.event in STEPS]
    return steps[-1] if steps else "installed"


def state_named(state: State) -> Message:
    """What a station's state is called inside a sentence."""
    return message("term", f"station-state.{state}")


def require_state(folder: MachineFolder, *states: State) -> None:
    """Return if the chair whose folder that is is in one of the states; else raise `IllegalStep`."""
    now = state_of(folder.log)
    if now not in states:
        raise IllegalStep(
            "station.other-state",
            place=message("place", "station", id=folder.station_id),
            state=state_named(now),
            states=Either(map(state_named, states)),
        )
