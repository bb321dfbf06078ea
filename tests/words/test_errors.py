"""Every error has its sentences in every language, with the values that the sources give; and none is left over."""

import re
from collections.abc import Iterator

import pytest

import error_codes
from testigo.words import languages
from testigo.words.catalogues import CHOOSES, catalogue_of, gaps

ROOMS = sorted({use.room for use in error_codes.uses()})


def keys(language: str, section: str) -> set[str]:
    return {key for context, key in catalogue_of(language).forms if context == section}


def gaps_of(language: str, section: str, key: str) -> set[str]:
    forms = catalogue_of(language).forms.get((section, key), ())
    return set().union(*(gaps(form) or set() for form in forms))


def shown(language: str, use: error_codes.Use, key: str) -> set[str]:
    """The gaps of a sentence and of its hint."""
    hint = gaps_of(language, "hint", use.hint or key) if use.section == "error" else set()
    return gaps_of(language, use.section, key) | hint


def named(use: error_codes.Use, language: str) -> Iterator[str]:
    """The keys of a language that a place names."""
    known = keys(language, use.section)
    yield from [use.key] if use.exact else (key for key in known if re.fullmatch(use.key, key))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("room", ROOMS)
def test_every_code_has_its_sentences(room: str, language: str) -> None:
    lacking = []
    for use in error_codes.uses():
        if use.room == room:
            found = [key for key in named(use, language) if key in keys(language, use.section)]
            lacking += [] if found else [f"{use.where}: {use.section} {use.key!r}"]
            if use.hint is not None and use.hint not in keys(language, "hint"):
                lacking.append(f"{use.where}: hint {use.hint!r}")
    assert lacking == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("room", ROOMS)
def test_every_gap_has_a_value_and_every_value_a_gap(room: str, language: str) -> None:
    wrong = []
    for use in error_codes.uses():
        if use.room != room or use.values is None or not use.exact:
            continue
        required = shown(language, use, use.key)
        if required - use.values:
            wrong.append(f"{use.where}: {use.key} needs {sorted(required - use.values)}")
        if unused := use.values.difference(
            {CHOOSES}, *(shown(language, use, key) for key in use.alternatives or [use.key])
        ):
            wrong.append(f"{use.where}: {use.key} gives {sorted(unused)}, which nothing shows")
    assert wrong == []


def test_every_code_can_be_found() -> None:
    assert error_codes.unclear() == []


@pytest.mark.parametrize("section", error_codes.NAMED_BY_CALLS)
def test_every_sentence_is_one_that_some_room_still_says(section: str) -> None:
    said = {key for use in error_codes.uses() if use.section == section for key in named(use, "en")}
    assert sorted(keys("en", section) - said) == []


def test_every_hint_belongs_to_an_error_that_is_still_made() -> None:
    said = {key for use in error_codes.uses() if use.section == "error" for key in named(use, "en")}
    shared = {use.hint for use in error_codes.uses() if use.hint}
    assert sorted(keys("en", "hint") - said - shared) == []


@pytest.mark.parametrize("language", languages())
def test_sentences_are_parts_of_a_sentence(language: str) -> None:
    """Place, problem and hint are joined with `: ` and `; `, and a full stop."""
    wrong = [
        f"{section} {key}: {form!r}"
        for (section, key), forms in catalogue_of(language).forms.items()
        if section in ("error", "hint")
        for form in forms
        if form.rstrip(".") != form or form.strip() != form or "\n" in form
    ]
    assert wrong == []
