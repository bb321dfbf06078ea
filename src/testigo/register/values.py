"""What the register says about voters, enrolments and cases, as values."""

from typing import Literal

import msgspec

from testigo.fingerprint import FingerImage, Position, label_of
from testigo.words import Message, message

Verdict = Literal["same", "different", "undecided"]

MOST_TEXT = 500
"""Characters of what an officer writes: a note, a reason, a legal basis."""


ExceptionKind = Literal["missing", "bandaged", "worn"]


class FingerException(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finger. `finger`: as `Position.word` says."""

    finger: str
    kind: ExceptionKind
    reason: str


class Voter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One voter. `enrolled`: fingers were taken; `barred`: the case for which the voter is on no poll book, else None.

    `erased`: when fingers of this voter were last erased by law (UTC), else empty. `removed`: since when the voter is
    on no list (UTC), else empty. `exceptions`: fingers that could not be taken, or hardly, of the enrolment that holds.
    `photographed`: whether there is a photograph of the face.
    """

    document: str
    name: str
    station: str
    roll: str
    enrolled: bool
    barred: int | None
    erased: str = ""
    removed: str = ""
    exceptions: tuple[FingerException, ...] = ()
    photographed: bool = False


class FingerQuality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`quality`: 0 to 100, of the finger's best impression; `good_enough`: no officer need accept it."""

    finger: str
    quality: int
    good_enough: bool

    @property
    def label(self) -> Message:
        """The finger with its quality, for people."""
        return message("term", "finger-quality", finger=label_of(Position.named(self.finger)), quality=self.quality)


class Enrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an enrolment did. `templates`: how many were kept; `cases`: ids of the likely duplicates it opened."""

    document: str
    qualities: tuple[FingerQuality, ...]
    templates: int
    cases: tuple[int, ...]


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer said about a case. `at`: UTC."""

    verdict: Verdict
    officer: str
    note: str
    at: str


class CaseLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case in the list. `verdict`: the last ruling's, "" while nobody has ruled. `score`: see `gallery`."""

    id: int
    earlier_document: str
    later_document: str
    score: float
    opened: str
    verdict: Verdict | Literal[""]

    @property
    def open(self) -> bool:
        """Whether a person still has to settle it."""
        return self.verdict in ("", "undecided")


class Side(msgspec.Struct, frozen=True):
    """One of the two enrolments of a case. `images`: (finger, image), none where they were erased by law.

    `most_similar`: which of them is nearest the other's.
    """

    document: str
    name: str
    station: str
    enrolled_by: str
    enrolled_at: str
    images: tuple[tuple[str, FingerImage], ...]
    most_similar: int


class Case(msgspec.Struct, frozen=True):
    """Two enrolments that are likely of one person, as the officer sees them side by side."""

    line: CaseLine
    earlier: Side
    later: Side
    history: tuple[Ruling, ...]


class Erasable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an erasure of one voter's fingers would take away, and where copies are that it cannot reach.

    `enrolments`, `templates`, `images`: how many, withdrawn ones too; `fingers`: of which. `same_person`: document
    numbers that were ruled to be the same person's. `poll_books`: how many were issued to the voter's station.
    `entries`: how many entries of the history, fingers that could not be taken and photographs tell of the person.
    """

    document: str
    name: str
    station: str
    enrolments: int
    templates: int
    images: int
    fingers: tuple[str, ...]
    same_person: tuple[str, ...]
    poll_books: int
    entries: int = 0


class Erasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The trace of an erasure by law: who, when (UTC), why, by which law or order, and how much of what.

    `cleaned`: when the database's files were written again without it (UTC); "" while they were not.
    """

    id: int
    document: str
    officer: str
    at: str
    reason: str
    legal_basis: str
    enrolments: int
    templates: int
    images: int
    cleaned: str


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the register is."""

    voters: int
    enrolled: int
    open_cases: int
    barred: int
    poll_books: int
