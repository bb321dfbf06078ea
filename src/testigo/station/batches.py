"""What the event logs of booth and check-in say of voters: counters, of many at once.

A line `counted` has the counters up to now. It is written once at least `VOTERS` voters are done *and* at least a
quarter of an hour has passed since the line before, and at closing. Its time is the quarter of an hour in which it was
written, so that it does not tell when the last of these voters was done.
"""

import contextlib
from datetime import datetime, timedelta
from typing import Any

from testigo import canonical
from testigo.errors import StorageError
from testigo.event_log import EventLog

COUNTED = "counted"
VOTERS = 10
APART = timedelta(minutes=15)


def note_batch(log: EventLog, voters: int, counters: dict[str, Any]) -> None:
    """Write the counters if enough voters are done since the last line. `voters`: how many are, since the opening.

    A disk that refuses changes nothing for the voter, who is done: the next one's end tries again.
    """
    earlier = _last(log)
    if voters - (earlier["voters"] if earlier else 0) >= VOTERS and _quarter_has_passed(log):
        with contextlib.suppress(StorageError):
            log.append_coarse(COUNTED, voters=voters, **counters)


def note_rest(log: EventLog, voters: int, counters: dict[str, Any]) -> None:
    """Write the counters at closing, once. Raises `StorageError`."""
    totals = {"voters": voters, **counters}
    if _last(log) != totals:
        log.append_coarse(COUNTED, **totals)


def _last(log: EventLog) -> dict[str, Any] | None:
    totals = [event.data for event in log if event.event == COUNTED]
    return totals[-1] if totals else None


def _quarter_has_passed(log: EventLog) -> bool:
    lines = [event.time for event in log if event.event == COUNTED]
    if not lines:
        return True
    # The line before bears the beginning of its quarter: it may have been written up to fifteen minutes later.
    return datetime.fromisoformat(canonical.utc_now()) - datetime.fromisoformat(lines[-1]) >= 2 * APART
