"""Searching long contests, as people type in each script."""

import pytest

from testigo.screens.option_search import OptionSearch


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José Núñez", "nunez"),
        ("王小明", "小明"),
        ("พรรคประชาธิปัตย์", "ประชา"),
        ("김철수", "철수"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "タロウ"),
        ("کریم یاسر", "كريم"),
        ("فاطمة ھدی", "هدي"),
        ("قائمة ١٢", "12"),
        ("נתן דָּוִד", "דוד"),
        ("अमित शाह", "शाह"),
    ],
)
def test_who_types_finds(name: str, typed: str) -> None:
    assert OptionSearch({"a": (name,), "b": ("Zoë Quiroga",)}).found(typed) == {"a"}


def test_in_the_middle_of_a_word_only_where_words_have_no_spaces_between_them() -> None:
    search = OptionSearch({"a": ("Mariana",), "b": ("王小明",)})
    assert search.found("ana") == frozenset()
    assert search.letters("") == ["m", "王"]
    assert search.letters("小") == ["明"]
    assert search.letters("mar") == ["i"]
