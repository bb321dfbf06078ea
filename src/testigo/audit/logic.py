"""Logic and accuracy: known ballots in, known counts out, before a station may open.

The deck of a ballot style marks every option of every contest, and as far as the deck's size allows each option of a
contest a different number of times, so that two options (or two contests with equally many options) exchanged anywhere
between screen and count change the result. One ballot is empty and one is full. The deck follows from the definition
alone: anyone can make it again.

What must come out is computed here by going through the deck option by option, and blanks and unused choices from their
sums; `ballot.tally_ballots`, which the booth uses, goes ballot by ballot. The two share no code.
"""

from collections.abc import Sequence

from testigo import canonical
from testigo.ballot import Ballot, ContestTally, Tally
from testigo.election import BallotStyle, Contest, Definition

DISTINCT_LIMIT = 16
"""Up to so many options of a contest each get a count of their own (16 options: 137 ballots); beyond, counts repeat."""


def deck(definition: Definition, style: BallotStyle) -> list[Ballot]:
    """The test ballots of one style: marked ballots, then a full one, then an empty one."""
    contests = [definition.contest(contest_id) for contest_id in style.contests]
    places = {contest.id: place for place, contest in enumerate(definition.contests)}
    marks = {contest.id: _marks(contest, places[contest.id]) for contest in contests}
    length = max((len(rows) for rows in marks.values()), default=0)
    ballots = [
        Ballot.mark(definition, style, {name: rows[row] for name, rows in marks.items() if row < len(rows)})
        for row in range(length)
    ]
    full = {contest.id: _full(contest, places[contest.id]) for contest in contests}
    return [*ballots, Ballot.mark(definition, style, full), Ballot.mark(definition, style, {})]


def station_deck(definition: Definition, station_id: str) -> list[Ballot]:
    """The decks of all ballot styles of a station, one after the other."""
    return [ballot for style in definition.styles_of_station(station_id) for ballot in deck(definition, style)]


def deck_digest(ballots: Sequence[Ballot]) -> str:
    """The name of a deck in a `logic-and-accuracy` statement: SHA-256 of the canonical list of its ballots."""
    return canonical.digest(canonical.encode(list(ballots)))


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
    return ContestTally(contest.id, votes, blank=blank, undervotes=undervotes, ballots=len(marked))


def _counts(contest: Contest, place: int) -> list[int]:
    """How often each option is marked: 1, 2, 3, …, begun at another option in each contest of the definition."""
    size = len(contest.options)
    return [(option + place) % size % DISTINCT_LIMIT + 1 for option in range(size)]


def _marks(contest: Contest, place: int) -> list[tuple[str, ...]]:
    """The choices of each ballot. Marks are dealt by the wrap-around rule of McNaughton (1959): no ballot gets one
    twice.

    There is one ballot more than needed, so that where several may be chosen some ballot leaves a choice unused.
    """
    counts = _counts(contest, place)
    dealt = [option.id for option, count in zip(contest.options, counts, strict=True) for _ in range(count)]
    choose = min(contest.choose, len(contest.options))
    length = max(max(counts, default=0), -(-len(dealt) // choose) + (choose > 1))
    return [tuple(dealt[row::length]) for row in range(length)]


def _full(contest: Contest, place: int) -> tuple[str, ...]:
    """As many choices as allowed: the options marked most often, so that their counts stay apart from the others'."""
    order = sorted(range(len(contest.options)), key=_counts(contest, place).__getitem__, reverse=True)
    return tuple(contest.options[option].id for option in order[: contest.choose])
