"""Bodies of the statements that a station publishes besides its tally sheet (`testigo.ballot.TallySheet`)."""

import msgspec

from testigo.ballot import Reconciliation, Tally


class LogicAndAccuracy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `logic-and-accuracy`: known ballots went through the booth before opening.

    `deck`: SHA-256 of the canonical list of test ballots. `expected`: computed without the booth's code. `counted`:
    what the booth counted. `failed_before`: how many earlier runs did not come out; each is in the chair's event log.
    """

    deck: str
    ballots: int
    expected: Tally
    counted: Tally
    ok: bool
    failed_before: int = 0


class ZeroReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `zero-report`: right before opening every count is zero, the box is empty, and the cards are made."""

    tally: Tally
    reconciliation: Reconciliation

    @property
    def is_zero(self) -> bool:
        """Whether nothing at all has been counted."""
        counters = self.reconciliation
        votes = [count for contest in self.tally.contests for count in (*contest.votes.values(), contest.ballots)]
        events = (counters.checked_in, counters.cards_used, counters.printed, counters.deposited, counters.recorded)
        return not any((*votes, *self.tally.ballots.values(), *events, *counters.refused.values()))


class EventLogs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `event-log`: where each machine's log stood when the tally sheet was made.

    `heads`: role → SHA-256 of the last line, as on the tally sheet. `entries`: role → how many lines there were.
    """

    heads: dict[str, str]
    entries: dict[str, int]
