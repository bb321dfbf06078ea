"""The code of each check, and what holds where it is `ok`. A new check adds a line here; docs/verify.md lists them."""

from typing import Final

from testigo.record import RECORD_CODES

CODES: Final = RECORD_CODES | {
    "root-key": "the record is that of the root key that was given",
    "statements": "each is signed by a key that the root admitted for this kind of statement and this station, has the "
    "shape of its kind, and may follow those before it; nothing is said twice; no dice before the last tally sheet",
    "newer-version": "this release can read every statement",
    "definition": "signed by the root; its list of stations is complete, as many and of the root that it names; no "
    "error in it",
    "log-key": "the key that signs the log is the newest that the root admitted for it",
    "keys-replaced": "the root gave centre, auditor or log another key from an entry on, or a machine lost its key "
    "before its station said anything: shown with both ids",
    "order-of-day": "each station was tested, showed zero, and counted, in that order; every time is a time",
    "tested": "the deck is made again from the definition: its digest, its length and its counts are those of the "
    "test; how often it failed before",
    "zero-report": "nothing was counted before opening; register, cards and release cap were those of the tally sheet",
    "tally-sheet": "no more ballots of a roll than it has voters",
    "machine-reports": "booth and check-in signed for themselves what the chair wrote: the booth's whole tally, and "
    "every counter",
    "reconciliation": "checked in = cards used = printed − spoiled = deposited = recorded = ballots on the sheet",
    "limits": "the register is that of the definition, no more voters than it has, no more ballots than voters, no "
    "more releases than the cap, cards, a reason from the list for each; opened before closed",
    "event-logs": "the tally sheet names the last line of each machine's log, the same that booth and check-in signed",
    "stations-counted": "every station has a tally sheet",
    "result": "all totals, byte-identical, of every result that was ever published, each from the tally sheets "
    "before it; no sheet came after the last one",
    "seats": "all seats are allotted again; no tie is open",
    "audit-seed": "dice were rolled after the tally sheets were public",
    "audit-sample": "the dice draw these boxes",
    "closing-count": "every drawn box has its paper count; every paper count that is published, drawn or not, agrees "
    "with its tally sheet",
}
"""Code → what holds where the check is `ok`."""
