"""A catalogue written for translators can be read again; what is not a catalogue is refused, however it is broken."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from testigo import words
from testigo.words import catalogues


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_written_catalogue_says_the_same(language: str) -> None:
    again, own = catalogues.parse(words.catalogue_file(language)), catalogues.catalogue_of(language)
    assert again.forms == own.forms and again.reviewed_by == own.reviewed_by
    assert [again.plural(count) for count in range(200)] == [own.plural(count) for count in range(200)]


@pytest.mark.parametrize(("language", "forms"), [("gn", 2), ("ja", 1), ("cy", 6), ("pl", 3), ("xx", 2)])
def test_the_empty_catalogue_lacks_everything(language: str, forms: int) -> None:
    text = words.catalogue_file(language)
    assert f"nplurals={forms};" in text and "#. en: Print my vote" in text and "#. es: Imprimir mi voto" in text
    assert len(catalogues.lacking(catalogues.parse(text))) == len(catalogues.catalogue_of("es").forms)


@pytest.mark.parametrize(("language", "forms"), [("ar", 6), ("he", 3)])
def test_a_language_of_voters_is_filled_in_as_far_as_it_goes(language: str, forms: int) -> None:
    text = words.catalogue_file(language)
    own = catalogues.parse(text)
    assert f"nplurals={forms};" in text and catalogues.lacking(own, for_voters=True) == ()
    assert (
        text.count("#. for voters\n")
        == len(own.forms) - len([one for one in own.forms.values() if not all(one)])
        == len(catalogues.of_release(language).forms)
    )


def filled(language: str) -> str:
    """Spanish as if it were another language with as many plural forms."""
    return words.catalogue_file("es").replace("Language: es", f"Language: {language}").replace("Español", "Avañe'ẽ")


def test_an_elections_own_catalogue_is_a_language_of_this_process() -> None:
    try:
        words.add("gn", filled("gn"))
        assert "gn" in words.languages() and words.language_name("gn") == "Avañe'ẽ"
        assert words.say("gn", "booth.print") == "Imprimir mi voto"
        words.add("gn", filled("gn").replace("Imprimir mi voto", "Embopapapaite"))
        assert [words.say(code, "booth.print") for code in ("gn", "es")] == ["Embopapapaite", "Imprimir mi voto"]
    finally:
        words.forget_added()


def test_an_incomplete_one_is_not_taken() -> None:
    with pytest.raises(ValueError, match=r"lacks screens: booth\.print"):
        words.add("gn", filled("gn").replace('msgstr "Imprimir mi voto"', 'msgstr ""'))
    assert "gn" not in words.languages()


@pytest.mark.parametrize(
    "text",
    [
        'msgid "',
        'msgid "a"\nmsgstr[9999999999] "b"\n',
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n ? __import__);\\n"\n',
        'msgid ""\nmsgstr "Plural-Forms: nplurals=9; plural=' + "(" * 500 + 'n;\\n"\n',
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=nonsense\\n"\n',
        'msgid ""\nmsgstr "PO-Revision-Date: never\\n"\n',
        "x" * (catalogues.MOST_BYTES + 1),
    ],
)
def test_what_is_not_a_catalogue_is_refused_or_lacks_everything(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert catalogues.lacking(catalogues.parse(text))


PARTS = (
    'msgid ""', 'msgstr ""', "msgctxt ", '"Plural-Forms: nplurals=', "; plural=n;", '\\n"', "msgid_plural ",
    "msgstr[1]", "#~ ", "#, fuzzy", "#| ", '"', "\n", "\\", "\ufeff",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(some.lists(some.sampled_from(PARTS) | some.text(max_size=5), max_size=25).map("".join))
def test_any_text_is_a_catalogue_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        catalogues.lacking(catalogues.parse(text))
