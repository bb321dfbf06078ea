"""Fonts cut from Noto: only what is needed, the same bytes each time, and nothing drawn as an empty box."""

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from eight_scripts import FURTHER, SCRIPTS, Script
from testigo.paper import typeset
from testigo.paper.font import clusters, glyphs, shipped
from testigo.paper.noto import fonts_for


@pytest.fixture(autouse=True)
def template_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_ROOT", tmp_path)


LINE = """\
#let own = json(bytes(sys.inputs.fonts))
#set page(width: auto, height: auto, margin: 2mm)
#set text(font: (..own.families, "DejaVu Sans"), ..own.edges, stretch: 87.5%, size: 8mm, fallback: false)
#text(weight: sys.inputs.at("weight", default: "regular"), json(bytes(sys.inputs.data)))
"""


@pytest.mark.parametrize("script", [*SCRIPTS.values(), *FURTHER.values()], ids=[*SCRIPTS, *FURTHER])
def test_every_letter_is_drawn_and_by_one_font(script: Script, tmp_path: Path) -> None:
    texts = (script.title, script.abbreviation, *script.names)
    fonts = fonts_for(texts, ("es",))
    assert {font.family for font in fonts} == ({script.family} if script.family else set())
    own = [glyphs(font.file()) for font in fonts] or [shipped()]
    letters = {one for text in texts for one in clusters(text) if one.isalpha()}
    assert all(face.draw(one) for face in own for one in letters)
    template = tmp_path / "line.typ"
    template.write_text(LINE)
    tofu = drawn(template, "\U000f0000", fonts)
    for letter in {one[0] for one in letters}:
        assert drawn(template, letter, fonts) != tofu, letter


def drawn(template: Path, text: str, fonts: typeset.Fonts) -> bytes:
    return Image.open(io.BytesIO(typeset.compile(template, text, format="png", fonts=fonts))).tobytes()


def test_latin_cyrillic_greek_arabic_and_hebrew_need_none() -> None:
    names = [script.names for script in SCRIPTS.values() if not script.family]
    assert len(names) == 5 and all(fonts_for(texts, ("es",)) == () for texts in names)


def test_the_same_texts_give_the_same_bytes_in_any_order() -> None:
    texts = ("王小明", "राम", "น้ำ", "Ana")
    assert fonts_for(texts, ("es",)) == fonts_for(reversed(texts), ("es",))
    families = ("Noto Sans CJK", "Noto Sans Devanagari", "Noto Sans Thai")
    made = [(font.family, font.weight) for font in fonts_for(texts, ("es",))]
    assert made == [(family, weight) for family in families for weight in (400, 700)]


def test_a_word_is_set_in_one_font() -> None:
    """ہ (Urdu) is not in the shipped font, and its neighbours are: every Arabic letter comes from Noto then."""
    fonts = fonts_for(("لاہور", "محمد 12 Ana"), ("es",))
    assert {font.family for font in fonts} == {"Noto Sans Arabic"}
    assert all(set(map(ord, "لاہورمحد")) <= glyphs(font.file()).characters for font in fonts)
    assert not any(set(map(ord, "12An ")) & glyphs(font.file()).characters for font in fonts)


def test_copyright_and_licence_stay_with_the_font() -> None:
    for font in fonts_for(("王र",), ("es",)):
        with TTFont(io.BytesIO(font.file())) as cut:
            names = {name.nameID: name.toUnicode() for name in cut["name"].names}
            assert "Copyright" in names[0] or "©" in names[0]
            assert "SIL Open Font License" in names[13] and names[1] == font.family
            assert cut["OS/2"].usWeightClass == font.weight and "fvar" not in cut
        assert len(font.file()) < 8_000


def test_each_country_has_its_own_form_of_a_letter(tmp_path: Path) -> None:
    template = tmp_path / "line.typ"
    template.write_text(LINE)
    forms = [drawn(template, "骨直", fonts_for(("骨直",), (code,))) for code in ("ja", "zh-Hans", "zh-Hant", "zh-HK")]
    assert len(set(forms)) > 2 and drawn(template, "骨直", fonts_for(("骨直",), ("es", "ja"))) == forms[0]


def test_a_selector_is_kept_where_the_font_has_its_form_and_nowhere_else() -> None:
    fonts = fonts_for(("辻\U000e0100さん", "辻\ufe0f"), ("ja",))
    assert all(glyphs(font.file()).draw("辻\U000e0100") for font in fonts)
    assert not any(glyphs(font.file()).draw("辻\ufe0f") for font in fonts)


@settings(max_examples=20, deadline=None)
@given(some.lists(some.text(some.characters(codec="utf-8", max_codepoint=0x2FFF), max_size=6), max_size=3))
def test_any_text_is_cut_or_left_out(texts: list[str]) -> None:
    fonts = fonts_for(texts, ("es",))
    assert all(glyphs(font.file()).characters for font in fonts)
