"""Parts of sentences that every room uses."""

import pytest

from testigo.errors import how_many, printable


@pytest.mark.parametrize(
    ("number", "noun", "plural", "words"),
    [
        (0, "pair", "", "0 pairs"),
        (1, "pair", "", "1 pair"),
        (2500, "pair", "", "2,500 pairs"),
        (1, "minutia", "minutiae", "1 minutia"),
        (2, "minutia", "minutiae", "2 minutiae"),
    ],
)
def test_how_many(number: int, noun: str, plural: str, words: str) -> None:
    assert how_many(number, noun, plural) == words


def test_printable_spells_out_what_could_forge_a_line() -> None:
    assert printable("Ñandú\x1b[1A\n\u202e\ud800") == "Ñandú\\x1b[1A\\n\\u202e\\ud800"
