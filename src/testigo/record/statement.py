"""A statement: something an authority or a machine says in public, signed, about one subject of one election.

This room knows only the shape below. What a `body` means, and which versions of it can be read, is known by the room
`count`. The shape itself is fixed by the payload type: another shape would be another type.
"""

from typing import Annotated, Any

import msgspec

from testigo import canonical, keys
from testigo.canonical import why_refused
from testigo.errors import InvalidInput, Place
from testigo.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.testigo.statement+json"


class Statement(canonical.SignedValue, frozen=True):
    """`election`: digest of the definition. `subject`: station, contest or district id, or "" for the whole election.

    `issued`: UTC, `YYYY-MM-DDTHH:MM:SSZ`. `body`: plain JSON values. `version`: of the body's shape, counted for each
    type from 1; a statement that names none is of version 1.
    """

    type: str
    election: str
    subject: str
    issued: str
    body: dict[str, Any]
    version: Annotated[int, msgspec.Meta(ge=1)] = 1

    @classmethod
    def of(cls, type_: str, body: canonical.SignedValue, *, election: str, subject: str, issued: str) -> "Statement":
        """A statement of that type with this body, in the body's own version."""
        return cls(type_, election, subject, issued, msgspec.to_builtins(body), body.VERSION)

    @property
    def body_digest(self) -> str:
        """SHA-256 of the body's bytes as they stand in the payload, which is canonical JSON."""
        return canonical.digest(canonical.encode(self.body))

    def sign(self, key: SigningKey) -> bytes:
        """The statement as a signed envelope, ready to be appended to a record."""
        return keys.sign_envelope(PAYLOAD_TYPE, self, key)


class SignedStatement(msgspec.Struct, frozen=True):
    """A statement whose envelope verified, with the key that signed it. `digest`: SHA-256 of the payload's bytes, the
    name by which other statements refer to this one.
    """

    statement: Statement
    key: PublicKey
    envelope: bytes
    digest: str


def peek(envelope: bytes, *, place: Place = "") -> Statement:
    """The statement an envelope claims to hold, not verified: only to find out whose key to ask for."""
    return _convert(keys.unverified_payload(envelope, PAYLOAD_TYPE, place=place), place)


def open_statement(envelope: bytes, key: PublicKey, *, place: Place = "") -> SignedStatement:
    """Verify an envelope with `key`. Raises `InvalidInput` for a wrong shape, `InvalidSignature` for a wrong key."""
    opened = keys.open_envelope(envelope, key, PAYLOAD_TYPE, place=place)
    return SignedStatement(_convert(opened.payload, place), key, envelope, opened.digest)


def _convert(payload: Any, place: Place) -> Statement:
    try:
        return msgspec.convert(payload, Statement, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(
            "statement.malformed", place=place, hint="get-the-file-again", why=why_refused(error)
        ) from None
