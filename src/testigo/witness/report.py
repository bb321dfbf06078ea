"""What a check of a record found: for people in two sentences, for programs in JSON."""

from dataclasses import dataclass

import msgspec

from testigo.record import Finding, Grade
from testigo.witness.verdict import Verdict
from testigo.words import Message, message


class ReportFile(msgspec.Struct, frozen=True):
    """What `testigo verify --json` prints. `format`: of this shape, counted from 1. `findings`: in the order of the
    checks.
    """

    format: int
    verdict: Verdict
    record: str
    root_key_id: str
    root_key_given: bool
    entries: int
    root_hash: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class VerificationReport:
    """What a check of a record found. `root_key_id`: under whose authority; "" where the record has no root key."""

    record: str
    root_key_id: str
    root_key_given: bool
    entries: int
    root_hash: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """What all findings together say."""
        return Verdict.of(self.findings)

    def of_grade(self, *grades: Grade) -> tuple[Finding, ...]:
        """The findings of these grades."""
        return tuple(finding for finding in self.findings if finding.grade in grades)

    @property
    def worst(self) -> Grade:
        """The grade that decides."""
        return Grade.worst(finding.grade for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that show that something is not what was signed."""
        return self.of_grade(Grade.FAILURE)

    def sentences(self) -> tuple[Message, Message]:
        """The verdict, and what it means here."""
        verdict, checks = self.verdict, len(self.findings)
        count = len(self.of_grade(self.worst))
        if verdict is Verdict.ALL_HOLDS:
            return verdict.message(count), message("verify", "checks-made", count=checks)
        if verdict is Verdict.UNAUDITED:
            missing = next(one.detail for one in self.findings if one.grade is Grade.UNAUDITED)
            return verdict.message(count), message("verify", "checks-unaudited", count=checks, missing=missing)
        grade, meaning = self.worst.label, verdict.meaning
        marked = message("verify", "checks-marked", count=count, checks=checks, grade=grade, meaning=meaning)
        return verdict.message(count), marked

    def as_json(self) -> ReportFile:
        """The same for programs."""
        return ReportFile(
            format=1,
            verdict=self.verdict,
            record=self.record,
            root_key_id=self.root_key_id,
            root_key_given=self.root_key_given,
            entries=self.entries,
            root_hash=self.root_hash,
            findings=self.findings,
        )
