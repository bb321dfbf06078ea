"""A language is its folder and nothing else; one that is not complete is offered nowhere and breaks nothing."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testigo import words
from testigo.errors import InvalidInput, NotAllowed
from testigo.results.words import Words

CACHES = (words.languages, words.missing, words.section, words.catalogue, words._sentences)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Our languages, and `xx`: Spanish in capitals."""
    shutil.copytree(words.FOLDER, tmp_path / "words", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    new = tmp_path / "words" / "xx"
    shutil.copytree(tmp_path / "words" / "es", new)
    change(new / "screens.json", "language.name", "XX")
    change(new / "slip.json", "blank", "EN BLANCO XX")
    monkeypatch.setattr(words, "FOLDER", tmp_path / "words")
    forget()
    yield new
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in CACHES:
        cached.cache_clear()


def change(file: Path, key: str, text: object) -> None:
    known = json.loads(file.read_text("utf-8"))
    known.pop(key) if text is None else known.update({key: text})
    file.write_text(json.dumps(known), "utf-8")


def test_a_new_folder_is_a_new_language(folder: Path) -> None:
    assert words.languages() == ("es", "en", "xx") and words.language_name("xx") == "XX"
    assert words.section("xx", "slip")["blank"] == "EN BLANCO XX"
    assert Words("xx").number(12345) == Words("es").number(12345)
    assert words.sentence("xx", NotAllowed("the PIN is wrong")) == "El PIN no es correcto."


@pytest.mark.parametrize(
    ("file", "key", "text", "told"),
    [
        ("screens.json", "booth.print", None, "screens.json: booth.print"),
        ("screens.json", "booth.print", " ", "screens.json: booth.print"),
        ("screens.json", "booth.print", 5, "screens.json: booth.print"),
        ("results.json", "seats_to_fill", "por llenar", "results.json: seats_to_fill"),
        ("results.json", "seats_to_fill", "{seats} {too_much}", "results.json: seats_to_fill"),
        ("results.json", "seats_to_fill", "{seats", "results.json: seats_to_fill"),
        ("errors.json", "the PIN is wrong", None, "errors.json: the PIN is wrong"),
    ],
)
def test_what_a_language_lacks_is_named_and_it_is_not_offered(
    folder: Path, file: str, key: str, text: object, told: str
) -> None:
    change(folder / file, key, text)
    assert words.missing("xx") == (told,)
    assert_not_offered()


@pytest.mark.parametrize("content", ["", "[]", "{", "\ufeffnot json"])
def test_a_catalogue_that_cannot_be_read_is_missing(folder: Path, content: str) -> None:
    (folder / "slip.json").write_text(content, "utf-8")
    assert words.missing("xx") == ("slip.json",)
    assert_not_offered()


def test_a_folder_with_one_catalogue(folder: Path) -> None:
    for file in folder.iterdir():
        if file.name != "screens.json":
            file.unlink()
    assert words.missing("xx") == tuple(
        f"{name}.json" for name in ("cards", "counters", "errors", "results", "retirement", "slip", "tally_sheet")
    )
    assert_not_offered()


def assert_not_offered() -> None:
    assert "xx" not in words.languages() and words.language_name("xx") == "xx"
    assert words.section("xx", "slip") == words.section("en", "slip")
    assert words.catalogue("xx") == words.catalogue("es")
    assert words.sentence("xx", NotAllowed("the PIN is wrong")) == ""
    with pytest.raises(InvalidInput, match="no words in 'xx'"):
        Words("xx")
