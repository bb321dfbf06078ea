"""One more print than the limit for the voter in the booth: the chair and one more person agree to it.

It is about one voter, so nothing stays of when it was decided: an ended decision is forgotten, the chair's log has the
act with the quarter of an hour, the booth a counter, which is published.
"""

from pathlib import Path
from typing import Final

from testigo.ballot import reasons
from testigo.staff.accounts import PRESIDING, Account
from testigo.staff.decisions import DECISIONS_FORMAT, Decisions, Rule
from testigo.staff.machine import Staff

EXTRA_PRINT: Final = Rule("allow-print", first=PRESIDING, second=("chair", "deputy", "witness"), seconds=60, kept=False)


class ExtraPrint:
    """The decisions of the chair's machine, whose folder that is."""

    def __init__(self, folder: Path, staff: Staff) -> None:
        self._staff = staff
        self._decisions = Decisions(folder / DECISIONS_FORMAT.name, staff, (EXTRA_PRINT,))

    def others(self, first: str) -> list[Account]:
        """Who may agree to what this person wants; nobody where no other account has a PIN on this machine."""
        person = self._staff.account(first)
        return [one for one in self._staff.accounts(EXTRA_PRINT.second) if not one.same_person(person)]

    def agree(self, first: str, second: str, pin: str, reason: str, *, source: str = "") -> None:
        """Both persons agree now. `first` is signed in, `second` shows their PIN. `source`: as `Staff.check` has it.

        Where there is no other account, as at a station without a staff list, the chair decides alone: a voter is not
        to be turned away for want of one. Raises `InvalidInput` for a reason that is not one of `EXTRA_PRINT_REASONS`,
        and what `Decisions` raises.
        """
        reasons.check_reason(reason, "allow", reasons.EXTRA_PRINT_REASONS)
        if not second and not self.others(first):
            return
        self._decisions.agree_now(EXTRA_PRINT.act, "booth", first, reason, second, pin, source=source)
