"""What no paper says: the verdict names it, because a record in which nothing contradicts anything may be one in which
nothing was looked at.
"""

from typing import Final

from testigo.count import ClosingCount, body_of
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import RecordContents
from testigo.words import first_of, message

_NAMED: Final = 10
"""Contests that a finding names."""

_FEWEST_FACES: Final = 3
_LONGEST_PERIOD: Final = 6


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Of how many stations the paper was counted, and which contests no counted paper says anything of."""
    if contents.rules.seed is None:
        return  # it has not come yet, as `audit-seed` says
    counts = [
        body_of(verified.statement, ClosingCount, verified.place)
        for verified in contents.statements.get("closing-count", [])
    ]
    counted = [count for count in counts if count.papers]
    stations = len(contents.rules.definition.stations)
    if not is_roll(contents.rules.seed):
        findings.write("audited", Grade.UNAUDITED, message("finding", "audited.no-roll", dice=contents.rules.seed))
    elif not counted:
        detail = message("finding", "audited.nothing", count=stations)
        findings.write("audited", Grade.UNAUDITED, detail)
    else:
        found = {tally.contest for count in counted for tally in count.contests if tally.ballots}
        missing = [one.id for one in contents.rules.definition.contests if one.id not in found]
        if missing:
            named = first_of(missing, _NAMED)
            detail = message("finding", "audited.not-all", count=len(counted), stations=stations, contests=named)
            findings.write("audited", Grade.NOTE, detail)
        else:
            findings.ok("audited", message("finding", "audited.holds", count=len(counted), stations=stations))


def is_roll(digits: str) -> bool:
    """Whether dice that were rolled look so: at least three faces, and no repeated pattern. Of 20 honest dice, fewer
    than one roll in 100 million does not: 15 · (2/6)²⁰ + 6⁻¹⁴.
    """
    repeated = any(
        all(one == other for one, other in zip(digits, digits[period:], strict=False))
        for period in range(1, _LONGEST_PERIOD + 1)
    )
    return len(set(digits)) >= _FEWEST_FACES and not repeated
