"""The register's key: fingerprints are kept only encrypted, for one purpose, tied to one person and finger.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of the ciphertext. Templates and images have keys of
their own, derived from the register's key (HKDF-SHA256, RFC 5869) with the purpose in the derivation, so that no other
service can open them even if it were given the same key file. The associated data name the purpose, the document
number, the enrolment, the finger and the impression: a ciphertext moved to another row does not open.
"""

import hmac
import secrets
import stat
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testigo import canonical, storage
from testigo.errors import InvalidInput
from testigo.words import message

PURPOSE = "electoral-register"
NONCE_BYTES = 12
KEY_BYTES = 32

Kind = Literal["template", "image", "photograph"]


class PrintAddress(msgspec.Struct, frozen=True):
    """Whose ciphertext it is. `finger`: ISO/IEC 19794-2 position, 1 to 10; `number`: of the impression, from 1."""

    document: str
    enrolment: int
    finger: int
    number: int


class RegisterKey:
    """The 32 bytes that open a register's fingerprints. It has no printable form on purpose."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise InvalidInput("register-key.malformed")
        self._secret = secret
        self._ciphers = {kind: AESGCM(self._derive(kind)) for kind in ("template", "image", "photograph")}
        self.check = self._derive("key-check").hex()
        """Tells whether this is the register's key, and nothing about it."""

    @classmethod
    def generate(cls) -> "RegisterKey":
        """A new key from the operating system's randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def load(cls, path: Path) -> "RegisterKey":
        """Read a key that `save` wrote; raises `StorageError`, or `InvalidInput` also where others may read it."""
        with storage.explained(path):
            mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise InvalidInput("register-key.readable-by-others", place=path, file=path)
        try:
            return cls(storage.read(path, limit=KEY_BYTES))
        except InvalidInput:
            raise InvalidInput("register-key.malformed", place=path) from None

    def save(self, path: Path) -> None:
        """Write the key with mode 0600; an existing file is never overwritten."""
        storage.write_new(path, self._secret, mode=0o600)

    def is_named(self, check: str) -> bool:
        """Whether `check` is this key's."""
        return hmac.compare_digest(check.encode(), self.check.encode())

    def encrypt(self, plain: bytes, kind: Kind, place: PrintAddress) -> bytes:
        """Nonce and ciphertext of `plain`, which open only for the same kind and place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[kind].encrypt(nonce, plain, _bound(kind, place))

    def decrypt(self, data: bytes, kind: Kind, place: PrintAddress) -> bytes:
        """The inverse of `encrypt`; raises `InvalidInput` where a byte or the place is another."""
        try:
            return self._ciphers[kind].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _bound(kind, place))
        except (InvalidTag, ValueError):
            raise InvalidInput(
                f"enrolled-{kind}.changed",
                place=message("place", "document", document=place.document),
                hint="restore-the-register-and-find-out",
                finger=place.finger,
            ) from None

    def _derive(self, name: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"testigo/{PURPOSE}/{name}".encode()).derive(self._secret)


def _bound(kind: Kind, place: PrintAddress) -> bytes:
    return canonical.encode({"purpose": PURPOSE, "kind": kind, **msgspec.structs.asdict(place)})
