"""The shapes of a vote: one voter's choices, what many of them add up to, and what machines sign of it.

`marks` holds the rules of marking, `tally` what many ballots add up to and the tally sheet's shape, `counters` what the
machines of a station count besides (reasons that are counted: `reasons`), `reports` what they sign besides, `incidents`
what happened in words, `on_paper` what is counted when machines cannot go on, `version_1`
how earlier releases wrote it, `tally_qr` the code on a printed tally sheet, `cast_vote_record` the machine's record of
one ballot, `test_deck` the test before opening, `slip_number` the name of one paper vote. The paper vote itself is the
room `slip`; it is read by `slip_reader`.
"""

from testigo.ballot.cast_vote_record import CastVoteRecord, record_size
from testigo.ballot.counters import COUNTERS, BoothCounters, CheckInCounters, Counter, CounterRow, MachineCounters
from testigo.ballot.incidents import Incident
from testigo.ballot.marks import (
    Ballot,
    Marks,
    mark_contest,
    numbered,
    options_in,
    preferences_in,
    too_many,
    unused,
)
from testigo.ballot.on_paper import ManualTally
from testigo.ballot.reports import BoothReport, BoothSheet, CheckInReport, EventLogs, LogicAndAccuracy, ZeroReport
from testigo.ballot.slip_number import check_slip_number, new_slip_number
from testigo.ballot.tally import (
    BALLOTS,
    BLANK,
    NULL,
    UNDERVOTES,
    ClockNote,
    ContestCount,
    ContestTally,
    Difference,
    Reconciliation,
    Tally,
    TallySheet,
    differences_in,
    summed_tally,
    tally_ballots,
    tally_errors,
)
from testigo.ballot.test_deck import (
    DeckBallot,
    DeckDifference,
    DeckOutcome,
    DeckPart,
    ScreenRow,
    count_differences,
    deck_digest,
    outcome_differences,
)

__all__ = [
    "BALLOTS",
    "BLANK",
    "COUNTERS",
    "NULL",
    "UNDERVOTES",
    "Ballot",
    "BoothCounters",
    "BoothReport",
    "BoothSheet",
    "CastVoteRecord",
    "CheckInCounters",
    "CheckInReport",
    "ClockNote",
    "ContestCount",
    "ContestTally",
    "Counter",
    "CounterRow",
    "DeckBallot",
    "DeckDifference",
    "DeckOutcome",
    "DeckPart",
    "Difference",
    "EventLogs",
    "Incident",
    "LogicAndAccuracy",
    "MachineCounters",
    "ManualTally",
    "Marks",
    "Reconciliation",
    "ScreenRow",
    "Tally",
    "TallySheet",
    "ZeroReport",
    "check_slip_number",
    "count_differences",
    "deck_digest",
    "differences_in",
    "mark_contest",
    "new_slip_number",
    "numbered",
    "options_in",
    "outcome_differences",
    "preferences_in",
    "record_size",
    "summed_tally",
    "tally_ballots",
    "tally_errors",
    "too_many",
    "unused",
]
