"""Paper votes in eight families of scripts, and some more: printed with the election's own fonts, and read back."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from eight_scripts import FURTHER, SCRIPTS, Script, loaded
from testigo.ballot import Ballot
from testigo.ballot.slip_number import new_slip_number
from testigo.election import Definition
from testigo.slip import Slip
from testigo.slip_reader import SlipReader


def slip(definition: Definition, choices: dict[str, tuple[str, ...]], language: str) -> Slip:
    style = definition.styles_of_station("s1")[0]
    return Slip(definition, "s1", Ballot.mark(definition, style, choices), new_slip_number(), language)


@pytest.mark.parametrize("script", [*SCRIPTS.values(), *FURTHER.values()], ids=[*SCRIPTS, *FURTHER])
def test_every_option_is_read_back(tmp_path: Path, script: Script) -> None:
    definition = loaded(tmp_path, script)
    assert {font.family for font in definition.fonts} == ({script.family} if script.family else set())
    reader, count = SlipReader(definition), len(script.names)
    for place in range(count):
        two = tuple(f"o{one}" for one in sorted({place, (place + 1) % count}))
        wanted = {"one": (f"o{place}",), "two": two}
        (reading,) = reader.read(slip(definition, wanted, "es").png())
        assert reading.refused is None and reading.choices is not None
        assert reading.choices.choices == wanted and reading.agrees_with_qr


@pytest.mark.parametrize("languages", ["ar", "he", "es, ar", "he, es"])
def test_a_vote_in_a_language_of_voters_is_read_back(tmp_path: Path, languages: str) -> None:
    code = next(one for one in ("ar", "he") if one in languages)
    script = SCRIPTS[{"ar": "arabic", "he": "hebrew"}[code]]
    definition = loaded(tmp_path, script, languages)
    assert definition.fonts == ()
    reader = SlipReader(definition)
    for choices in ({"one": ("o1",), "two": ()}, {"one": (), "two": ("o0",)}):
        made = slip(definition, choices, code)
        assert ("صوت أبيض" if code == "ar" else "הצבעה לבנה") in made.text_lines()
        (reading,) = reader.read(made.png())
        assert reading.refused is None and reading.choices is not None
        assert reading.choices.choices == choices


@pytest.mark.parametrize("code", ["zh-Hant", "pt-BR", "zh"])
def test_any_code_of_a_language_can_be_printed(tmp_path: Path, code: str) -> None:
    """Typst knows languages of two or three letters; a country or script besides is told apart."""
    definition = loaded(tmp_path, SCRIPTS["latin"])
    elsewhere = replace(definition, languages=("es", code))
    assert slip(elsewhere, {"one": ("o1",)}, code).png()
