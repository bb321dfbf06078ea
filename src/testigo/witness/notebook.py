"""What a witness writes down while checking: one finding after the other, told as they are made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from testigo.errors import TestigoError
from testigo.record import Finding


def printable(words: str) -> str:
    """The words with every character escaped that could forge a line on a terminal: line ends, ESC, bidi controls.

    A finding quotes what others wrote into the record; whoever wrote it may want it read as another finding.
    """
    return "".join(one if one.isprintable() else f"\\u{{{ord(one):04x}}}" for one in words)


@dataclass
class Notebook:
    """`findings`: in the order they were made. `on_finding`: is told each at once."""

    on_finding: Callable[[Finding], None] | None = None
    findings: list[Finding] = field(default_factory=list)

    def write(self, check: str, ok: bool, detail: str, place: str = "") -> bool:
        """Note a check; returns `ok`."""
        finding = Finding(check, ok, printable(detail), printable(place))
        self.findings.append(finding)
        if self.on_finding is not None:
            self.on_finding(finding)
        return ok

    def conclude(self, check: str, subject: str, problems: Iterable[str], good: str, place: str = "") -> None:
        """One failed finding for each problem, at `place`; where there is none, one that says what is `good`."""
        found = list(problems)
        for problem in found:
            self.write(check, False, f"{subject}: {problem}", place)
        if not found:
            self.write(check, True, f"{subject}: {good}")

    @contextmanager
    def reporting(self, check: str, place: str = "") -> Iterator[None]:
        """A `TestigoError` raised inside the block becomes a failed check."""
        try:
            yield
        except TestigoError as error:
            self.write(check, False, str(error).removesuffix("."), place or error.place)

    @property
    def ok(self) -> bool:
        """Whether anything was checked and nothing failed."""
        return bool(self.findings) and all(finding.ok for finding in self.findings)
