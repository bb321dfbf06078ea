"""A message written as a line of text is said in any language after it; a line of another release says itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from testigo.words import Either, Message, Value, from_line, message, number, to_line

FINGERS = message("term", "finger", count=2)
VALUES: some.SearchStrategy[Value] = some.recursive(
    some.text(max_size=5) | some.integers() | some.none() | some.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.lists(inner, max_size=3).map(Either)
        | some.builds(lambda one: message("term", "finger", count=one), some.integers())
        | some.builds(lambda one: message("error", "json.malformed", why=one), inner)
    ),
    max_leaves=6,
)


def test_the_line_can_be_read() -> None:
    assert to_line(message("error", "key.not-pem")) == "key.not-pem"
    assert to_line(message("error", "json.malformed", why="línea 3")) == 'json.malformed {"why":"línea 3"}'
    inside = '{"key":"finger","section":"term","values":{"count":2}}'
    assert to_line(message("error", "json.malformed", why=FINGERS)) == f'json.malformed {{"why":{inside}}}'


@given(value=VALUES)
def test_what_is_read_back_is_said_as_before_in_every_language(value: Value) -> None:
    whole = message("error", "json.malformed", why=value)
    line = to_line(whole)
    assert "\n" not in line and from_line("error", line).known
    for language in ("es", "en"):
        assert from_line("error", line).text(language) == whole.text(language)


@pytest.mark.parametrize("value", [10**15, 10**40, -(10**40), 1e300, float("inf")])
def test_no_number_is_too_large_to_be_said(value: float) -> None:
    assert all(kind in "0123456789.,e+inf-" for kind in number(value, "es"))


def test_paths_and_times_are_written_as_text() -> None:
    line = to_line(message("error", "json.malformed", why=[Path("a/b"), datetime(2027, 4, 11, tzinfo=UTC)]))
    assert line == 'json.malformed {"why":["a/b","2027-04-11T00:00:00+00:00"]}'


@pytest.mark.parametrize(
    "line",
    [
        "",
        "station n1 already sent another tally sheet",
        "the same paper as a.png#1, counted once",
        "no.such-code",
        "json.malformed",
        "json.malformed {",
        "json.malformed []",
        'json.malformed {"other": 1}',
        'json.malformed {"why": {"section": "term"}}',
        'json.malformed {"why": {"section": "term", "key": "finger", "values": []}}',
        'json.malformed {"why": {"section": [], "key": "finger", "values": {}}}',
        'json.malformed {"why": ' + "[" * 100_000,
        'json.malformed {"why": ' + "[" * 12 + "]" * 12 + "}",
    ],
)
def test_any_other_line_says_itself(line: str) -> None:
    found = from_line("error", line)
    assert (found.text("es"), found.known) == (line, False)


@given(line=some.text() | some.text().map(lambda rest: f"json.malformed {rest}"))
def test_any_line_says_something(line: str) -> None:
    assert isinstance(from_line("error", line), Message) and isinstance(from_line("error", line).text("es"), str)
