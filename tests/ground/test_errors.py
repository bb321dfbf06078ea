"""Parts of sentences that every room uses."""

import pytest

from testigo.errors import how_many, is_printable, printable


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


def test_printable_keeps_the_spaces_that_french_has() -> None:
    assert printable("«\u202fa\u202f»\u00a0: 12\u202f345") == "«\u202fa\u202f»\u00a0: 12\u202f345"


@pytest.mark.parametrize("text", ["", "Ñandú 年 5", "x" * 20])
def test_a_line_of_words_is_printable(text: str) -> None:
    assert is_printable(text, 20)


@pytest.mark.parametrize("text", ["x" * 21, "one\ntwo", "\x1b[1A", "\u202egnp.exe", "\ud800"])
def test_what_is_too_long_or_could_forge_a_line_is_not(text: str) -> None:
    assert not is_printable(text, 20)
