"""Preference votes in open lists: what a voter may mark on the list that is voted for, and the order that follows.

A candidate is named `OPTION/NUMBER`: the id of the list, and the place on it from 1. No id has a slash, so that no
option is ever called so. The votes of a list, and so its seats, do not depend on preferences; they say who takes them:

1. The candidates whose preferences meet the threshold, by their number. Where there is no threshold, all do: a fully
   open list.
2. Then the others, as listed.

Equal preferences are in the order of the list, or in that of the public draw, as the definition says.
"""

import re
from collections.abc import Mapping
from itertools import groupby

from testigo.election.contests import Contest, Option
from testigo.election.methods import Award
from testigo.election.ties import Tie, draw_order, settle
from testigo.errors import InvalidInput

_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

Ranks = list[tuple[str, ...]]
"""Candidates in order, by name; those of one rank are equal."""


def candidate_of(contest: Contest, name: str) -> str:
    """The candidate whom a name of the form `OPTION/NUMBER` means; raises `InvalidInput` where there is none."""
    option_id, _, number = name.partition("/")
    candidates = contest.option(option_id).candidates
    if not _NUMBER.fullmatch(number) or int(number) > len(candidates):
        raise InvalidInput("contest.unknown-option", contest=contest.id, option=name[:60])
    return candidates[int(number) - 1]


def list_of(name: str) -> str:
    """The id of the option that a name means, or on whose list the candidate is."""
    return name.partition("/")[0]


def is_preference(name: str) -> bool:
    """Whether a name is that of a candidate on a list."""
    return "/" in name


def ranks(contest: Contest, option: Option, votes: int, counts: Mapping[str, int]) -> Ranks:
    """The order of a list from its votes and the preferences by candidate; those of one rank wait for a draw. Places
    without a name, of candidates who are out (`option_status`), are left out.

    Raises `InvalidInput` where the threshold is not a share.
    """
    rule = contest.preferences
    names = [name for name, who in zip(option.preferences, option.candidates, strict=True) if who]
    if rule is None:
        return [(name,) for name in names]
    first = [name for name in names if rule.threshold is None or rule.threshold.met(counts.get(name, 0), votes)]
    first.sort(key=lambda name: -counts.get(name, 0))
    rest = [(name,) for name in names if name not in set(first)]
    if rule.equal == "listed":
        return [*((name,) for name in first), *rest]
    return [*(tuple(group) for _, group in groupby(first, key=lambda name: counts.get(name, 0))), *rest]


def take_seats(contest: Contest, order: Ranks, seats: int, draw: str | None) -> tuple[list[str], tuple[Tie, ...]]:
    """Who takes so many seats of a list, by name, and the tie for the last of them, where there is one.

    Seats of a tie that waits for the draw have nobody yet.
    """
    won: list[str] = []
    for rank in order:
        room = seats - len(won)
        if room <= 0:
            break
        if len(rank) > room:
            return settle(contest.id, Award(won, rank, room), draw)
        won += rank if draw is None or len(rank) == 1 else draw_order(draw, contest.id, rank)
    return won, ()
