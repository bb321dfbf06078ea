"""Why a tally sheet cannot be counted, whatever else is said of it."""

from testigo.ballot import TallySheet, reasons, tally_errors
from testigo.election import Definition
from testigo.errors import is_printable
from testigo.words import Message, message


def sheet_errors(definition: Definition, sheet: TallySheet) -> list[Message]:
    """Why a tally sheet cannot be counted: `ballot.tally_errors`, null votes (a booth makes none), counters that no
    station can have, reasons that no chair can have written. Empty if none.
    """
    negative = any(figure < 0 for _, figures in sheet.reconciliation.figures() for figure in figures.values())
    errors = [message("finding", "sums.negative-counter")] if negative else []
    # What is written here is shown to people on their terminals and pages.
    for reason in sheet.reconciliation.reasons.values():
        if not is_printable(reason, reasons.LONGEST_REASON):
            errors.append(message("finding", "sums.reason-unprintable", allowed=reasons.LONGEST_REASON))
    errors += [
        message("finding", "sums.null-votes", contest=one.contest, found=one.null)
        for one in sheet.tally.contests
        if one.null
    ]
    return [*errors, *tally_errors(definition, sheet.station, sheet.tally)]
