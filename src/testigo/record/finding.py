"""What a check found: a stable code, a grade, the file at fault, and the figures in a sentence.

A new check of a record's files is one line in `RECORD_CODES`; those of what statements say are in `witness.codes`.
docs/verify.md lists all of them.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec


class Grade(StrEnum):
    """How a check ended, from the best to the worst. Only `FAILURE` means that something is not what was signed."""

    OK = "ok"
    NOTE = "note"
    EXPLAINED = "explained"
    """A difference, with a signed reason."""
    INCOMPLETE = "incomplete"
    """Something has not come yet, or is missing in this copy."""
    UNCHECKED = "unchecked"
    """Nothing can be said: network, disk, a newer version, another root key."""
    FAILURE = "failure"

    @property
    def holds(self) -> bool:
        """Whether the check was made, and found nothing that needs more than its signed reason."""
        return self in (Grade.OK, Grade.NOTE, Grade.EXPLAINED)

    @classmethod
    def worst(cls, grades: Iterable["Grade"]) -> "Grade":
        """The worst of some grades; `OK` where there are none."""
        return max(grades, key=list(cls).index, default=cls.OK)


class Finding(msgspec.Struct, frozen=True):
    """One check and what it found. `code`: of the check, stable from release to release. `place`: the file at fault,
    relative to the record; "" for all of it.
    """

    code: str
    grade: Grade
    place: str
    detail: str

    @property
    def holds(self) -> bool:
        """See `Grade.holds`."""
        return self.grade.holds


RECORD_CODES: Final = {
    "no-record": "there is a record at this place: a checkpoint beside the keys of root and log",
    "missing-file": "every file that follows from the checkpoint is here",
    "unreadable-file": "every file could be read or fetched",
    "keys": "`root.pub` and `log.pub` hold keys; the first statement is signed by the root's",
    "checkpoint": "three lines, signed by the log's key",
    "cosignatures": "who else signed the checkpoint; their keys are not in the record, so it is only told",
    "tiles": "the entries give the root hash; every tile is what follows from them, byte for byte",
    "entries": "each entry names a statement of its own index",
    "statement-files": "each statement's file has the digest that its entry says, and the name that follows from it",
    "files": "nothing is here beside these: no file, folder, link or device",
    "kept-checkpoint": "the record begins with all that was in it when the checkpoint was kept",
}
"""Code → what holds where the check is `ok`."""
