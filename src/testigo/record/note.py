"""Signed notes: a text of lines with signatures under it, readable by people and by existing checkers.

Source: C2SP signed-note (https://c2sp.org/signed-note), Ed25519 signatures (type 0x01) only:

    first line of the text
    last line of the text

    — NAME BASE64(key hash || signature)

The *key hash* is the first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key): it tells keys of one name apart. A
verifier's key travels as `NAME+HASH+BASE64(0x01 || public key)`. Signatures of other keys (witnesses' cosignatures) may
stand beside ours and are passed over, as the specification wants; a text or a signature line that is not exactly as it
would be written here is refused.
"""

import base64
import binascii
import hashlib
import hmac
import re

import msgspec

from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import PublicKey, SigningKey
from testigo.words import Value

MAX_SIZE = 64 * 1024
MAX_SIGNATURES = 64

_ED25519 = b"\x01"
_MARK = "— "
_HASH_SIZE = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SHOWN = 80
"""Characters that an error quotes of a name."""


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line. `key_hash`: 4 bytes; `signature`: what follows them, 64 bytes for Ed25519."""

    name: str
    key_hash: bytes
    signature: bytes

    def encode(self) -> str:
        """The line as it stands in the note, with its line end."""
        return f"{_MARK}{self.name} {base64.b64encode(self.key_hash + self.signature).decode()}\n"


class Note(msgspec.Struct, frozen=True):
    """A text that ends in a line end, and the signatures under it, none of them verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note as bytes; `parse` of them gives the same note."""
        return (self.text + "\n" + "".join(signature.encode() for signature in self.signatures)).encode()

    def verify(self, name: str, key: PublicKey, *, place: str = "") -> None:
        """Return if the note bears a signature of `key` under `name`; else raise `InvalidSignature`.

        A signature line of that name and key hash must verify: a wrong one is never passed over.
        """
        expected = key_hash(name, key)
        mine = [
            signature
            for signature in self.signatures
            if signature.name == name and hmac.compare_digest(signature.key_hash, expected)
        ]
        if len(mine) != 1:
            raise InvalidSignature(
                "note.signed-more-than-once" if mine else "note.not-signed",
                place=place,
                hint="get-the-file-again",
                count=len(mine),
                name=name[:_SHOWN],
                key=f"{key.key_id[:16]}…",
            )
        key.verify(mine[0].signature, self.text.encode(), place=place)


def sign(text: str, name: str, *signers: SigningKey) -> bytes:
    """A note of `text` signed by each of these keys under `name`.

    Raises `InvalidInput` for a text or name that no note can hold.
    """
    _check_text(text, "")
    _check_name(name, "")
    message = text.encode()
    signatures = (NoteSignature(name, key_hash(name, key.public), key.sign(message)) for key in signers)
    return Note(text, tuple(signatures)).encode()


def parse(data: bytes, *, place: str = "") -> Note:
    """Read a note; nothing is verified. Raises `InvalidInput` on anything that `encode` would write in another way."""
    if len(data) > MAX_SIZE:
        raise InvalidInput("file.too-large", place=place, limit=MAX_SIZE)
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("note.not-utf-8", place) from None
    text, gap, block = whole.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise _malformed("note.no-signatures", place)
    text += "\n"
    _check_text(text, place)
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed("note.too-many-signatures", place, most=MAX_SIGNATURES)
    return Note(text, tuple(_parse_signature(line, place) for line in lines))


def key_hash(name: str, key: PublicKey) -> bytes:
    """4 bytes that tell the keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:_HASH_SIZE]


def encode_verifier_key(name: str, key: PublicKey) -> str:
    """The key as other tools take it: `NAME+HASH+BASE64`."""
    _check_name(name, "")
    return f"{name}+{key_hash(name, key).hex()}+{base64.b64encode(_ED25519 + key.raw).decode()}"


def _parse_signature(line: str, place: str) -> NoteSignature:
    name, gap, body = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not gap:
        raise _malformed("note.signature-line-malformed", place)
    _check_name(name, place)
    try:
        raw = binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if len(raw) <= _HASH_SIZE or base64.b64encode(raw).decode() != body:
        raise _malformed("note.signature-not-base64", place)
    return NoteSignature(name, raw[:_HASH_SIZE], raw[_HASH_SIZE:])


def _check_text(text: str, place: str) -> None:
    if text in ("", "\n") or not text.endswith("\n") or _CONTROL.search(text):
        raise _malformed("note.text-unusable", place)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _malformed("note.text-not-unicode", place) from None


def _check_name(name: str, place: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name) or _CONTROL.search(name):
        raise _malformed("note.name-unusable", place, name=name[:_SHOWN])
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _malformed("note.name-not-unicode", place) from None


def _malformed(code: str, place: str, **values: Value) -> InvalidInput:
    return InvalidInput(code, place=place, hint="get-the-file-again", **values)
