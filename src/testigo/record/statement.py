"""A statement: something an authority or a machine says in public, signed, about one subject of one election.

This room knows only the shape below. What a `body` means is known by the room that makes it.
"""

from typing import Any

import msgspec

from testigo import keys
from testigo.errors import InvalidInput
from testigo.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.testigo.statement+json"


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`election`: digest of the definition. `subject`: station, contest or district id, or "" for the whole election.

    `issued`: UTC, `YYYY-MM-DDTHH:MM:SSZ`. `body`: plain JSON values.
    """

    type: str
    election: str
    subject: str
    issued: str
    body: dict[str, Any]

    def sign(self, key: SigningKey) -> bytes:
        """The statement as a signed envelope, ready to be appended to a record."""
        return keys.sign_envelope(PAYLOAD_TYPE, self, key)


class SignedStatement(msgspec.Struct, frozen=True):
    """A statement whose envelope verified, with the key that signed it."""

    statement: Statement
    key: PublicKey
    envelope: bytes


def peek(envelope: bytes, *, place: str = "") -> Statement:
    """The statement an envelope claims to hold, not verified: only to find out whose key to ask for."""
    return _convert(keys.unverified_payload(envelope, PAYLOAD_TYPE, place=place), place)


def open_statement(envelope: bytes, key: PublicKey, *, place: str = "") -> SignedStatement:
    """Verify an envelope with `key`. Raises `InvalidInput` for a wrong shape, `InvalidSignature` for a wrong key."""
    opened = keys.open_envelope(envelope, key, PAYLOAD_TYPE, place=place)
    return SignedStatement(_convert(opened.payload, place), key, envelope)


def _convert(payload: Any, place: str) -> Statement:
    try:
        return msgspec.convert(payload, Statement, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not a statement ({error})", place=place) from None
