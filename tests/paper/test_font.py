"""What a font draws, read from its file: as fontTools reads it, and with an error for whatever is damaged."""

from importlib import resources
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as some

from testigo.errors import InvalidInput
from testigo.paper import FONTS
from testigo.paper.font import Font, clusters, glyphs, shipped

NOTO = sorted(Path(str(resources.files("manimgx_fonts"))).glob("*.ttf"))
PLAIN = (FONTS / "DejaVuSansCondensed.ttf").read_bytes()
SMALL = next(file for file in NOTO if "Hebrew" in file.name).read_bytes()


@pytest.mark.parametrize("file", [*sorted(FONTS.glob("*.ttf")), *NOTO], ids=lambda file: file.stem)
def test_the_characters_are_those_that_fonttools_finds(file: Path) -> None:
    with TTFont(file) as font:
        assert glyphs(file.read_bytes()).characters == font.getBestCmap().keys()


def test_the_shipped_fonts_draw_latin_cyrillic_greek_arabic_and_hebrew() -> None:
    for text in ("Ñandú Żółć ỹ", "Їжак Ђукић", "Ελένη", "محمد پژوه", "בִּנְיָמִין", "Ա Ⴀ ✓"):
        assert all(map(shipped().draw, clusters(text))), text
    for text in ("王", "र", "ก", "አ", "🦙", "𝒜"):
        assert not any(map(shipped().draw, clusters(text))), text


@pytest.mark.parametrize("emoji", ["😀", "⚡", "♈", "☕", "🌑", "🃏"])
def test_emoji_are_not_drawn_though_the_shipped_fonts_have_them(emoji: str) -> None:
    """A browser takes a font of its own for them: screen and paper would differ."""
    assert ord(emoji) in shipped().characters
    assert not shipped().draw(emoji)
    assert all(map(shipped().draw, "♥★☎©→🂡"))


@pytest.mark.parametrize("format_with_ink", ["\u0600", "\u06dd", "\U000110bd", "\U00013430"])
def test_a_format_character_with_ink_needs_a_font(format_with_ink: str) -> None:
    assert clusters(f"a{format_with_ink}b\u200b") == ["a", format_with_ink, "b"]
    assert not shipped().draw(format_with_ink)


def test_a_mark_belongs_to_its_letter() -> None:
    assert clusters("ab\u0301\n\u200bc") == ["a", "b\u0301", "c"]
    assert clusters("क\u094d\u200dष") == ["क\u094d\u200d", "ष"]
    assert clusters("☎\ufe0f!") == ["☎\ufe0f", "!"]
    assert shipped().draw("n\u0303") and shipped().draw("b\u0301")
    assert shipped().draw("☎") and not shipped().draw("☎\ufe0f"), "the selector asks for another drawing"
    assert not shipped().draw("ก\u0301"), "in one font, or not at all"


@settings(max_examples=300, deadline=None)
@given(some.data())
def test_damaged_fonts_are_refused_or_read(data: some.DataObject) -> None:
    """Within the table that is read: `cmap`, which is short in this font."""
    with_changes = bytearray(SMALL)
    table = SMALL.index(b"cmap")
    start = int.from_bytes(SMALL[table + 8 : table + 12], "big")
    for _ in range(data.draw(some.integers(1, 6))):
        place = data.draw(some.integers(start, start + 400) | some.integers(0, 300))
        with_changes[place] = data.draw(some.sampled_from((0, 1, 4, 12, 14, 127, 255)) | some.integers(0, 255))
    end = data.draw(some.just(len(SMALL)) | some.integers(0, len(SMALL)))
    try:
        found = glyphs(bytes(with_changes[:end]))
    except InvalidInput as error:
        assert error.code == "font.malformed"
    else:
        assert found.characters and max(found.characters) < 0x110000


@pytest.mark.parametrize("data", ["", "@", "AAAA", "é"])
def test_what_is_not_a_font_is_refused(data: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        glyphs(Font("Noto Sans X", 400, data).file())
    assert refused.value.code == "font.malformed"
