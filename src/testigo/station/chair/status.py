"""How a station is now: its state, and what its machines answer."""

import msgspec

from testigo.ballot import Reconciliation
from testigo.election import StationMachine
from testigo.errors import TestigoError
from testigo.station.chair.closing import Closing
from testigo.station.chair.state import State
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.orders import MachineReport


class MachineStatus(msgspec.Struct, frozen=True):
    """How one machine is: its `report`, or the `problem`, the error why there is none. `out`: why it was taken out, ""
    while it takes part."""

    machine: StationMachine
    report: MachineReport | None
    problem: TestigoError | None = None
    out: str = ""


class StationStatus(msgspec.Struct, frozen=True):
    """For the chair's screen. `reconciliation`: None while a machine does not answer. `printed`: the tally sheet is."""

    state: State
    machines: tuple[MachineStatus, ...]
    reconciliation: Reconciliation | None
    printed: bool


def status_of(state: State, sender: OrderSender, closing: Closing, *, printed: bool) -> StationStatus:
    """Ask all machines that take part; of one that does not answer, the error. `printed`: whether the tally sheet
    is."""
    asked = [_ask(sender, machine) for machine in closing.lineup.entry_first]
    out = [MachineStatus(machine, None, out=why.reason) for machine, why in closing.lineup.out.items()]
    reports = [one.report for one in asked if one.report is not None]
    counted = closing.reconciled(reports) if len(reports) == len(asked) else None
    return StationStatus(state, (*asked, *out), counted, printed)


def _ask(sender: OrderSender, machine: StationMachine) -> MachineStatus:
    try:
        return MachineStatus(machine, sender.give(machine, "status"))
    except TestigoError as error:
        return MachineStatus(machine, None, error)
