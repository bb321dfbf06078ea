"""The tests' own reader of printed pages: a name that is there is found, one that is not there is not."""

import random

import pytest

from large_sheet import large_definition, zero_sheet
from page_texts import PageTexts
from testigo.keys import SigningKey
from testigo.station.chair import tally_sheet

ALPHABETS = {
    "es": "abcdefghijklmnopqrstuvwxyzáéíñ",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}


def names(language: str, lengths: tuple[int, ...], seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choice(ALPHABETS[language]) for _ in range(length)) for length in lengths]


@pytest.mark.parametrize(
    ("language", "lengths"), [("es", (5, 12, 30)), ("es", (41, 80, 160)), ("he", (5, 12, 40)), ("ar", (5, 12, 40))]
)
def test_a_name_that_is_absent_is_found_absent(language: str, lengths: tuple[int, ...]) -> None:
    there, absent = names(language, lengths, 1), names(language, lengths, 2)
    definition = large_definition((len(there),), there.__getitem__, language=language, title="T")
    page = PageTexts(tally_sheet.zero_page(definition, zero_sheet(definition), "01" * 32, SigningKey.generate()))
    assert [page.say(one) for one in there] == [True] * len(there)
    assert [page.say(one) for one in absent] == [False] * len(absent)
    other_end = [one[: len(one) // 4] + two[len(one) // 4 :] for one, two in zip(there, absent, strict=True)]
    assert [page.say(one) for one in other_end] == [False] * len(other_end)


def test_names_of_several_words_and_of_both_directions() -> None:
    there = ["שלום כהן", "מרים לוי (PSOE)", "דוד מזרחי"]
    definition = large_definition((3,), there.__getitem__, language="he", title="בחירות")
    page = PageTexts(tally_sheet.zero_page(definition, zero_sheet(definition), "01" * 32, SigningKey.generate()))
    assert all(map(page.say, there))
    assert not any(map(page.say, ("רחל אברהם", "Maria", "שלום אברהם")))
