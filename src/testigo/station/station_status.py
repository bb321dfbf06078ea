"""How a station is now: its state, and what both machines answer."""

import msgspec

from testigo.ballot import Reconciliation
from testigo.election import Role
from testigo.errors import TestigoError
from testigo.station.chair_state import State
from testigo.station.closing import reconciled
from testigo.station.machine import ENTRY_FIRST, MachineReport, OrderSender


class MachineStatus(msgspec.Struct, frozen=True):
    """How one machine is: its `report`, or the `problem`, the error why there is none."""

    role: Role
    report: MachineReport | None
    problem: TestigoError | None = None


class StationStatus(msgspec.Struct, frozen=True):
    """For the chair's screen. `reconciliation`: None while a machine does not answer. `printed`: the tally sheet is."""

    state: State
    machines: tuple[MachineStatus, ...]
    reconciliation: Reconciliation | None
    printed: bool


def status_of(state: State, sender: OrderSender, *, printed: bool) -> StationStatus:
    """Ask both machines; of one that does not answer, the error. `printed`: whether the tally sheet is."""
    asked = {role: _ask(sender, role) for role in ENTRY_FIRST}
    check_in, booth = asked["check-in"].report, asked["booth"].report
    counted = reconciled(check_in, booth) if check_in and booth else None
    return StationStatus(state, tuple(asked.values()), counted, printed)


def _ask(sender: OrderSender, role: Role) -> MachineStatus:
    try:
        return MachineStatus(role, sender.give(role, "status"))
    except TestigoError as error:
        return MachineStatus(role, None, error)
