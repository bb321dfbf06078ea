"""Names stand in the order of their language's alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.words import sort_key


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("es", ["Álvarez", "Ana Mora", "Anabel", "nuñez", "Núñez", "Nuria", "Ñandú", "Oñate", "Zoé"]),
        ("fr", ["cote", "Côté", "élan", "Émile", "État", "Zola"]),
        ("sv", ["Zorn", "Åberg", "Ärlig", "Öberg"]),
        ("de", ["Ärger", "Arno", "Strasse", "Straße", "Zoll"]),
        ("pl", ["Lis", "Łuk", "Mak", "Zet", "Źle", "Żak"]),
        ("ru", ["Егор", "Ёлка", "Жанна"]),
        ("es", ["Lista 2", "Lista 10", "Lista A"]),
        ("he", ["אבי", "דוד", "תמר"]),
    ],
)
def test_the_order_is_that_of_the_alphabet(language: str, names: list[str]) -> None:
    assert sorted(sorted(names), key=lambda name: sort_key(name, language)) == names


@given(st.lists(st.text(max_size=12), max_size=6, unique=True), st.sampled_from(["es", "pt-BR", "sv", "gn", "xx", ""]))
def test_any_names_have_one_order(names: list[str], language: str) -> None:
    def key(name: str) -> object:
        return sort_key(name, language)

    assert sorted(names, key=key) == sorted(names[1:] + names[:1], key=key)
