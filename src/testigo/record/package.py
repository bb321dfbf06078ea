"""A package: the signed package in which one station's statements travel to the centre.

A DSSE envelope whose payload lists the statements' envelopes as they are. The signature covers the whole package, so
that statements cannot be taken out of it or put into it on the way; each statement keeps its own signature beside. The
same bytes twice are the same package (`digest`), by whatever road they came.
"""

from collections.abc import Callable, Sequence

import msgspec

from testigo import canonical, keys
from testigo.canonical import why_refused
from testigo.errors import InvalidInput, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.record.statement import peek
from testigo.words import Message, message

PAYLOAD_TYPE = "application/vnd.testigo.package+json"
FIRST_TYPE = "application/vnd.testigo.bundle+json"
"""The type that release 0.1 wrote; its packages are opened like ours."""

MAX_SIZE = 16 * 1024 * 1024
MAX_ENVELOPES = 1000
_SHOWN = 80
"""Characters that an error quotes of a subject."""


class PackageClaim(msgspec.Struct, frozen=True):
    """What a package says of itself before anything is verified: enough to find out whose key to ask for."""

    election: str
    subject: str
    issued: str
    key_id: str


class Package(msgspec.Struct, frozen=True):
    """A package whose signature verified. `subject`: the station. `digest`: SHA-256 of its bytes, hexadecimal.

    The statements inside are of this election and subject, each once; their own signatures are not yet verified.
    """

    election: str
    subject: str
    issued: str
    envelopes: tuple[bytes, ...]
    key: PublicKey
    digest: str


class PackagePayload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a package's envelope holds. `envelopes`: those of the statements, as text."""

    election: str
    subject: str
    issued: str
    envelopes: tuple[str, ...]


def pack(envelopes: Sequence[bytes], key: SigningKey, *, election: str, subject: str, issued: str) -> bytes:
    """Sign a package of statements. Raises `InvalidInput` where `open_package` would not take it."""
    _check_envelopes(envelopes, election, subject, "")
    payload = PackagePayload(election, subject, issued, tuple(envelope.decode() for envelope in envelopes))
    data = keys.sign_envelope(PAYLOAD_TYPE, payload, key)
    _check_size(data, "")
    return data


def open_package(data: bytes, key_for: Callable[[PackageClaim], PublicKey], *, place: str = "") -> Package:
    """Verify a package with the key that `key_for` answers for what it claims.

    `key_for` raises what it likes for a claim it does not know. Raises `InvalidInput` for a wrong shape and for
    statements of another election or station, `InvalidSignature` for a wrong signature.
    """
    _check_size(data, place)
    type_ = FIRST_TYPE if keys.envelope_type(data, place=place) == FIRST_TYPE else PAYLOAD_TYPE
    claimed = _convert(keys.unverified_payload(data, type_, place=place), place)
    key_id = keys.envelope_key_id(data, place=place)
    key = key_for(PackageClaim(claimed.election, claimed.subject, claimed.issued, key_id))
    payload = _convert(keys.open_envelope(data, key, type_, place=place).payload, place)
    envelopes = tuple(envelope.encode() for envelope in payload.envelopes)
    _check_envelopes(envelopes, payload.election, payload.subject, place)
    return Package(payload.election, payload.subject, payload.issued, envelopes, key, canonical.digest(data))


def _convert(payload: object, place: str) -> PackagePayload:
    try:
        return msgspec.convert(payload, PackagePayload, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(
            "package.malformed", place=place, hint="ask-the-station-again", why=why_refused(error)
        ) from None


def _check_size(data: bytes, place: str) -> None:
    if len(data) > MAX_SIZE:
        raise InvalidInput("package.too-large", place=place, hint="ask-the-station-again", limit=MAX_SIZE)


def _check_envelopes(envelopes: Sequence[bytes], election: str, subject: str, place: str) -> None:
    if not 1 <= len(envelopes) <= MAX_ENVELOPES or len(set(envelopes)) != len(envelopes):
        raise InvalidInput(
            "package.wrong-number-of-statements",
            place=place,
            hint="ask-the-station-again",
            count=len(envelopes),
            most=MAX_ENVELOPES,
        )
    for number, envelope in enumerate(envelopes, 1):
        try:
            statement = peek(envelope)
        except TestigoError as error:
            raise error.at(_inside(place, number)) from None
        if statement.election != election:
            raise InvalidInput("package.another-election", place=_inside(place, number), hint="ask-the-station-again")
        if statement.subject != subject:
            raise InvalidInput(
                "package.another-subject",
                place=_inside(place, number),
                hint="ask-the-station-again",
                found=statement.subject[:_SHOWN],
                expected=subject[:_SHOWN],
            )


def _inside(place: str, number: int) -> Message:
    file = place or message("term", "package")
    return message("place", "statement-in-package", package=file, number=str(number))
