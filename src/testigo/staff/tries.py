"""How often a wrong PIN may be tried, and from where: nobody on the cable can lock out who stands at the machine.

Wrong PINs of an account are counted by *source*: the machine's own screen, and each other address. A source that once
brought the right PIN is *known*, and counts for itself, as the own screen does. All other sources count for themselves
and, besides, together: whoever has many addresses has no more tries than one. So per account and hour there are at most
`WRONG_PINS` × 3600 / `LOCK_SECONDS` = 60 guesses at the own screen, as many from each known address, and 60 from all
other addresses together.
"""

from typing import Final

import msgspec

WRONG_PINS: Final = 5
LOCK_SECONDS: Final = 300

OTHERS_WRONG: Final = 15
OTHERS_SECONDS: Final = 900

MOST_KNOWN: Final = 8
"""Addresses that an account is known from; the newest."""

OWN_SCREEN: Final = ""
"""The source that is this machine itself."""

_OTHERS: Final = "*"


class WrongPins(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`wrong`: wrong PINs in a row. `since`: Unix seconds of the first of them. `locked_until`: 0 while not locked."""

    wrong: int = 0
    since: int = 0
    locked_until: int = 0


Counts = dict[str, WrongPins]
"""By source."""


def seconds_locked(counts: Counts, source: str, known: tuple[str, ...], moment: int) -> int:
    """How long no PIN is taken from that source; 0 if one is. A clock that was set back must not lock anybody out for
    longer than the lock lasts.
    """
    limits = _limits(source, known)
    return max(max(0, min(counts.get(one, WrongPins()).locked_until - moment, limits[one][1])) for one in limits)


def one_more(counts: Counts, source: str, known: tuple[str, ...], moment: int) -> Counts:
    """The counts with one more wrong PIN from that source."""
    counted = _without_old(counts, known, moment)
    for one, (most, seconds) in _limits(source, known).items():
        before = counted.get(one, WrongPins())
        wrong = before.wrong + 1
        locked = moment + seconds if wrong >= most else 0
        counted[one] = WrongPins(0 if locked else wrong, before.since or moment, locked)
    return counted


def tries_left(counts: Counts, source: str, known: tuple[str, ...]) -> int:
    """How many wrong PINs may still come from that source before it is locked."""
    return min(most - counts.get(one, WrongPins()).wrong for one, (most, _) in _limits(source, known).items())


def right(before: Counts, source: str) -> Counts:
    """The counts after the right PIN: its source's begin again, those of all other addresses stay as they were."""
    return {one: tries for one, tries in before.items() if one != source}


def _limits(source: str, known: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    own = {source: (WRONG_PINS, LOCK_SECONDS)}
    if source == OWN_SCREEN or source in known:
        return own
    return own | {_OTHERS: (OTHERS_WRONG, OTHERS_SECONDS)}


def _without_old(counts: Counts, known: tuple[str, ...], moment: int) -> Counts:
    """Those that still count. Those of unknown addresses are forgotten after a while, so that they are never many."""
    kept = (OWN_SCREEN, *known)
    return {one: tries for one, tries in counts.items() if one in kept or 0 <= moment - tries.since < OTHERS_SECONDS}
