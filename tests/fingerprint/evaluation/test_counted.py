"""Counts in English sentences."""

import pytest

from testigo.fingerprint.evaluation import how_many


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
