"""A paper vote that was spoiled, named as that. Printers that keep files put it in the place of the paper."""

from typing import ClassVar, Literal

from testigo.slip.marked_slip import MarkedSlip


class SpoiledSlip(MarkedSlip, frozen=True):
    """One spoiled paper vote. `number`: printed, so that people know which it is."""

    MARK: ClassVar[Literal["sample", "spoiled"]] = "spoiled"
