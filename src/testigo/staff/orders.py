"""The authority's order that a forgotten PIN be replaced: for one account on one machine, good once.

An order is a DSSE envelope of the payload type `PAYLOAD_TYPE` over canonical JSON. It names election, station, machine
and account; its nonce is remembered by the machine that obeyed it, beside the hash of the new PIN (`pins`).
"""

from typing import Final

import msgspec

from testigo import canonical, keys
from testigo.canonical import why_refused
from testigo.errors import InvalidInput
from testigo.keys import SigningKey
from testigo.replay import is_nonce, new_nonce
from testigo.staff.accounts import StaffMachine, StaffPlace, check_format, check_id, check_place, open_signed
from testigo.words import Message, message

PAYLOAD_TYPE = "application/vnd.testigo.pin-order+json"
FORMAT = 1
PIN_ORDER_NAME: Final = message("place", "pin-order")
"""What errors call an order that is in no file yet."""


class PinOrder(canonical.SignedValue, frozen=True):
    """One order. `election`, `place`: as of a staff list. `nonce`: 32 hexadecimal digits. `issued`: UTC."""

    format: int
    election: str
    place: str
    machine: StaffMachine
    account: str
    nonce: str
    issued: str

    @classmethod
    def new(cls, place: StaffPlace, account: str) -> "PinOrder":
        """An order of this moment, with a nonce of its own; raises `InvalidInput` for what cannot be an account."""
        return cls(FORMAT, place.election, place.id, place.machine, check_id(account), new_nonce(), canonical.utc_now())

    def sign(self, key: SigningKey) -> bytes:
        """The order as a signed envelope."""
        return keys.sign_envelope(PAYLOAD_TYPE, self, key)


def open_pin_order(data: bytes, place: StaffPlace, *, name: Message | str = PIN_ORDER_NAME) -> PinOrder:
    """Verify an order for this machine. Whether it was obeyed before, `Staff` knows.

    Raises `InvalidInput` for another shape, election, station or machine, `InvalidSignature` for another key than the
    authority's present one.
    """
    payload = open_signed(data, place, PAYLOAD_TYPE, name=name)
    check_format(payload, FORMAT, name)
    try:
        order = msgspec.convert(payload, PinOrder, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("pin-order.malformed", place=name, why=why_refused(error)) from None
    check_place(order.election, order.place, place, name)
    if order.machine != place.machine:
        there, here = (message("screens", f"staff-machine.{machine}") for machine in (order.machine, place.machine))
        raise InvalidInput("pin-order.other-machine", place=name, there=there, here=here)
    if not is_nonce(order.nonce) or not canonical.is_instant(order.issued):
        raise InvalidInput("pin-order.incomplete", place=name)
    return order
