"""What a check found: a stable code, a grade, the file at fault, and the figures in a sentence.

A new check of a record's files is a code in `RECORD_CODES`; those of what statements say are in `witness.codes`. What
holds where a check is `ok` is said by the catalogues (`verify`, `check.CODE`). docs/verify.md lists all of them.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from testigo.errors import printable
from testigo.words import Message, message


class Grade(StrEnum):
    """How a check ended, from the best to the worst. Only `FAILURE` means that something is not what was signed."""

    OK = "ok"
    NOTE = "note"
    EXPLAINED = "explained"
    """A difference, with a signed reason."""
    UNAUDITED = "unaudited"
    """Nothing contradicts it, and no paper was counted that could: what the machines say stands alone."""
    INCOMPLETE = "incomplete"
    """Something has not come yet, or is missing in this copy."""
    UNCHECKED = "unchecked"
    """Nothing can be said: network, disk, a newer version, another root key."""
    FAILURE = "failure"

    @property
    def holds(self) -> bool:
        """Whether the check was made, and found nothing that needs more than its signed reason."""
        return self in (Grade.OK, Grade.NOTE, Grade.EXPLAINED, Grade.UNAUDITED)

    @property
    def label(self) -> Message:
        """What people call it."""
        return message("verify", f"grade.{self}")

    @classmethod
    def worst(cls, grades: Iterable["Grade"]) -> "Grade":
        """The worst of some grades; `OK` where there are none."""
        return max(grades, key=list(cls).index, default=cls.OK)


_LONGEST = 2000
"""Characters of what a finding says: who holds a key can sign any number of anything."""


class Finding(msgspec.Struct, frozen=True):
    """One check and what it found. `code`: of the check, stable from release to release. `place`: the file at fault,
    relative to the record; "" for all of it. `detail`: for people, in the language of this process.
    """

    code: str
    grade: Grade
    place: str
    detail: str

    @classmethod
    def of(cls, code: str, grade: Grade, detail: Message | str, place: str = "") -> "Finding":
        """What a check found, with every unprintable character spelled out, and no longer than can be read."""
        said = str(detail)
        return cls(code, grade, printable(place), printable(said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"))

    @property
    def holds(self) -> bool:
        """See `Grade.holds`."""
        return self.grade.holds


RECORD_CODES: Final = (
    "no-record",
    "missing-file",
    "unreadable-file",
    "keys",
    "checkpoint",
    "cosignatures",
    "tiles",
    "entries",
    "statement-files",
    "files",
    "kept-checkpoint",
)
"""Of the checks of a record's files, in their order."""
