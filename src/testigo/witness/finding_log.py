"""What a witness writes down while checking: one finding after the other, told as they are made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from testigo.count import NewerVersion
from testigo.errors import StorageError, TestigoError
from testigo.record import Finding, Grade
from testigo.witness.codes import CODES
from testigo.words import Message, current_language, message


@dataclass
class FindingLog:
    """`findings`: in the order they were made. `on_finding`: is told each at once."""

    on_finding: Callable[[Finding], None] | None = None
    findings: list[Finding] = field(default_factory=list)

    def write(self, code: str, grade: Grade, detail: Message, place: str = "", *, cause: Message | None = None) -> None:
        """Note a check; `code` is one of `CODES`. `cause`: of what could not be checked, where it is known."""
        said = detail if cause is None else message("finding", "because", finding=detail, cause=cause)
        self._write(code, grade, said, place)

    def add(self, finding: Finding) -> None:
        """Note what another room found."""
        self.findings.append(finding)
        if self.on_finding is not None:
            self.on_finding(finding)

    def _write(self, code: str, grade: Grade, detail: Message | str, place: str) -> None:
        if code not in CODES:
            raise KeyError(code)
        self.add(Finding.of(code, grade, detail, place))

    def fail(self, code: str, detail: Message, place: str = "") -> None:
        """Note that something is not what was signed."""
        self.write(code, Grade.FAILURE, detail, place)

    def ok(self, code: str, detail: Message, place: str = "") -> None:
        """Note that a check holds."""
        self.write(code, Grade.OK, detail, place)

    def refuse(self, code: str, grade: Grade, error: TestigoError, place: str) -> None:
        """Note an error, with its hint; its place only where it is not the finding's."""
        elsewhere = error if error.place != place else error.at("")
        self._write(code, grade, elsewhere.text(current_language()).removesuffix("."), place)

    def conclude(self, code: str, station: str, problems: Iterable[Message], good: Message, place: str = "") -> None:
        """One failed finding for each problem, at `place`; where there is none, one that says what is `good`."""
        found = list(problems)
        for problem in found:
            self.fail(code, at_station(station, problem), place)
        if not found:
            self.ok(code, at_station(station, good))

    @contextmanager
    def reporting(self, code: str, place: str = "") -> Iterator[None]:
        """A `TestigoError` raised inside the block becomes a finding: a failure, unless nothing can be said."""
        try:
            yield
        except TestigoError as error:
            grade = Grade.UNCHECKED if isinstance(error, NewerVersion | StorageError) else Grade.FAILURE
            self.refuse(code, grade, error, place or error.place)


def at_station(station: str, finding: Message) -> Message:
    """What was found about one station."""
    return message("finding", "at-station", station=station, finding=finding)
