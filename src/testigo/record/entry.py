"""A log entry: the name, digest and type of one statement file.

An entry of the log is not the statement's envelope itself but this small note about it, because an entry bundle holds
at most 65,535 bytes per entry (C2SP tlog-tiles) and an election definition is larger, and because a reader who wants
one tally sheet should not have to fetch 255 others. The digest binds the file as firmly as its bytes would
(docs/adr/2026-11-21-log-entries-name-statements.md).
"""

import re

import msgspec

from testigo import canonical
from testigo.canonical import why_refused
from testigo.errors import InvalidInput
from testigo.record.statement import Statement, peek

STATEMENTS = "statements"
MAX_STATEMENT_SIZE = 64 * 1024 * 1024
MAX_ENTRY_SIZE = 512
"""Bytes of an entry with its length in the bundle: the longest path and type there can be take 325."""
FILE_NAME = re.compile(r"([0-9]{6,16})-[A-Za-z0-9._-]{1,200}\.json", re.ASCII)
"""The shape of a statement file's name; its group is the index."""

_TYPE = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
_SUBJECT_LENGTH = 64
_SHOWN = 80
"""Characters that an error quotes of a type that cannot be one."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`path`: relative to the record's folder. `sha256`: of the envelope's bytes, hexadecimal."""

    path: str
    sha256: str
    type: str

    @classmethod
    def of(cls, index: int, envelope: bytes, *, place: str = "") -> "Entry":
        """The entry of the statement appended as number `index`. Raises `InvalidInput` for what is not a statement."""
        statement = peek(envelope, place=place)
        return cls(statement_path(index, statement, place=place), canonical.digest(envelope), statement.type)

    def subject_in_path(self) -> str:
        """The statement's subject as its file is named by it (`file_subject`)."""
        return self.path.rpartition("/")[2].partition(f"-{self.type}")[2].removesuffix(".json").removeprefix("-")

    def encode(self) -> bytes:
        """Canonical JSON, the bytes that are hashed into the log."""
        return canonical.encode(self)


def statement_path(index: int, statement: Statement, *, place: str = "") -> str:
    """`statements/NNNNNN-TYPE[-SUBJECT].json`; what no file name should hold becomes `_` in the subject."""
    if not _TYPE.fullmatch(statement.type):
        raise InvalidInput("statement.type-unusable", place=place, type=statement.type[:_SHOWN])
    subject = file_subject(statement.subject)
    return f"{STATEMENTS}/{index:06d}-{statement.type}{'-' if subject else ''}{subject}.json"


def file_subject(subject: str) -> str:
    """A subject as it stands in a file's name."""
    return _UNSAFE.sub("_", subject)[:_SUBJECT_LENGTH]


def decode_entry(data: bytes, *, place: str = "") -> Entry:
    """An entry from its canonical bytes; raises `InvalidInput`."""
    try:
        return msgspec.convert(canonical.decode(data, place=place), Entry, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            "log-entry.malformed", place=place, hint="get-the-file-again", why=why_refused(error)
        ) from None
