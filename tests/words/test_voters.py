"""What voters meet is one part of the catalogues: whole in Arabic and Hebrew, and nothing of the booth is outside."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from testigo import words
from testigo.election import load_with_warnings
from testigo.paper.font import clusters, shipped
from testigo.screens import booth as booth_pages
from testigo.words import catalogues

DATA = Path(__file__).parents[1] / "data" / "definitions"
FOR_VOTERS = ["ar", "he"]
TEMPLATES = Path(booth_pages.__file__).parent / "templates" / "booth"


@pytest.mark.parametrize("code", FOR_VOTERS)
def test_the_language_is_for_voters_and_unreviewed(code: str) -> None:
    assert code in words.voter_languages() and code not in words.languages() and words.reviewed_by(code) == ""
    assert words.missing(code, for_voters=True) == () and catalogues.unfit(catalogues.catalogue_of(code)) == ()
    assert all(words.is_for_voters(*address) for address in catalogues.catalogue_of(code).forms)


def test_what_is_not_translated_is_empty_and_not_unfit() -> None:
    """As `election words` writes it, and a translator for voters leaves it."""
    own = catalogues.catalogue_of("ar")
    empty = dict.fromkeys(catalogues.of_release(catalogues.FIRST).forms, ("",))
    assert catalogues.unfit(replace(own, forms=empty | dict(own.forms))) == ()


@pytest.mark.parametrize("code", FOR_VOTERS)
def test_its_sentences_are_in_its_letters(code: str) -> None:
    script = {"ar": "ARABIC", "he": "HEBREW"}[code]
    for address, forms in catalogues.catalogue_of(code).forms.items():
        for form in forms:
            letters = [unicodedata.name(one) for one in re.sub(r"\{\w+\}", "", form) if one.isalpha()]
            assert not letters or any(name.startswith(script) for name in letters), address
            assert not any(name.startswith(("CYRILLIC", "GREEK")) for name in letters), address


@pytest.mark.parametrize("code", words.voter_languages())
def test_the_shipped_fonts_draw_every_sentence_and_date(code: str) -> None:
    texts = (*words.sentences(code), *words.written(code))
    assert {one for text in texts for one in clusters(text) if not shipped().draw(one)} == set()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ar", ["لا يمكنك", "مرة واحدة", "مرتين", "3 مرات", "11 مرة", "100 مرة"]),
        ("he", ["0 פעמים", "פעם אחת", "פעמיים", "3 פעמים", "11 פעמים", "100 פעמים"]),
    ],
)
def test_numbers_choose_their_form(code: str, said: list[str]) -> None:
    for count, part in zip((0, 1, 2, 3, 11, 100), said, strict=True):
        assert part in words.say(code, "booth.spoil-how", count=count)


def test_everything_the_booth_asks_for_is_for_voters() -> None:
    asked = set()
    for file in [*TEMPLATES.glob("*.html"), TEMPLATES.parents[2] / "web" / "templates" / "error.html"]:
        asked |= set(re.findall(r"""\b(?:t|say)\((?:code, )?["']([a-z.-]+)["']""", file.read_text("utf-8")))
    assert len(asked) > 40
    known = {key for section, key in catalogues.catalogue_of("es").forms if section == "screens"}
    wanted = {key for key in known if key in asked or any(key.startswith(one) for one in asked if one.endswith("."))}
    assert {key for key in wanted if not words.is_for_voters("screens", key)} == set()


def test_a_language_of_voters_is_accepted_with_two_warnings() -> None:
    warnings = load_with_warnings(DATA / "def-hebrew.json").warnings
    told = [one.code for one in warnings if "language" in one.message.values]
    assert told == ["definition.language-of-voters", "definition.catalogue-unreviewed"]
    assert "'es'" in next(str(one) for one in warnings if one.code == told[0])
