"""Logic and accuracy: known ballots in, known counts out, before a station may open.

The deck has parts, and each part is counted apart from all others. Options of a contest are numbered; in part *p*
option *i* has two votes where bit *p* of its number is 1, else one. Two options differ in some bit, so two that are
exchanged in the count change the totals of that part; a vote that is lost or counted twice changes the totals of its
own. In the first part every option stands alone on a ballot of its own. What is on a ballot is compared besides, ballot
by ballot, on the screen, on paper and in the box (`ballot.test_deck`).

*n* options need ⌈log₂ n⌉ parts. Among the numbers 0 … n−1 at most ⌊n/2⌋ have a given bit (in every block of 2ᵖ⁺¹
numbers those without bit *p* come first), so a part has at most n + ⌊n/2⌋ votes, and a contest to choose one from takes
at most ⌈log₂ n⌉·(n + ⌊n/2⌋) ballots: 60 options 540. Contests of one ballot style share the ballots of a part. Where
several may be chosen, later votes share ballots, too. A last part has a full ballot and an empty one.

In an open list its parts are followed by those of its candidates, who are numbered through all lists: in each part a
candidate has one or two preferences, in the first of them once as the only one. The parts before have votes for lists
without any preference, so a list exchanged with a candidate changes totals, too. *m* candidates take at most ⌈log₂
m⌉·(m + ⌊m/2⌋) ballots more, and fewer where several may be marked.

The deck follows from the definition alone: anyone can make it again, in any later release. Another deck for the same
definition is another version of the statement (`ballot.LogicAndAccuracy`; `first_deck` is that of version 1). What must
come out is computed here by going through a part option by option, and blanks and unused choices from their sums;
`ballot.tally_ballots`, which the booth uses, goes ballot by ballot. The two share no code.
"""

from collections.abc import Callable, Sequence

from testigo.ballot import Ballot, ContestTally, DeckBallot, DeckPart, Tally, preferences_in
from testigo.election import BallotStyle, Contest, Definition, list_of

Row = tuple[str, ...]
"""What one ballot has in one contest: ids of options, and names of candidates of open lists."""


def station_deck(definition: Definition, station_id: str) -> tuple[DeckPart, ...]:
    """All parts of a station's deck, ballot style by ballot style.

    Languages take turns, from another one on in every part, so that an option is cast in several.
    """
    parts: list[DeckPart] = []
    languages = definition.languages
    for style in definition.styles_of_station(station_id):
        for ballots in style_deck(definition, style):
            spoken = [languages[(place + len(parts)) % len(languages)] for place in range(len(ballots))]
            cast = tuple(map(DeckBallot, ballots, spoken))
            parts.append(DeckPart(style.id, cast, expected(definition, station_id, ballots)))
    return tuple(parts)


def style_deck(definition: Definition, style: BallotStyle) -> list[list[Ballot]]:
    """The parts of one ballot style; the last has a full ballot, where some contest has several choices, and an empty
    one."""
    contests = [definition.contest(contest_id) for contest_id in style.contests]
    plans = {contest.id: _whole_plan(definition, contest) for contest in contests}
    parts = [
        [
            Ballot.mark(definition, style, {name: rows[row] for name, rows in _of_part(plans, part) if row < len(rows)})
            for row in range(max(len(rows) for _, rows in _of_part(plans, part)))
        ]
        for part in range(max(map(len, plans.values()), default=0))
    ]
    full = {contest.id: _full(contest, turn(definition, contest)) for contest in contests}
    several = any(contest.rows > 1 for contest in contests)
    ends = [Ballot.mark(definition, style, marks) for marks in ([full] if several else []) + [{}]]
    return [*parts, ends]


def expected(definition: Definition, station_id: str, ballots: Sequence[Ballot]) -> Tally:
    """What the station must count from these ballots."""
    styles = definition.styles_of_station(station_id)
    by_style = {style.id: sum(ballot.style == style.id for ballot in ballots) for style in styles}
    return Tally(
        by_style,
        tuple(
            _expected_contest(
                contest, [ballot.choices[contest.id] for ballot in ballots if contest.id in ballot.choices]
            )
            for contest in definition.contests
            if any(contest.id in style.contests for style in styles)
        ),
    )


def turn(
    definition: Definition, contest: Contest, size: Callable[[Contest], int] = lambda one: len(one.options)
) -> int:
    """A number that no other contest with as many options, or of the same `size` in another way, has that can stand on
    a ballot of the same station.

    It counts those before this one in the districts from the root of the tree down to its own, upper districts first;
    so numbers stay as small as one station's ballots allow, however many contests the whole country has.
    """
    path = definition.district_path(contest.district)
    alike = [
        (path.index(other.district), place, other.id)
        for place, other in enumerate(definition.contests)
        if other.district in path and size(other) == size(contest)
    ]
    return [contest_id for _, _, contest_id in sorted(alike)].index(contest.id)


def _expected_contest(contest: Contest, marked: list[Row]) -> ContestTally:
    votes = {option.id: sum(option.id in chosen for chosen in marked) for option in contest.options}
    blank = marked.count(())
    undervotes = contest.choose * (len(marked) - blank) - sum(votes.values())
    preferences = {name: sum(name in chosen for chosen in marked) for name in preferences_in(contest.marks)}
    return ContestTally(contest.id, votes, blank, 0, undervotes, len(marked), preferences)


def _codes(size: int, turn_: int) -> list[int]:
    """The number of each option: 0, 1, 2, …, from another option on in every turn, so that two contests with equally
    many options, exchanged in the count, change totals, too. After as many turns as there are options, numbers go on
    from there.
    """
    more, first = divmod(turn_, max(size, 1))
    return [(option + first) % size + more * size for option in range(size)]


def _whole_plan(definition: Definition, contest: Contest) -> list[list[Row]]:
    """For each part what its ballots have in this contest: options first, then candidates of open lists."""
    plan = _plan(contest, _codes(len(contest.options), turn(definition, contest)))
    if contest.preferences is None:
        return plan
    size = len(preferences_in(contest.marks))
    codes = _codes(size, turn(definition, contest, lambda one: len(preferences_in(one.marks))))
    return plan + _preference_plan(contest, contest.preferences.most, codes)


def _preference_plan(contest: Contest, most: int, codes: list[int]) -> list[list[Row]]:
    """For each part of an open list's candidates its ballots, list by list; the first begins with each candidate as the
    only one marked. `codes`: the numbers of all candidates, in the contest's order.
    """
    code = dict(zip(preferences_in(contest.marks), codes, strict=True))
    parts = []
    for part in range(max(max(codes, default=-1).bit_length(), min(len(codes), 1))):
        rows: list[Row] = [(list_of(name), name) for name in code] if part == 0 else []
        for option in contest.options:
            own = list(option.preferences)
            twice = [name for name in own if code[name] >> part & 1]
            packed = _packed(twice if part == 0 else own, twice if part else [], most)
            rows += [(option.id, *row) for row in packed]
        parts.append(rows)
    return parts


def _plan(contest: Contest, codes: list[int]) -> list[list[Row]]:
    """For each part what its ballots have in this contest; the first part begins with each option alone.

    Options come in the order of their numbers, so that equal ids in two contests of a ballot do not meet.
    """
    order = sorted(range(len(codes)), key=codes.__getitem__)
    ids = [contest.options[option].id for option in order]
    parts = []
    for part in range(max(max(codes, default=-1).bit_length(), min(len(codes), 1))):
        twice = [contest.options[option].id for option in order if codes[option] >> part & 1]
        alone: list[Row] = [(one,) for one in ids] if part == 0 else []
        parts.append(alone + _packed(twice if part == 0 else ids, twice if part else [], contest.choose))
    return parts


def _packed(once: list[str], more: list[str], choose: int) -> list[Row]:
    """Rows of at most `choose` different options in which those of `once` come once, and those of `more` (all of them
    in `once`) once more.
    """
    left = {one: 1 + (one in more) for one in once}
    rows: list[Row] = []
    while left:
        row = tuple(sorted(left, key=left.__getitem__, reverse=True)[:choose])
        rows.append(row)
        left = {one: count - (one in row) for one, count in left.items() if count > (one in row)}
    return rows


def _of_part(plans: dict[str, list[list[Row]]], part: int) -> list[tuple[str, list[Row]]]:
    """Each contest's rows in a part; none after its last part."""
    return [(name, plan[part] if part < len(plan) else []) for name, plan in plans.items()]


def _full(contest: Contest, turn_: int) -> Row:
    """As many choices as allowed, from another option on in every turn, and of an open list its last candidates."""
    ids = [option.id for option in contest.options]
    first = turn_ % max(len(ids), 1)
    chosen = (ids[first:] + ids[:first])[: contest.choose]
    if contest.preferences is None:
        return tuple(chosen)
    return (*chosen, *contest.option(chosen[0]).preferences[-contest.preferences.most :])
