"""What booth and check-in count of the day, each from its own event log, and how both make one reconciliation."""

import msgspec

from testigo.ballot.tally import Reconciliation


class CheckInCounters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`registered`: on the poll book. `refused`, `released_reasons`: how many for which reason. `cards_handed`: trays
    offered."""

    registered: int = 0
    matched: int = 0
    released: int = 0
    release_cap: int = 0
    refused: dict[str, int] = {}
    released_reasons: dict[str, int] = {}
    cards_handed: int = 0

    @property
    def checked_in(self) -> int:
        """Voters who were let through to the booth."""
        return self.matched + self.released


class BoothCounters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`recorded`: votes found in the ballot box itself; all others are the booth's events. `voided`: sessions, by
    reason."""

    cards_made: int = 0
    cards_used: int = 0
    printed: int = 0
    spoiled: int = 0
    spoiled_reasons: dict[str, int] = {}
    voided: dict[str, int] = {}
    deposited: int = 0
    recorded: int = 0


def reconcile(check_in: CheckInCounters, booth: BoothCounters, reasons: dict[str, str]) -> Reconciliation:
    """The station's counters in one value, with the chair's `reasons` by step (`checked_in=cards_used`, …)."""
    return Reconciliation(
        registered=check_in.registered,
        matched=check_in.matched,
        released=check_in.released,
        refused=check_in.refused,
        released_reasons=check_in.released_reasons,
        release_cap=check_in.release_cap,
        cards_made=booth.cards_made,
        cards_used=booth.cards_used,
        printed=booth.printed,
        spoiled=booth.spoiled,
        spoiled_reasons=booth.spoiled_reasons,
        deposited=booth.deposited,
        recorded=booth.recorded,
        reasons=reasons,
    )
