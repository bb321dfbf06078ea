"""A command that is not written right: said like any other error, in the user's language, and short."""

import re

import pytest

from testigo.cli.root import main
from testigo.words import set_language

WRONG = {
    "no such command": ["elections"],
    "no such command of a group": ["election", "chec"],
    "no such option": ["election", "check", "--nope"],
    "no such option of testigo": ["--nope"],
    "an argument is missing": ["election", "check"],
    "an option is missing": ["register", "settle", "3", "same"],
    "an option without its value": ["verify", "--root-key"],
    "one argument too many": ["election", "check", "a", "b"],
    "not a number": ["register", "settle", "three", "same"],
    "not one of them": ["--log-format", "xml", "verify", "public"],
}


@pytest.fixture
def run(capsys, monkeypatch):
    def call(language, *arguments):
        monkeypatch.setenv("TESTIGO_LANGUAGE", language)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, "")
        return said.err

    yield call
    set_language("en")


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_one_sentence_with_a_hint(run, wrong):
    for language, shows in (("en", "shows how it is written"), ("es", "muestra cómo se escribe"), ("fr", "montre")):
        said = run(language, *WRONG[wrong])
        assert said.startswith(("Error: testigo", "Erreur\u202f: testigo")) and "--help`" in said and shows in said
        assert said.count("\n") == 1


@pytest.mark.parametrize("wrong", WRONG)
def test_nothing_that_typer_says_in_english_is_left(run, wrong):
    for language in ("es", "fr", "pt"):
        said = run(language, *WRONG[wrong])
        left = re.findall(
            r"\b(?:no such|command|invalid|value|missing|option '|requires|got|input|should|valid)\b", said, re.I
        )
        assert left == [], said


def test_what_is_wrong_with_a_value_is_said(run):
    assert "CASE_ID debe ser un número entero" in run("es", *WRONG["not a number"])
    assert "--log-format doit être text ou json" in run("fr", *WRONG["not one of them"])
    assert "--spoiled deve ser no mínimo 0" in run(
        "pt", "audit", "closing-count", "p", "--station", "1", "--spoiled", "-1"
    )
    assert "la opción --json no lleva valor" in run("es", "centre", "status", "c", "--json=1")


def test_what_is_missing_is_named(run):
    assert "FILE is missing" in run("en", "election", "check")
    assert "no existe la opción --nope" in run("es", "verify", "--nope")
    assert "falta --officer" in run("es", "register", "settle", "3", "same")


@pytest.mark.parametrize(
    "words", [["{}"], ["election", "{}"], ["verify", "a", "{}"], ["verify", "--{}"], ["register", "case", "{}"]]
)
def test_a_long_argument_does_not_hide_the_sentence(run, words):
    assert len(run("en", *(word.format("x" * 5000) for word in words))) < 400


def test_a_group_alone_shows_its_help(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["election"])
    said = capsys.readouterr()
    assert ended.value.code == 2 and "Commands:" in said.out + said.err
