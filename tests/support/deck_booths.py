"""What an honest booth says of a test ballot."""

from testigo.ballot import DeckBallot, DeckOutcome, Marks, ScreenRow
from testigo.election import Definition


def honest(definition: Definition, one: DeckBallot) -> DeckOutcome:
    """What an honest booth says of a ballot."""
    rows = []
    for name, chosen in one.ballot.choices.items():
        of = definition.contest(name)
        words = [definition.words(of.option(option).name, one.language) for option in chosen]
        rows.append(ScreenRow(definition.words(of.title, one.language), tuple(words)))
    marks = Marks(one.ballot.style, one.ballot.choices)
    return DeckOutcome(tuple(rows), marks, True, True, marks)
