"""What looks wrong with a count of paper before it is signed, in sentences for whoever is to sign it.

A person decides. A difference between paper and tally sheet is what the count is there to find, and is signed; a
spoiled paper in the pile, or another station's box, is an error at the table, and is put right before.
"""

from testigo.audit.closing import PAPERS
from testigo.ballot import BoothSheet, TallySheet
from testigo.count import ClosingCount
from testigo.words import Message, message

_MOSTLY = 2
"""Where one figure in so many differs, it may be another box."""


def doubts_of(count: ClosingCount, sheet: TallySheet | BoothSheet, *, drawn: bool) -> list[Message]:
    """Every reason to look again; empty where paper and tally sheet agree and the box was `drawn`."""
    found = [] if drawn else [message("finding", "doubt.not-drawn", station=count.station)]
    ballots, spoiled = sum(sheet.tally.ballots.values()), sheet.spoiled
    more = count.papers - ballots
    if more > 0:
        found.append(message("finding", "doubt.more-papers", count=more, ballots=ballots, papers=count.papers))
        if spoiled:
            found.append(message("finding", "doubt.spoiled-among-them", count=spoiled))
    elif more < 0:
        found.append(message("finding", "doubt.fewer-papers", count=-more, ballots=ballots, papers=count.papers))
    if count.spoiled is None:
        found.append(message("finding", "doubt.spoiled-not-counted"))
    elif count.spoiled != spoiled:
        found.append(message("finding", "doubt.spoiled-differ", found=count.spoiled, sheet=spoiled))
    if _is_mostly_other(count, sheet):
        found.append(message("finding", "doubt.another-box", station=count.station))
    figures = [one for one in count.differences if one.contest]
    if figures:
        found.append(message("finding", "doubt.figures-differ", count=len(figures)))
    return found


def _is_mostly_other(count: ClosingCount, sheet: TallySheet | BoothSheet) -> bool:
    """Whether the box may be another station's: the number of papers differs, and so do most options with votes."""
    tallies = (*sheet.tally.contests, *count.contests)
    voted = {(one.contest, option) for one in tallies for option, votes in one.votes.items() if votes}
    other = {(one.contest, one.what) for one in count.differences}
    return ("", PAPERS) in other and len(voted & other) * _MOSTLY > len(voted) > 1
