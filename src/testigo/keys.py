"""Keys and what is done with them: sign, verify, seal to a machine, and the signed envelope.

- `SigningKey` / `PublicKey`: Ed25519. A key is named by its *key id*, the SHA-256 of its 32 public bytes.
- `OpeningKey` / `SealingKey`: bytes sealed to one machine with HPKE (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
  AES-256-GCM). Whoever holds the public `SealingKey` can seal; only the machine that holds the `OpeningKey` can open.
- `sign_envelope` / `open_envelope`: DSSE envelopes in canonical JSON, so that each has exactly one spelling.

Private keys live in files of mode 0600 and never leave the machine that made them.
"""

import base64
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature as _BadSignature
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from securesystemslib.dsse import Envelope as _Dsse
from securesystemslib.signer import Signature as _DsseSignature

from testigo import canonical, storage
from testigo.errors import InvalidInput, InvalidSignature, Place

_LARGEST_KEY_FILE = 4096
_HEX_DIGITS = 64
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _read_hex(text: str) -> bytes:
    if len(text) != _HEX_DIGITS and not set(text) - set("0123456789abcdefABCDEF"):
        raise InvalidInput("key.other-length", digits=_HEX_DIGITS, count=len(text))
    if len(text) != _HEX_DIGITS or set(text) - set("0123456789abcdef"):
        raise InvalidInput("key.not-hexadecimal")
    return bytes.fromhex(text)


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key. `raw`: 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw)
        except ValueError as error:
            raise InvalidInput("key.not-ed25519-public") from error

    @classmethod
    def from_hex(cls, text: str) -> "PublicKey":
        """From 64 lower-case hexadecimal digits; raises `InvalidInput` on anything else."""
        return cls(_read_hex(text))

    @property
    def hex(self) -> str:
        """The key as 64 hexadecimal digits."""
        return self.raw.hex()

    @property
    def key_id(self) -> str:
        """SHA-256 of the 32 public bytes, hexadecimal: how statements name the key."""
        return canonical.digest(self.raw)

    def verify(self, signature: bytes, message: bytes, *, place: Place = "") -> None:
        """Return if `signature` (64 bytes) is this key's over `message`; else raise `InvalidSignature`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except _BadSignature:
            raise InvalidSignature("signature.of-another-key", place=place, key=f"{self.key_id[:16]}…") from None


class SigningKey:
    """An Ed25519 private key. It has no printable form on purpose."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a key that `save` wrote; raises `InvalidInput` or `StorageError`."""
        key = _load_private(path)
        if not isinstance(key, Ed25519PrivateKey):
            raise InvalidInput("key.not-ed25519-private", place=str(path))
        return cls(key)

    def save(self, path: Path) -> None:
        """Write the key as PKCS#8 PEM with mode 0600; an existing file is never overwritten."""
        _save_private(self._key, path)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message`."""
        return self._key.sign(message)


@dataclass(frozen=True)
class SealingKey:
    """The public half of a machine's sealing pair. `raw`: 32 bytes (X25519)."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise InvalidInput("key.not-x25519-public")

    @classmethod
    def from_hex(cls, text: str) -> "SealingKey":
        """From 64 lower-case hexadecimal digits; raises `InvalidInput` on anything else."""
        return cls(_read_hex(text))

    @property
    def hex(self) -> str:
        """The key as 64 hexadecimal digits."""
        return self.raw.hex()

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        """Bytes that only the holder of the opening key can read, and only when told the same `purpose`."""
        return bytes(_SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(self.raw), purpose.encode()))


class OpeningKey:
    """The private half of a machine's sealing pair."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key
        self.public = SealingKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "OpeningKey":
        """A new key from the operating system's randomness."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "OpeningKey":
        """Read a key that `save` wrote; raises `InvalidInput` or `StorageError`."""
        key = _load_private(path)
        if not isinstance(key, X25519PrivateKey):
            raise InvalidInput("key.not-x25519-private", place=str(path))
        return cls(key)

    def save(self, path: Path) -> None:
        """Write the key as PKCS#8 PEM with mode 0600; an existing file is never overwritten."""
        _save_private(self._key, path)

    def open(self, sealed: bytes, *, purpose: str, place: Place = "") -> bytes:
        """The sealed bytes in plain; raises `InvalidSignature` if they were not sealed to this key for this purpose."""
        try:
            return bytes(_SUITE.decrypt(sealed, self._key, purpose.encode()))
        except (InvalidTag, ValueError):
            raise InvalidSignature("sealed.not-for-this-machine", place=place) from None


def sign_envelope(payload_type: str, payload: Any, key: SigningKey) -> bytes:
    """A DSSE envelope (canonical JSON bytes) over the canonical form of `payload`, signed by `key`.

    Source of the format: secure-systems-lab DSSE v1.0.2.
    """
    envelope = _Dsse(canonical.encode(payload), payload_type, {})
    signature = key.sign(envelope.pae())
    envelope.signatures[key.public.key_id] = _DsseSignature(key.public.key_id, signature.hex())
    return canonical.encode(envelope.to_dict())


@dataclass(frozen=True)
class OpenedEnvelope:
    """What a verified envelope held. `payload`: plain JSON values; `key`: whose signature it bears; `digest`: SHA-256
    of the payload's bytes, which were signed.
    """

    payload_type: str
    payload: Any
    key: PublicKey
    digest: str


def envelope_key_id(data: bytes, *, place: Place = "") -> str:
    """The id of the key an envelope says it is signed by (nothing is verified yet)."""
    return str(next(iter(_parse_envelope(data, place).signatures)))


def envelope_type(data: bytes, *, place: Place = "") -> str:
    """The payload type that an envelope says it has (nothing is verified yet)."""
    return str(_parse_envelope(data, place).payload_type)


def unverified_payload(data: bytes, payload_type: str, *, place: Place = "") -> Any:
    """What an envelope says, before its signature is verified: only to find out which key to ask for."""
    envelope = _parse_envelope(data, place)
    if envelope.payload_type != payload_type:
        raise InvalidInput("envelope.other-type", place=place, found=envelope.payload_type, expected=payload_type)
    return canonical.decode(envelope.payload, place=place)


def open_envelope(data: bytes, key: PublicKey, payload_type: str, *, place: Place = "") -> OpenedEnvelope:
    """Verify an envelope of exactly one signature, that of `key`, and return what it holds.

    Raises `InvalidInput` where the bytes are not a canonical envelope of `payload_type`, `InvalidSignature` where the
    signature is another's or none.
    """
    envelope = _parse_envelope(data, place)
    if envelope.payload_type != payload_type:
        raise InvalidInput("envelope.other-type", place=place, found=envelope.payload_type, expected=payload_type)
    key_id, signature = next(iter(envelope.signatures.items()))
    if not hmac.compare_digest(key_id.encode(), key.key_id.encode()):
        raise InvalidSignature(
            "signature.by-another-key", place=place, signer=f"{key_id[:16]}…", key=f"{key.key_id[:16]}…"
        )
    key.verify(bytes.fromhex(signature.signature), envelope.pae(), place=place)
    payload = canonical.decode(envelope.payload, place=place)
    return OpenedEnvelope(envelope.payload_type, payload, key, canonical.digest(envelope.payload))


def _parse_envelope(data: bytes, place: Place) -> _Dsse:
    value = canonical.decode(data, place=place)
    try:
        envelope = _Dsse.from_dict(canonical.decode(data))
        one_spelling = canonical.encode(envelope.to_dict()) == data and len(envelope.signatures) == 1
    except (KeyError, TypeError, ValueError, AttributeError, InvalidInput):
        one_spelling = False
    if not isinstance(value, dict) or not one_spelling:
        raise InvalidInput("envelope.malformed", place=place)
    return envelope


def decode_base64(text: str, *, place: Place = "") -> bytes:
    """Standard base64 in its one canonical spelling; raises `InvalidInput` on any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if base64.b64encode(data).decode() != text:
        raise InvalidInput("base64.not-canonical", place=place)
    return data


def _save_private(key: Ed25519PrivateKey | X25519PrivateKey, path: Path) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    storage.write_new(path, pem, mode=0o600)


def _load_private(path: Path) -> Any:
    data = storage.read(path, limit=_LARGEST_KEY_FILE)
    try:
        return serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise InvalidInput("key.not-pem", place=path) from None
