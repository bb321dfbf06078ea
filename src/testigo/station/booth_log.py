"""What the booth's event log says: counters, the session under way, wrong cards. Pure functions over its entries."""

from collections.abc import Iterable
from datetime import datetime

from testigo.ballot import BoothCounters
from testigo.ballot.reasons import SAID_SPOILS
from testigo.canonical import utc_now
from testigo.station.events import Event

WRONG_CARDS = 5
LOCK_SECONDS = 60


def open_session(events: Iterable[Event]) -> Event | None:
    """The `card-accepted` of the session that has not come to an end; None if nobody is voting."""
    accepted = None
    for event in events:
        if event.event == "card-accepted":
            accepted = event
        elif event.event in ("deposited", "voided"):
            accepted = None
    return accepted


def is_used(events: Iterable[Event], card: str) -> bool:
    """Whether the card of this hash was accepted before."""
    return any(event.event == "card-accepted" and event.data["card"] == card for event in events)


def last_paper(events: Iterable[Event], session: str) -> str:
    """`printed` or `spoiled`: what happened last to a paper of the session; "" before its first."""
    papers = [e.event for e in events if e.event in ("printed", "spoiled") and e.data["session"] == session]
    return papers[-1] if papers else ""


def prints(events: Iterable[Event], session: str) -> int:
    """How many prints of the session came to their end."""
    return sum(event.event == "printed" and event.data["session"] == session for event in events)


def said_spoils(events: Iterable[Event], session: str) -> int:
    """How many papers the session's voter has spoiled; those that a power cut made void do not count."""
    spoiled = [event for event in events if event.event == "spoiled" and event.data["session"] == session]
    return sum(event.data["reason"] in SAID_SPOILS for event in spoiled)


def seconds_locked(events: Iterable[Event]) -> int:
    """How long the booth still takes no card, after every `WRONG_CARDS` wrong ones in a row; 0 if it takes one."""
    wrong: list[Event] = []
    for event in events:
        if event.event == "card-refused":
            wrong.append(event)
        elif event.event == "card-accepted":
            wrong = []
    if not wrong or len(wrong) % WRONG_CARDS:
        return 0
    waited = (datetime.fromisoformat(utc_now()) - datetime.fromisoformat(wrong[-1].time)).total_seconds()
    # A clock that was set back must not lock the booth for longer than the lock lasts.
    return LOCK_SECONDS - int(waited) if 0 <= waited < LOCK_SECONDS else 0


def count(events: tuple[Event, ...], recorded: int) -> BoothCounters:
    """A booth's counters from the entries of its event log. `recorded`: votes found in its box."""
    happened: dict[str, int] = {}
    spoiled_reasons: dict[str, int] = {}
    voided: dict[str, int] = {}
    cards_made = 0
    for event in events:
        _add(happened, event.event)
        if event.event == "cards-made":
            cards_made = event.data["count"]
        if event.event == "voided":
            _add(voided, event.data["reason"])
        reason = _spoil_reason(event)
        if reason:
            _add(spoiled_reasons, reason)
    return BoothCounters(
        cards_made=cards_made,
        cards_used=happened.get("card-accepted", 0),
        printed=happened.get("printed", 0) + happened.get("print-interrupted", 0),
        spoiled=sum(spoiled_reasons.values()),
        spoiled_reasons=spoiled_reasons,
        voided=voided,
        deposited=happened.get("deposited", 0),
        recorded=recorded,
    )


def _spoil_reason(event: Event) -> str:
    """Why this event made a printed vote void; "" if it did not. An interrupted print counts as printed and spoiled at
    once."""
    if event.event == "spoiled":
        return str(event.data["reason"])
    if event.event == "print-interrupted":
        return "power-cut"
    return "voided" if event.event == "voided" and event.data["printed"] else ""


def _add(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
