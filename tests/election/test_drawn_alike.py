"""What fonts draw with one outline reads the same: the shipped fonts and those of the extra, character by character."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTCollection, TTFont

from testigo.election.printed import printed, shapes
from testigo.paper import FONTS

NOTO = sorted(Path(str(resources.files("manimgx_fonts"))).glob("NotoSans*[[]wght].ttf"))
FILES = [*sorted(FONTS.glob("DejaVuSansCondensed*.ttf")), *(file for file in NOTO if "Italic" not in file.name)]
CJK = next(Path(str(resources.files("manimgx_fonts_cjk"))).glob("*.ttc"))

CONTEXT = frozenset("اىی" + "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹" + "Iӏ")
"""Alone they look like another letter, but not in a word (alef); or only at its end (yeh); digits are compared by their
value; and ӏ is drawn like I by one font, like l by another, which two letters nobody could tell apart then."""


def outlines(font: Any) -> dict[str, set[str]]:
    """Characters by how they are drawn."""
    glyphs = font.getGlyphSet()

    @cache
    def outline(name: str) -> str:
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        return repr(pen.value) if pen.value else ""

    found: dict[str, set[str]] = defaultdict(set)
    for code, name in font.getBestCmap().items():
        found[outline(name)].add(chr(code))
    return found


def is_of_its_own(one: str) -> bool:
    """Whether a text may have it and it is not another spelling of something, which `shapes` knows from Unicode."""
    return (
        unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cn")
        and one not in CONTEXT
        and bool(printed(one))
        and unicodedata.normalize("NFKC", one) == one
    )


def missed(font: Any) -> Iterator[str]:
    drawn = outlines(font)
    for one in drawn.pop("", set()):
        if one != "\0" and printed(f"x{one}y").replace(" ", "") != "xy":
            yield f"U+{ord(one):04X} prints nothing"
    for alike in drawn.values():
        first, *others = sorted(filter(is_of_its_own, alike)) or [""]
        yield from (f"{first}{other}" for other in others if not shapes(f"x{first}") & shapes(f"x{other}"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_drawn_alike_reads_the_same(file: Path) -> None:
    with TTFont(file) as font:
        assert sorted(missed(font)) == []


def test_what_is_drawn_alike_reads_the_same_in_chinese_japanese_and_korean() -> None:
    with TTCollection(CJK, lazy=True) as fonts:
        assert sorted(missed(fonts.fonts[2])) == []
