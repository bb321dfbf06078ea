"""What is found about a record's files while it is read, and which files were not read."""

from dataclasses import dataclass, field

from testigo.errors import StorageError, TestigoError
from testigo.record.finding import RECORD_CODES, Finding, Grade
from testigo.record.source import MissingFile
from testigo.words import Message


@dataclass
class FileFindings:
    """`findings`: in the order of the checks. `troubles`: why a file was not read, by its path. `marred`: codes of
    checks of which a part does not hold.
    """

    findings: list[Finding] = field(default_factory=list)
    troubles: dict[str, Grade] = field(default_factory=dict)
    marred: set[str] = field(default_factory=set)

    def write(self, code: str, grade: Grade, detail: Message, place: str = "") -> None:
        """Note a check; `code` is one of `RECORD_CODES`."""
        if code not in RECORD_CODES:
            raise KeyError(code)
        self.findings.append(Finding.of(code, grade, detail, place))
        if not grade.holds:
            self.marred.add(code)

    def fail(self, code: str, detail: Message, place: str = "") -> None:
        """Note that a file is not what the log says."""
        self.write(code, Grade.FAILURE, detail, place)

    def trouble(self, code: str, error: TestigoError, place: str) -> None:
        """A file that was not read, or is not what the check `code` needs."""
        self.marred.add(code)
        if isinstance(error, MissingFile):
            self.troubles[place] = Grade.INCOMPLETE
            self.write("missing-file", Grade.INCOMPLETE, error.message, place)
        elif isinstance(error, StorageError):
            self.troubles[place] = Grade.UNCHECKED
            self.write("unreadable-file", Grade.UNCHECKED, error.message, place)
        else:
            self.troubles[place] = Grade.FAILURE
            self.fail(code, error.message, place)

    def without(self, *places: str) -> Grade:
        """The grade of what cannot be checked for want of these files: the failure is told where it is."""
        found = [self.troubles.get(place, Grade.UNCHECKED) for place in places]
        return Grade.INCOMPLETE if Grade.worst(found) is Grade.INCOMPLETE else Grade.UNCHECKED

    def summary(self, code: str, detail: Message) -> None:
        """One good finding for a check of which every part holds."""
        if code not in self.marred:
            self.write(code, Grade.OK, detail)
