"""Who may vote: persons, enrolment, likely duplicates, poll books.

`register` is the database and its interface, `tables` its tables and how their rows change, `schema` and `migrations`
how the tables themselves change from release to release. `voters_file` reads a CSV of voters, `voter_cells` judges what
stands in it, and `importing` takes it in; `document` spells numbers and names one way, `doubles` lists who is likely
one person by them, `voter_rows` finds a voter by the number as people write it. `key_binding` ties the register to one
election and key. `enrolment` takes fingers, `vault` keeps them encrypted, `gallery` searches them, `enroller` does all
three in their order, `duplicates` holds the cases that people settle, `changes` corrects, moves and removes voters and
keeps their history, `erasure` takes data away where the law demands it. `deduplication` compares everybody with
everybody, `prints` opens their templates for it, `work_folder` keeps what is done, `workers` does it. `issuing` gathers
what one station's poll book is made of, `poll_book` seals it and opens it there, `voter_list` prints it. `values` are
what the room speaks of.

A new column of the voters' file goes into `voters_file`, `tables` and a new step of `migrations`; a new rule about who
is barred into `duplicates.barred`.
"""

from testigo.fingerprint import Position
from testigo.register.changes import HistoryEntry
from testigo.register.document import normalise_document, normalise_name
from testigo.register.doubles import Doubles, LikelyDouble
from testigo.register.enrolment import LEAST_QUALITY, PoorFingers
from testigo.register.exceptions import EXCEPTION_KINDS, exception_of, exceptions_of
from testigo.register.importing import ImportReport
from testigo.register.issuing import StationBook
from testigo.register.photographs import LARGEST_FILE as LARGEST_PHOTOGRAPH
from testigo.register.poll_book import (
    EnrolledFinger,
    ListedVoters,
    OtherStation,
    PollBook,
    PollBookLabel,
    PollBookVoter,
    make_poll_book,
    read_label,
)
from testigo.register.register import Register
from testigo.register.schema import Step, Upgrade, planned_upgrade, upgrade
from testigo.register.values import (
    Case,
    CaseLine,
    Enrolment,
    Erasable,
    Erasure,
    FingerException,
    FingerQuality,
    Ruling,
    Side,
    Status,
    Verdict,
    Voter,
)
from testigo.register.vault import RegisterKey
from testigo.register.voter_cells import CellNote
from testigo.register.voter_list import PaperList, PrintedList, list_of, of_poll_book, print_list
from testigo.register.voters_file import count_lines

__all__ = [
    "EXCEPTION_KINDS",
    "LARGEST_PHOTOGRAPH",
    "LEAST_QUALITY",
    "Case",
    "CaseLine",
    "CellNote",
    "Doubles",
    "EnrolledFinger",
    "Enrolment",
    "Erasable",
    "Erasure",
    "FingerException",
    "FingerQuality",
    "HistoryEntry",
    "ImportReport",
    "LikelyDouble",
    "ListedVoters",
    "OtherStation",
    "PaperList",
    "PollBook",
    "PollBookLabel",
    "PollBookVoter",
    "PoorFingers",
    "Position",
    "PrintedList",
    "Register",
    "RegisterKey",
    "Ruling",
    "Side",
    "StationBook",
    "Status",
    "Step",
    "Upgrade",
    "Verdict",
    "Voter",
    "count_lines",
    "exception_of",
    "exceptions_of",
    "list_of",
    "make_poll_book",
    "normalise_document",
    "normalise_name",
    "of_poll_book",
    "planned_upgrade",
    "print_list",
    "read_label",
    "upgrade",
]
