"""The poll book: one station's part of the register, signed by the centre and sealed to the station's check-in machine.

In the open, an envelope (DSSE, signed with the centre's key) says election, station, serial, time and how many voters;
anyone can see that a poll book was issued, and none of what it holds. The rest is one blob sealed with HPKE (RFC 9180,
AES-256-GCM) to the check-in machine's key, bound to that election, station and serial: voters with their templates,
voters who are barred and why, and *elsewhere*, which tells a voter of another station where to go.

Elsewhere holds no name and no document number: HMAC-SHA256 of the number, cut to 12 bytes, under a key made for this
poll book alone, and a station. What that protects: whoever reads the opened book learns nobody's number from it, and
two books can't be joined. What it does not: document numbers are short, so whoever has broken into the machine (the key
lies beside the hashes) can try them all, and learn at which station a number votes. It is sealed for that reason.
"""

import base64
import bisect
import hmac
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from testigo import canonical, keys
from testigo.canonical import utc_now, why_refused
from testigo.election import Definition, FirstDefinition
from testigo.errors import InvalidInput, Place
from testigo.fingerprint import Template, decode_template
from testigo.keys import OpeningKey, PublicKey, SealingKey, SigningKey
from testigo.register.document import normalise_document
from testigo.register.issuing import ListedVoter
from testigo.register.register import Register
from testigo.register.vault import PURPOSE
from testigo.words import message

PAYLOAD_TYPE = "application/vnd.testigo.poll-book+json"
_HASH_BYTES = 12
_PLACE = message("place", "poll-book")


class EnrolledFinger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One impression. `position`: ISO/IEC 19794-2 finger position, 1 to 10; `template`: ISO/IEC 19794-2 bytes."""

    position: int
    template: bytes


WithoutFinger = Literal["", "never-enrolled", "worn-or-missing"]


class PollBookVoter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One voter of the station. Without `fingers` only the chair can let the voter through; `without_finger` says why.

    `exceptions`: ISO/IEC 19794-2 position → `missing`, `bandaged` or `worn`, of the fingers that could not be taken at
    the enrolment, or hardly. `photograph`: JPEG of the face, for people to look at; None where there is none.
    """

    document: str
    name: str
    roll: str
    fingers: tuple[EnrolledFinger, ...]
    exceptions: dict[int, str] = {}
    photograph: bytes | None = None

    @property
    def without_finger(self) -> WithoutFinger:
        """Why no finger of this voter can be compared; "" where one can. A voter whose fingers were erased by law is as
        one who was never enrolled: the book says no more of either."""
        return without_finger(self.fingers, self.exceptions)

    def templates(self) -> tuple[Template, ...]:
        """The templates of all impressions of all fingers; raises `InvalidInput` where one is none."""
        return tuple(decode_template(finger.template) for finger in self.fingers)


def without_finger(fingers: Collection[object], exceptions: Collection[object]) -> WithoutFinger:
    """Why no finger can be compared, of a voter with these fingers and exceptions; "" where one can."""
    if fingers:
        return ""
    return "worn-or-missing" if exceptions else "never-enrolled"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A voter as the book is sealed since release 0.1."""

    document: str
    name: str
    roll: str
    fingers: tuple[EnrolledFinger, ...]


class PollBookLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a poll book says in the open. `voters`: how many may vote with it."""

    election: str
    station: str
    serial: int
    issued: str
    voters: int


class _Package(PollBookLabel, frozen=True, forbid_unknown_fields=True):
    sealed: str


class OtherStation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Where a voter of another station has to go."""

    name: str
    address: str


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`others`: id → the stations that `elsewhere` names, for machines whose definition knows their own station alone;
    none in release 0.1, whose machines know them all. `exceptions`, `photographs` (JPEG): of those
    voters who have any.
    """

    voters: tuple[_Entry, ...]
    barred: dict[str, str]
    elsewhere: "_Elsewhere"
    others: dict[str, OtherStation] = {}
    exceptions: dict[str, dict[int, str]] = {}
    photographs: dict[str, bytes] = {}

    def opened(self) -> dict[str, PollBookVoter]:
        return {
            one.document: PollBookVoter(
                one.document,
                one.name,
                one.roll,
                one.fingers,
                self.exceptions.get(one.document, {}),
                self.photographs.get(one.document),
            )
            for one in self.voters
        }


class _Elsewhere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`hashes`: 12 bytes each, sorted, searched where they lie; `where`: the number of each one's station, uint16."""

    stations: tuple[str, ...]
    key: bytes
    hashes: bytes
    where: bytes

    def is_sound(self) -> bool:
        count, rest = divmod(len(self.hashes), _HASH_BYTES)
        if rest or len(self.where) != 2 * count:
            return False
        return not count or int(np.frombuffer(self.where, ">u2").max()) < len(self.stations)

    def __len__(self) -> int:
        return len(self.where) // 2

    def __getitem__(self, position: int) -> bytes:
        return self.hashes[position * _HASH_BYTES : (position + 1) * _HASH_BYTES]

    def station(self, document: str) -> str | None:
        wanted = _hash(self.key, document)
        position = bisect.bisect_left(self, wanted)
        if position == len(self) or self[position] != wanted:
            return None
        return self.stations[int.from_bytes(self.where[2 * position : 2 * position + 2], "big")]


@dataclass(frozen=True, eq=False)
class PollBook:
    """An opened poll book. `voters`: by document number, those who may vote here; `barred`: document → case;
    `others`: id → name and address of the stations that `elsewhere` names (none in one for machines of release 0.1).

    `serial` counts the poll books of the station from 1; `issued`: UTC; `digest`: SHA-256 of the package.
    """

    election: str
    station: str
    serial: int
    issued: str
    digest: str
    voters: Mapping[str, PollBookVoter]
    barred: Mapping[str, str]
    others: Mapping[str, OtherStation]
    _elsewhere: _Elsewhere

    @classmethod
    def open(
        cls,
        data: bytes,
        definition_digest: str,
        station_id: str,
        opening_key: OpeningKey,
        verify_key: PublicKey,
        *,
        newest_serial: int = 0,
        place: Place = _PLACE,
    ) -> "PollBook":
        """Verify, open and check a package that `make_poll_book` made.

        `verify_key`: the centre's. `newest_serial`: the highest serial this station has loaded so far; the same may be
        loaded again, an older one is stale. Raises `InvalidSignature` or `InvalidInput`, one sentence each.
        """
        header = _package(keys.open_envelope(data, verify_key, PAYLOAD_TYPE, place=place).payload, place)
        if header.election != definition_digest:
            raise InvalidInput("poll-book.of-another-election", place=place, hint="ask-for-the-newest-poll-book")
        if header.station != station_id:
            raise InvalidInput(
                "poll-book.of-another-station",
                place=place,
                hint="ask-for-the-newest-poll-book",
                station=header.station,
                own=station_id,
            )
        if header.serial < newest_serial:
            raise InvalidInput(
                "poll-book.stale",
                place=place,
                hint="ask-for-the-newest-poll-book",
                serial=str(header.serial),
                loaded=str(newest_serial),
            )
        content = _content(header, opening_key, place)
        return cls(
            header.election,
            header.station,
            header.serial,
            header.issued,
            canonical.digest(data),
            content.opened(),
            content.barred,
            content.others,
            content.elsewhere,
        )

    def find(self, document: str) -> PollBookVoter | None:
        """The voter of that document number, however it is written; None where there is none. Raises `InvalidInput`."""
        return self.voters.get(normalise_document(document))

    def elsewhere(self, document: str) -> str | None:
        """The id of the other station where this document number votes; None where the book knows of none."""
        return self._elsewhere.station(normalise_document(document))


def make_poll_book(
    register: Register,
    station_id: str,
    sealing_key: SealingKey,
    signing_key: SigningKey,
    issued: str | None = None,
    *,
    nearby: Collection[str] | None = None,
    write: Callable[[bytes], None] = lambda data: None,
    on_listed: Callable[["ListedVoters"], None] = lambda listed: None,
) -> bytes:
    """The next poll book of a station, sealed to its check-in machine and signed by the centre; the register notes it.

    `write`: keeps it somewhere, before the register notes it; what it raises leaves the register as it was.
    `on_listed`: is told what the book is made of.

    `nearby`: ids of the stations whose voters can be told where to go; None: all of them. Each such voter takes 14
    bytes. `issued`: UTC, `YYYY-MM-DDTHH:MM:SSZ`; now, where not given. Raises `InvalidInput` for an unknown station.
    """
    for one in nearby or ():
        register.definition.station(one)
    with register.issuing(station_id, issued or utc_now()) as issue:
        listed = ListedVoters(issue.serial, issue.issued, issue.voters, issue.elsewhere(nearby))
        on_listed(listed)
        data = pack_poll_book(register.definition, station_id, listed, sealing_key, signing_key)
        write(data)
        issue.done(listed.admitted, canonical.digest(data))
    return data


@dataclass(frozen=True)
class ListedVoters:
    """What a poll book is made of. `serial`, `issued`: as of `PollBook`; `elsewhere`: (document, station) of others."""

    serial: int
    issued: str
    voters: Collection[ListedVoter]
    elsewhere: Iterable[tuple[str, str]] = ()

    @property
    def admitted(self) -> int:
        """How many may vote."""
        return sum(not voter.barred for voter in self.voters)

    @property
    def by_roll(self) -> dict[str, int]:
        """How many of these are on each roll."""
        return dict(Counter(voter.roll for voter in self.voters if not voter.barred))

    @property
    def without_finger(self) -> int:
        """Of how many of these no finger was ever taken."""
        return sum(not voter.barred and not voter.fingers for voter in self.voters)


def pack_poll_book(
    definition: Definition, station_id: str, listed: ListedVoters, sealing_key: SealingKey, signing_key: SigningKey
) -> bytes:
    """A poll book of these voters, sealed to the check-in machine and signed by the centre."""
    elsewhere = _elsewhere_of(listed.elsewhere)
    content = _Content(
        tuple(_entry(voter) for voter in listed.voters if not voter.barred),
        {voter.document: f"case {voter.barred}" for voter in listed.voters if voter.barred},
        elsewhere,
        _others(definition, elsewhere),
        _exceptions(definition, listed.voters),
        _photographs(definition, listed.voters),
    )
    label = PollBookLabel(definition.digest, station_id, listed.serial, listed.issued, listed.admitted)
    sealed = sealing_key.seal(msgspec.msgpack.encode(content), purpose=_purpose(label))
    package = _Package(**msgspec.structs.asdict(label), sealed=base64.b64encode(sealed).decode())
    return keys.sign_envelope(PAYLOAD_TYPE, package, signing_key)


def read_label(data: bytes, *, place: Place = _PLACE) -> PollBookLabel:
    """What a package says in the open, before its signature is verified: to show, and to trust in nothing.

    Raises `InvalidInput` where it is not a poll book.
    """
    package = _package(keys.unverified_payload(data, PAYLOAD_TYPE, place=place), place)
    return PollBookLabel(package.election, package.station, package.serial, package.issued, package.voters)


def _entry(voter: ListedVoter) -> _Entry:
    fingers = tuple(EnrolledFinger(position, template) for position, template in voter.fingers)
    return _Entry(voter.document, voter.name, voter.roll, fingers)


def _exceptions(definition: Definition, voters: Iterable[ListedVoter]) -> dict[str, dict[int, str]]:
    if isinstance(definition, FirstDefinition):  # its machines may be of 0.1, which refuses unknown fields
        return {}
    return {voter.document: dict(voter.exceptions) for voter in voters if voter.exceptions and not voter.barred}


def _others(definition: Definition, elsewhere: _Elsewhere) -> dict[str, OtherStation]:
    if isinstance(definition, FirstDefinition):  # its machines may be of 0.1, which refuses unknown fields
        return {}
    stations = (definition.station(station_id) for station_id in elsewhere.stations)
    return {station.id: OtherStation(station.name, station.address) for station in stations}


def _photographs(definition: Definition, voters: Iterable[ListedVoter]) -> dict[str, bytes]:
    if isinstance(definition, FirstDefinition):
        return {}
    return {voter.document: voter.photograph for voter in voters if voter.photograph and not voter.barred}


def _purpose(label: PollBookLabel) -> str:
    return f"testigo/{PURPOSE}/poll-book/{label.election}/{label.station}/{label.serial}"


def _package(payload: Any, place: Place) -> _Package:
    try:
        return msgspec.convert(payload, _Package, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(
            "poll-book.malformed", place=place, hint="ask-for-the-newest-poll-book", why=why_refused(error)
        ) from None


def _content(header: _Package, opening_key: OpeningKey, place: Place) -> _Content:
    sealed = keys.decode_base64(header.sealed, place=place)
    plain = opening_key.open(sealed, purpose=_purpose(header), place=place)
    try:
        content = msgspec.msgpack.decode(plain, type=_Content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "poll-book.other-version", place=place, hint="ask-for-the-newest-poll-book", why=why_refused(error)
        ) from None
    documents = {voter.document for voter in content.voters}
    if not len(documents) == len(content.voters) == header.voters or documents & content.barred.keys():
        raise InvalidInput("poll-book.other-number-of-voters", place=place, hint="ask-for-the-newest-poll-book")
    named = set(content.elsewhere.stations)
    if not content.elsewhere.is_sound() or (content.others and content.others.keys() != named):
        raise InvalidInput("poll-book.other-stations-damaged", place=place, hint="ask-for-the-newest-poll-book")
    return content


def _hash(key: bytes, document: str) -> bytes:
    return hmac.digest(key, document.encode(), "sha256")[:_HASH_BYTES]


def _elsewhere_of(voters: Iterable[tuple[str, str]]) -> _Elsewhere:
    key = secrets.token_bytes(32)
    numbers: dict[str, int] = {}
    entries = sorted((_hash(key, document), numbers.setdefault(station, len(numbers))) for document, station in voters)
    where = np.fromiter((number for _, number in entries), ">u2", len(entries)).tobytes()
    return _Elsewhere(tuple(numbers), key, b"".join(hashed for hashed, _ in entries), where)
