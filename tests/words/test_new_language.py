"""A language is its folder and nothing else; one that is not complete is offered to voters, or nowhere, and breaks
nothing.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testigo import words
from testigo.errors import NotAllowed
from testigo.words import catalogues

CACHES = (words.languages, words.voter_languages, words.missing, words.section, catalogues.of_release)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Our languages, and `xx`: Spanish in capitals."""
    shutil.copytree(words.FOLDER, tmp_path / "words", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    new = tmp_path / "words" / "xx"
    shutil.copytree(tmp_path / "words" / "es", new)
    change(new / "screens.po", "language.name", "XX")
    change(new / "slip.po", "blank", "EN BLANCO XX")
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path / "words")
    forget()
    yield new
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in CACHES:
        cached.cache_clear()


def change(file: Path, key: str, text: str | None) -> None:
    """Replace a sentence, or take it out."""
    entry = re.compile(rf'(msgctxt "[a-z_]+"\nmsgid "{re.escape(key)}"\nmsgstr) .*\n')
    known = file.read_text("utf-8")
    assert entry.search(known)
    file.write_text(entry.sub("" if text is None else rf'\1 "{text}"\n', known, count=1), "utf-8")


def test_a_new_folder_is_a_new_language(folder: Path) -> None:
    assert words.languages()[-1] == "xx" and words.language_name("xx") == "XX"
    assert words.section("xx", "slip")["blank"] == "EN BLANCO XX"
    assert words.number(12345, "xx") == words.number(12345, "es")
    assert NotAllowed("pin.wrong", count=4).sentence("xx") == NotAllowed("pin.wrong", count=4).sentence("es")


@pytest.mark.parametrize(
    ("file", "key", "text", "told"),
    [
        ("screens.po", "booth.print", None, "screens: booth.print"),
        ("screens.po", "booth.print", " ", "screens: booth.print"),
        ("slip.po", "many", "hasta muchas", "slip: many"),
        ("slip.po", "many", "hasta {choose} {too_much}", "slip: many"),
        ("slip.po", "many", "hasta {choose", "slip: many"),
        ("errors-station.po", "card.used", None, "error: card.used"),
    ],
)
def test_what_voters_lack_is_named_and_the_language_is_not_offered(
    folder: Path, file: str, key: str, text: str | None, told: str
) -> None:
    change(folder / file, key, text)
    assert words.missing("xx") == words.missing("xx", for_voters=True) == (told,)
    assert_not_offered()


@pytest.mark.parametrize(
    ("file", "key", "text", "told"),
    [
        ("results.po", "voters_of", "de muchos", "results: voters_of"),
        ("screens.po", "pin.enter", None, "screens: pin.enter"),
        ("errors-ground.po", "key.not-pem", None, "error: key.not-pem"),
    ],
)
def test_what_officers_lack_leaves_a_language_of_voters(
    folder: Path, file: str, key: str, text: str | None, told: str
) -> None:
    change(folder / file, key, text)
    assert words.missing("xx") == (told,) and words.missing("xx", for_voters=True) == ()
    assert "xx" not in words.languages() and "xx" in words.voter_languages() and words.language_name("xx") == "XX"
    assert words.section("xx", "slip")["blank"] == "EN BLANCO XX"
    assert words.say("xx", "booth.print") == words.say("es", "booth.print")
    assert words.say("xx", "pin.label") == words.say("en", "pin.label"), "officers' sentences are not half of it"
    assert words.section("xx", "results") == words.section("en", "results")
    assert words.offered(("xx",)) == words.offered(()) and words.officers_language(("xx", "fr")) == "fr"
    assert words.offered_to_voters(("xx", "nn", "es", "xx")) == ("xx", "es")


@pytest.mark.parametrize("content", ["x", "[]", 'msgid "', 'msgid "a"\nmsgstr "\\x"\n{'])
def test_a_catalogue_that_cannot_be_read_is_missing(folder: Path, content: str) -> None:
    (folder / "slip.po").write_text(content, "utf-8")
    assert words.missing("xx") == ("*",)
    assert_not_offered()


def test_a_folder_with_one_catalogue(folder: Path) -> None:
    for file in folder.iterdir():
        if file.name != "screens.po":
            file.unlink()
    lacking = {name.partition(":")[0] for name in words.missing("xx")}
    assert lacking >= {"cards", "counters", "results", "slip", "tally_sheet"}
    assert_not_offered()


def assert_not_offered() -> None:
    assert "xx" not in words.voter_languages() and "xx" not in words.languages() and words.language_name("xx") == "xx"
    assert words.section("xx", "slip") == words.section("en", "slip")
    assert words.say("xx", "booth.print") == words.say("en", "booth.print")
    assert NotAllowed("pin.wrong", count=4).text("xx") == NotAllowed("pin.wrong", count=4).text("en")
