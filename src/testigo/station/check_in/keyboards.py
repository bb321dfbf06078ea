"""What a barcode scanner typed that is set to another keyboard than its computer.

A scanner sends keys, not characters: one that is set to a keyboard with the digits on other keys than the computer's
types other characters for each of them. `V12345678` arrives as `V&é"'(-è_`. A hand types no such thing; where a text
has as many of a keyboard's characters as a document number has digits, it is read once more as that keyboard's.

Keyboards that leave digits where they are need no reading here: what they change, separators and Y for Z, is what
`card_text` and `lookup` put up with.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

LEAST: Final = 5
"""Characters of a keyboard's row of digits from which on a text is read as typed on it."""

_DIGITS: Final = "1234567890"


class _Keyboard(NamedTuple):
    """`row`: what arrives for 1 to 0. `arrives`, `meant`: what else arrives, and what it was meant to be."""

    row: str
    arrives: str = ""
    meant: str = ""

    def table(self) -> dict[int, str]:
        """For `str.translate`: capital letters of the row, as a locked shift key types them, are the same keys."""
        capitals = str.maketrans(self.row.upper(), _DIGITS) if self.row.upper() != self.row else {}
        both = {**capitals, **str.maketrans(self.arrives, self.meant), **str.maketrans(self.row, _DIGITS)}
        return {code: chr(one) if isinstance(one, int) else one for code, one in both.items()}


_LETTERS: Final = ("qawzQAWZ", "aqzwAQZW")
_AT_FRENCH: Final = (_LETTERS[0] + ",?;.:!)", _LETTERS[1] + "mM,<./-")
_FRENCH_ELSEWHERE: Final = (_LETTERS[0] + ";:6", _LETTERS[1] + "mM-")

KEYBOARDS: Final = tuple(
    _Keyboard(*one).table()
    for one in (
        ("&é\"'(-è_çà", *_AT_FRENCH),  # a scanner set to English at a French keyboard
        ("&é\"'(§è!çà", *(half.replace(out, "") for half, out in zip(_AT_FRENCH, "!/", strict=True))),  # Belgian
        ("+ěščřžýáíé", "yzYZ=", "zyZY-"),  # Czech
        ("+ľščťžýáíé", "yzYZ=", "zyZY-"),  # Slovak
        ("!@#$%^&*()", *_FRENCH_ELSEWHERE),  # a scanner set to French at a keyboard of the United States
        ('!"£$%^&*()', *_FRENCH_ELSEWHERE),  # British
        ('!"·$%&/()=', *_FRENCH_ELSEWHERE),  # Spanish
        ('!"#$%&/()=', *_FRENCH_ELSEWHERE),  # Latin American, Portuguese
        ('!"§$%&/()=', *_FRENCH_ELSEWHERE),  # German
    )
)


def other_readings(text: str) -> Iterator[str]:
    """The text as other keyboards mean it, the likeliest first; none where it looks typed as it is meant."""
    counted = [(sum(table.get(ord(one), "") in set(_DIGITS) for one in text), table) for table in KEYBOARDS]
    for count, table in sorted(counted, key=lambda one: -one[0]):
        if count >= LEAST:
            yield text.translate(table)
