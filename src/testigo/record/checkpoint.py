"""A checkpoint: how large the log is and what its root hash is, said by the log and signed.

Source: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint). The signed text has three lines, *origin* (the log's
name, which is also the name of its key), *size* in decimal, and the root hash in base64. Extension lines, which the
specification discourages, are refused: what is said in this record is said in statements.
"""

import base64
import re

import msgspec

from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import PublicKey, SigningKey, decode_base64
from testigo.record import merkle, note

MAX_LOG_SIZE = 2**53 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True):
    """`size`: entries in the log. `root_hash`: 32 bytes."""

    origin: str
    size: int
    root_hash: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root_hash).decode()}\n"

    def sign(self, *signers: SigningKey) -> bytes:
        """The checkpoint as a signed note, the content of the file `checkpoint`; of two keys while one takes the
        other's place.
        """
        return note.sign(self.text(), self.origin, *signers)


def parse(data: bytes, *, place: str = "") -> tuple[Checkpoint, note.Note]:
    """What a checkpoint claims, before its signature is verified, and the note that bears it. Raises `InvalidInput`."""
    signed = note.parse(data, place=place)
    lines = signed.text.split("\n")[:-1]
    if len(lines) != 3 or not lines[0]:
        raise InvalidInput("checkpoint.malformed", place=place, hint="get-the-file-again")
    origin, size_text, root_text = lines
    root_hash = decode_base64(root_text, place=place)
    if not _SIZE.fullmatch(size_text) or int(size_text) > MAX_LOG_SIZE or len(root_hash) != merkle.HASH_SIZE:
        raise InvalidInput("checkpoint.no-size-or-root-hash", place=place, hint="get-the-file-again")
    return Checkpoint(origin, int(size_text), root_hash), signed


def open_checkpoint(data: bytes, key: PublicKey, *, place: str = "") -> Checkpoint:
    """A checkpoint whose signature by `key`, under its own origin, verified.

    Raises `InvalidInput` for a wrong shape, `InvalidSignature` for a wrong signature.
    """
    checkpoint, signed = parse(data, place=place)
    signed.verify(checkpoint.origin, key, place=place)
    return checkpoint


def is_signed(data: bytes, key: PublicKey, *, place: str = "") -> bool:
    """Whether a checkpoint bears that key's signature; raises `InvalidInput` for a wrong shape."""
    try:
        open_checkpoint(data, key, place=place)
    except InvalidSignature:
        return False
    return True
