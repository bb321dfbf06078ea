"""A paper that says what a vote says, and is none: across it stands what it is, in every language of the election.

Its corner marks are blank and its QR code says what it is, so no reader finds a slip in it, and a person who finds it
in a pile sees that it does not count.
"""

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from testigo.paper.sample import mark_words
from testigo.slip.slip import Slip

_NO_MARKS = (("000000",) * 6,) * 4


class MarkedSlip(Slip, frozen=True):
    """One such paper. `MARK`: the word across it, as `mark_words` calls it, which its QR code says too."""

    TEMPLATE: ClassVar[Path] = Path(__file__).with_name("sample_slip.typ")
    MARK: ClassVar[Literal["sample", "spoiled"]]

    @classmethod
    def of(cls, slip: Slip) -> Self:
        """The same of a paper vote."""
        return cls(slip.definition, slip.station, slip.ballot, slip.number, slip.language)

    def qr_payload(self) -> str:
        """What its QR code says."""
        return f"TESTIGO {self.MARK.upper()}"

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """As of the slip, but without what a reader finds it by."""
        words = mark_words(self.definition.languages, self.MARK)
        return {**super().page(margin=margin), "sample": words, "marks": _NO_MARKS}
