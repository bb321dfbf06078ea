"""What an honest booth says of a test ballot."""

from testigo.ballot import DeckBallot, DeckOutcome, Marks, ScreenRow, numbered
from testigo.election import Definition, is_preference


def honest(definition: Definition, one: DeckBallot) -> DeckOutcome:
    """What an honest booth says of a ballot."""
    rows = []
    for name, chosen in one.ballot.choices.items():
        of = definition.contest(name)
        words = [
            numbered(of, mark) if is_preference(mark) else definition.words(of.option(mark).name, one.language)
            for mark in chosen
        ]
        rows.append(ScreenRow(definition.words(of.title, one.language), tuple(words)))
    marks = Marks(one.ballot.style, one.ballot.choices)
    return DeckOutcome(tuple(rows), marks, True, True, marks)
