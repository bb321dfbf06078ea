"""What a booth needs that leaves nothing on a disk: for the test before opening, and for a preview."""

import threading

from testigo.slip import Slip
from testigo.station.booth.day import DAY_FORMAT, BoothDay
from testigo.words import Message


class NoFolder:
    """What stands for the machine's folder. `place`: what errors call it."""

    def __init__(self, place: Message) -> None:
        self.guard = threading.RLock()
        self.place = place


class MemoryDay:
    """The day as the day's file writes and reads it, but in memory."""

    def __init__(self) -> None:
        self.now = BoothDay()

    def keep(self, day: BoothDay) -> None:
        """As `session.KeptDay`."""
        self.now = DAY_FORMAT.decode(DAY_FORMAT.encode(day), place=DAY_FORMAT.name)

    def end(self, day: BoothDay) -> None:
        """As `session.KeptDay`."""
        self.keep(day)

    def settle(self) -> None:
        """As `session.KeptDay`."""
        return


class Tray:
    """Takes slips as a printer would print them. `slip`, `image`: the last one, and its picture (PNG)."""

    def __init__(self) -> None:
        self.slip: Slip | None = None
        self.image = b""

    def empty(self) -> None:
        """Take the slip out."""
        self.slip = None

    def is_ready(self) -> bool:
        """Always."""
        return True

    def spoil_slip(self, slip: Slip) -> None:
        """As `Printer.spoil_slip`: nothing is kept."""

    def print_slip(self, slip: Slip) -> None:
        """As `Printer.print_slip`."""
        self.slip, self.image = slip, slip.png()
