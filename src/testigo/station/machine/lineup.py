"""Which machines of a station take part in its day: all that the root admitted, but those that the chair took out.

A desk or booth that fails goes alone, with a reason, and the rest goes on; what it had counted by then is kept. The
last desk and the last booth cannot be taken out: that is closing the station.
"""

from typing import Any

import msgspec

from testigo.ballot import BoothReport, CheckInReport
from testigo.canonical import why_refused
from testigo.election import Role, StationMachine, StationMachines
from testigo.errors import IllegalStep, InvalidInput
from testigo.event_log import Event
from testigo.station.machine.folder import MachineFolder

OUT = "machine-out"
"""Event of the chair's log: a machine was taken out."""

LEFT = "desks-left"
"""Where the chair's order, and a desk's log, say which desks were left each time that one was taken out on the day."""


class OutOfService(msgspec.Struct, frozen=True):
    """Why a machine was taken out, in words. `report`: digest of what it signed when it was closed alone.

    `last_known`: of a machine that signs nothing any more, what the chair had heard last; None where it had counted
    nothing, or signed.
    """

    reason: str
    report: str = ""
    last_known: BoothReport | CheckInReport | None = None


class Lineup:
    """The machines of one chair's station."""

    def __init__(self, folder: MachineFolder) -> None:
        self._folder = folder

    @property
    def admitted(self) -> StationMachines:
        """All that the root admitted."""
        return self._folder.machines

    @property
    def out(self) -> dict[StationMachine, OutOfService]:
        """Those that were taken out, in the order in which they were."""
        return {
            StationMachine.named(event.data["machine"]): _out_of(event)
            for event in self._folder.log
            if event.event == OUT
        }

    @property
    def desks(self) -> tuple[StationMachine, ...]:
        """The check-in desks that take part."""
        out = self.out
        return tuple(desk for desk in self.admitted.desks if desk not in out)

    @property
    def booths(self) -> tuple[StationMachine, ...]:
        """The booths that take part."""
        out = self.out
        return tuple(booth for booth in self.admitted.booths if booth not in out)

    @property
    def entry_first(self) -> tuple[StationMachine, ...]:
        """The way to pause or close a station: nobody gets a card that no booth would take."""
        return (*self.desks, *self.booths)

    @property
    def booths_first(self) -> tuple[StationMachine, ...]:
        """The way to open a station or to go on."""
        return (*self.booths, *self.desks)

    @property
    def has_booth_sheets(self) -> bool:
        """Whether each booth has a sheet of its own, beside the station's."""
        return self.admitted.booth_count > 1

    def of_role(self, role: Role) -> tuple[StationMachine, ...]:
        """Those of a role that take part."""
        return self.desks if role == "check-in" else self.booths if role == "booth" else ()

    def standing(self, machine: StationMachine) -> dict[str, Any]:
        """What every order to report its status says to that machine besides: to a desk, which desks were left each
        time that one was taken out on the day."""
        rounds, desks, opened = [], [desk.number for desk in self.admitted.desks], False
        for event in self._folder.log:
            opened = opened or event.event == "opened"
            gone = StationMachine.named(event.data["machine"]) if event.event == OUT else machine
            if gone.role == "check-in" and event.event == OUT:
                desks = [number for number in desks if number != gone.number]
                rounds += [desks] if opened else []
        return {LEFT: rounds} if rounds and machine.role == "check-in" else {}

    def check_may_go(self, machine: StationMachine) -> None:
        """Return if the others can do without that machine; raises `IllegalStep`, `InvalidInput` for one that does not
        take part."""
        others = self.of_role(machine.role)
        if machine not in others:
            raise InvalidInput("machine.not-taking-part", place=self._folder.place, machine=machine.label)
        if len(others) == 1:
            raise IllegalStep("machine.last-of-role", place=self._folder.place, machine=machine.label)

    def note(self, machine: StationMachine, out: OutOfService) -> None:
        """From now on the machine is out."""
        kept = {"report": out.report} if out.report else {}
        known = {"last_heard": msgspec.to_builtins(out.last_known)} if out.last_known is not None else {}
        self._folder.log.append("machine-out", machine=machine.name, reason=out.reason, **kept, **known)


def _out_of(event: Event) -> OutOfService:
    known: BoothReport | CheckInReport | None = None
    try:
        if "last_heard" in event.data and StationMachine.named(event.data["machine"]).role == "booth":
            known = msgspec.convert(event.data["last_heard"], BoothReport, strict=True)
        elif "last_heard" in event.data:
            known = msgspec.convert(event.data["last_heard"], CheckInReport, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("report.malformed", why=why_refused(error)) from None
    return OutOfService(event.data["reason"], event.data.get("report", ""), known)
