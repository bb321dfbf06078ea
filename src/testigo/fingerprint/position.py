"""Which finger of ten, by the numbers that minutiae records, image records and registers share."""

from enum import IntEnum

from testigo.errors import InvalidInput
from testigo.words import Either, Message, message


class Position(IntEnum):
    """Finger positions by the numbers of ISO/IEC 19794-2:2005, table 5; 0, the unknown finger, is `None` here."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10

    @property
    def word(self) -> str:
        """`right-thumb` … `left-little`: how commands, files and forms name the finger."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def named(cls, word: str) -> "Position":
        """The position of that name; raises `InvalidInput`."""
        try:
            return cls[word.strip().upper().replace("-", "_")]
        except KeyError:
            raise InvalidInput(
                "finger.unknown", name=word[:40], names=Either(position.word for position in cls)
            ) from None


def label_of(position: Position | None) -> Message:
    """What a person calls the finger, also where it is not known."""
    return message("term", "unknown-finger" if position is None else f"finger.{position.word}")
