"""One voter's choices, on screen, on paper and added up.

`marks` holds the rules of marking, `tally` what many ballots add up to and the tally sheet's shape, `counters` what the
machines of a station count besides (words: `counter_words`; reasons that are counted: `reasons`), `reports` what they
sign besides, `version_1` how release 0.1 wrote it, `cast_vote_record` the machine's record of one ballot. On paper:
`slip` is the paper vote, `slip_number` its name, `qr` its QR code, `printer` (and `escpos_printer`) where
it comes out. Read again (docs/paper-vote.md): `reader` is the story, `photograph` finds and flattens slips,
`legal_print` says what may stand on them, `likeness` compares. `typeset` sets every printed page of every room.

A new paper size is a template beside `slip.typ`; a new printer is a class with `print_slip` and a line in
`printer.open_printer`.
"""

from testigo.ballot.cast_vote_record import CastVoteRecord, record_size
from testigo.ballot.counter_words import counter_words
from testigo.ballot.counters import COUNTERS, BoothCounters, CheckInCounters, Counter, CounterRow, MachineCounters
from testigo.ballot.marks import Ballot, deck_digest, too_many, unused
from testigo.ballot.printer import FolderPrinter, Printer, PrinterError, open_printer
from testigo.ballot.reports import BoothReport, CheckInReport, EventLogs, LogicAndAccuracy, ZeroReport
from testigo.ballot.slip import Slip
from testigo.ballot.slip_number import check_slip_number, new_slip_number
from testigo.ballot.tally import (
    ContestTally,
    Difference,
    Reconciliation,
    Tally,
    TallySheet,
    tally_ballots,
    tally_mistakes,
)

__all__ = [
    "COUNTERS",
    "Ballot",
    "BoothCounters",
    "BoothReport",
    "CastVoteRecord",
    "CheckInCounters",
    "CheckInReport",
    "ContestTally",
    "Counter",
    "CounterRow",
    "Difference",
    "EventLogs",
    "FolderPrinter",
    "LogicAndAccuracy",
    "MachineCounters",
    "Printer",
    "PrinterError",
    "Reconciliation",
    "Slip",
    "Tally",
    "TallySheet",
    "ZeroReport",
    "check_slip_number",
    "counter_words",
    "deck_digest",
    "new_slip_number",
    "open_printer",
    "record_size",
    "tally_ballots",
    "tally_mistakes",
    "too_many",
    "unused",
]
