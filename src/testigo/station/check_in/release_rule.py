"""When the chair alone may let a voter through whose finger does not say who they are, and when it takes two persons.

Releases are counted apart, by what they are about (`reasons.release_kind`): never enrolled, the finger, the reader. The
rules give a number that is usual at a station (`Definition.release_cap`). It is an alarm, and forbids nothing: from it
on each further release of that kind takes a second person, a witness of a party, the clerk, a deputy or an officer,
unless the authority has allowed this station more (`allowance`). All of it is counted and published.
"""

from pathlib import Path
from typing import Final, Literal

from testigo.ballot import CheckInCounters, reasons
from testigo.errors import TestigoError
from testigo.staff.accounts import PRESIDING, Account
from testigo.staff.decisions import DECISIONS_FORMAT, Decision, Decisions, Rule
from testigo.staff.machine import Staff

Standing = Literal["usual", "allowed", "two"]
"""Whether a release is below the alarm, allowed by the authority, or takes two persons."""

BEYOND_ALARM: Final = Rule(
    "release-beyond-alarm",
    first=PRESIDING,
    second=("witness", "clerk", "chair", "deputy", "officer"),
    seconds=300,
    kept=False,
)


def standing(counters: CheckInCounters, reason: str, allowed: int) -> Standing:
    """How the next release for that reason stands. `allowed`: how many beyond the alarm the authority allows."""
    if counters.releases_of_kind(reasons.release_kind(reason)) < counters.release_cap:
        return "usual"
    return "allowed" if counters.released_by_allowance < allowed else "two"


def offered(*, enrolled: bool, tried: bool) -> tuple[str, ...]:
    """The reasons for which this voter may be released. `enrolled`: whether a finger was ever taken; `tried`: whether
    one has failed now."""
    if not enrolled:
        return (reasons.NOT_ENROLLED,)
    listed = reasons.RELEASE_REASONS if tried else reasons.RELEASES_WITHOUT_A_TRY
    return tuple(reason for reason in listed if reason != reasons.NOT_ENROLLED)


class SecondPerson:
    """Decisions beyond the alarm, on the check-in's machine, whose folder that is. They are about one voter: an ended
    one is forgotten, the day keeps the two accounts."""

    def __init__(self, folder: Path, staff: Staff) -> None:
        self._staff = staff
        self._decisions = Decisions(folder / DECISIONS_FORMAT.name, staff, (BEYOND_ALARM,))

    def proposed(self, visit_id: str) -> Decision | None:
        """What the chair wants for this visit, while it waits for a second person."""
        live = self._decisions.live()
        return next((one for one in live if one.subject == visit_id and one.state == "open"), None)

    def propose(self, visit_id: str, first: Account, reason: str) -> None:
        """The chair, who has shown their PIN, wants to release the voter of that visit."""
        self.withdraw(visit_id)
        self._decisions.propose(BEYOND_ALARM.act, visit_id, first.id, reason)

    def agree(self, visit_id: str, second: str, pin: str, *, source: str = "") -> Decision | None:
        """Another person agrees, with their PIN; the decision, used up. None where nothing is proposed any more.

        Raises what `Decisions.approve` raises, and then the proposal stands.
        """
        proposed = self.proposed(visit_id)
        if proposed is None:
            return None
        self._decisions.approve(proposed.id, second, pin, source=source)
        return self._decisions.take(proposed.id, BEYOND_ALARM.act, visit_id)

    def withdraw(self, visit_id: str) -> None:
        """Nobody is asked any more."""
        for one in self._decisions.live():
            if one.subject == visit_id:
                self._decisions.withdraw(one.id, one.first)

    def persons(self, visit_id: str) -> tuple[Account, ...]:
        """Who may agree to what is proposed."""
        proposed = self.proposed(visit_id)
        if proposed is None:
            return ()
        try:
            first = self._staff.account(proposed.first)
        except TestigoError:
            return ()
        return tuple(one for one in self._staff.accounts(BEYOND_ALARM.second) if not one.same_person(first))
