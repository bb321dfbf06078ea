"""One pair of quotation marks for each language, and parentheses that do not stand within parentheses."""

import re

import pytest

from testigo.errors import InvalidInput
from testigo.words import catalogues, languages, message

MARKS = {"en": ("'", "'"), "es": ("«", "»"), "pt": ("“", "”"), "fr": ("«\u00a0", "\u00a0»")}
"""What each language puts around a word that is quoted; what is typed or is code stands in backticks everywhere."""

ALL = "'\"“”‘«»„‹›"


@pytest.mark.parametrize("language", languages())
def test_a_language_quotes_in_one_way(language: str) -> None:
    opening, closing = MARKS[language]
    wrong = []
    for (section, key), texts in catalogues.catalogue_of(language).forms.items():
        for text in texts:
            plain = re.sub(r"`[^`]*`", "", text).replace(" › ", "")
            if language in ("en", "fr"):  # the sign of an apostrophe within a word, and of a plural's owner
                plain = re.sub(r"(?<=[\w}])['’](?=\w)", "", plain)
            plain = re.sub(rf"(?<!\w){opening}[^{ALL}]*{closing}(?!\w)", "", plain)
            if language == "en":
                plain = re.sub(r"(?<=s)'(?=\s|$)", "", plain)
            if any(one in plain for one in ALL + "’"):
                wrong.append(f"{section} {key}: {text}")
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_no_sentence_has_parentheses_in_parentheses(language: str) -> None:
    for (section, key), texts in catalogues.catalogue_of(language).forms.items():
        for text in texts:
            depth = 0
            for one in re.sub(r"`[^`]*`", "", text):
                depth += (one == "(") - (one == ")")
                assert 0 <= depth < 2, (section, key, text)


def test_a_message_within_parentheses_has_square_brackets() -> None:
    inner = message("finding", "no-record.no-checkpoint", reason=message("error", "file.missing"))
    error = InvalidInput("definition.malformed", why=inner)
    assert error.text("en").startswith(
        "not an election definition (no checkpoint can be read here [missing]); get the file"
    )
    assert inner.text("en") == "no checkpoint can be read here (missing)"


def test_what_stands_in_a_file_stays_as_it_is() -> None:
    inner = message("finding", "no-record.no-checkpoint", reason="election (2).yaml")
    assert "here [election (2).yaml])" in InvalidInput("definition.malformed", why=inner).text("en")
    assert "(a (b) c)" in InvalidInput("definition.malformed", why="a (b) c").text("en")
