"""A sample of the paper vote: what a ballot looks like on paper, and nothing that anybody could count.

It is as long as the real one and says the same. Across it stands the word for *sample* in every language of the
election; its corner marks are blank, its number is `0000-0000-0000`, which no slip can have, and its QR code says what
it is. So a reader finds no slip in it, and a person who finds one in the box knows that it is not a vote.
"""

from typing import Any, ClassVar, Literal

from testigo.slip.marked_slip import MarkedSlip
from testigo.slip.printer import Printer
from testigo.slip.slip import Slip

_NUMBER = "0000-0000-0000"


class SampleSlip(MarkedSlip, frozen=True):
    """One sample. `number`: not printed; it names a file, as a slip's does."""

    MARK: ClassVar[Literal["sample", "spoiled"]] = "sample"

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """As of any marked slip, with a number that no slip has."""
        return {**super().page(margin=margin), "number": list(_NUMBER)}


class SamplePrinter:
    """A printer of slips that prints a sample of each. `printer`: the one that prints them."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def print_slip(self, slip: Slip) -> None:
        """As `Printer.print_slip`."""
        self._printer.print_slip(SampleSlip.of(slip))

    def spoil_slip(self, slip: Slip) -> None:
        """As `Printer.spoil_slip`."""
        self._printer.spoil_slip(SampleSlip.of(slip))

    def is_ready(self) -> bool:
        """As `Printer.is_ready`."""
        return self._printer.is_ready()
