"""That a machine's clock was set: two persons say so, and it stands on the tally sheet.

The clock itself is set by whoever runs the machine's system; this program has no right to. What it can do is keep who
answers for it, because every time that the machine says afterwards is another one.
"""

from pathlib import Path
from typing import Final

from testigo.staff.accounts import PRESIDING
from testigo.staff.decisions import DECISIONS_FORMAT, Decisions, Rule
from testigo.staff.machine import Staff

CLOCK_SET: Final = Rule("clock-set", first=PRESIDING, second=("chair", "deputy", "witness"), seconds=60)


class ClockSet:
    """The decisions of the chair's machine, whose folder that is."""

    def __init__(self, folder: Path, staff: Staff) -> None:
        self._decisions = Decisions(folder / DECISIONS_FORMAT.name, staff, (CLOCK_SET,))

    def agree(self, first: str, second: str, pin: str, machine: str, *, source: str = "") -> None:
        """Both persons say so now. `first` is signed in, `second` shows their PIN; raises what `Decisions` raises."""
        self._decisions.agree_now(CLOCK_SET.act, machine, first, CLOCK_SET.act, second, pin, source=source)
