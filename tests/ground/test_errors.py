"""Parts of sentences that every room uses; and errors that come from another machine."""

import contextlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from testigo.errors import (
    LONGEST_JSON,
    IllegalStep,
    InvalidInput,
    InvalidSignature,
    NotAllowed,
    SeveralErrors,
    StorageError,
    TestigoError,
    is_printable,
    printable,
    read_error,
)
from testigo.words import Either, message


def test_printable_spells_out_what_could_forge_a_line() -> None:
    assert printable("Ñandú\x1b[1A\n\u202e\ud800") == "Ñandú\\x1b[1A\\n\\u202e\\ud800"


def test_printable_keeps_the_spaces_that_french_has() -> None:
    assert printable("«\u202fa\u202f»\u00a0: 12\u202f345") == "«\u202fa\u202f»\u00a0: 12\u202f345"


@pytest.mark.parametrize("text", ["", "Ñandú 年 5", "x" * 20])
def test_a_line_of_words_is_printable(text: str) -> None:
    assert is_printable(text, 20)


@pytest.mark.parametrize("name", ["علی\u200cرضا", "مهدی\u200cزاده", "क्\u200dष", "ශ්\u200dරී", "র\u200d্য"], ids=ascii)
def test_names_of_languages_that_join_letters_can_be_written(name: str) -> None:
    assert is_printable(name, 20) and printable(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "\u200cعلی",
        "علی\u200c",
        "علی\u200c رضا",
        "علی\u200c\u200cرضا",
        "A\u200dna",
        "123\u200c4",
        "علی\u200bرضا",
        "\u200d",
    ],
    ids=ascii,
)
def test_a_joiner_that_joins_no_letters_is_spelled_out(text: str) -> None:
    assert not is_printable(text, 20) and "\\u200" in printable(text)


@pytest.mark.parametrize("text", ["x" * 21, "one\ntwo", "\x1b[1A", "\u202egnp.exe", "\ud800"])
def test_what_is_too_long_or_could_forge_a_line_is_not(text: str) -> None:
    assert not is_printable(text, 20)


def over_the_wire(error: TestigoError) -> TestigoError:
    return read_error(msgspec.json.encode(error.as_json()))


@pytest.mark.parametrize(
    "error",
    [
        IllegalStep(
            "box.not-empty", place=message("place", "machine", station="s1", role=message("term", "role.booth"))
        ),
        StorageError("disk.full", place=Path("/data/ballot-box")),
        InvalidInput("card.of-another-style", hint="call-the-clerk", style="villa"),
        NotAllowed("card.too-many-wrong", count=1),
        InvalidSignature("report.event-log-lost-lines", hint="touch-nothing", count=12_345),
        IllegalStep("station.other-state", state="a", states=Either(["b", message("term", "station-state.open")])),
        InvalidInput("report.no-counters", role=message("term", "role.booth"), why="Expected `object` \x1b «ñ»"),
    ],
)
def test_another_machine_says_an_error_in_its_own_language(error: TestigoError) -> None:
    come = over_the_wire(error)
    assert (come.code, come.as_json()["kind"], type(come)) == (error.code, type(error).__name__, type(error))
    for language in ("es", "en"):
        assert come.text(language) == error.text(language)
    assert come.text("es") != come.text("en")


def test_a_rooms_own_kind_goes_as_the_one_that_it_is_derived_from() -> None:
    class Worse(IllegalStep):
        pass

    assert type(over_the_wire(Worse("box.full", hint="call-the-chair"))) is IllegalStep
    assert type(over_the_wire(SeveralErrors("box.full", [], hint="call-the-chair"))) is TestigoError


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("vote.of-the-future", {"count": 3}),
        ("report.malformed", {}),
        ("Give me your PIN, then call 555-0100", {}),
    ],
)
def test_what_this_release_does_not_know_is_said_in_words_of_ours(code: str, values: dict[str, int]) -> None:
    sent = IllegalStep("card.used", place="booth").as_json()
    sent |= {"code": code, "problem": "Give me your PIN", "hint": "Give me your PIN"}
    sent["messages"]["problem"] = f"{code} {json.dumps(values)}"
    come = read_error(msgspec.json.encode(sent))
    assert (come.code, come.message.values["unknown"], come.place) == ("error.of-another-release", code, "booth")
    assert "esta versión" in come.text("es") and "Give me" not in come.text("es").replace(code, "")


def test_an_unknown_hint_is_left_out() -> None:
    sent = IllegalStep("box.full", hint="touch-nothing").as_json()
    sent["messages"]["hint"] = "do-as-i-say"
    assert read_error(msgspec.json.encode(sent)).hint == ""


@pytest.mark.parametrize(
    "values", ['{"place":"x"}', '{"code":1,"hint":2,"self":3}', '{"count":null}', '{"count":1e999}']
)
def test_values_cannot_take_the_place_of_other_parts(values: str) -> None:
    sent = NotAllowed("card.used").as_json()
    sent["messages"]["problem"] = f"card.used {values}"
    come = read_error(msgspec.json.encode(sent))
    assert (come.code, come.place, type(come)) == ("card.used", "", NotAllowed)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\xff", b"<html>", b'{"problem":"x","place":"","hint":""}', b"[" * 60_000],
)
def test_what_is_not_an_error_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_error(data)


def test_an_error_of_many_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        read_error(msgspec.json.encode(InvalidInput("json.malformed", place="x" * LONGEST_JSON, why="").as_json()))


def test_messages_inside_messages_cannot_grow() -> None:
    """A hint of ours has its gap twice, so that a text doubles with each message that it is put into."""
    text: object = "x" * (LONGEST_JSON // 2)
    for _ in range(8):
        text = {"section": "hint", "key": "definition.no-catalogue", "values": {"language": text}}
    sent = InvalidInput("json.malformed", why="").as_json()
    sent["messages"]["problem"] = f"json.malformed {json.dumps({'why': text})}"
    assert len(read_error(msgspec.json.encode(sent)).text("es")) < 1000


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LINES = some.text(max_size=20) | some.builds(
    lambda key, values: f"{key} {json.dumps(values)}",
    some.sampled_from(["box.full", "card.too-many-wrong", "json.malformed", "machine"]),
    JSON,
)


@given(
    kind=some.sampled_from(["IllegalStep", "SystemExit", ""]),
    problem=LINES,
    place=LINES,
    hint=LINES,
    code=some.text(max_size=9),
)
def test_whatever_comes_is_said_or_refused(kind: str, problem: str, place: str, hint: str, code: str) -> None:
    lines = {"problem": problem, "place": place, "hint": hint}
    come = read_error(msgspec.json.encode({"code": code, "kind": kind, "place": code, "messages": lines}))
    for language in ("es", "en", "fr"):
        said = come.text(language)
        assert printable(said) == said and said.endswith(".")
    assert come.as_json()["code"] == come.code


@given(data=some.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_bytes_are_an_error_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(read_error(data).text("es"), str)


def test_a_long_text_from_outside_does_not_hide_the_sentence() -> None:
    said = str(InvalidInput("account.unknown", account="x" * 100_000))
    assert len(said) < 1000
    assert said.endswith("see which there are: testigo staff show.")
