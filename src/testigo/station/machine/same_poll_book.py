"""The desks of one station must have the same poll book: by it they know whose share a voter is.

Each desk's report says the digest of what it has; the chair compares before the zero report and before opening, and
its order to open says which one it was.
"""

from collections.abc import Mapping

from testigo.election import StationMachine
from testigo.errors import IllegalStep
from testigo.station.machine.orders import MachineReport
from testigo.words import Message

BOOK_DIGEST = "poll_book"
"""Where a desk's report, and the chair's order to open, say the digest."""


def require_same(reports: Mapping[StationMachine, MachineReport], place: Message) -> str:
    """The digest of the desks' poll book; "" where none is loaded. Raises `IllegalStep` where they have different ones.

    A desk of an earlier release does not say; it is not asked.
    """
    digest_of = {desk: str(report.data[BOOK_DIGEST]) for desk, report in reports.items() if BOOK_DIGEST in report.data}
    digests = set(digest_of.values())
    if len(digests) > 1:
        raise IllegalStep("poll-book.differs-between-desks", place=place, desks=[one.label for one in digest_of])
    return digests.pop() if digests else ""
