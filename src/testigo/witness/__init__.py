"""Independent verification of a whole published record: `testigo verify`.

Needs the record (a folder or its address) and the election's root key, and nothing else. `verify` tells the whole
contents:

1. **Files** (`record.read_record`): every file is one the log accounts for, and every byte is as the log says.
2. **Words** (`reading`): the definition and the keys bear the root's signature; every other statement is signed by a
   key that the root admitted for just that kind of statement and station; each may follow those before it, by the rules
   of `count.RecordRules`, by which the centre took it in: nothing is said twice, no dice fall before the last tally
   sheet.
3. **Stations** (`stations`): each was tested with the deck of this election, began at zero, and signed a tally sheet;
   its booth and its check-in signed the same figures; its reconciliation holds, and its limits were kept.
   What was annulled, corrected, counted on paper, and what happened there in words (`rulings`) is told.
4. **Totals** (`totals`): all tally sheets are added up again, seats are allotted again, and every result ever published
   must be byte-identical.
5. **Audits** (`audits`): the samples are drawn again from the dice, every drawn box has its paper count, and each count
   is compared again with the tally sheet.

Every check is a `Finding` with its code (`codes`), its grade and its figures; the worst grade is the `verdict`. A check
that fails does not stop those after it, as far as they can still be made: a witness wants to know all that is wrong. A
check that needs what was not read (a file is missing, a later release wrote it) says so, and is not a failure. To check
a new kind of statement, add its module here, a line in `verify`, and one in `codes`.
"""

from testigo.witness.codes import CODES
from testigo.witness.report import ReportFile, VerificationReport
from testigo.witness.verdict import EXIT_CODES, STRICT_EXIT_CODE, USAGE_EXIT_CODE, Verdict
from testigo.witness.verify import verify

__all__ = [
    "CODES",
    "EXIT_CODES",
    "STRICT_EXIT_CODE",
    "USAGE_EXIT_CODE",
    "ReportFile",
    "Verdict",
    "VerificationReport",
    "verify",
]
