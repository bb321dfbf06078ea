"""A package: the signed package in which one station's statements travel to the centre.

A DSSE envelope whose payload lists the statements' envelopes as they are. The signature covers the whole package, so
that statements cannot be taken out of it or put into it on the way; each statement keeps its own signature beside. The
same bytes twice are the same package (`digest`), by whatever road they came.
"""

from collections.abc import Callable, Sequence

import msgspec

from testigo import canonical, keys
from testigo.errors import InvalidInput
from testigo.keys import PublicKey, SigningKey
from testigo.record.statement import peek

PAYLOAD_TYPE = "application/vnd.testigo.package+json"
FIRST_TYPE = "application/vnd.testigo.bundle+json"
"""The type that release 0.1 wrote; its packages are opened like ours."""

MAX_SIZE = 16 * 1024 * 1024
MAX_ENVELOPES = 1000

_ASK = "ask the station to make and send it again"


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
        raise InvalidInput(f"not a package of statements ({error})", place=place, hint=_ASK) from None


def _check_size(data: bytes, place: str) -> None:
    if len(data) > MAX_SIZE:
        raise InvalidInput(f"a package may hold at most {MAX_SIZE:,} bytes", place=place, hint=_ASK)


def _check_envelopes(envelopes: Sequence[bytes], election: str, subject: str, place: str) -> None:
    if not 1 <= len(envelopes) <= MAX_ENVELOPES or len(set(envelopes)) != len(envelopes):
        raise InvalidInput(
            f"a package holds 1 to {MAX_ENVELOPES} statements, each once; this one has {len(envelopes)}",
            place=place,
            hint=_ASK,
        )
    for number, envelope in enumerate(envelopes, 1):
        statement = peek(envelope, place=f"{place or 'package'}, statement {number}")
        if statement.election != election:
            raise InvalidInput(f"statement {number} is of another election", place=place, hint=_ASK)
        if statement.subject != subject:
            raise InvalidInput(
                f"statement {number} is about {statement.subject!r}, the package about {subject!r}",
                place=place,
                hint=_ASK,
            )
