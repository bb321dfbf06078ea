"""What stands in one cell of a council's table: text, a whole number, or a code from which an id is made.

An id is made from the cells of one or more columns: each without accents, in lower case, everything but `a-z` and `0-9`
as one hyphen; joined with hyphens. `Sta. Cruz` and `007` make `sta-cruz-007`. Zeros in front stay, and so does what
is an id already.

A text that a spreadsheet would take for a formula is exported with an apostrophe in front (`protected`), which
`unprotected` takes away again.
"""

import re
import unicodedata

_SPACES = re.compile(r"\s*[\t\n\v\f\r\u0085\u2028\u2029]\s*")
_PROTECTED = re.compile(r"'+[=+\-@]")
_TO_PROTECT = re.compile(r"'*[=+\-@]")
_IS_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NO_ID = re.compile(r"[^a-z0-9]+")
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "þ": "th"}
_WITHOUT_DECOMPOSITION = str.maketrans(_LETTERS)
_GROUPED = r"[0-9]{1,3}(?P<mark>[.,' ’\u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,2}"
MOST_DIGITS = 9
"""Of a number in a cell."""

_WHOLE = re.compile(rf"([0-9]{{1,{MOST_DIGITS}}}|{_GROUPED})(?:[.,]0{{1,2}})?")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}")
_BROKEN = re.compile("[ÂÃ][\u0080-\u00bf\u2013-\u2122]|â€|\ufffd")
_ERROR_VALUE = re.compile(r"#[¡¿]?[A-ZÀ-Ý][A-ZÀ-Ý0-9/]{1,12}[!?]?|Err:[0-9]{3}")


def plain_text(cell: str) -> str:
    """A cell without spaces around it, in composed letters (NFC), a line break as one space."""
    text = _SPACES.sub(" ", cell.strip())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def protected(text: str) -> str:
    """The text as it is written for a spreadsheet, which must not calculate it."""
    return f"'{text}" if _TO_PROTECT.match(text) else text


def unprotected(text: str) -> str:
    """The inverse of `protected`."""
    return text[1:] if _PROTECTED.match(text) else text


def spoiled(text: str) -> str:
    """What a spreadsheet or a wrong encoding has made of a cell; "" where it is a text."""
    if text.startswith("="):
        return "formula"
    if _ERROR_VALUE.fullmatch(text):
        return "error-value"
    return "broken-letters" if _BROKEN.search(text) else ""


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has made a rounded number of a long code: `1,23E+11`."""
    return bool(_SCIENTIFIC.fullmatch(text))


def whole_number(text: str) -> int | None:
    """The whole number that a cell says, with or without separators between thousands and `,00` behind; else None."""
    found = _WHOLE.fullmatch(text)
    return int("".join(one for one in found[1] if "0" <= one <= "9")) if found else None


def id_part(text: str) -> str:
    """What a cell gives an id; "" where no letter or digit of `a-z 0-9` is left of it."""
    if _IS_ID.fullmatch(text):
        return text
    lower = text.lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKD", lower.translate(_WITHOUT_DECOMPOSITION))
        lower = "".join(one for one in lower if not unicodedata.combining(one))
    return _NO_ID.sub("-", lower).strip("-")


def reading_key(text: str) -> str:
    """What two texts have in common that a person takes for the same name: case, accents and punctuation aside."""
    lower = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in lower if one.isalnum())
