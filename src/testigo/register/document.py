"""One spelling for document numbers and names, so that the same person is the same row however it was typed.

A document number is what the identity card shows: `V-12.345.678`, `12 345 678-k`. Case, dots, spaces, hyphens and
slashes are how people write it, not what it is. Leading zeros are part of the number and stay.
"""

import unicodedata

from testigo.errors import InvalidInput

MAX_DOCUMENT = 24
MAX_NAME = 120
_WRITTEN_ONLY = str.maketrans("", "", ".-/\u2010\u2011\u2012\u2013\u2212 ")
_HINT = "write the number as the identity card shows it"


def normalise_document(text: str, *, place: str = "") -> str:
    """The document number in its one spelling: `A`–`Z` and `0`–`9`, at most 24 characters; raises `InvalidInput`."""
    if len(text) > 10 * MAX_DOCUMENT:
        raise InvalidInput("the document number is far too long", place=place, hint=_HINT)
    plain = "".join(unicodedata.normalize("NFKC", text).translate(_WRITTEN_ONLY).split())
    if not plain:
        raise InvalidInput("the document number is missing", place=place, hint=_HINT)
    # Only ASCII may be raised to capitals: "ı" and "ß" would become other letters, and two persons one.
    if not plain.isascii() or not plain.isalnum():
        raise InvalidInput(
            f"{text!r} is not a document number: only letters A to Z and digits may be in it", place=place, hint=_HINT
        )
    if len(plain) > MAX_DOCUMENT:
        raise InvalidInput(f"the document number {text!r} has over {MAX_DOCUMENT} characters", place=place, hint=_HINT)
    return plain.upper()


def normalise_name(text: str, *, place: str = "") -> str:
    """A person's name in composed form with single spaces, at most 120 characters; raises `InvalidInput`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise InvalidInput("the name is missing", place=place, hint="write the voter's name")
    if len(name) > MAX_NAME:
        raise InvalidInput(f"the name has over {MAX_NAME} characters", place=place, hint="shorten it")
    if not name.isprintable():
        raise InvalidInput("the name holds characters that cannot be printed", place=place, hint="type the name again")
    return name
