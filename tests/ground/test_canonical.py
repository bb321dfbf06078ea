"""Canonical JSON: one value, one spelling."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo import canonical
from testigo.errors import InvalidInput

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_what_is_encoded_is_decoded(value: object) -> None:
    assert canonical.decode(canonical.encode(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except InvalidInput:
        return
    assert canonical.encode(value) == data


@given(plain, st.data())
def test_another_spelling_is_refused(value: object, data: st.DataObject) -> None:
    spaced = json.dumps(value, indent=1, ensure_ascii=data.draw(st.booleans())).encode()
    if spaced != canonical.encode(value):
        with pytest.raises(InvalidInput):
            canonical.decode(spaced)


def test_known_answer_of_rfc_8785() -> None:
    # RFC 8785 section 3.2.3 sorts by UTF-16 code units
    value = {
        "€": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "😀": "Smiley",
        "ö": "o",
    }
    keys = list(json.loads(canonical.encode(value)))
    assert keys == ["\r", "1", "ö", "€", "😀", "\ufb33"]


@pytest.mark.parametrize("value", [1.5, {"a": [2.0]}, 2**53, float("nan"), "\ud800"])
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data", [b'{"a":1,"a":1}', b"1.0", b"1e3", b"NaN", b'{"b":1,"a":2}', b'"\\u0041"', b"", b"[" * 5000, b"-0"]
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        canonical.decode(data)


def test_structs_are_encoded_by_their_fields() -> None:
    class Point(msgspec.Struct):
        y: int
        x: int

    assert canonical.encode(Point(2, 1)) == b'{"x":1,"y":2}'


class _Shape(msgspec.Struct, forbid_unknown_fields=True):
    x: int
    y: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("value", "key", "values"),
    [
        ({}, "value-reason.missing", {"field": "x", "where": "$"}),
        ({"x": 1, "z": 1}, "value-reason.unknown-field", {"field": "z", "where": "$"}),
        ({"x": 1, "z" * 99: 1}, "value-reason.unknown-field", {"field": "z" * 60, "where": "$"}),
        ({"x": "1"}, "value-reason.another-kind", {"expected": "int", "found": "str", "where": "$.x"}),
        ({"x": 1, "y": ["1"]}, "value-reason.another-kind", {"expected": "int", "found": "str", "where": "$.y[0]"}),
    ],
)
def test_a_value_of_another_shape_is_explained_in_words(value: object, key: str, values: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, _Shape, strict=True)
    why = canonical.why_refused(caught.value)
    assert (why.key, why.values) == (key, values)
    assert why.text("es") != why.text("en")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"\xff", "not-utf-8"),
        (b"{", "syntax"),
        (b'{"a":1,"a":2}', "key-twice"),
        (b"1.5", "not-whole"),
        (b"NaN", "not-whole"),
        (b"9" * 5000, "number-too-long"),
        (b"[" * 100_000, "too-deep"),
    ],
)
def test_bytes_that_are_not_json_are_explained_in_words(data: bytes, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        canonical.decode(data)
    assert caught.value.message.values["why"].key == f"json-reason.{key}"  # type: ignore[union-attr]
