"""A public key on the command line: its digits, or a file that holds them, in every command alike."""

import re
from pathlib import Path
from typing import Final

from testigo import storage
from testigo.errors import InvalidInput
from testigo.keys import PublicKey

ROOT_KEY: Final = "The election's root key, as published: 64 hexadecimal digits, or a file that holds them."
"""What help says of `--root-key`."""

OPTIONAL_ROOT_KEY: Final = f"{ROOT_KEY} Without it, the record's own is taken."
"""The same where it may be left out."""

_DIGITS = re.compile(r"[0-9a-fA-F]{4,}(?:…|\.{2,})?")
"""What somebody took for a key: its beginning, too, as a page or a help text shortens it."""
_LONGEST_NAME = 31
"""Characters of a file's name that may be such digits; longer ones are always a key."""
_LARGEST = 1024


def read_public_key(text: str) -> PublicKey:
    """The key itself, or what the file of that name holds; raises `InvalidInput` or `StorageError` for neither.

    Digits for which there is no file are a key that is wrong, not the name of a file that is missing.
    """
    if _DIGITS.fullmatch(text) and (len(text) > _LONGEST_NAME or not Path(text).exists()):
        return PublicKey.from_hex(text.rstrip("…."))
    read = storage.read(Path(text), limit=_LARGEST).decode("ascii", errors="replace").strip()
    try:
        return PublicKey.from_hex(read)
    except InvalidInput as error:
        raise error.at(text) from None


def read_root_key(text: str) -> PublicKey | None:
    """The key of an option that may be left out; None for "", which takes the record's own."""
    return read_public_key(text) if text else None
