"""Audits: what people do so that nobody has to believe the machines. Ground floor: before, and at closing.

- `logic_and_accuracy`: the logic-and-accuracy deck of a station, and what must be counted from it, before it may open;
  `first_deck` is how releases 0.1 and 0.2 made it.
- `draw`: seeds rolled with dice, samples that anyone can draw again.
- `closing`: one box's paper votes against the station's tally sheet; `paper_images` counts them from photographs and
  scans, `hand_count` is the form that people fill in.
- `doubts`: what looks wrong with such a count, for whoever is to sign it.
- `desk`: the auditor's key, and what is signed with it for the centre to append.

A new audit is a module named after its method; the body of the statement it makes is a struct in `count.statements`,
and its kind a line in `count.kinds`.

`paper_images` loads OpenCV and is imported by itself; all else here is what the witness computes again.
"""

from testigo.audit.closing import PaperTally, closing_count, same_twice
from testigo.audit.desk import AuditDesk, create_auditor, refuse_early_dice
from testigo.audit.doubts import doubts_of
from testigo.audit.draw import Seed, boxes_to_count, closing_sample, sample, ticket_number
from testigo.audit.hand_count import blank_form, read_form, read_tally_form, tally_form
from testigo.audit.logic_and_accuracy import expected, station_deck, style_deck

__all__ = [
    "AuditDesk",
    "PaperTally",
    "Seed",
    "blank_form",
    "boxes_to_count",
    "closing_count",
    "closing_sample",
    "create_auditor",
    "doubts_of",
    "expected",
    "read_form",
    "read_tally_form",
    "refuse_early_dice",
    "same_twice",
    "sample",
    "station_deck",
    "style_deck",
    "tally_form",
    "ticket_number",
]
