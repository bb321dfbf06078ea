"""The stranger's check of a whole published record: `testigo verify`.

Needs the record (a folder or its address) and the election's root key, and nothing else. `verify` tells the whole
story:

1. **Files** (`record.read_record`): every file is one the log accounts for, and every byte is as the log says.
2. **Words** (`reading`): the definition and the keys bear the root's signature; every other statement is signed by a
   key that the root admitted for just that kind of statement and station; nothing is said twice.
3. **Stations** (`stations`): each was tested, began at zero, and signed a tally sheet whose sums come out; its
   reconciliation holds, and its limits were kept.
4. **Totals** (`totals`): all tally sheets are added up again, seats are allotted again, and the published result must
   be the same to the last byte.
5. **Audits** (`audits`): the samples are drawn again from the dice, every drawn box has its paper count, and each is
   compared again with the tally sheet.

Every check is a `Finding` with its figures. A check that fails does not stop those after it, as far as they can still
be made: a witness wants to know all that is wrong. To check a new kind of statement, add its module here and a line
in `verify`.
"""

from testigo.witness.verify import Report, verify

__all__ = ["Report", "verify"]
