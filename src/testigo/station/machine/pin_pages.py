"""The PIN slips of people who were just given a PIN: pages to print and cut, marked where it is a training's."""

from collections.abc import Sequence

from testigo.election import Definition
from testigo.paper.pin_slips import PinSlip, pin_slips
from testigo.staff.machine import NewPin
from testigo.station.machine.training_mark import marked


def pin_pages(made: Sequence[NewPin], language: str, definition: Definition | None) -> bytes:
    """The slips as PDF pages in that language, in their order. `definition`: the station's; None at a desk.

    Whoever keeps the file keeps the PINs.
    """
    slips = [
        PinSlip(
            new.account.id, new.account.name, new.account.role, new.account.party,
            new.place.id, new.place.machine, new.pin,
        )
        for new in made
    ]  # fmt: skip
    pages = pin_slips(slips, language)
    return marked(pages, definition) if definition else pages
