"""What stands in one cell of a voters' file: a document number or a name, and what programs make of them on the way.

A spreadsheet turns numbers into dates, fractions and words, and a database writes a word where nothing is. None of
that is a document number, though each could be read as one, so it is refused. A name may look odd and be right, so what
looks odd is noted for a person.
"""

import re
import unicodedata
from typing import Literal

import msgspec

from testigo.errors import InvalidInput
from testigo.register.document import INVISIBLE, normalise_document, normalise_name

NoteKind = Literal["broken-letters", "error-value", "no-name", "rounded"]


class CellNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person should look at in a row that was imported. `text`: of the cell."""

    row: int
    column: str
    kind: NoteKind
    text: str


_CERTAIN = re.compile(r"[A-Za-z]?-?[0-9]{4,}")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_MONTH = (
    "jan(?:v|vier|eiro|uary)?|ene(?:ro)?|f[eé][bv](?:r|rero|reiro|rier|ruary)?|mar(?:zo|[cç]o|s|ch)?|a[bpv]r(?:il)?|"
    "ma[iy](?:o)?|jun(?:e|io|ho)?|juin|jul(?:y|io|ho)?|juil(?:let)?|a[ug][go](?:ust|osto)?|ao[uû](?:t)?|"
    "sep(?:t|tember|tiembre|tembre)?|set(?:embro|iembre)?|o[cu]t(?:ober|ubre|ubro|obre)?|"
    "nov(?:ember|iembre|embro|embre)?|d[eéi][cz](?:ember|iembre|embro|embre)?"
)
_WORDED_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/. ](?:{_MONTH})\.?(?:[-/. ][0-9]{{2,4}})?|(?:{_MONTH})\.?[-/. ][0-9]{{2,4}}", re.IGNORECASE
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{2}|(?:19|20)[0-9]{2})")
_DAY_AND_MONTH = re.compile(r"[0-9]{1,2}[-/][0-9]{1,2}")
_YEAR_FIRST = re.compile(r"(?:19|20)[0-9]{2}([-/.])([0-9]{1,2})\1([0-9]{1,2})")
_SCIENTIFIC = re.compile(r"[-+]?[0-9](?:[.,][0-9]+)?E[-+][0-9]{1,3}", re.IGNORECASE)
_KEPT_DIGITS = 15
"""Of a number in a spreadsheet; the rest become zeros."""

_NOTHING = frozenset("nan n/a na null none nil undefined #n/a true false".split())
_ERROR_VALUE = re.compile(r"#[¡¿]?[A-ZÀ-Ý][A-ZÀ-Ý0-9/_ ]{1,14}[!?]?|Err:[0-9]{3}|[=@].*|#+", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#x?[0-9a-f]{1,6}|[a-z]{2,8});|\w\?\w|_x00[0-9a-f]{2}_|\\u[0-9a-f]{4}", re.IGNORECASE)
_ODD = re.compile(r"[^\w .,'-]")
_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_READ_AS = ("latin-1", "windows-1252", "windows-1250")
_SYMBOLS = ("Sm", "Sc", "So", "Co", "Cn")
"""Categories of Unicode. What other encodings make of accents has one of these in it: `Jos├®`, `Jos√©`."""


def document_cell(text: str) -> str:
    """The document number of a cell; raises `InvalidInput` for what is none, or was made another one of."""
    text = _unquoted(text)
    if _CERTAIN.fullmatch(text):
        return normalise_document(text)
    bare = text.translate(INVISIBLE).strip()
    if not bare:
        raise InvalidInput("document.missing", hint="write-the-document-number")
    if not any(unicodedata.category(one) == "Nd" for one in bare):
        raise InvalidInput("document.without-digit", text=text)
    if _SCIENTIFIC.fullmatch(bare):
        raise InvalidInput("document.rounded", hint="format-the-column-as-text", text=text)
    if _is_date(bare):
        raise InvalidInput("document.date", hint="format-the-column-as-text", text=text)
    return normalise_document(text)


def name_cell(text: str) -> str:
    """The name of a cell; raises `InvalidInput` for what cannot be one, and for a character that was lost."""
    name = normalise_name(_unquoted(text))
    if "\ufffd" in name:
        raise InvalidInput("name.character-lost", hint="save-again-in-utf-8", text=name)
    if not any(one.isalpha() for one in name) and not _ERROR_VALUE.fullmatch(name):
        raise InvalidInput("name.without-letter", text=name)
    return name


def notes_on(row: int, written: str, document: str, name: str) -> list[CellNote]:
    """What looks odd in a row that can be imported. `written`: the name as it stands in the file."""
    notes = [CellNote(row, "name", kind, name) for kind in (_oddness(written, name),) if kind is not None]
    if len(document) > _KEPT_DIGITS and document.isdigit() and not document[_KEPT_DIGITS:].strip("0"):
        notes.append(CellNote(row, "document", "rounded", document))
    return notes


def _oddness(written: str, name: str) -> NoteKind | None:
    if name.casefold() in _NOTHING:
        return "no-name"
    if _ERROR_VALUE.fullmatch(name):
        return "error-value"
    if _ENTITY.search(name) or any(unicodedata.category(one) in _SYMBOLS for one in _ODD.findall(name)):
        return "broken-letters"
    return "broken-letters" if any(map(_was_utf_8, _RUN.findall(written))) else None


def _was_utf_8(run: str) -> bool:
    """Whether these characters are UTF-8 that was read in another encoding: no name has such a sequence by chance."""
    for encoding in _READ_AS:
        try:
            run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def _unquoted(text: str) -> str:
    """The text that a spreadsheet's `'0123` and `="0123"` stand for."""
    bare = text.strip()
    formula = _TEXT_FORMULA.fullmatch(bare)
    return formula[1] if formula else bare.removeprefix("'")


def _is_date(text: str) -> bool:
    if _WORDED_DATE.fullmatch(text) or _DAY_AND_MONTH.fullmatch(text):
        return True
    if found := _DAY_FIRST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
    elif found := _YEAR_FIRST.fullmatch(text):
        first, second = int(found[2]), int(found[3])
    else:
        return False
    return 1 <= min(first, second) <= 12 and max(first, second) <= 31
