"""Numbers, spellings and files that no officer means: each is refused by a true sentence with its place."""

import json
import os
import resource
import time
from pathlib import Path

import pytest

from testigo.election import load
from testigo.election.digits import read_digits
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import catalogues

NUMBERS = [
    ("9" * 40, f"the number {'9' * 40} has 40 digits; write one of at most 15 digits"),
    ("1" * 26, "has 26 digits"),
    ("9" * 5000, "has 5,000 digits"),
    ("9007199254740993", "has 16 digits"),
    ("-" + "9" * 30, "has 30 digits"),
    ("1.5", "a whole number is required, not '1.5'"),
    ("-1", "has -1 seats"),
    ("-0", "has 0 seats"),
    ("1e3", "a whole number is required, not '1e3'"),
    ("0x10", "a whole number is required, not '0x10'"),
    ("0o17", "a whole number is required, not '0o17'"),
    ("1:30", "a whole number is required, not '1:30'"),
    ("12_000", "a whole number is required, not '12_000'"),
    ("1,000", "a whole number is required, not '1,000'"),
    ("+1", "a whole number is required"),
    ("1\u202e", r"a whole number is required, not '1\\u202e'"),
    ("١", "a whole number is required"),
    ("²", "a whole number is required"),
    (".nan", "a whole number is required"),
    (".inf", "a whole number is required"),
    ("yes", "a whole number is required, not 'yes'"),
    ("null", "a whole number is required, not 'null'"),
    ("2027-01-01", "a whole number is required, not '2027-01-01'"),
    ("", "a whole number is required, and nothing stands here"),
    ('"1"', "a whole number is required, and 1 stands in quotes"),
    ("[1]", "a single value is required"),
    ("{a: 1}", "a single value is required"),
    ("999999999999999", "999,999,999,999,999"),
]


@pytest.mark.parametrize(("number", "says"), NUMBERS)
def test_what_a_number_is_not(base: str, written, number: str, says: str) -> None:
    text = base.replace("    seats: 2\n", f"    seats: {number}\n", 1)
    with pytest.raises(SeveralErrors) as refused:
        load(written(text))
    said = str(refused.value)
    line = text[: text.index(f"seats: {number}\n")].count("\n") + 1
    assert says.replace("\\\\", "\\") in said and f":{line}" in said, said


WHOLE_FILES = [
    ("\ta: 1\n", ":1: not YAML"),
    ("id: a\0b\n", ":1: not YAML"),
    ("id: " + "[" * 100_000, ":1: nested more than 64 deep"),
    ("{a: " * 100_000, ":1: nested more than 64 deep"),
    ("a: &a [x, x]\nb: [*a, *a]\n", ":2: an alias"),
    ("a: !!python/object:os.system x\n", ":1: the tag"),
    ("a: 1\n---\nb: 2\n", ":2: a second document"),
    ("? [a]\n: b\n", ":1: a list"),
    ("", "contains nothing|is empty|nothing"),
    ("- a\n", ":1: a mapping is required"),
    ("hello\n", ":1: a mapping is required"),
    ("id: x\nid: y\n", ":2: 'id' is said again; line 1"),
    ("<<: {id: x}\n", ":1: there is no key '<<'"),
    ("id: a\ud800b\n", "not UTF-8|not a text|byte"),
]


@pytest.mark.parametrize(("text", "says"), WHOLE_FILES)
def test_what_a_file_is_not(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "election.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    began, most = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TestigoError, match=says):
        load(file)
    assert time.process_time() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 300_000  # kilobytes


MISTAKES = {
    "a:\n\t- b\n": "un tabulador",
    "a: 1\n\tb: 2\n": "un tabulador donde se requieren espacios",
    "a: b\0\n": "un carácter de control",
    "a: b: c\n": "un texto lleva dos puntos",
    'a: "x\n': "unas comillas se abren y no se cierran",
    "a: [1, 2\nb: 3\n": "falta cerrar un corchete",
    "a:\n  b: 1\n c: 2\n": "no tiene la misma sangría",
    'a: "\\q"\n': "una barra inversa",
    "a: @x\n": "empieza con @",
}
"""What people do wrong in YAML, and what they are told."""


@pytest.mark.parametrize("text", MISTAKES)
def test_what_is_wrong_in_yaml_is_said_in_the_users_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "election.yaml").write_text(text)
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path / "election.yaml")
    assert refused.value.code == "file.not-yaml" and MISTAKES[text] in refused.value.text("es")
    assert "found" not in refused.value.text("es")


JSONS = [
    ('{"seats": ' + "9" * 5000 + "}", "there is no key 'seats'"),
    ('{"id": 1e3}', "missing here: title"),
    ('{"id": "\\ud800"}', ":1: not JSON"),
    ('{"id": NaN}', "missing here: title"),
    ("[" * 100_000, "nested more than 64 deep"),
    ("{'id': 1}", ":1: not JSON"),
    ('{"id": 1,}', ":1: not JSON"),
]


@pytest.mark.parametrize(("text", "says"), JSONS)
def test_a_json_file_is_not_called_yaml(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "election.json").write_text(text)
    with pytest.raises(TestigoError, match=says) as refused:
        load(tmp_path / "election.json")
    assert "YAML" not in str(refused.value) and "sys.set_int" not in str(refused.value)


def test_line_ends_and_a_mark_of_byte_order_change_nothing(base: str, tmp_path: Path) -> None:
    for name, data in {
        "a": base.encode(),
        "b": b"\xef\xbb\xbf" + base.encode(),
        "c": base.replace("\n", "\r\n").encode(),
        "d": base.replace("\n", "\r").encode(),
    }.items():
        (tmp_path / f"{name}.yaml").write_bytes(data)
    assert len({load(file).digest for file in tmp_path.glob("*.yaml")}) == 1


def test_no_pipe_no_folder_and_no_device_is_a_definition(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "election.yaml")
    for file in (tmp_path / "election.yaml", tmp_path, Path("/dev/zero")):
        with pytest.raises(TestigoError, match=r"not a plain file|a folder"):
            load(file)


def test_a_number_of_many_digits_is_a_number() -> None:
    assert read_digits("9" * 15) == 999_999_999_999_999 and read_digits("-5") == -5
    with pytest.raises(InvalidInput, match=r"red: the number 9+… has 70 digits; write one of at most 3 digits"):
        read_digits("9" * 70, most=3, place="red")


def test_what_is_no_text_in_json_is_no_name(base: str, tmp_path: Path) -> None:
    """A name that is the same in every language is written once; `false` is none."""
    file = tmp_path / "election.json"
    for name in ("false", "true", "null"):
        file.write_text('{"languages": ["es"], "parties": [{"name": ' + name + "}]}")
        with pytest.raises(
            SeveralErrors, match=rf"party 1 › name\): a text is required, not {name}; write it in quotes"
        ):
            load(file)


@pytest.mark.parametrize("language", ["x" * 100_000, "../en", "es/../en", "", ".", "a\nb"])
def test_what_cannot_be_a_language_is_looked_for_nowhere(base: str, written, language: str) -> None:
    text = base.replace("languages: [es, en]", f"languages: [es, en, {json.dumps(language)}]")
    with pytest.raises(SeveralErrors) as refused:
        load(written(text))
    assert "definition.not-a-language" in {one.code for one in refused.value.errors}
    assert catalogues.of_release(language).forms == {}
