"""Who may vote: persons, enrolment, likely duplicates, poll books.

`register` is the database and its interface, `tables` its tables and how they change. `voters_file` reads a CSV of
voters and `importing` takes it in; `document` spells numbers and names one way. `key_binding` ties the
register to one election and key. `enrolment` takes fingers, `vault` keeps them encrypted, `gallery` searches them,
`duplicates` holds the cases that people settle. `deduplication` compares everybody with everybody, `prints` opens
their templates for it, `work_folder` keeps what is done, `workers` does it. `poll_book` makes one
station's sealed part of it all, and opens it there. `values` are what the room speaks of.

A new column of the voters' file goes into `voters_file` and `tables` (with a new `FORMAT`); a new rule about who
is barred into `duplicates.barred`.
"""

from testigo.fingerprint import Position
from testigo.register.document import normalise_document, normalise_name
from testigo.register.enrolment import LEAST_QUALITY, PoorFingers
from testigo.register.importing import ImportReport
from testigo.register.poll_book import (
    EnrolledFinger,
    OtherStation,
    PollBook,
    PollBookLabel,
    PollBookVoter,
    make_poll_book,
    read_label,
)
from testigo.register.register import Register
from testigo.register.values import (
    Case,
    CaseLine,
    Enrolment,
    FingerQuality,
    Ruling,
    Side,
    Status,
    Verdict,
    Voter,
)
from testigo.register.vault import RegisterKey

__all__ = [
    "LEAST_QUALITY",
    "Case",
    "CaseLine",
    "EnrolledFinger",
    "Enrolment",
    "FingerQuality",
    "ImportReport",
    "OtherStation",
    "PollBook",
    "PollBookLabel",
    "PollBookVoter",
    "PoorFingers",
    "Position",
    "Register",
    "RegisterKey",
    "Ruling",
    "Side",
    "Status",
    "Verdict",
    "Voter",
    "make_poll_book",
    "normalise_document",
    "normalise_name",
    "read_label",
]
