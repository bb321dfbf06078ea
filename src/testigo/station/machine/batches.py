"""What the event logs of booth and check-in say of voters: counters, of many at once.

A line `counted` has the counters up to some voter. It is written at least `VOTERS` voters later *and* at least a
quarter of an hour after the line before, and at closing, of all. So between two lines there are never fewer than
`VOTERS`, also before the last: else that one would tell whether the one voter who came after the batches spoiled a
paper. Its time is the quarter of an hour in which it was written, so that it does not tell when the last of these
voters was done.
"""

import contextlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from testigo import canonical
from testigo.errors import StorageError
from testigo.event_log import EventLog

COUNTED = "counted"
VOTERS = 10
APART = timedelta(minutes=15)


class Pending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Counters of a batch that is full and not written yet. `voters`: how many were done, since the opening."""

    voters: int
    counters: dict[str, Any]


def note_batch(log: EventLog, pending: Pending | None, voters: int, counters: dict[str, Any]) -> Pending | None:
    """Write the counters of the batch before this one if enough voters are done since; returns the batch that is full
    and waits, None where there is none. `voters`: how many are done, since the opening.

    A disk that refuses changes nothing for the voter, who is done: the next one's end tries again.
    """
    if pending is not None and pending.voters <= _written(log):  # a power cut after its line
        pending = None
    if pending is not None and voters - pending.voters >= VOTERS and _quarter_has_passed(log):
        with contextlib.suppress(StorageError):
            log.append_coarse(COUNTED, voters=pending.voters, **pending.counters)
            pending = None
    if pending is None and voters - _written(log) >= VOTERS:
        return Pending(voters, counters)
    return pending


def note_rest(log: EventLog, voters: int, counters: dict[str, Any]) -> None:
    """Write the counters at closing, once. Raises `StorageError`."""
    totals = {"voters": voters, **counters}
    if _last(log) != totals:
        log.append_coarse(COUNTED, **totals)


def _written(log: EventLog) -> int:
    """How many voters the last line is of."""
    last = _last(log)
    return int(last["voters"]) if last else 0


def _last(log: EventLog) -> dict[str, Any] | None:
    totals = [event.data for event in log if event.event == COUNTED]
    return totals[-1] if totals else None


def _quarter_has_passed(log: EventLog) -> bool:
    lines = [event.time for event in log if event.event == COUNTED]
    if not lines:
        return True
    # The line before bears the beginning of its quarter: it may have been written up to fifteen minutes later.
    return datetime.fromisoformat(canonical.utc_now()) - datetime.fromisoformat(lines[-1]) >= 2 * APART
