"""Admitting from the printed sign-in list: the chair and one more person agree, each with their PIN.

It is about one voter: an ended decision is forgotten, and the day keeps how many there were.
"""

from pathlib import Path
from typing import Final

import msgspec

from testigo.staff.accounts import PRESIDING
from testigo.staff.decisions import DECISIONS_FORMAT, Decisions, Rule
from testigo.staff.machine import Staff
from testigo.station.check_in.release_rule import BEYOND_ALARM

FROM_LIST: Final = Rule("admit-from-list", first=PRESIDING, second=BEYOND_ALARM.second, seconds=60, kept=False)


class Agreed(msgspec.Struct, frozen=True):
    """Two persons with their PINs. `first`: the chair or a deputy; `second`: another one, a witness, the clerk, an
    officer."""

    first: str
    first_pin: str
    second: str
    second_pin: str


class SignInList:
    """The decisions of a check-in's machine, whose folder that is."""

    def __init__(self, folder: Path, staff: Staff) -> None:
        self._staff = staff
        self._decisions = Decisions(folder / DECISIONS_FORMAT.name, staff, (FROM_LIST,))

    def agree(self, agreed: Agreed, *, source: str = "") -> None:
        """Both agree now. Raises `NotAllowed` for a wrong PIN, a role without the right, or the same person twice."""
        first = self._staff.check(agreed.first, agreed.first_pin, PRESIDING, source=source)
        subject, reason = "sign-in-list", "sign-in-list"
        self._decisions.agree_now(
            FROM_LIST.act, subject, first.id, reason, agreed.second, agreed.second_pin, source=source
        )
