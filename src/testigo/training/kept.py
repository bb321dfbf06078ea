"""What a training keeps of itself beside its machines, so that it goes on after Ctrl-C or a power cut.

PINs stand in it in plain, as on the slips beside it: they open nothing but the practice machines of this folder.
"""

from typing import Final

import msgspec

from testigo.register.issuing import ListedVoter
from testigo.staff.accounts import Account, StaffMachine, StaffPlace
from testigo.staff.machine import NewPin
from testigo.stored import StoredFormat


class KeptPin(msgspec.Struct, frozen=True):
    """Somebody's PIN at one machine."""

    account: Account
    machine: StaffMachine
    pin: str


class KeptTraining(msgspec.Struct, frozen=True):
    """The station, its made-up voters without their templates, and everybody's PIN."""

    station: str
    voters: tuple[ListedVoter, ...]
    pins: tuple[KeptPin, ...]


FORMAT: Final = StoredFormat("training.json", KeptTraining)


def kept_pins(pins: list[NewPin]) -> tuple[KeptPin, ...]:
    """PINs as they are kept."""
    return tuple(KeptPin(one.account, one.place.machine, one.pin) for one in pins)


def new_pins(kept: tuple[KeptPin, ...], digest: str, station: str) -> list[NewPin]:
    """PINs as they were drawn. `digest`: of the training's definition."""
    return [NewPin(one.account, StaffPlace(digest, station, one.machine), one.pin) for one in kept]
