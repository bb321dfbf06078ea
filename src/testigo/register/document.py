"""One spelling for document numbers and names, so that the same person is the same row however it was typed.

A document number is what the identity card shows: `V-12.345.678`, `12 345 678-k`. Case, dots, spaces, hyphens and
slashes are how people write it, not what it is. Leading zeros are part of the number and stay.
"""

import unicodedata

from testigo.errors import InvalidInput, Place, is_printable

MAX_DOCUMENT = 24
MAX_NAME = 120
_WRITTEN_ONLY = str.maketrans("", "", ".-/\u2010\u2011\u2012\u2013\u2212 ")


def normalise_document(text: str, *, place: Place = "") -> str:
    """The document number in its one spelling: `A`–`Z` and `0`–`9`, at most 24 characters; raises `InvalidInput`."""
    if len(text) > 10 * MAX_DOCUMENT:
        raise InvalidInput("document.far-too-long", place=place, hint="write-the-document-number")
    plain = "".join(unicodedata.normalize("NFKC", text).translate(_WRITTEN_ONLY).split())
    if not plain:
        raise InvalidInput("document.missing", place=place, hint="write-the-document-number")
    # Only ASCII may be raised to capitals: "ı" and "ß" would become other letters, and two persons one.
    if not plain.isascii() or not plain.isalnum():
        raise InvalidInput("document.malformed", place=place, hint="write-the-document-number", text=text)
    if len(plain) > MAX_DOCUMENT:
        raise InvalidInput(
            "document.too-long", place=place, hint="write-the-document-number", text=text, most=MAX_DOCUMENT
        )
    return plain.upper()


def normalise_name(text: str, *, place: Place = "") -> str:
    """A person's name in composed form with single spaces, at most 120 characters; raises `InvalidInput`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise InvalidInput("name.missing", place=place)
    if len(name) > MAX_NAME:
        raise InvalidInput("name.too-long", place=place, most=MAX_NAME)
    if not is_printable(name, MAX_NAME):
        raise InvalidInput("name.unprintable", place=place)
    return name
