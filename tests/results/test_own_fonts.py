"""The results page draws names with the fonts that the election carries, in real Chromium, from a file."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser

from eight_scripts import FURTHER, SCRIPTS, Script, loaded
from in_chromium import fonts_of
from testigo.count import count_result
from testigo.election import Definition
from testigo.paper.font import Font
from testigo.paper.font_faces import inline_rules
from testigo.results import write_results
from testigo.results.view import RecordInfo

RECORD = RecordInfo("trial", 0, "", "", "", "", {})


def page_of(definition: Definition, folder: Path) -> Path:
    write_results(folder, definition, count_result(definition, {}, digests={}), sheets={}, record=RECORD)
    return folder / "index.html"


@pytest.mark.browser
@pytest.mark.parametrize("script", [SCRIPTS["devanagari"], SCRIPTS["thai"], FURTHER["ethiopic"], FURTHER["khmer"]])
def test_names_are_drawn_with_the_elections_fonts(chromium: Browser, tmp_path: Path, script: Script) -> None:
    file = page_of(loaded(tmp_path, script), tmp_path / "results")
    assert file.stat().st_size < 300_000
    page = chromium.new_page()
    try:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(file.as_uri())
        assert script.names[0] in page.inner_text("main")
        assert (script.family, True) in fonts_of(page, "h1") & fonts_of(page, "th.option")
        assert refused == []
    finally:
        page.close()


def test_a_page_in_shipped_letters_has_no_fonts(tmp_path: Path) -> None:
    text = page_of(loaded(tmp_path, SCRIPTS["latin"]), tmp_path / "results").read_text()
    assert "@font-face" not in text and "font-src" not in text


def test_fonts_without_room_are_left_out_the_bold_ones_first(tmp_path: Path) -> None:
    thai, chinese = (loaded(tmp_path, SCRIPTS[name]).fonts for name in ("thai", "cjk"))
    assert [(one.family, one.weight) for one in (*thai, *chinese)] == [
        (family, weight) for family in ("Noto Sans Thai", "Noto Sans CJK") for weight in (400, 700)
    ]
    fonts = (*chinese, *thai)
    size = {(one.family, one.weight): len(one.data) for one in fonts}

    def kept(most: int) -> list[Font]:
        rules = inline_rules(fonts, most)
        return [one for one in (*thai, *chinese) if one.data in rules]

    assert kept(sum(size.values())) == [*thai, *chinese]
    assert kept(sum(size.values()) - 1) == [*thai, chinese[0]]
    assert kept(len(thai[0].data) + len(chinese[0].data)) == [thai[0], chinese[0]]
    assert kept(len(thai[0].data)) == [thai[0]]
    assert inline_rules(fonts, 10) == inline_rules((), 10_000) == ""


def test_an_election_of_many_chinese_letters_keeps_its_page_small(tmp_path: Path) -> None:
    definition = loaded(tmp_path, SCRIPTS["cjk"])
    large = tuple(replace(one, data="A" * 400_000) for one in definition.fonts)
    assert "@font-face" not in page_of(replace(definition, fonts=large), tmp_path / "results").read_text()
