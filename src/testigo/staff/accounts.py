"""Accounts, and the staff list of a station or an enrolment desk: who works there, signed by the authority.

A staff list is a DSSE envelope of the payload type `PAYLOAD_TYPE` over canonical JSON. It names the election, the place
and the second in which it was signed, so that it is valid at that place only and an older one cannot take the place of
a newer one. The list of an enrolment desk names no election: fingers are enrolled before there is one.
"""

import re
import unicodedata
from collections import Counter
from typing import Any, Final, Literal

import msgspec

from testigo import canonical, keys
from testigo.errors import InvalidInput, InvalidSignature, is_printable
from testigo.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.testigo.staff-list+json"
FORMAT = 1
MOST_ACCOUNTS = 200
LONGEST_NAME = 80
LARGEST_FILE = 256 * 1024

StaffRole = Literal["chair", "deputy", "clerk", "witness", "officer"]
StaffMachine = Literal["chair", "check-in", "enrolment"]

MACHINES: Final[dict[StaffRole, tuple[StaffMachine, ...]]] = {
    "chair": ("chair", "check-in"),
    "deputy": ("chair", "check-in"),
    "clerk": ("check-in",),
    "witness": ("chair", "check-in"),
    "officer": ("enrolment",),
}
"""Role → the machines on which its accounts have a PIN. The chair has one at the check-in to release voters; a witness
has one on both as the second person of a decision, and opens no screen."""

PRESIDING: Final[tuple[StaffRole, ...]] = ("chair", "deputy")
"""Who may use the chair's screen and release a voter at the check-in."""

_ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?")


class Account(canonical.SignedValue, frozen=True):
    """One person in one role at one place. `id`: what event logs name; `name`: as printed, "" where nobody said one.

    `party`: of a witness, else "".
    """

    id: str
    name: str
    role: StaffRole
    party: str

    @property
    def machines(self) -> tuple[StaffMachine, ...]:
        """The machines that this account may use, each with a PIN of its own."""
        return MACHINES[self.role]

    def same_person(self, other: "Account") -> bool:
        """Whether both accounts are one person's: the same id, or the same name whatever its case, spaces
        and spelling of accents in Unicode."""
        return self.id == other.id or (bool(_folded(self.name)) and _folded(self.name) == _folded(other.name))


class StaffPlace(msgspec.Struct, frozen=True):
    """One machine, as lists and orders name it. `election`: digest of the definition, "" for an enrolment desk; `id`:
    of the station or desk. `key`: the authority's, None while it is not known; `former`: its keys that were replaced.
    """

    election: str
    id: str
    machine: StaffMachine
    key: PublicKey | None = None
    former: tuple[PublicKey, ...] = ()

    def __str__(self) -> str:
        return f"{'desk' if self.machine == 'enrolment' else 'station'} {self.id}, {self.machine}"


class StaffList(canonical.SignedValue, frozen=True):
    """The accounts of one place. `issued`: UTC, `YYYY-MM-DDTHH:MM:SSZ`."""

    format: int
    election: str
    place: str
    issued: str
    accounts: tuple[Account, ...]

    def sign(self, key: SigningKey) -> bytes:
        """The list as a signed envelope; raises `InvalidInput` where it breaks a rule of `check_accounts`."""
        check_accounts(self.accounts, place=f"staff of {self.place}")
        return keys.sign_envelope(PAYLOAD_TYPE, self, key)


def check_id(text: str, *, place: str = "") -> str:
    """The text, if it can be an account's id; raises `InvalidInput`."""
    if not _ID.fullmatch(text):
        raise InvalidInput(
            f"{text[:60]!r} is not a valid user name",
            place=place,
            hint="use up to 40 lower-case letters, digits, points and hyphens",
        )
    return text


def check_account(account: Account, *, place: str = "") -> None:
    """Raise `InvalidInput` unless id, name and party are what they should be for the role."""
    check_id(account.id, place=place)
    for what, text in (("name", account.name), ("party", account.party)):
        if text != text.strip() or not is_printable(text, LONGEST_NAME):
            raise InvalidInput(
                f"the {what} of {account.id} cannot be printed", place=place, hint=f"use up to {LONGEST_NAME} letters"
            )
    if not account.name:
        raise InvalidInput(f"{account.id} has no name", place=place, hint="write the name as the slip shall show it")
    if bool(account.party) != (account.role == "witness"):
        raise InvalidInput(
            f"{account.id} is a {account.role} {'without' if not account.party else 'of'} a party",
            place=place,
            hint="each witness has a party, and nobody else has one",
        )


def check_accounts(accounts: tuple[Account, ...], *, place: str) -> None:
    """Raise `InvalidInput` unless these can work together at one place.

    A station has one chair and at least one clerk, and no enrolment officer; a desk has officers only.
    """
    for account in accounts:
        check_account(account, place=place)
    twice = [name for name, count in Counter(account.id for account in accounts).items() if count > 1]
    if twice:
        raise InvalidInput(f"{twice[0]} stands there twice", place=place, hint="give each account an id of its own")
    if len(accounts) > MOST_ACCOUNTS:
        raise InvalidInput(f"{len(accounts)} accounts", place=place, hint=f"a place has at most {MOST_ACCOUNTS}")
    roles = Counter(account.role for account in accounts)
    if set(roles) == {"officer"}:
        return
    if roles["officer"]:
        raise InvalidInput("officers and the staff of a station", place=place, hint="give the desk an id of its own")
    if roles["chair"] != 1 or not roles["clerk"]:
        raise InvalidInput(
            f"chairs: {roles['chair']}, clerks: {roles['clerk']}",
            place=place,
            hint="a station has one chair and at least one clerk; who stands in for the chair is a deputy",
        )


def open_staff_list(data: bytes, place: StaffPlace, *, stored: bool = False, name: str = "staff list") -> StaffList:
    """Verify the list of a place. `stored`: it was accepted before, so a key that was replaced since is good, too.

    Raises `InvalidInput` for another shape, format, election or place, `InvalidSignature` for another key.
    """
    payload = open_signed(data, place, PAYLOAD_TYPE, stored=stored, name=name)
    check_format(payload, FORMAT, name)
    try:
        read = msgspec.convert(payload, StaffList, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not a staff list ({error})", place=name) from None
    check_place(read.election, read.place, place, name)
    if not canonical.is_instant(read.issued):
        raise InvalidInput(f"{read.issued[:40]!r} is not a time", place=name)
    check_accounts(read.accounts, place=name)
    return read


def open_signed(data: bytes, place: StaffPlace, payload_type: str, *, stored: bool = False, name: str) -> Any:
    """The payload of an envelope that the authority of this place has signed."""
    if place.key is None:
        raise InvalidSignature(
            "this machine does not know the authority's key yet",
            place=name,
            hint="load the machine keys, with the centre's, first",
        )
    if len(data) > LARGEST_FILE:
        raise InvalidInput(f"larger than {LARGEST_FILE:,} bytes", place=name, hint="this is not the file that is meant")
    key_id = keys.envelope_key_id(data, place=name)
    former = [key for key in place.former if stored and key.key_id == key_id]
    return keys.open_envelope(data, former[0] if former else place.key, payload_type, place=name).payload


def check_format(payload: Any, format_: int, name: str) -> None:
    """Raise `InvalidInput` where a payload names another format than this release reads."""
    found = payload.get("format") if isinstance(payload, dict) else None
    if isinstance(found, int) and found > format_:
        raise InvalidInput(f"of format {found}, not {format_}", place=name, hint="use a newer release of Testigo")
    if found != format_:
        raise InvalidInput("names no format that is known", place=name, hint="get the file again from its source")


def check_place(election: str, place_id: str, place: StaffPlace, name: str) -> None:
    """Raise `InvalidInput` unless something signed is for this election and this station or desk."""
    if election != place.election:
        raise InvalidInput("it is for another election", place=name, hint="ask the authority for this election's")
    if place_id != place.id:
        raise InvalidInput(f"it is for {place_id[:60]!r}, and this is {place}", place=name, hint="take the other file")


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
