"""docs/glossary*.md are what the catalogues say; documents and docstrings are plain English (`plain_words`)."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from plain_words import (
    ALLOWED,
    GONE_NAMES,
    GONE_TYPES,
    ONE_MEANING,
    docstrings_of,
    names_of,
    paragraphs_of,
    phrases_in,
    types_of,
)
from testigo.words.catalogues import catalogue_of

LANGUAGES = ("en", "es")
OTHERS = ("pt", "fr")
"""Languages with a page of their own, `docs/glossary-LANGUAGE.md`."""


class Row(NamedTuple):
    """A line of the glossary. `word`, `rejected`: by language."""

    word: dict[str, str]
    rejected: dict[str, list[str]]
    key: str


def rows(page: str) -> list[Row]:
    """Every line of the tables with six columns."""
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 6 and cells[0] not in ("English", "---"):
            english, not_english, spanish, not_spanish, _, key = cells
            rejected = {"en": not_english, "es": not_spanish}
            found.append(
                Row(
                    {"en": english, "es": spanish},
                    {code: _words(text) for code, text in rejected.items()},
                    key.strip("`"),
                )
            )
    return found


def rows_of_another(page: str, language: str) -> list[Row]:
    """Every line of a table with four columns: English, the language's word, not, seen at."""
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in page.splitlines()]
    return [
        Row({language: own}, {language: _words(rejected)}, key.strip("`"))
        for _, own, rejected, key in (four for four in cells if len(four) == 4)
        if key.startswith("`")
    ]


def _words(text: str) -> list[str]:
    plain = re.sub(r"\(.*?\)", "", text)
    return [word.strip() for word in plain.split(",") if word.strip()]


def catalogues(language: str) -> dict[str, str]:
    """Every text of a language, as `section.key`; plural forms together."""
    forms = catalogue_of(language).forms
    return {f"{section}.{key}": " / ".join(texts) for (section, key), texts in forms.items()}


@pytest.fixture(scope="module")
def glossaries(project_root: Path) -> dict[str, list[Row]]:
    docs = project_root / "docs"
    own = {code: rows_of_another((docs / f"glossary-{code}.md").read_text(), code) for code in OTHERS}
    return {**dict.fromkeys(LANGUAGES, rows((docs / "glossary.md").read_text())), **own}


@pytest.mark.parametrize("language", [*LANGUAGES, *OTHERS])
def test_the_catalogues_use_the_words(glossaries: dict[str, list[Row]], language: str) -> None:
    texts, glossary = catalogues(language), glossaries[language]
    assert len(glossary) > 50
    wrong = [
        f"{row.key}: {texts.get(row.key)!r} has no {row.word[language]!r}"
        for row in glossary
        if row.key and _stem(row.word[language]) not in texts.get(row.key, "").lower()
    ]
    assert wrong == []


NAMED_BY_OTHERS = ("term.votes-for-nobody",)
"""What people call a thing, whether it is our word for it or not: never shown, only compared with."""


@pytest.mark.parametrize("language", [*LANGUAGES, *OTHERS])
def test_no_catalogue_uses_a_rejected_word(glossaries: dict[str, list[Row]], language: str) -> None:
    texts = {
        key: re.sub(r"`[^`]*`|{\w+}", "…", text) for key, text in catalogues(language).items()
    }  # no commands, no gaps
    wrong = [
        f"{key}: {text!r} says {word!r}, the word is {row.word[language]!r}"
        for row in glossaries[language]
        for word in row.rejected[language]
        for key, text in texts.items()
        if key not in NAMED_BY_OTHERS and re.search(rf"\b{re.escape(word)}(?:s|es)?\b", text, re.IGNORECASE)
    ]
    assert wrong == []


def _stem(word: str) -> str:
    """Without a plural's ending, so that `station` is in `Stations` and `votante` in `Votantes`."""
    return word.lower().removesuffix("s")


def test_a_rejected_word_would_be_found(glossaries: dict[str, list[Row]]) -> None:
    rejected = {word for row in glossaries["es"] for word in row.rejected["es"]}
    assert {"elija", "votaron", "liberados", "rechazado"} <= rejected


def test_documents_are_plain_english(project_root: Path) -> None:
    pages = [*(project_root / "docs").glob("*.md"), project_root / "README.md", project_root / "CONTRIBUTING.md"]
    assert _not_plain(project_root, {page: paragraphs_of(page) for page in pages}) == []


def test_docstrings_are_plain_english(project_root: Path) -> None:
    modules = sorted((project_root / "src").rglob("*.py"))
    assert _not_plain(project_root, {module: docstrings_of(module) for module in modules}) == []


def test_names_have_no_word_that_is_gone(project_root: Path) -> None:
    found = [
        f"{module.relative_to(project_root).as_posix()}:{line}: {name}"
        for module in sorted((project_root / "src").rglob("*.py"))
        for line, name in names_of(module)
        if name in GONE_TYPES or GONE_NAMES & {word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)}
    ]
    assert found == []


def test_a_type_has_one_meaning(project_root: Path) -> None:
    modules = sorted((project_root / "src").rglob("*.py"))
    defined = Counter(name for module in modules for name in types_of(module))
    assert {name: defined[name] for name in ONE_MEANING if defined[name] > 1} == {}


def _not_plain(root: Path, texts: dict) -> list[str]:
    found = []
    for file, parts in texts.items():
        name = file.relative_to(root).as_posix()
        found += [
            f"{name}:{line}: {phrase!r}; write: {instead}"
            for line, text in parts
            for phrase, instead in phrases_in(text)
            if not {(name, "*"), (name, phrase)} & set(ALLOWED)
        ]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "this is no folder",
        "An address is\nwanted.",
        "a stranger's check of it",
        "a million a second a core",
        "fingers of nobody",
        "the same to the last byte",
        "made Anew",
        "it had begun",
        "the mend",
        "any stranger",
        "the story",
        "two mistakes",
        "eight signs",
    ],
)
def test_what_is_not_plain_is_found(text: str) -> None:
    assert list(phrases_in(text.replace("eight", "8")))


@pytest.mark.parametrize(
    "text",
    ["there is no index", "it is no longer there", "the chair signs it", "recommended", "12 a.m.", "a second key"],
)
def test_what_is_plain_is_not_found(text: str) -> None:
    assert not list(phrases_in(text))
