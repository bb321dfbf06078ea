"""Each key of a TOML file with its line, however the file is written; and what is wrong in one, with its line."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testigo.cli.toml_file import MAX_BYTES, key_lines, read_toml
from testigo.errors import InvalidInput, StorageError

NAMES = st.text(st.sampled_from("abcXYZ019_-"), min_size=1, max_size=6)
ANY_NAMES = st.text(st.sampled_from("ab.=\"'[]#\\ ñ\n\t{}"), max_size=6)
TRICKY = st.text(st.sampled_from("a=.[]{}#'\"\\ \n\tk1"), max_size=30)


def basic(text: str) -> str:
    """A string of one line."""
    special = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(special.get(one, one) for one in text) + '"'


def lines_of_string(text: str) -> str:
    """A string over several lines; quotation marks stand in it as they are, wherever TOML lets them."""
    text = text.replace("\\", "\\\\").replace('"""', '""\\"')
    return '"""' + (text[:-1] + '\\"' if text.endswith('"') else text) + '"""'


def lines_of_literal(text: str) -> str:
    return "'''" + text.replace("'", "") + "''\n'''"


STRINGS = st.one_of(
    TRICKY.map(basic),
    TRICKY.map(lines_of_string),
    TRICKY.map(lines_of_literal),
    TRICKY.map(lambda text: "'" + text.replace("'", "").replace("\n", "") + "'"),
)
SCALARS = st.one_of(
    STRINGS,
    st.integers(-999, 999).map(str),
    st.sampled_from(["true", "1979-05-27T07:32:00Z", "07:32:00", "1_000.5e3", "0xdead", "inf"]),
)
BETWEEN = st.sampled_from(["", " ", "\n", "\n\n", ' # ]}"\n'])


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(values, max_size=3))
    return "[" + ",".join(draw(BETWEEN) + item + draw(BETWEEN) for item in items) + draw(BETWEEN) + "]"


@st.composite
def inline_tables(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.dictionaries(NAMES, values, max_size=3))
    return "{ " + ", ".join(f"{key} = {value}" for key, value in items.items()) + " }"


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=5)


@dataclass
class Document:
    text: str = ""
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def statement(self, key: tuple[str, ...], text: str) -> None:
        self.lines[key] = self.text.count("\n") + 1
        self.text += text


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Text and the line of every key in it: bare, quoted and dotted keys, tables, arrays of tables, comments."""
    made = Document()
    names = draw(st.lists(NAMES | ANY_NAMES, unique=True, min_size=1, max_size=12))
    table: tuple[str, ...] = ()
    for name in names:
        made.text += draw(st.sampled_from(["", "\n", "# a = 1\n", "  \n\t\n", '#"""\n', "  "]))
        kind = draw(st.sampled_from(["key", "key", "dotted", "table", "tables"]))
        written = draw(written_key(name))
        if kind in ("table", "tables"):
            table = (name,)
            opened, closed = ("[", "]") if kind == "table" else ("[[", "]]")
            made.statement(table, f"{opened} {written}\t{closed}{draw(ends())}")
            continue
        key = (*table, name) if kind == "key" else (*table, name, "in")
        dotted = written if kind == "key" else f"{written} . in"
        made.statement(key, f"{dotted} = {draw(VALUES)}{draw(ends())}")
    return made


@st.composite
def written_key(draw: st.DrawFn, name: str) -> str:
    bare = bool(name) and all(one in "abcXYZ019_-" for one in name)
    if bare and draw(st.booleans()):
        return name
    if not set(name) & set("'\n\t") and draw(st.booleans()):
        return f"'{name}'"
    return basic(name)


def ends() -> st.SearchStrategy[str]:
    return st.sampled_from(["\n", "\n", " # x = [\n", "\t#'''\n"])


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents())
def test_every_key_has_its_line(document: Document) -> None:
    tomllib.loads(document.text)
    assert dict(key_lines(document.text)) == document.lines


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab=.[]{}#'\"\\\n ,1"), max_size=60))
def test_whatever_stands_in_a_file_is_read_or_refused_with_a_line(tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, newline="")
    try:
        assert read_toml(file).values == tomllib.loads(text)
    except InvalidInput as error:
        line = int(error.place.rpartition(":")[2])
        assert 1 <= line <= text.count("\n") + 1
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)


def place_of(tmp_path: Path, data: bytes, *key: str) -> str:
    file = tmp_path / "machine.toml"
    file.write_bytes(data)
    return read_toml(file).place(*key).removeprefix(f"{file}:")


def test_a_value_inside_has_the_line_of_its_key_and_what_is_not_there_the_first(tmp_path: Path) -> None:
    data = b'a = """\r\nb = 1\r\n"""\r\n[t]\r\nlist = [\r\n  { x = 1 }]\r\n'
    assert place_of(tmp_path, data, "a") == "1"
    assert place_of(tmp_path, data, "t", "list", "x") == "5"
    assert place_of(tmp_path, data, "b") == "1"
    assert place_of(tmp_path, b"x = 1\na.b.c = 2\n", "a") == "2"


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"port = 1\nhost = \n", 2, "not TOML"),
        (b'\nhost = "open\nport = 1\n', 2, "not TOML"),
        (b"a = 1\n\n[b\n", 3, "not TOML"),
        (b"a = [1,\n2\n", 2, "not TOML"),
        (b'a = 1\nb = 2\n\na = """\n\n"""\n', 4, "a is there twice, first in line 1"),
        (b"x.y = 1\n\"x\" . 'y' = 2\n", 2, "x.y is there twice, first in line 1"),
        (b"[t]\n[t]\n", 2, "t is there twice, first in line 1"),
        (b"a = 1\n[a]\nb = 1\n", 2, "a is there twice, first in line 1"),
        (b"a.b = 1\n\na = 1\n", 3, "not TOML"),
        (b"a = 1\nb = '\xff'\n", 2, "not UTF-8"),
        (b"\xef\xbb\xbfa = 1\n", 1, "not TOML"),
        (b"a = 1\nb = \x00\n", 2, "not TOML"),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, data: bytes, line: int, problem: str) -> None:
    file = tmp_path / "machine.toml"
    file.write_bytes(data)
    with pytest.raises(InvalidInput) as raised:
        read_toml(file)
    assert (raised.value.place, raised.value.problem.startswith(problem)) == (f"{file}:{line}", True), raised.value


@pytest.mark.parametrize("data", [b"a = " + b"[" * 60_000, b"a = " + b"9" * 60_000, b"a." * 30_000 + b"b = 1"])
def test_a_hostile_file_is_read_or_refused_soon(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "machine.toml"
    file.write_bytes(data)
    try:
        assert read_toml(file).place("a").endswith(":1")
    except InvalidInput as error:
        assert str(file) in error.place


def test_a_file_that_is_too_large_or_missing(tmp_path: Path) -> None:
    file = tmp_path / "machine.toml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InvalidInput, match="larger than 65,536 bytes"):
        read_toml(file)
    with pytest.raises(StorageError, match="no such file"):
        read_toml(tmp_path / "absent.toml")
