"""Logic and accuracy: known ballots in, known counts out, before a station may open.

The deck of a ballot style marks every option of every contest, each option of a contest a different number of times,
and no two contests of a station with equally many options in the same way: two options, or two contests, exchanged
anywhere between screen and count change the result. One ballot is empty and one is full. The deck follows from the
definition alone: anyone can make it again.

What must come out is computed here by going through the deck option by option, and blanks and unused choices from their
sums; `ballot.tally_ballots`, which the booth uses, goes ballot by ballot. The two share no code.
"""

from collections.abc import Sequence

from testigo.ballot import Ballot, ContestTally, Tally
from testigo.election import BallotStyle, Contest, Definition


def deck(definition: Definition, style: BallotStyle) -> list[Ballot]:
    """The test ballots of one style: marked ballots, then a full one, then an empty one."""
    contests = [definition.contest(contest_id) for contest_id in style.contests]
    counts = {contest.id: _counts(contest, _turn(definition, contest)) for contest in contests}
    marks = {contest.id: _marks(contest, counts[contest.id]) for contest in contests}
    length = max((len(rows) for rows in marks.values()), default=0)
    ballots = [
        Ballot.mark(definition, style, {name: rows[row] for name, rows in marks.items() if row < len(rows)})
        for row in range(length)
    ]
    full = {contest.id: _full(contest, counts[contest.id]) for contest in contests}
    return [*ballots, Ballot.mark(definition, style, full), Ballot.mark(definition, style, {})]


def station_deck(definition: Definition, station_id: str) -> list[Ballot]:
    """The decks of all ballot styles of a station, one after the other."""
    return [ballot for style in definition.styles_of_station(station_id) for ballot in deck(definition, style)]


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


def _expected_contest(contest: Contest, marked: list[tuple[str, ...]]) -> ContestTally:
    votes = {option.id: sum(option.id in chosen for chosen in marked) for option in contest.options}
    blank = marked.count(())
    undervotes = contest.choose * (len(marked) - blank) - sum(votes.values())
    return ContestTally(contest.id, votes, blank=blank, null=0, undervotes=undervotes, ballots=len(marked))


def _turn(definition: Definition, contest: Contest) -> int:
    """A number that no other contest with as many options has that can stand on a ballot of the same station.

    It counts those before this one in the districts from the root of the tree down to its own, upper districts first;
    so numbers stay as small as one station's ballots allow, however many contests the whole country has.
    """
    path = definition.district_path(contest.district)
    alike = [
        (path.index(other.district), place, other.id)
        for place, other in enumerate(definition.contests)
        if other.district in path and len(other.options) == len(contest.options)
    ]
    return [contest_id for _, _, contest_id in sorted(alike)].index(contest.id)


def _counts(contest: Contest, turn: int) -> list[int]:
    """How often each option is marked: 1, 2, 3, …, begun at another option in every turn.

    After as many turns as there are options, the option marked most often gets one mark more.
    """
    size = len(contest.options)
    more, first = divmod(turn, size)
    counts = [(option + first) % size + 1 for option in range(size)]
    return [count + more if count == size else count for count in counts]


def _marks(contest: Contest, counts: list[int]) -> list[tuple[str, ...]]:
    """The choices of each ballot. Marks are dealt by the wrap-around rule of McNaughton (1959): no ballot gets one
    twice.

    There is one ballot more than needed, so that where several may be chosen some ballot leaves a choice unused.
    """
    dealt = [option.id for option, count in zip(contest.options, counts, strict=True) for _ in range(count)]
    choose = min(contest.choose, len(contest.options))
    length = max(max(counts, default=0), -(-len(dealt) // choose) + (choose > 1))
    return [tuple(dealt[row::length]) for row in range(length)]


def _full(contest: Contest, counts: list[int]) -> tuple[str, ...]:
    """As many choices as allowed: the options marked most often, so that their counts stay apart from the others'."""
    order = sorted(range(len(contest.options)), key=counts.__getitem__, reverse=True)
    return tuple(contest.options[option].id for option in order[: contest.choose])
