"""The fonts that an election carries: part of what is signed, the same everywhere; `check` names what none draws."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from eight_scripts import SCRIPTS, definition_text, loaded
from small_definition import BASE
from testigo import canonical, words
from testigo.cli import main
from testigo.election import (
    Body,
    load,
    open_station_file,
    own_fonts,
    pack_station_file,
    write_definition,
)
from testigo.errors import InvalidInput, SeveralErrors
from testigo.keys import SigningKey
from testigo.paper.font import shipped
from testigo.record import Statement

CASES = Path(__file__).parents[1] / "data" / "definitions"


@pytest.fixture
def without_noto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_fonts, "_noto", lambda: None)


def codes(refused: pytest.ExceptionInfo[SeveralErrors]) -> list[str]:
    return [error.code for error in refused.value.errors]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("def-cjk", "王 (U+738B CJK UNIFIED IDEOGRAPH-738B) of '王小明'"),
        ("def-amharic", "(U+12"),
        ("def-title_noglyph", "CJK UNIFIED IDEOGRAPH"),
    ],
)
@pytest.mark.usefixtures("without_noto")
def test_without_noto_the_first_character_is_named_and_what_to_install(name: str, told: str) -> None:
    with pytest.raises(SeveralErrors) as refused:
        load(CASES / f"{name}.json")
    assert codes(refused) == ["definition.fonts-needed"]
    assert told in str(refused.value) and "pip install 'testigo[fonts]'" in str(refused.value)
    assert f"{name}.json:" in refused.value.errors[0].place


@pytest.mark.parametrize("name", ["def-cjk", "def-amharic", "def-title_noglyph"])
def test_with_noto_the_election_carries_its_fonts(name: str) -> None:
    definition = load(CASES / f"{name}.json")
    assert {font.weight for font in definition.fonts} == {400, 700}
    assert 0 < sum(len(font.data) for font in definition.fonts) < 50_000


def test_emoji_are_named_with_their_places() -> None:
    with pytest.raises(SeveralErrors) as refused:
        load(CASES / "def-emoji.json")
    assert codes(refused) == ["definition.no-glyph"] * 2
    assert "U+1F" in str(refused.value) and "emoji are not printed" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("es: Prueba", "es: Prueba 🦙"),
        ("es: Rojo,", "es: Rojo 🦙,"),
        ("abbreviation: B", "abbreviation: 🦙"),
        ("name: Norte", "name: Norte 🦙"),
        ("name: Escuela Uno", "name: Escuela 🦙"),
        ("register-size: 20", "register-size: 20, address: Calle 🦙"),
        ("es: Asamblea", "es: Asamblea 🦙"),
        ("name: Eva Mora", "name: Eva 🦙"),
        ("[Uno, Dos]", "[Uno, Dos 🦙]"),
        ("name: Noé Díaz", "name: Noé ☎\ufe0f"),
        ("name: Noé Díaz", "name: Noe\u0e48"),
        ("name: Noé Díaz", "name: 👩\u200d⚕ Noé"),
        ("name: Noé Díaz", "name: Noé \U000f0000"),
    ],
)
def test_every_text_that_is_printed_is_looked_at(written: Callable[..., Path], old: str, new: str) -> None:
    assert BASE.count(old) >= 1
    text = BASE.replace(old, new, 1)
    with pytest.raises(SeveralErrors) as refused:
        load(written(text))
    error = next(one for one in refused.value.errors if one.code == "definition.no-glyph")
    line = text[: text.index(new)].count("\n") + 1
    assert f"election.yaml:{line} (" in error.place
    assert "U+" in error.problem


def test_the_title_of_a_body_is_looked_at(written: Callable[..., Path]) -> None:
    definition = replace(load(written(BASE)), bodies=(Body("b", {"es": "Junta 🦙", "en": "Board"}),))
    assert [one.place for one in own_fonts.not_drawn(definition)] == [("bodies", 0, "title", "es")]


def test_a_text_that_nobody_is_shown_needs_no_glyphs(written: Callable[..., Path]) -> None:
    definition = load(written(BASE.replace("{es: Presidencia,", "{ja: 大統領 🦙, es: Presidencia,")))
    assert definition.fonts == ()


def test_what_the_shipped_fonts_print_keeps_its_bytes(written: Callable[..., Path]) -> None:
    definition = load(written(BASE))
    assert b"fonts" not in canonical.encode(definition.core()) and "fonts" not in definition.payload()
    assert all(shipped().draw(one) for one in "ĀŻЇΔאم")


def test_the_digest_names_the_fonts_and_the_same_file_gives_the_same(tmp_path: Path) -> None:
    first, again = (loaded(tmp_path, SCRIPTS["cjk"]) for _ in range(2))
    assert first.digest == again.digest and first.core().fonts == first.fonts != ()
    assert replace(first, fonts=first.fonts[:1]).digest != first.digest


@pytest.mark.parametrize("version", [2, 3])
def test_a_stations_machines_have_them(tmp_path: Path, version: int) -> None:
    """Also from a core that was signed when there were none."""
    definition = loaded(tmp_path, SCRIPTS["thai" if version == 3 else "latin"])
    root = SigningKey.generate()
    body = msgspec.to_builtins(definition.core())
    envelope = Statement("election-definition", definition.digest, "", "2027-01-01T00:00:00Z", body, version).sign(root)
    opened = open_station_file(pack_station_file(envelope, definition, "s1"), root.public)
    assert opened.fonts == definition.fonts and opened.digest == definition.digest


def test_a_verifier_keeps_the_fonts_as_text() -> None:
    """Whatever they hold: who counts needs no font, and no damaged one can stop it."""
    assert (
        msgspec.json.decode(b'{"family":"x","weight":1,"data":"not base64"}', type=own_fonts.Font).data == "not base64"
    )


def test_the_fonts_beside_a_definition_are_taken_where_noto_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = loaded(tmp_path, SCRIPTS["devanagari"])
    assert run("election", "fonts", tmp_path / "election.yaml") == 0
    assert "Noto Sans Devanagari: written to" in capsys.readouterr().out.replace("\n", " ")
    monkeypatch.setattr(own_fonts, "_noto", lambda: None)
    assert load(tmp_path / "election.yaml").digest == definition.digest
    write_definition(definition, tmp_path / "copy" / "election.json")
    assert load(tmp_path / "copy" / "election.json").digest == definition.digest


def test_letters_that_came_later_are_named_until_the_fonts_are_made_again(tmp_path: Path) -> None:
    file = tmp_path / "election.yaml"
    file.write_text(definition_text(SCRIPTS["thai"]))
    assert run("election", "fonts", file) == 0
    file.write_text(definition_text(SCRIPTS["thai"]).replace("สมชาย ใจดิ", "สมชาย ใจฬิ"))
    with pytest.raises(SeveralErrors) as refused:
        load(file)
    assert codes(refused) == ["definition.fonts-old"] and "U+0E2C" in str(refused.value)
    assert "fonts.json is older than the definition" in str(refused.value)
    assert "`testigo election fonts`" in str(refused.value)
    assert run("election", "fonts", file) == 0
    load(file)


@pytest.mark.parametrize("noto", [True, False])
def test_old_fonts_are_one_error_for_all_texts_that_they_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noto: bool
) -> None:
    file = tmp_path / "election.yaml"
    file.write_text(definition_text(SCRIPTS["thai"]))
    assert run("election", "fonts", file) == 0
    file.write_text(definition_text(SCRIPTS["cjk"]))
    if not noto:
        monkeypatch.setattr(own_fonts, "_noto", lambda: None)
    with pytest.raises(SeveralErrors) as refused:
        load(file)
    assert codes(refused) == ["definition.fonts-old"]
    assert str(refused.value).count("U+") == 3 and len(str(refused.value)) < 600


def test_what_no_font_draws_is_named_beside_old_fonts(tmp_path: Path) -> None:
    file = tmp_path / "election.yaml"
    file.write_text(definition_text(SCRIPTS["thai"]))
    assert run("election", "fonts", file) == 0
    file.write_text(definition_text(SCRIPTS["thai"]).replace("สมชาย ใจดิ", "สมชาย ใจฬิ").replace('"พท"', '"🦙"'))
    with pytest.raises(SeveralErrors) as refused:
        load(file)
    assert set(codes(refused)) == {"definition.fonts-old", "definition.no-glyph"}


def test_fonts_are_not_written_where_none_are_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "election.yaml").write_text(BASE)
    assert run("election", "fonts", tmp_path / "election.yaml") == 0
    assert "nothing was written" in capsys.readouterr().out and not (tmp_path / "fonts.json").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "json.malformed"),
        (b"{}", "fonts.malformed"),
        (b'[{"data":"!","family":"x","weight":400}]', "font.malformed"),
        (b'[{"data":"AAAA","family":"x","weight":400}]', "font.malformed"),
        (b'[{"data":"AAAA","family":"x"}]', "fonts.malformed"),
    ],
)
def test_damaged_fonts_beside_it_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "fonts.json").write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        loaded(tmp_path, SCRIPTS["thai"])
    assert refused.value.code == code and refused.value.place.endswith("fonts.json")


def test_the_words_of_an_own_catalogue_and_its_dates_are_looked_at(tmp_path: Path) -> None:
    """日 and 月 of a date stand in no text of the definition."""
    shutil.copy(CASES / "def-hebrew.json", tmp_path / "election.json")
    text = (tmp_path / "election.json").read_text().replace('"he"', '"zh"')
    (tmp_path / "election.json").write_text(text)
    (tmp_path / "words").mkdir()
    catalogue = words.catalogue_file("es").replace("Language: es", "Language: zh").replace("Español", "中文")
    (tmp_path / "words" / "zh.po").write_text(catalogue)
    try:
        definition = load(tmp_path / "election.json")
        (own,) = own_fonts._families(definition.fonts)
        assert set(map(ord, "中文年月日")) <= own.characters
    finally:
        words.forget_added()


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return int(ended.value.code or 0)
