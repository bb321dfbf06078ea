"""The staff of a station's machines: which list and orders are theirs, and what their event logs note of them.

The authority is the centre, whose key the root admitted (`machine-keys`). The booth has no accounts.
"""

from typing import Final

import msgspec

from testigo.election import Definition
from testigo.errors import InvalidInput
from testigo.staff.accounts import StaffList, StaffMachine, StaffPlace
from testigo.staff.machine import NewPin, Staff
from testigo.staff.orders import PinOrder
from testigo.station.machine.folder import MachineFolder

STAFFED: Final[tuple[StaffMachine, ...]] = ("chair", "check-in")
"""The machines of a station that people sign in at."""


def staff_of(folder: MachineFolder) -> Staff:
    """The staff of an opened machine. Raises what `Staff` raises; `InvalidInput` for the booth."""
    if folder.role not in STAFFED:
        raise InvalidInput("booth.without-accounts", place=folder.place)
    place = StaffPlace(folder.settings.election, folder.station_id, folder.role)
    ring = folder.ring
    if ring is not None and ring.contains("", "centre"):
        former = tuple(old.key.public for old in ring.replaced if old.key.role == "centre")
        place = msgspec.structs.replace(place, key=ring.of_station("", "centre").public, former=former)
    return Staff(folder.path, place)


class MachineStaff:
    """A station's machine, opened to change its staff: while it is open, no screen of it runs."""

    def __init__(self, folder: MachineFolder) -> None:
        self._folder = folder
        self.staff = staff_of(folder)

    @property
    def definition(self) -> Definition:
        """The election that the machine is installed for."""
        return self._folder.definition

    def load_list(self, data: bytes) -> StaffList:
        """Take in a staff list (`Staff.load_list`); the log notes it."""
        loaded = self.staff.load_list(data)
        self._folder.log.append(
            "staff-list-loaded", issued=loaded.issued, accounts=[account.id for account in self.staff.accounts()]
        )
        return loaded

    def keep_pins(self, drawn: tuple[NewPin, ...]) -> None:
        """Keep PINs whose slips are safe (`Staff.keep_pins`). Noted first: no PIN is ever made without a trace."""
        self._folder.log.append("pins-made", accounts=[new.account.id for new in drawn])
        self.staff.keep_pins(drawn)

    def keep_replacement(self, order: PinOrder, new: NewPin) -> None:
        """Keep a PIN that was made by an order (`Staff.keep_replacement`). Noted first, as all PINs are."""
        self._folder.log.append("pin-replaced", account=order.account, order=order.nonce, issued=order.issued)
        self.staff.keep_replacement(order, new)
