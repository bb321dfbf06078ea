"""What the check-in knows of the day: who has voted, in which hour; whose finger failed; the visit under way.

Tables are sorted by document number. Nothing says who came before whom within an hour.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from testigo import canonical
from testigo.ballot import CheckInCounters
from testigo.event_log import Event
from testigo.keys import SigningKey
from testigo.station.day_file import DAY_STATE, Day
from testigo.stored import StoredFormat

_ROOM = 4096
_ROOM_OF_VOTER = 192


class CheckedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Has voted. `hour`: UTC time at which the hour began. `released`: why the chair let them through; "" if their
    finger matched. `by`: the account that released them.
    """

    hour: str
    released: str = ""
    by: str = ""


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happened on the document of somebody who has not voted: fingers that failed, since the last impostor was
    refused; impostors refused."""

    failed: int = 0
    impostors: int = 0


class OpenVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visit under way. `id`: random; gone with the visit."""

    id: str
    document: str


class CheckInDay(Day, frozen=True):
    """`voted`, `tries`: by document number. `refused`: visits that ended so, by reason. `tries_failed`: all of the
    day."""

    voted: dict[str, CheckedIn] = msgspec.field(default_factory=dict)
    tries: dict[str, Tries] = msgspec.field(default_factory=dict)
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    tries_failed: int = 0
    cards_handed: int = 0
    visit: OpenVisit | None = None

    def tried(self, document: str) -> Tries:
        """What happened on a document."""
        return self.tries.get(document, Tries())

    def failing(self, document: str) -> "CheckInDay":
        """A finger failed."""
        tries = self.tried(document)
        changed = self.tries | {document: replace(tries, failed=tries.failed + 1)}
        return replace(self, tries=changed, tries_failed=self.tries_failed + 1)

    def admitting(self, document: str, released: str = "", by: str = "") -> "CheckInDay":
        """The visitor is the voter. `released`: why the account `by` says so, "" if the finger does."""
        voted = self.voted | {document: CheckedIn(_hour(canonical.utc_now()), released, by)}
        return replace(self, voted=voted, tries={one: tries for one, tries in self.tries.items() if one != document})

    def refusing(self, reason: str, document: str = "") -> "CheckInDay":
        """The visit is over without a card. `document`: on which an impostor was refused."""
        counts = {**self.refused, reason: self.refused.get(reason, 0) + 1}
        tries = self.tries
        if reason == "impostor":
            tries = tries | {document: Tries(0, self.tried(document).impostors + 1)}
        return replace(self, refused=counts, tries=tries, visit=None)

    def counters(self, registered: int, release_cap: int) -> CheckInCounters:
        """The check-in's counters."""
        reasons = Counter(one.released for one in self.voted.values())
        released = {reason: reasons[reason] for reason in sorted(reasons) if reason}
        return CheckInCounters(
            registered=registered,
            matched=reasons[""],
            released=sum(released.values()),
            release_cap=release_cap,
            refused=self.refused,
            released_reasons=released,
            cards_handed=self.cards_handed,
        )

    def batch(self, counters: CheckInCounters) -> dict[str, Any]:
        """What a line of the event log says of all visitors so far."""
        return {**msgspec.to_builtins(counters), "tries_failed": self.tries_failed}


DAY_FORMAT = StoredFormat(DAY_STATE, CheckInDay, lambda first: first)
"""Of the same number as the booth's, whose first format lacked a field."""


def room_of(documents: Iterable[str]) -> int:
    """Bytes that a day needs in which every voter of the poll book votes."""
    return _ROOM + sum(len(msgspec.json.encode(document)) + _ROOM_OF_VOTER for document in documents)


def day_key(key: SigningKey) -> bytes:
    """The check-in's key for the day's file, 32 bytes, made from its signing key: an Ed25519 signature is always the
    same one (RFC 8032), and nobody else can make it."""
    return hashlib.sha256(key.sign(b"testigo check-in day 1\n")).digest()


def of_release_0_1(events: Iterable[Event]) -> CheckInDay:
    """The day that release 0.1 kept as one line of the event log for each act, once it was over."""
    events = tuple(events)
    admitted = [event for event in events if event.event in ("matched", "released")]
    return CheckInDay(
        voted={
            event.data["document"]: CheckedIn(_hour(event.time), event.data.get("reason", "")) for event in admitted
        },
        refused=dict(Counter(event.data["reason"] for event in events if event.event == "refused")),
        tries_failed=sum(event.event == "finger-failed" for event in events),
        cards_handed=sum(event.event == "card-handed" for event in events),
    )


def _hour(time: str) -> str:
    return f"{time[:13]}:00:00Z"
