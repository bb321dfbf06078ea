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
from testigo.station.check_in.claims import Claims
from testigo.station.check_in.tries import Tries
from testigo.station.machine.day_file import DAY_STATE, Day
from testigo.stored import StoredFormat

_ROOM = 4096
_ROOM_OF_VOTER = 352


class CheckedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Has voted. `hour`: UTC time at which the hour began. `released`: why the chair let them through; "" if their
    finger matched. `by`: the account that released them; `second`: who agreed beyond the alarm; `allowed`: whether the
    authority had allowed it.
    """

    hour: str
    released: str = ""
    by: str = ""
    second: str = ""
    allowed: bool = False


class Undone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Check-ins that were taken back: how many for which reason, and what they had been counted as."""

    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    matched: int = 0
    released: dict[str, int] = msgspec.field(default_factory=dict)
    by_two: int = 0
    by_allowance: int = 0

    def adding(self, reason: str, one: CheckedIn) -> "Undone":
        """One more."""
        released = {**self.released, one.released: self.released.get(one.released, 0) + 1}
        return Undone(
            {**self.reasons, reason: self.reasons.get(reason, 0) + 1},
            self.matched + (not one.released),
            released if one.released else self.released,
            self.by_two + bool(one.second),
            self.by_allowance + one.allowed,
        )


class OpenVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The visit under way. `id`: random; gone with the visit. `listed`: from the printed sign-in list,
    because the home desk could not be asked."""

    id: str
    document: str
    listed: bool = False


class CheckInDay(Day, frozen=True):
    """`voted`, `tries`: by document number. `refused`: visits that ended so, by reason. `tries_failed`: all of the
    day. `claims`: what this desk and the others of its station owe each other."""

    voted: dict[str, CheckedIn] = msgspec.field(default_factory=dict)
    tries: dict[str, Tries] = msgspec.field(default_factory=dict)
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    tries_failed: int = 0
    cards_handed: int = 0
    visit: OpenVisit | None = None
    undone: Undone = Undone()
    claims: Claims = Claims()

    def tried(self, document: str) -> Tries:
        """What happened on a document."""
        return self.tries.get(document, Tries())

    def failing(self, document: str) -> "CheckInDay":
        """A finger failed."""
        tries = self.tried(document)
        changed = self.tries | {document: replace(tries, failed=tries.failed + 1)}
        return replace(self, tries=changed, tries_failed=self.tries_failed + 1)

    def with_tries(self, document: str, tries: Tries) -> "CheckInDay":
        """What happened on a document at another desk, which had it meanwhile."""
        others = {one: kept for one, kept in self.tries.items() if one != document}
        return replace(self, tries=others if tries == Tries() else others | {document: tries})

    def granting(self, document: str) -> "CheckInDay":
        """The chair gives new tries."""
        tries = self.tried(document)
        return replace(self, tries=self.tries | {document: replace(tries, failed=0, granted=True)})

    def admitting(self, document: str, released: str = "", by: str = "", **more: Any) -> "CheckInDay":
        """The visitor is the voter. `released`: why the account `by` says so, "" if the finger does; `more`: further
        fields of `CheckedIn`."""
        voted = self.voted | {document: CheckedIn(_hour(canonical.utc_now()), released, by, **more)}
        return replace(self, voted=voted, tries={one: tries for one, tries in self.tries.items() if one != document})

    def undoing(self, document: str, reason: str) -> "CheckInDay":
        """The check-in of the visit under way is taken back, and the visit is over."""
        voted = {one: checked for one, checked in self.voted.items() if one != document}
        return replace(self, voted=voted, undone=self.undone.adding(reason, self.voted[document]), visit=None)

    def refusing(self, reason: str, document: str = "") -> "CheckInDay":
        """The visit is over without a card. `document`: of the voter whose tries begin again."""
        counts = {**self.refused, reason: self.refused.get(reason, 0) + 1}
        if not document:
            return replace(self, refused=counts, visit=None)
        before, impostor = self.tried(document), reason == "impostor"
        after = Tries(0, before.impostors + impostor, before.refused + (not impostor))
        return replace(self, refused=counts, tries=self.tries | {document: after}, visit=None)

    def counters(self, registered: int, release_cap: int, without_finger: int = 0) -> CheckInCounters:
        """The check-in's counters."""
        undone, checked = self.undone, self.voted.values()
        reasons = Counter(one.released for one in checked) + Counter(undone.released)
        released = {reason: reasons[reason] for reason in sorted(reasons) if reason}
        return CheckInCounters(
            registered=registered,
            matched=reasons[""] + undone.matched,
            released=sum(released.values()),
            release_cap=release_cap,
            refused=self.refused,
            released_reasons=released,
            cards_handed=self.cards_handed,
            release_alarm=release_cap,
            without_finger=without_finger,
            released_by_two=sum(bool(one.second) for one in checked) + undone.by_two,
            released_by_allowance=sum(one.allowed for one in checked) + undone.by_allowance,
            undone=undone.reasons,
            from_list=self.claims.from_list,
            entered=self.claims.from_list - self.claims.unentered,
            doubles=self.claims.doubles,
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
