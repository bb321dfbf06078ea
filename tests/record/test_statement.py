"""Statements and log entries: round trips, other spellings, fuzz."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo import canonical
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey, sign_envelope
from testigo.record import PAYLOAD_TYPE, Statement, open_statement, peek
from testigo.record.entry import FILE_NAME, MAX_ENTRY_SIZE, Entry, decode_entry, statement_path

KEY = SigningKey.generate()
GOOD = Statement("tally-sheet", "e" * 64, "mesa-1", "2026-11-21T10:00:00Z", {"votes": {"a": 1}})

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, max_size=4))
def test_what_is_said_is_read_back(body: dict[str, Any]) -> None:
    said = Statement("result", "e" * 64, "", "2026-11-21T10:00:00Z", body)
    envelope = said.sign(KEY)
    assert peek(envelope) == said
    assert open_statement(envelope, KEY.public).statement == said
    assert open_statement(envelope, KEY.public).envelope == envelope


def test_a_changed_byte_or_another_key_is_refused() -> None:
    envelope = GOOD.sign(KEY)
    for position in range(len(envelope)):
        changed = bytearray(envelope)
        changed[position] ^= 1
        with pytest.raises((InvalidInput, InvalidSignature)):
            open_statement(bytes(changed), KEY.public)
    with pytest.raises(InvalidSignature):
        open_statement(envelope, SigningKey.generate().public)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "text",
        {},
        {**json.loads(canonical.encode(GOOD)), "more": 1},
        {**json.loads(canonical.encode(GOOD)), "body": []},
        {**json.loads(canonical.encode(GOOD)), "subject": 7},
        {key: value for key, value in json.loads(canonical.encode(GOOD)).items() if key != "issued"},
    ],
)
def test_another_shape_is_refused_though_signed(payload: Any) -> None:
    with pytest.raises(InvalidInput):
        open_statement(sign_envelope(PAYLOAD_TYPE, payload, KEY), KEY.public)


def test_another_payload_type_is_refused_though_signed() -> None:
    with pytest.raises(InvalidInput):
        open_statement(sign_envelope("application/vnd.testigo.other+json", GOOD, KEY), KEY.public)


@given(st.binary() | json_values.map(canonical.encode))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(TestigoError):
        peek(data)
    with pytest.raises(TestigoError):
        decode_entry(data)


def test_the_longest_entry_fits() -> None:
    longest = Statement("x" * 64, "e" * 64, "y" * 200, "2026-11-21T10:00:00Z", {}).sign(KEY)
    assert 320 < len(Entry.of(10**15, longest).encode()) + 2 <= MAX_ENTRY_SIZE


def test_an_entry_is_read_back_and_no_other_spelling_of_it() -> None:
    entry = Entry.of(12, GOOD.sign(KEY))
    assert entry.path == "statements/000012-tally-sheet-mesa-1.json"
    assert decode_entry(entry.encode()) == entry
    for bad in (entry.encode() + b"\n", entry.encode().replace(b":", b": ", 1), b"[" * 100_000):
        with pytest.raises(InvalidInput):
            decode_entry(bad)


@given(st.text(), st.integers(0, 10**9))
def test_a_subject_never_leaves_the_statements_folder(subject: str, index: int) -> None:
    path = statement_path(index, Statement("result", "", subject, "", {}))
    folder, _, name = path.partition("/")
    assert folder == "statements"
    assert FILE_NAME.fullmatch(name)
    assert len(name) < 255


@pytest.mark.parametrize("type_", ["", "Result", "../x", "a/b", "a b", "-a", "x" * 65, "ñ"])
def test_a_type_that_is_no_name_is_refused(type_: str) -> None:
    with pytest.raises(InvalidInput):
        statement_path(0, Statement(type_, "", "", "", {}))
