"""The deck of releases 0.1 and 0.2: one deck, counted as a whole. It is made again to verify their records.

It marks each option of a contest a different number of times, and no two contests of a station with equally many
options in the same way. One ballot is empty and one is full.
"""

from testigo import canonical
from testigo.audit.logic_and_accuracy import turn
from testigo.ballot import Ballot
from testigo.election import BallotStyle, Contest, Definition


def first_deck_digest(ballots: list[Ballot]) -> str:
    """The name of such a deck: SHA-256 of the canonical list of its ballots."""
    return canonical.digest(canonical.encode(ballots))


def first_deck(definition: Definition, station_id: str) -> list[Ballot]:
    """The decks of all ballot styles of a station, one after the other."""
    return [ballot for style in definition.styles_of_station(station_id) for ballot in _style_deck(definition, style)]


def _style_deck(definition: Definition, style: BallotStyle) -> list[Ballot]:
    """The test ballots of one style: marked ballots, then a full one, then an empty one."""
    contests = [definition.contest(contest_id) for contest_id in style.contests]
    counts = {contest.id: _counts(contest, turn(definition, contest)) for contest in contests}
    marks = {contest.id: _marks(contest, counts[contest.id]) for contest in contests}
    length = max((len(rows) for rows in marks.values()), default=0)
    ballots = [
        Ballot.mark(definition, style, {name: rows[row] for name, rows in marks.items() if row < len(rows)})
        for row in range(length)
    ]
    full = {contest.id: _full(contest, counts[contest.id]) for contest in contests}
    return [*ballots, Ballot.mark(definition, style, full), Ballot.mark(definition, style, {})]


def _counts(contest: Contest, turn_: int) -> list[int]:
    """How often each option is marked: 1, 2, 3, …, begun at another option in every turn.

    After as many turns as there are options, the option marked most often gets one mark more.
    """
    size = len(contest.options)
    more, first = divmod(turn_, size)
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
