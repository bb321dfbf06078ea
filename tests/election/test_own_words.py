"""An election's own catalogue: beside its definition, checked as ours, named by the digest, spoken by every machine."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from small_definition import BASE
from testigo import words
from testigo.election import (
    Definition,
    DefinitionCore,
    load,
    load_with_warnings,
    require_valid,
    speak_own_languages,
    write_definition,
)
from testigo.errors import InvalidInput, SeveralErrors
from testigo.words import catalogues

IN_GUARANI = re.sub(r"en: ([^,}]+)", r"gn: \1, en: \1", BASE.replace("languages: [es, en]", "languages: [es, en, gn]"))


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    words.forget_added()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A definition that names gn, with a complete catalogue beside it."""
    file = tmp_path / "election.yaml"
    file.write_text(IN_GUARANI)
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "gn.po").write_text(guarani())
    return file


def guarani() -> str:
    """Spanish in place of Guarani, but for two sentences; nobody has reviewed it."""
    text = words.catalogue_file("es").replace("Language: es", "Language: gn").replace("the authors of Testigo", "")
    return text.replace('msgstr "Imprimir mi voto"', 'msgstr "Embopapapaite"').replace("Español", "Avañe'ẽ")


def test_the_language_is_spoken_and_part_of_the_digest(file: Path) -> None:
    loaded = load_with_warnings(file)
    assert [warning.code for warning in loaded.warnings] == ["definition.catalogue-unreviewed"]
    assert words.say("gn", "booth.print") == "Embopapapaite" and words.language_name("gn") == "Avañe'ẽ"
    digest = loaded.definition.digest
    catalogue = file.parent / "words" / "gn.po"
    catalogue.write_text(guarani().replace("Embopapapaite", "Emoha'anga"))
    assert load(file).digest != digest


def test_who_reviewed_it_is_enough(file: Path) -> None:
    (file.parent / "words" / "gn.po").write_text(guarani().replace("X-Reviewed-By: ", "X-Reviewed-By: Ana Vera, 2027"))
    assert load_with_warnings(file).warnings == ()


def test_a_machine_that_gets_the_definition_speaks_it(file: Path) -> None:
    core = load(file).core()
    words.forget_added()
    assert "gn" not in words.languages()
    again = msgspec.json.decode(msgspec.json.encode(core), type=DefinitionCore)
    speak_own_languages(again.with_stations(load(file).stations))
    assert words.say("gn", "booth.print") == "Embopapapaite"


def test_spanish_of_its_own_is_no_measure_for_other_languages(file: Path) -> None:
    """What it leaves out of an error is nothing that English would have too much."""
    spanish = words.catalogue_file("es").replace("quedan {count} intentos", "quedan pocos intentos")
    assert spanish != words.catalogue_file("es")
    (file.parent / "words" / "es.po").write_text(spanish)
    load(file)
    assert {"es", "en", "gn"} <= set(words.languages())
    assert catalogues.catalogue_of("es") != catalogues.of_release("es")


def test_a_definition_without_one_has_the_bytes_it_always_had(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(BASE)
    definition = load(tmp_path / "e.yaml")
    assert "catalogues" not in definition.payload() and b"catalogues" not in msgspec.json.encode(definition.core())


def test_without_it_the_language_is_refused_with_the_way_out(file: Path) -> None:
    (file.parent / "words" / "gn.po").unlink()
    with pytest.raises(SeveralErrors) as refused:
        load(file)
    assert [error.code for error in refused.value.errors] == ["definition.no-catalogue"]
    assert "`testigo election words gn`" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('msgstr "Embopapapaite"', 'msgstr ""', "catalogue.incomplete"),
        ("{chosen}", "{elegidas}", "catalogue.incomplete"),
        ("{chosen}", "{chosen.__class__}", "catalogue.incomplete"),
        ("{chosen}", "{chosen:>9999999}", "catalogue.incomplete"),
        ("{chosen}", "{chosen", "catalogue.incomplete"),
        ("{chosen}", "{chosen!r}", "catalogue.incomplete"),
        ('msgid "booth.print"', 'msgid "booth.print', "catalogue.incomplete"),
        ("{chosen}", "{}", "catalogue.incomplete"),
        ("plural=(n != 1)", "plural=(n / 0)", "catalogue.malformed"),
        ("plural=(n != 1)", "plural=(n + 7)", "catalogue.malformed"),
        ("plural=(n != 1)", "plural=__import__", "catalogue.malformed"),
        ("nplurals=2", "nplurals=1000000000", "catalogue.malformed"),
        ("nplurals=2", "nplurals=0", "catalogue.malformed"),
        ("Language: gn", "Language: es_VE", "catalogue.names-other-language"),
        ('msgctxt "slip"', '#, fuzzy\nmsgctxt "slip"', "catalogue.incomplete"),
    ],
)
def test_a_catalogue_that_could_fail_on_voting_day_is_refused(file: Path, old: str, new: str, code: str) -> None:
    catalogue = file.parent / "words" / "gn.po"
    catalogue.write_text(guarani().replace(old, new))
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert refused.value.code == code and refused.value.place.endswith("gn.po")


@pytest.mark.parametrize("words_for_it", ["\x1b[31m", "\u202eimpr", "\u200b", "x\\nx", "W" * 100, "\0a"])
def test_a_sentence_that_is_not_for_screens_and_paper_is_refused(file: Path, words_for_it: str) -> None:
    (file.parent / "words" / "gn.po").write_text(guarani().replace("Embopapapaite", words_for_it))
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert refused.value.code == "catalogue.not-to-be-shown"
    assert "screens: booth.print" in str(refused.value)


@pytest.mark.parametrize("seen", ["\u200f\u0627\u200c\u0628", "Ñe'ẽ: «5»\u00a0!", "印刷"])
def test_writing_of_every_kind_is_for_screens_and_paper(file: Path, seen: str) -> None:
    (file.parent / "words" / "gn.po").write_text(guarani().replace("Embopapapaite", seen))
    load(file)
    assert words.say("gn", "booth.print") == seen


@pytest.mark.parametrize("rule", ["(n == 2000 ? 1 / 0 : n != 1)", "(n == 2000 ? 5 : n != 1)"])
def test_a_rule_for_plurals_that_fails_for_a_large_number_fails_on_no_page(file: Path, rule: str) -> None:
    (file.parent / "words" / "gn.po").write_text(guarani().replace("(n != 1)", rule))
    load(file)
    assert words.message("term", "finger", count=2000).text("gn").startswith("2,000 ")


def test_the_mark_that_some_editors_put_first_and_ends_of_lines_of_others_do_no_harm(file: Path) -> None:
    catalogue = file.parent / "words" / "gn.po"
    catalogue.write_bytes(("\ufeff" + guarani().replace("\n", "\r\n")).encode())
    load(file)
    assert words.say("gn", "booth.print") == "Embopapapaite"


def test_what_is_wrong_is_told_with_its_line_as_editors_count(file: Path) -> None:
    (file.parent / "words" / "gn.po").write_text('msgid "a"\nxx\n')
    with pytest.raises(InvalidInput, match="line 2: "):
        load(file)


def test_a_definition_is_written_with_its_catalogues_beside_it(file: Path, tmp_path: Path) -> None:
    definition = load(file)
    write_definition(definition, tmp_path / "copy" / "election.json")
    words.forget_added()
    assert load(tmp_path / "copy" / "election.json") == definition


def test_bytes_that_are_no_text_and_a_language_of_no_use_are_refused(file: Path) -> None:
    catalogue = file.parent / "words" / "gn.po"
    catalogue.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert refused.value.code == "catalogue.malformed"
    catalogue.rename(catalogue.with_name("qu.po"))
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert refused.value.code == "catalogue.of-other-language"


def test_a_signed_definition_whose_catalogue_this_release_cannot_use_is_held_in_its_other_languages(file: Path) -> None:
    definition: Definition = msgspec.structs.replace(load(file), catalogues={"gn": "not a catalogue"})
    words.forget_added()
    speak_own_languages(definition)
    assert words.languages()[:2] == ("es", "en") and "gn" not in words.languages()


def test_the_file_names_its_catalogues_only_by_files(file: Path) -> None:
    file.write_text(f"{IN_GUARANI}\ncatalogues: {{gn: x}}\n")
    with pytest.raises(SeveralErrors) as refused:
        load(file)
    assert [error.code for error in refused.value.errors] == ["definition.unknown-key"]


def test_a_catalogue_of_no_language_of_the_election_is_refused(file: Path) -> None:
    """A file is named after it, wherever the name leads."""
    definition = msgspec.structs.replace(load(file), catalogues={"../../outside": ""})
    with pytest.raises(SeveralErrors, match=r"\.\./\.\./outside"):
        require_valid(definition)
