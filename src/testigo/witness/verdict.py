"""What all findings together say of a record: one verdict, its exit code, and its sentences."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from testigo.record import Finding, Grade
from testigo.words import Message, message


class Verdict(StrEnum):
    """The worst grade decides; a failure outranks all."""

    ALL_HOLDS = "all-holds"
    EXPLAINED = "differences-explained"
    UNAUDITED = "not-audited"
    INCOMPLETE = "incomplete"
    UNCHECKED = "could-not-be-checked"
    TAMPERED = "tampered-with"

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Verdict":
        """The verdict on a record with these findings; without any, nothing was checked."""
        grades = [finding.grade for finding in findings]
        return _BY_GRADE[Grade.worst(grades)] if grades else cls.UNCHECKED

    @property
    def holds(self) -> bool:
        """Whether the record is complete, and every difference in it has its signed reason."""
        return self in (Verdict.ALL_HOLDS, Verdict.EXPLAINED, Verdict.UNAUDITED)

    def exit_code(self, *, strict: bool = False) -> int:
        """Of `testigo verify`. `strict`: neither an explained difference nor an election without an audit is enough."""
        not_enough = self in (Verdict.EXPLAINED, Verdict.UNAUDITED)
        return STRICT_EXIT_CODE if strict and not_enough else EXIT_CODES[self]

    def message(self, count: int) -> Message:
        """The verdict to a person. `count`: of findings of the grade that decided."""
        return message("verify", f"verdict.{self}", count=count)

    @property
    def meaning(self) -> Message:
        """What it means, as the end of a sentence."""
        return message("verify", f"meaning.{self}")


_BY_GRADE: Final = {
    Grade.OK: Verdict.ALL_HOLDS,
    Grade.NOTE: Verdict.ALL_HOLDS,
    Grade.EXPLAINED: Verdict.EXPLAINED,
    Grade.UNAUDITED: Verdict.UNAUDITED,
    Grade.INCOMPLETE: Verdict.INCOMPLETE,
    Grade.UNCHECKED: Verdict.UNCHECKED,
    Grade.FAILURE: Verdict.TAMPERED,
}

EXIT_CODES: Final = {
    Verdict.ALL_HOLDS: 0,
    Verdict.EXPLAINED: 0,
    Verdict.UNAUDITED: 0,
    Verdict.UNCHECKED: 1,
    Verdict.INCOMPLETE: 3,
    Verdict.TAMPERED: 4,
}
STRICT_EXIT_CODE: Final = 5
USAGE_EXIT_CODE: Final = 2
