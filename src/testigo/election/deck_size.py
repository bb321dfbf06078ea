"""How many ballots a station's test deck has at most, before it is made (`audit.logic_and_accuracy` makes it).

In part after part every option has a vote or two, of `choose` options one row of a ballot; the first part has each
option alone besides. Contests of one ballot style share its ballots. So a style of contests with *n* options needs at
most ⌈log₂ n⌉ parts of ⌈(n + ⌊n/2⌋) / choose⌉ rows, and *n* in the first; candidates of open lists follow in parts of
their own, with rows for each list.
"""

from collections.abc import Iterable

from testigo.election.contests import Contest
from testigo.election.limits import CONTESTS_OF_BALLOT


def most_test_ballots(styles: Iterable[Iterable[Contest]]) -> int:
    """The most that a deck of these ballot styles can have, each given by its contests."""
    return sum(_of_style(tuple(contests)) for contests in styles)


def _of_style(contests: tuple[Contest, ...]) -> int:
    """Every part has the rows of the contest that needs most there, and the last a full and an empty ballot."""
    plans = [_rows(contest) for contest in contests]
    parts = max((len(plan) for plan in plans), default=0)
    return 2 + sum(max(plan[part] for plan in plans if part < len(plan)) for part in range(parts))


def _rows(contest: Contest) -> list[int]:
    """The most rows of each part of a contest's plan."""
    rows = _of_marks(len(contest.options), contest.choose, 1)
    if contest.preferences is not None:
        candidates = sum(len(option.candidates) for option in contest.options)
        rows += _of_marks(candidates, contest.preferences.most, len(contest.options))
    return rows


def _of_marks(count: int, together: int, lists: int) -> list[int]:
    """`together`: so many share a row. `lists`: rows of different lists are not shared."""
    # Where several contests have as many options, numbers go on: no more than there are contests on a ballot.
    parts = (count + CONTESTS_OF_BALLOT).bit_length() if count else 0
    # Nobody stands twice on a row, so that two rows are needed whatever fits on one.
    each = -(-(count + count // 2) // max(together, 1)) + 2 * lists
    return [each + (count if part == 0 else 0) for part in range(parts)]
