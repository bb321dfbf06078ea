"""Statements that the log of a record holds and that a reader could not read: what follows on them is neither refused
nor believed for want of them.
"""

from testigo.count.kinds import kind_label
from testigo.errors import TestigoError
from testigo.words import Value


class NeedsUnread(TestigoError):
    """Cannot be judged: it follows on a statement that the log holds and that could not be read. `needs`: kind and
    subject of that one.
    """

    def __init__(self, code: str, needs: tuple[str, str], *, place: str = "", **values: Value) -> None:
        super().__init__(code, place=place, hint="", **values)
        self.needs = needs


class Unread:
    """The statements that were skipped, by kind and subject; a kind of "" may be any."""

    def __init__(self) -> None:
        self._skipped: set[tuple[str, str]] = set()

    def copy(self) -> "Unread":
        """The same statements, to which others may be added."""
        other = Unread()
        other._skipped = set(self._skipped)
        return other

    def add(self, kind: str, subject: str) -> None:
        """One more was skipped."""
        self._skipped.add((kind, subject if kind else ""))

    def contains(self, kind: str, subject: str) -> bool:
        """Whether a statement of that kind and subject was skipped, or one that may have been it."""
        return not self._skipped.isdisjoint({(kind, subject), ("", "")})

    def contains_exactly(self, kind: str, subject: str) -> bool:
        """Whether a statement was skipped of which kind and subject are known, and are these."""
        return (kind, subject) in self._skipped

    def check_read(self, kind: str, subject: str, place: str) -> None:
        """Raise `NeedsUnread` where a statement that is needed and not in was skipped."""
        if self.contains(kind, subject):
            if not subject:
                raise NeedsUnread("statement.follows-on-unread", (kind, subject), place=place, kind=kind_label(kind))
            raise NeedsUnread(
                "statement.follows-on-unread-of-station",
                (kind, subject),
                place=place,
                kind=kind_label(kind),
                station=subject,
            )
