"""Whose keys a `machine-keys` statement may admit or replace, and whether a key that signs may be one of them."""

from collections.abc import Set

from testigo.count.conflict import Conflict
from testigo.count.kinds import SHOWN
from testigo.count.unread import NeedsUnread, Unread
from testigo.election import STATION_ROLES, KeyRing, MachineKey, MachineKeys, Role, role_label
from testigo.errors import InvalidInput, InvalidSignature


def check_keys(
    keys: MachineKeys, ring: KeyRing, stations: Set[str], spoken: Set[str], *, entry: int, place: str
) -> None:
    """New keys for who has none, for centre, auditor and log at any time, and for machines whose station has said
    nothing yet: then they replace the old, or are more machines.
    """
    named: set[tuple[str, Role, int]] = set()
    for key in keys.keys:
        role, station, number = key.role, key.station, key.number
        whose = role_label(role, station[:SHOWN], number)
        is_one = number == 1 or role in ("booth", "check-in")
        if (role in STATION_ROLES) != (station in stations) or role == "root" or not is_one:
            raise InvalidInput("machine-keys.not-for-this-role", place=place, holder=whose)
        if key.holder in named:
            raise Conflict("machine-keys.two-for-one", place=place, holder=whose)
        has_spoken = station in spoken
        if number > 1:
            _check_number(key, keys, ring, has_spoken=has_spoken, place=place)
        has_key = ring.contains(station, role, number)
        if has_key and (has_spoken or ring.of_station(station, role, number).key == key.key):
            raise Conflict(
                "machine-keys.has-key" if has_spoken else "machine-keys.has-this-key",
                place=place,
                hint="replace-before-first-statement",
                holder=whose,
            )
        named.add(key.holder)
    ring.replace(keys, entry=entry)


def _check_number(key: MachineKey, keys: MachineKeys, ring: KeyRing, *, has_spoken: bool, place: str) -> None:
    """More desks and booths come before their station says anything, and without a gap in their numbers."""
    station, role, number = key.station, key.role, key.number
    whose = role_label(role, station[:SHOWN], number)
    if has_spoken and not ring.contains(station, role, number):
        raise Conflict(
            "machine-keys.machine-too-late", place=place, hint="replace-before-first-statement", holder=whose
        )
    before = (station, role, number - 1)
    if not ring.contains(*before) and before not in {one.holder for one in keys.keys}:
        raise InvalidInput("machine-keys.number-missing", place=place, holder=whose)


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
