"""What reads the same, what looks alike, what prints nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election.printed import begins_with_mark, folded, most_marks, printed, shapes, skeletons

SAME = [
    ("Ana Peña", "Ana\u200b Peña"),
    ("Ana", "Ana\ufe0f"),
    ("Ana", "A\u00adna"),
    ("Ana", "Ana\u2060"),
    ("Ana", "\ufeffAna"),
    ("Ana", "A\u034fna"),
    ("Ana", "Ana\u3164"),
    ("Ana", "An\U000e0061a"),
    ("Ana", "Ana\u2800"),
    ("Ana Peña", "ANA  PEÑA"),
    ("Ana Peña", "Ana\u00a0Peña"),
    ("Ana Peña", "Ana\u2003Pen\u0303a"),
    ("Ana", "Ａｎａ"),
    ("fin", "ﬁn"),
    ("Lista IV", "Lista Ⅳ"),
    ("COBA", "СОВА"),
    ("сова", "СОВА"),
    ("coba", "СОВА"),
    ("Ana", "Αna"),
    ("Mapia", "Μαρια"),
    ("Lista 3", "Lista З"),
    ("Ana-Luz", "Ana‑Luz"),
    ("O'Neil", "O’Neil"),
    ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
    ("ياسر", "یاسر"),
    ("على", "علی"),
    ("ロ", "口"),
    ("ոսի", "nuի"),
    ("Đorđe", "Ðorđe"),
    ("Ärger", "Ӓrger"),
    ("Їжак", "Ïжак"),
    ("Ӏанин", "Iанин"),
    ("ӨРГӨӨ", "ѲРГѲѲ"),
    ("CЕРГЕЙ", "ϹЕРГЕЙ"),
    ("⻘山", "青山"),
    ("A·B", "A⋅B"),
    ("A/B", "A∕B"),
    ("Ana", "An\ufffca"),
    ("आम", "अाम"),
    ("औरत", "अाैरत"),
    ("ក្ដ", "ក្ត"),
    ("രാജൻ", "രാജന്\u200d"),
    ("แดง", "เเดง"),
    ("ײדיש", "יידיש"),
]

ALIKE = [
    ("Thu", "Thư"),
    ("Łukasz", "Lukasz"),
    ("İnce", "ince"),
    ("Ilgın", "Ilgin"),
    ("Groß", "GROSS"),
    ("Ana Peña", "ANA PENA"),
    ("Ana Peña", "Ana-Peña"),
    ("Ana P. Mora", "Ana P Mora"),
    ("Lista 1", "Lista l"),
    ("Lista I", "Lista 1"),
    ("Lista 10", "Lista IO"),
    ("Bernal", "Bemal"),
    ("Ивaн", "Йван"),
    ("Πέτρος", "Πετρος"),
    ("מרים", "מִרְיָם"),
    ("أحمد", "احمد"),
    ("Уул", "Үүл"),
    ("сова", "coba"),
]

DIFFERENT = [
    ("Ana", "Anna"),
    ("Ali", "All"),
    ("Concejal 1", "Concejal 2"),
    ("Мария", "Марина"),
    ("Κώστας", "Κώσσας"),
    ("王小明", "李小明"),
    ("C", "C+"),
    ("+", "−"),
    ("Uno", "Dos"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_prints_alike_reads_the_same(one, other):
    assert one != other
    assert shapes(one) & shapes(other)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_a_hurried_reader_confuses_looks_alike_and_does_not_read_the_same(one, other):
    assert not shapes(one) & shapes(other)
    assert skeletons(one) & skeletons(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_names_are_other_names(one, other):
    assert not skeletons(one) & skeletons(other)


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\u200b\u2060", "\u3164", "\u2800", "\u00a0\u2003", "\ufe0f"])
def test_invisible_characters_print_nothing(nothing):
    assert printed(nothing) == ""
    assert printed(f"A{nothing}na").replace(" ", "") == "Ana"


@pytest.mark.parametrize("inked", ["\u0600", "\u06dd", "!", "—", "ー", "１"])
def test_what_has_ink_is_printed(inked):
    assert printed(inked) == inked


def test_marks_are_counted_on_each_letter():
    assert most_marks("Ana") == 0
    assert most_marks("Peña") == 1
    assert most_marks("Nguyễn") == 2
    assert most_marks("a" + 5 * "\u0301") == 5
    assert begins_with_mark("\u0301Ana") and begins_with_mark("\u200b\u0301Ana")
    assert not begins_with_mark("Ána") and not begins_with_mark("\u200b")


@given(st.text(max_size=40))
def test_every_text_reads_like_itself_however_it_is_composed(text):
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        assert shapes(text) == shapes(other)
        assert skeletons(text) == skeletons(other)
    assert shapes(text) == shapes(f" {text}\u200b ")
    assert printed(printed(text)) == printed(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_reads_the_same_also_looks_alike(one, other):
    if shapes(one) & shapes(other):
        assert skeletons(one) & skeletons(other)


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("Ñandú Pérez", "nandu perez"),
        ("Łukasz", "LUKASZ"),
        ("Ǿrsted", "orsted"),
        ("Straße", "STRASSE"),
        ("Ёлкин", "елкин"),
        ("آمنة", "امنه"),
        ("علی\u200cرضا", "علیرضا"),
        ("O’Higgins", "ohiggins"),
        ("Σίσυφος", "σισυφοσ"),
    ],
)
def test_a_search_finds_what_is_typed_without_accents(words: str, typed: str) -> None:
    assert folded(words) == folded(typed)


def test_a_search_keeps_what_only_looks_alike_apart() -> None:
    assert len({folded(one) for one in ("Lista 1", "Lista l", "Lista 0", "Lista O")}) == 4
