"""A sample of the paper vote: what a ballot looks like on paper, and nothing that anybody could count.

It is as long as the real one and says the same. Across it stands the word for *sample* in every language of the
election; its corner marks are blank, its number is `0000-0000-0000`, which no slip can have, and its QR code says what
it is. So a reader finds no slip in it, and a person who finds one in the box knows that it is not a vote.
"""

from pathlib import Path
from typing import Any, ClassVar, Self

from testigo.paper.sample import sample_words
from testigo.slip.printer import Printer
from testigo.slip.slip import Slip

_NUMBER = "0000-0000-0000"
_QR_TEXT = "TESTIGO SAMPLE"
_NO_MARKS = (("000000",) * 6,) * 4


class SampleSlip(Slip, frozen=True):
    """One sample. `number`: not printed; it names a file, as a slip's does."""

    TEMPLATE: ClassVar[Path] = Path(__file__).with_name("sample_slip.typ")

    @classmethod
    def of(cls, slip: Slip) -> Self:
        """The sample of a paper vote."""
        return cls(slip.definition, slip.station, slip.ballot, slip.number, slip.language)

    def qr_payload(self) -> str:
        """What its QR code says."""
        return _QR_TEXT

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """As of the slip, but without what a reader finds it by."""
        marked = {"sample": sample_words(self.definition.languages), "number": list(_NUMBER), "marks": _NO_MARKS}
        return {**super().page(margin=margin), **marked}


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
