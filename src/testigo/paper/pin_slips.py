"""PIN slips to cut: one for each person and machine, with the only copy of the PIN there is."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.words import say

_TEMPLATE = Path(__file__).with_name("pin_slips.typ")


class PinSlip(msgspec.Struct, frozen=True):
    """One slip. `role`, `machine`: ids, such as `chair` and `check-in`; `place`: station or desk; `name`, `party` may
    be ""."""

    account: str
    name: str
    role: str
    party: str
    place: str
    machine: str
    pin: str

    def __repr__(self) -> str:
        return f"PinSlip({self.account!r}, {self.machine!r})"


def pin_slips(slips: Sequence[PinSlip], language: str) -> bytes:
    """The slips as PDF pages in that language, in their order. Whoever keeps the file keeps the PINs."""
    keys = ("head", "machine", "account", "pin", "secret", "fold")
    words = {key: say(language, f"pin-slip.{key}") for key in keys}
    rows = [
        {
            "account": slip.account,
            "name": slip.name,
            "role": say(language, f"staff.{slip.role}") + (f", {slip.party}" if slip.party else ""),
            "place": slip.place,
            "machine": say(language, f"staff-machine.{slip.machine}"),
            "pin": slip.pin,
        }
        for slip in slips
    ]
    texts = all_isolated({"words": words, "slips": rows}, language)
    return typeset.compile(_TEMPLATE, {**texts, "language": PageLanguage.of(language)})
