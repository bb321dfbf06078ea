"""Where something is, in words: every field has a name in every language, and people count from 1."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec.inspect as shapes
import pytest

from testigo.election.contests import Kind
from testigo.election.definition import Definition
from testigo.election.places import TEXTS, kind_name, line_place, path_text, place_words
from testigo.errors import InvalidInput
from testigo.words import catalogues, from_line, languages, to_line


def paths(wanted: shapes.Type, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """A path to every field, list item and text of a definition."""
    if path:
        yield path
    if path.count("districts") > 2:
        return
    match wanted:
        case shapes.UnionType():
            yield from (one for kind in wanted.types for one in paths(kind, path))
        case shapes.StructType():
            yield from (one for field in wanted.fields for one in paths(field.type, (*path, field.encode_name)))
        case shapes.VarTupleType():
            yield from paths(wanted.item_type, (*path, 1))
        case shapes.DictType():
            yield from paths(wanted.value_type, (*path, "es" if path[-1] in TEXTS else "youth"))


PATHS = sorted(set(paths(shapes.type_info(Definition))), key=str)
KEYS = {step for path in PATHS for step in path if isinstance(step, str)} - {"es", "youth"}


def test_there_are_all_of_them() -> None:
    assert ("contests", 1, "options", 1, "people", 1, "role", "es") in PATHS and len(PATHS) > 100


@pytest.mark.parametrize("language", languages())
def test_every_place_is_in_words(language: str) -> None:
    """No key of the file, no position from 0; a key that is an ordinary word of the language is its own name."""
    for path in PATHS:
        place = place_words(path)
        assert place.speaks(language), path
        text = place.text(language)
        assert not any("-" in key and key in text for key in KEYS), (path, text)
        assert "2" in text or not any(isinstance(step, int) for step in path[-6:]), (path, text)
        assert language == "en" or ("contests" not in text and "stations" not in text)


def test_a_place_reads_like_one() -> None:
    path = ("contests", 1, "options", 0, "candidates", 2)
    assert place_words(path).text("es") == "cargo 2 › opción 1 › candidatura 3"
    assert place_words(("languages", 1)).text("en") == "language 2"
    assert place_words(("contests", "mayor", "options")).text("es") == "cargo mayor › opciones"
    assert place_words(("title", "es")).text("en") == "title › Español"
    assert place_words(("districts", 0, "name"), below=2).text("pt") == "nome"
    assert place_words(()).text("fr") == "l’élection"


def test_only_the_last_steps_of_a_deep_place_are_said() -> None:
    text = place_words(("districts", 0) * 40).text("en")
    assert text == "… › district 1 › district 1 › district 1 › district 1 › district 1"


def test_a_place_of_a_hostile_file_is_short() -> None:
    assert len(place_words(("contests", 0, "x" * 5000, "y" * 5000)).text("en")) < 120


def test_a_line_of_the_file_goes_to_programs_with_the_path(tmp_path: Any) -> None:
    place = line_place(tmp_path / "e.yaml", 12, ("contests", 1, "kind"))
    error = InvalidInput("definition.not-a-list", place=place)
    assert error.text("es").startswith(f"{tmp_path}/e.yaml:12 (cargo 2 › tipo): aquí se requiere una lista")
    line = error.as_json()["messages"]["place"]
    assert '"path":"contests[2].kind"' in line and '"line":"12"' in line
    assert from_line("place", line).text("fr") == f"{tmp_path}/e.yaml:12 (scrutin 2 › type)"
    assert to_line(from_line("place", line)) == line


def test_programs_count_from_one_too() -> None:
    assert path_text(("contests", 1, "options", 0, "id")) == "contests[2].options[1].id"


@pytest.mark.parametrize("language", languages())
def test_every_kind_of_contest_is_named(language: str) -> None:
    assert all(kind_name(kind).speaks(language) for kind in Kind.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_no_error_names_a_field_by_its_key(language: str) -> None:
    """A hint may say what to type, an error not. English keys of one word are English words."""
    typed = {key for key in KEYS if "-" in key} | {"choose", "method", "seats", "languages", "districts", "bodies"}
    forms = catalogues.catalogue_of(language).forms
    said = {key: texts for (section, key), texts in forms.items() if section == "error"}
    assert len(said) > 500
    for key, texts in said.items():
        for text in texts:
            found = set(re.findall(r"(?<![\w{`/-])[a-z]+(?:-[a-z]+)*(?![\w}-])", re.sub(r"`[^`]*`", "", text)))
            assert not found & typed, (key, text)
