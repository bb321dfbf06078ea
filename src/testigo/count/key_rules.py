"""Whose keys a `machine-keys` statement may admit or replace, and whether a key that signs may be one of them."""

from collections.abc import Set

from testigo.count.conflict import Conflict
from testigo.count.kinds import SHOWN
from testigo.count.unread import NeedsUnread, Unread
from testigo.election import STATION_ROLES, KeyRing, MachineKeys, role_label
from testigo.errors import InvalidInput, InvalidSignature


def check_keys(
    keys: MachineKeys, ring: KeyRing, stations: Set[str], spoken: Set[str], *, entry: int, place: str
) -> None:
    """New keys for who has none, for centre, auditor and log at any time, and for machines whose station has said
    nothing yet: then they replace the old.
    """
    named: set[tuple[str, str]] = set()
    for key in keys.keys:
        role, station = key.role, key.station
        whose = role_label(role, station[:SHOWN])
        if (role in STATION_ROLES) != (station in stations) or role == "root":
            raise InvalidInput("machine-keys.not-for-this-role", place=place, holder=whose)
        if (role, station) in named:
            raise Conflict("machine-keys.two-for-one", place=place, holder=whose)
        if ring.contains(station, role):
            has_spoken = station in spoken
            if has_spoken or ring.of_station(station, role).key == key.key:
                raise Conflict(
                    "machine-keys.has-key" if has_spoken else "machine-keys.has-this-key",
                    place=place,
                    hint="replace-before-first-statement",
                    holder=whose,
                )
        named.add((role, station))
    ring.replace(keys, entry=entry)


def check_key_read(key_id: str, ring: KeyRing, unread: Unread, subject: str, place: str) -> None:
    """A key that the ring does not hold may have been admitted by a statement that was skipped; one of the
    authority that it knows as replaced cannot come back.
    """
    needs = next((about for about in (subject, "") if unread.contains("machine-keys", about)), None)
    if needs is None:
        return
    ended = {old.key.public.key_id for old in ring.replaced if old.key.role not in STATION_ROLES}
    try:
        ring.any_key(key_id)
    except InvalidSignature:
        if key_id not in ended:
            raise NeedsUnread("statement.keys-not-read", ("machine-keys", needs), place=place) from None
