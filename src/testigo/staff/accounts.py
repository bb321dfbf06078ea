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
from testigo.canonical import why_refused
from testigo.errors import InvalidInput, InvalidSignature, TestigoError, is_printable
from testigo.keys import PublicKey, SigningKey
from testigo.words import Message, message

PAYLOAD_TYPE = "application/vnd.testigo.staff-list+json"
FORMAT = 1
MOST_ACCOUNTS = 200
LONGEST_NAME = 80
LARGEST_FILE = 256 * 1024
STAFF_LIST_NAME: Final = message("place", "staff-list")
"""What errors call a staff list that is in no file yet."""

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

_LONGEST_ID = 40
_ID = re.compile(rf"[a-z0-9](?:[a-z0-9.-]{{0,{_LONGEST_ID - 2}}}[a-z0-9])?")


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

    @property
    def name(self) -> Message:
        """The station or desk, for sentences."""
        return message("place", "desk" if self.machine == "enrolment" else "station", id=self.id)


class StaffList(canonical.SignedValue, frozen=True):
    """The accounts of one place. `issued`: UTC, `YYYY-MM-DDTHH:MM:SSZ`."""

    format: int
    election: str
    place: str
    issued: str
    accounts: tuple[Account, ...]

    def sign(self, key: SigningKey) -> bytes:
        """The list as a signed envelope; raises `InvalidInput` where it breaks a rule of `check_accounts`."""
        check_accounts(self.accounts, place=message("place", "staff-list-of", id=self.place))
        return keys.sign_envelope(PAYLOAD_TYPE, self, key)


def check_id(text: str, *, place: Message | str = "") -> str:
    """The text, if it can be an account's id; raises `InvalidInput`."""
    if not _ID.fullmatch(text):
        raise InvalidInput("user-name.malformed", place=place, name=text[:60], most=_LONGEST_ID)
    return text


def check_account(account: Account, *, place: Message | str = "") -> None:
    """Raise `InvalidInput` unless id, name and party are what they should be for the role."""
    check_id(account.id, place=place)
    for what, text in (("name", account.name), ("party", account.party)):
        if text != text.strip() or not is_printable(text, LONGEST_NAME):
            raise InvalidInput(f"account.unprintable-{what}", place=place, account=account.id, most=LONGEST_NAME)
    if not account.name:
        raise InvalidInput("account.no-name", place=place, account=account.id)
    if account.role == "witness" and not account.party:
        raise InvalidInput("account.witness-without-party", place=place, account=account.id)
    if account.role != "witness" and account.party:
        raise InvalidInput("account.party-without-witness", place=place, account=account.id)


def check_accounts(accounts: tuple[Account, ...], *, place: Message | str) -> None:
    """Raise `InvalidInput` unless these can work together at one place.

    A station has one chair and at least one clerk, and no enrolment officer; a desk has officers only.
    """
    for account in accounts:
        check_account(account, place=place)
    twice = [name for name, count in Counter(account.id for account in accounts).items() if count > 1]
    if twice:
        raise InvalidInput("account.twice", place=place, account=twice[0])
    if len(accounts) > MOST_ACCOUNTS:
        raise InvalidInput("accounts.too-many", place=place, number=len(accounts), most=MOST_ACCOUNTS)
    roles = Counter(account.role for account in accounts)
    if set(roles) == {"officer"}:
        return
    if roles["officer"]:
        raise InvalidInput("accounts.desk-and-station", place=place)
    if roles["chair"] != 1 or not roles["clerk"]:
        raise InvalidInput("accounts.not-one-chair", place=place, chairs=roles["chair"], clerks=roles["clerk"])


def open_staff_list(
    data: bytes, place: StaffPlace, *, stored: bool = False, name: Message | str = STAFF_LIST_NAME
) -> StaffList:
    """Verify the list of a place. `stored`: it was accepted before, so a key that was replaced since is good, too.

    Raises `InvalidInput` for another shape, format, election or place, `InvalidSignature` for another key.
    """
    payload = open_signed(data, place, PAYLOAD_TYPE, stored=stored, name=name)
    check_format(payload, FORMAT, name)
    try:
        read = msgspec.convert(payload, StaffList, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("staff-list.malformed", place=name, why=why_refused(error)) from None
    check_place(read.election, read.place, place, name)
    if not canonical.is_instant(read.issued):
        raise InvalidInput("time.malformed", place=name, time=read.issued[:40])
    check_accounts(read.accounts, place=name)
    return read


def open_signed(data: bytes, place: StaffPlace, payload_type: str, *, stored: bool = False, name: Message | str) -> Any:
    """The payload of an envelope that the authority of this place has signed."""
    if place.key is None:
        raise InvalidSignature("authority-key.unknown", place=name)
    if len(data) > LARGEST_FILE:
        raise InvalidInput("file.too-large", place=name, limit=LARGEST_FILE)
    try:
        key_id = keys.envelope_key_id(data)
        former = [key for key in place.former if stored and key.key_id == key_id]
        return keys.open_envelope(data, former[0] if former else place.key, payload_type).payload
    except TestigoError as error:
        raise error.at(name) from None


def check_format(payload: Any, format_: int, name: Message | str) -> None:
    """Raise `InvalidInput` where a payload names another format than this release reads."""
    found = payload.get("format") if isinstance(payload, dict) else None
    if isinstance(found, int) and found > format_:
        raise InvalidInput("file.newer-format", place=name, found=str(found)[:20], known=str(format_))
    if found != format_:
        raise InvalidInput("file.unknown-format", place=name)


def check_place(election: str, place_id: str, place: StaffPlace, name: Message | str) -> None:
    """Raise `InvalidInput` unless something signed is for this election and this station or desk."""
    if election != place.election:
        raise InvalidInput("file.other-election", place=name)
    if place_id != place.id:
        raise InvalidInput("file.other-place", place=name, found=place_id[:60], here=place.name)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
