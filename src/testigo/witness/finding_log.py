"""What a witness writes down while checking: one finding after the other, told as they are made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from testigo.count import NewerVersion
from testigo.errors import StorageError, TestigoError, printable
from testigo.record import Finding, Grade
from testigo.witness.codes import CODES


@dataclass
class FindingLog:
    """`findings`: in the order they were made. `on_finding`: is told each at once."""

    on_finding: Callable[[Finding], None] | None = None
    findings: list[Finding] = field(default_factory=list)

    def write(self, code: str, grade: Grade, detail: str, place: str = "") -> None:
        """Note a check; `code` is one of `CODES`."""
        if code not in CODES:
            raise KeyError(code)
        self.add(Finding(code, grade, printable(place), printable(detail)))

    def add(self, finding: Finding) -> None:
        """Note what another room found."""
        self.findings.append(finding)
        if self.on_finding is not None:
            self.on_finding(finding)

    def fail(self, code: str, detail: str, place: str = "") -> None:
        """Note that something is not what was signed."""
        self.write(code, Grade.FAILURE, detail, place)

    def ok(self, code: str, detail: str, place: str = "") -> None:
        """Note that a check holds."""
        self.write(code, Grade.OK, detail, place)

    def conclude(self, code: str, subject: str, problems: Iterable[str], good: str, place: str = "") -> None:
        """One failed finding for each problem, at `place`; where there is none, one that says what is `good`."""
        found = list(problems)
        for problem in found:
            self.fail(code, f"{subject}: {problem}", place)
        if not found:
            self.ok(code, f"{subject}: {good}")

    @contextmanager
    def reporting(self, code: str, place: str = "") -> Iterator[None]:
        """A `TestigoError` raised inside the block becomes a finding: a failure, unless nothing can be said."""
        try:
            yield
        except TestigoError as error:
            grade = Grade.UNCHECKED if isinstance(error, NewerVersion | StorageError) else Grade.FAILURE
            self.write(code, grade, str(error).removesuffix("."), place or error.place)
