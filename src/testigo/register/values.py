"""What the register says about voters, enrolments and cases, as values."""

from typing import Literal

import msgspec

from testigo.fingerprint import FingerImage

Verdict = Literal["same", "different", "undecided"]


class Voter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One voter. `enrolled`: fingers were taken; `barred`: why the voter is on no poll book, else empty."""

    document: str
    name: str
    station: str
    roll: str
    enrolled: bool
    barred: str


class FingerQuality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`quality`: 0 to 100, of the finger's best impression; `good_enough`: no officer need accept it."""

    finger: str
    quality: int
    good_enough: bool


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
    """One of the two enrolments of a case. `images`: (finger, image); `most_similar`: which is nearest the other's."""

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


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the register is."""

    voters: int
    enrolled: int
    open_cases: int
    barred: int
    poll_books: int
