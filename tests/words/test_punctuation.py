"""Punctuation of each script: in the catalogues, and between the parts that the program joins itself."""

import re
from pathlib import Path

import pytest

from testigo import web
from testigo.errors import InvalidInput
from testigo.screens import booth
from testigo.words import catalogues, comma, message, with_commas

OTHERS = {"ar": ",;?", "he": "،؛؟"}
"""Marks that another script writes otherwise, by language."""

FOLDERS = [Path(module.__file__).parent / "templates" for module in (booth, web)]
GAPS = re.compile(r"\{(\w+)\}")
WRITTEN = re.compile(r"""\{\{ ["'][,;] ["'] if not loop.last \}\}|\bt\([^{}]*\) \}\}[:;] """)
"""Marks that a template writes itself."""


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_has_a_mark_of_another_script(code: str) -> None:
    for address, forms in catalogues.catalogue_of(code).forms.items():
        for form in forms:
            plain = re.sub(r"`[^`]*`|\{\w+\}", "", form)
            assert not set(plain) & set(OTHERS[code]), (address, form)


@pytest.mark.parametrize("code", OTHERS)
def test_no_error_for_voters_has_one_where_its_parts_meet(code: str) -> None:
    place, hints = message("screens", "booth.role"), catalogues.catalogue_of(code).forms
    for (section, key), forms in catalogues.catalogue_of(code).forms.items():
        if section == "error":
            values = dict.fromkeys(GAPS.findall(" ".join((*forms, *hints.get(("hint", key), ())))), 3)
            text = InvalidInput(key, place=place, **values).text(code)
            assert not set(text) & set(OTHERS[code]), text


def test_parts_are_joined_as_the_language_does() -> None:
    error = InvalidInput("card.used", place=message("screens", "booth.role"))
    assert "؛ " in error.text("ar") and ": " in error.text("ar") and "; " in error.text("he")
    assert "\u202f: " in error.text("fr") and "\u202f; " in error.text("fr")
    assert (comma("ar"), comma("he"), comma("es")) == ("، ", ", ", ", ")
    assert with_commas(("a", "", "b"), "ar") == "a، b"


def test_no_page_writes_a_mark_between_two_texts_itself() -> None:
    """Neither a comma between the items of a list nor a colon after a sentence: both differ by language."""
    files = [file for folder in FOLDERS for file in folder.rglob("*.html")]
    assert [(file.name, found) for file in files for found in WRITTEN.findall(file.read_text("utf-8"))] == []
