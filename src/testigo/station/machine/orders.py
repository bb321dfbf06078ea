"""What passes between the machines of a station: the chair's signed orders, the others' signed reports.

An order names the election, the station, the machine, and a sequence number that only ever grows: one that is replayed,
meant for another machine, or overtaken by a later one is refused (`order_receiver`). A report names the order that it
answers by its digest (`order_sender`). `ways` carries both.

An order is good for `ORDER_SECONDS`, whatever the clocks say: it must repeat what the machine's last report asked for,
and the machine forgets that when it starts again. So whoever holds an order back has nothing to deliver later.

Every order may be given again (with a new number) when its answer was lost: a machine already in the ordered state just
reports.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec

from testigo import waits
from testigo.election import Role, StationMachine
from testigo.errors import IllegalStep
from testigo.event_log import Event
from testigo.words import Either, Message, message

ORDER_TYPE: Final = "application/vnd.testigo.order+json"
REPORT_TYPE: Final = "application/vnd.testigo.report+json"

OrderName = Literal[
    "status", "readiness", "test-ballots", "test", "zero", "open", "pause", "resume", "close", "void-session",
    "allow-print", "option-status",
]  # fmt: skip
MachineState = Literal["installed", "tested", "ready", "open", "paused", "closed"]

ORDERS: Final[dict[str, tuple[tuple[MachineState, ...], MachineState | None]]] = {
    "status": (("installed", "tested", "ready", "open", "paused", "closed"), None),
    "readiness": (("installed", "tested", "ready"), None),
    "test-ballots": (("installed", "tested"), None),
    "test": (("installed", "tested"), "tested"),
    "zero": (("installed", "tested", "ready"), "ready"),
    "open": (("ready", "open"), "open"),
    "pause": (("open", "paused"), "paused"),
    "resume": (("paused", "open"), "open"),
    "close": (("open", "paused", "closed"), "closed"),
    "void-session": (("open", "paused"), None),
    "allow-print": (("open", "paused"), None),
    "option-status": (("installed", "tested", "ready", "open", "paused"), None),
}
"""Order → the states in which a machine obeys it, and the state it is in afterwards (None: the same)."""

ORDER_SECONDS: Final = waits.ANSWER
"""How long an order may be on its way, from the report that it follows on, by the clock that nobody can set."""

ABOUT_A_SESSION: Final = ("void-session", "allow-print")
"""Orders about the one voter in the booth."""

SEEN_CARDS: Final = "cards_used"
"""Where such an order says how many cards that booth had used when the chair saw its voter: by the time it is obeyed,
the first one may have been obeyed though its answer was lost, and the next voter be inside."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`to`, `number`: the machine's role and number. `sequence`: grows with every order of this chair. `issued`: UTC.
    `known`: how many entries of the machine's event log the chair has received. `data`: plain JSON values. `fresh`:
    what the machine's last report asked for, "" in an order to report its status."""

    name: OrderName
    election: str
    station: str
    to: Role
    sequence: int
    issued: str
    known: int = 0
    data: dict[str, Any] = {}
    fresh: str = ""
    number: int = 1


class MachineReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answers`: digest of the order's envelope. `head`, `entries`: of the machine's event log after obeying.
    `known_head`: which head it had at the order's `known` entries.

    `counters`: a `CheckInCounters` or `BoothCounters` as plain values. `data`: what the order asked for besides.
    `fresh`: random; the next order must say it, and soon.
    """

    election: str
    station: str
    role: Role
    answers: str
    issued: str
    state: MachineState
    counters: dict[str, Any]
    head: str
    entries: int
    known_head: str
    data: dict[str, Any] = {}
    fresh: str = ""
    number: int = 1

    @property
    def machine(self) -> StationMachine:
        """Which machine's it is."""
        return StationMachine(self.role, self.number)


def state_of(events: Iterable[Event]) -> MachineState:
    """The state that the orders in a machine's log have led to."""
    states: list[MachineState] = [event.data["state"] for event in events if event.event == "order"]
    return states[-1] if states else "installed"


def check_state(order: Order, state: MachineState, place: Message) -> None:
    """Return if an order may be obeyed in this state; else raise `IllegalStep`."""
    allowed, _ = ORDERS[order.name]
    if state not in allowed:
        raise IllegalStep(
            "order.in-another-state",
            place=place,
            order=order_named(order.name),
            state=machine_state(state),
            states=Either(map(machine_state, allowed)),
        )


def machine_state(state: MachineState) -> Message:
    """What a machine's state is called inside a sentence."""
    return message("term", f"machine-state.{state}")


def order_named(name: OrderName) -> Message:
    """What an order is called inside a sentence."""
    return message("term", f"order.{name}")
