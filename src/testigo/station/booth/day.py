"""What the booth knows of the day: counters, which cards are used, and the session under way. Pure functions over it.

The used cards are a set of bits over the cards' hashes in their sorted order: which are used, and nothing else.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from testigo.ballot import BoothCounters
from testigo.ballot.reasons import MISPRINT
from testigo.event_log import Event
from testigo.station.machine.day_file import DAY_STATE, Day
from testigo.stored import StoredFormat

WRONG_CARDS = 5
LOCK_SECONDS = 60
ROOM = 4096
"""Bytes for counters, their reasons, and a session without its choices."""

Stage = Literal["language", "voting", "review", "printing", "printed", "depositing"]


class VotingSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session under way; nothing names it. `slip`: number of the paper vote, from `printing` on. `spoiled`: papers
    that the voter has spoiled; misprints, and those that a power cut made void, do not count. `extra`: how many more
    than the limit the chair has allowed."""

    style: str
    stage: Stage
    language: str
    choices: dict[str, tuple[str, ...]]
    slip: str = ""
    spoiled: int = 0
    extra: int = 0


class BoothDay(Day, frozen=True):
    """`used`: bits of used cards, hexadecimal. `wrong_cards`: in a row. `locked_until`: Unix seconds, 0 while not
    locked. `voided_by`: number of the last order about a session, 0 after closing. `told`: whether the screen says that
    the last vote is recorded: from its deposit to the next card, or to the closing."""

    used: str = "0"
    printed: int = 0
    spoiled: dict[str, int] = msgspec.field(default_factory=dict)
    voided: dict[str, int] = msgspec.field(default_factory=dict)
    deposited: int = 0
    cards_refused: int = 0
    prints_failed: int = 0
    wrong_cards: int = 0
    locked_until: int = 0
    voided_by: int = 0
    prints_allowed: int = 0
    told: bool = False
    session: VotingSession | None = None

    @property
    def done(self) -> int:
        """Voters whose session has ended."""
        return self.deposited + sum(self.voided.values())

    def has_used(self, position: int) -> bool:
        """Whether the card at a position among the hashes was accepted before."""
        return bool(int(self.used, 16) >> position & 1)

    def using(self, position: int, session: VotingSession) -> "BoothDay":
        """The card is used, its session begins."""
        used = f"{int(self.used, 16) | 1 << position:x}"
        return replace(self, used=used, wrong_cards=0, locked_until=0, told=False, session=session)

    def counters(self, cards_made: int, recorded: int) -> BoothCounters:
        """The booth's counters. `recorded`: votes found in its box."""
        return BoothCounters(
            cards_made=cards_made,
            cards_used=int(self.used, 16).bit_count(),
            printed=self.printed,
            spoiled=sum(self.spoiled.values()),
            spoiled_reasons=self.spoiled,
            voided=self.voided,
            deposited=self.deposited,
            recorded=recorded,
            misprinted=self.spoiled.get(MISPRINT, 0),
            prints_allowed=self.prints_allowed,
        )

    def batch(self, counters: BoothCounters) -> dict[str, Any]:
        """What a line of the event log says of all voters so far."""
        more = {"cards_refused": self.cards_refused, "prints_failed": self.prints_failed}
        return {**msgspec.to_builtins(counters), **more}


DAY_FORMAT = StoredFormat(DAY_STATE, BoothDay, lambda first: first)
"""Format 1 did not have `told`."""


def refused(day: BoothDay) -> BoothDay:
    """A card that this booth does not take; after every `WRONG_CARDS` in a row it takes none for a while."""
    wrong = day.wrong_cards + 1
    locked_until = int(time.time()) + LOCK_SECONDS if wrong % WRONG_CARDS == 0 else 0
    return replace(day, cards_refused=day.cards_refused + 1, wrong_cards=wrong, locked_until=locked_until)


def seconds_locked(day: BoothDay) -> int:
    """How long the booth still takes no card; 0 if it takes one.

    A clock that was set back must not lock the booth for longer than the lock lasts.
    """
    return max(0, min(day.locked_until - int(time.time()), LOCK_SECONDS))


def printed(day: BoothDay, session: VotingSession) -> BoothDay:
    """A paper vote is out of the printer."""
    return replace(day, printed=day.printed + 1, session=replace(session, stage="printed"))


def spoiled(day: BoothDay, session: VotingSession, reason: str) -> BoothDay:
    """The printed vote is void, and the voter is back at the review."""
    session = replace(session, stage="review", slip="", spoiled=session.spoiled + (reason != MISPRINT))
    return replace(day, spoiled=one_more(day.spoiled, reason), session=session)


def interrupted(day: BoothDay, session: VotingSession) -> BoothDay:
    """A print that began and was never noted as printed: the paper, if one came out, is void."""
    counts = {"printed": day.printed + 1, "spoiled": one_more(day.spoiled, "power-cut")}
    return replace(day, **counts, session=replace(session, stage="review", slip=""))


def print_failed(day: BoothDay, session: VotingSession) -> BoothDay:
    """The printer said that it could not; back to the review, nothing is counted as printed."""
    return replace(day, prints_failed=day.prints_failed + 1, session=replace(session, stage="review", slip=""))


def voided(day: BoothDay, session: VotingSession, reason: str, order: int) -> BoothDay:
    """The chair's order of that number ended the session; a paper that was out is void."""
    papers = one_more(day.spoiled, "voided") if session.stage == "printed" else day.spoiled
    return replace(day, voided=one_more(day.voided, reason), spoiled=papers, voided_by=order, session=None)


def spoils_left(session: VotingSession, limit: int) -> int:
    """How many papers the voter may still spoil. `limit`: of the election's rules."""
    return max(0, limit + session.extra - session.spoiled)


def print_allowed(day: BoothDay, session: VotingSession, order: int) -> BoothDay:
    """By the chair's order of that number, the voter may spoil one paper more."""
    session = replace(session, extra=session.extra + 1)
    return replace(day, prints_allowed=day.prints_allowed + 1, voided_by=order, session=session)


def deposited(day: BoothDay) -> BoothDay:
    """The vote is in the box, and the session is over."""
    return replace(day, deposited=day.deposited + 1, told=True, session=None)


def one_more(counts: dict[str, int], name: str) -> dict[str, int]:
    """Counts by name, with one more of one."""
    return {**counts, name: counts.get(name, 0) + 1}


def of_release_0_1(events: Iterable[Event], position: Callable[[str], int]) -> BoothDay:
    """The day that release 0.1 kept as one line of the event log for each act, once it was over. `position`: of a
    card's hash among all."""
    events = tuple(events)
    happened = Counter(event.event for event in events)
    used = {position(event.data["card"]) for event in events if event.event == "card-accepted"}
    return BoothDay(
        used=f"{sum(1 << one for one in used):x}",
        printed=happened["printed"] + happened["print-interrupted"],
        spoiled=dict(Counter(reason for reason in map(_spoil_reason, events) if reason)),
        voided=dict(Counter(event.data["reason"] for event in events if event.event == "voided")),
        deposited=happened["deposited"],
        cards_refused=happened["card-refused"],
        prints_failed=happened["print-failed"],
    )


def _spoil_reason(event: Event) -> str:
    if event.event == "spoiled":
        return str(event.data["reason"])
    if event.event == "print-interrupted":
        return "power-cut"
    return "voided" if event.event == "voided" and event.data["printed"] else ""
