"""A paper vote that was spoiled, named as that: the word for it in every language of the election across what it says.

Its corner marks are blank and its QR code says what it is, so no reader finds a vote in it. Printers that keep files
put it in the place of the paper; a person who finds it in a pile sees that it does not count.
"""

from pathlib import Path
from typing import Any, ClassVar, Self

from testigo.paper.sample import mark_words
from testigo.slip.slip import Slip

_QR_TEXT = "TESTIGO SPOILED"
_NO_MARKS = (("000000",) * 6,) * 4


class SpoiledSlip(Slip, frozen=True):
    """One spoiled paper vote. `number`: printed, so that people know which it is."""

    TEMPLATE: ClassVar[Path] = Path(__file__).with_name("sample_slip.typ")

    @classmethod
    def of(cls, slip: Slip) -> Self:
        """What became of a paper vote."""
        return cls(slip.definition, slip.station, slip.ballot, slip.number, slip.language)

    def qr_payload(self) -> str:
        """What its QR code says."""
        return _QR_TEXT

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """As of the slip, but without what a reader finds it by."""
        words = mark_words(self.definition.languages, "spoiled")
        return {**super().page(margin=margin), "sample": words, "marks": _NO_MARKS}
