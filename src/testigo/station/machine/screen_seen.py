"""What the booth's browser told of its screen, before opening."""

from typing import ClassVar

import msgspec

LARGEST = 20_000


class ScreenSeen(msgspec.Struct, frozen=True):
    """`width`, `height`: CSS pixels of the window. `fonts`: whether the browser has every font of the pages."""

    LEAST: ClassVar = "1024×600"
    """The smallest screen on which the booth's pages are measured (docs/screens.md), also upright."""

    width: int
    height: int
    fonts: bool

    @property
    def large_enough(self) -> bool:
        """Whether it is at least `LEAST`, lying or upright."""
        return max(self.width, self.height) >= 1024 and min(self.width, self.height) >= 600
