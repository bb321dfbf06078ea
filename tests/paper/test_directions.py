"""Texts of both directions in one line."""

import pytest

from testigo.paper.directions import PageLanguage, all_isolated, isolated
from testigo.words import direction

LRI, RLI, PDI = "\u2066", "\u2067", "\u2069"


@pytest.mark.parametrize("language", ["he", "ar", "fa", "ur", "yi", "ckb", "az-Arab", "pa-Arab"])
def test_languages_of_arabic_and_hebrew_script_run_from_right_to_left(language: str) -> None:
    assert direction(language) == "rtl"


@pytest.mark.parametrize("language", ["es", "en", "gn", "qu", "pa", "az", "pt-BR", "zh-Hant", "xx", "no such"])
def test_all_others_from_left_to_right(language: str) -> None:
    assert direction(language) == "ltr"


def test_a_page_is_set_by_the_language_with_its_region_beside() -> None:
    assert PageLanguage.of("az-Arab") == PageLanguage("az", True)
    assert PageLanguage.of("pt-BR") == PageLanguage("pt", False, "br")
    assert PageLanguage.of("zh-Hant") == PageLanguage("zh", False, "tw") == PageLanguage.of("zh-TW")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("José Núñez (3)", "es", "José Núñez (3)"),
        ("דוד (3)", "es", f"{RLI}דוד (3){PDI}"),
        ("דוד PSOE", "es", f"{LRI}דוד PSOE{PDI}"),
        ("דוד כהן", "he", "דוד כהן"),
        ("Juan (3)", "he", f"{LRI}Juan (3){PDI}"),
        ("2027-05-09", "ar", f"{LRI}2027-05-09{PDI}"),
        ("דוד (PSOE)", "he", f"{RLI}דוד (PSOE){PDI}"),
        ("", "he", ""),
        ("3 · Ana", "es", "3 · Ana"),
        ("3 · דוד", "es", f"{LRI}3 · {RLI}דוד{PDI}{PDI}"),
        ("3 · Ana", "he", f"{RLI}3 · {LRI}Ana{PDI}{PDI}"),
        ("– 3 · Ana", "ar", f"{RLI}– 3 · {LRI}Ana{PDI}{PDI}"),
        ("3 · דוד", "he", f"{RLI}3 · דוד{PDI}"),
    ],
)
def test_what_runs_another_way_is_isolated(text: str, language: str, expected: str) -> None:
    assert isolated(text, language) == expected


def test_every_text_of_a_pages_data_is_isolated() -> None:
    data = {"one": "Juan", "rows": [{"name": "Juan", "count": 3}], "none": None}
    wrapped = f"{LRI}Juan{PDI}"
    assert all_isolated(data, "he") == {"one": wrapped, "rows": [{"name": wrapped, "count": 3}], "none": None}
    assert all_isolated(data, "es") == data
