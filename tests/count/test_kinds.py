"""Statements grow: older versions are read, newer ones are told apart from forgeries, names come from signed bytes."""

import base64
import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from testigo import canonical
from testigo.canonical import SignedValue
from testigo.centre import Centre
from testigo.count import KINDS, Kind, NewerVersion, body_of, read_rules
from testigo.election import DefinitionCore, FirstDefinition
from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import SigningKey
from testigo.record import Statement, open_statement, peek, read_record

FROZEN = Path(__file__).parents[1] / "data" / "records" / "0.1" / "honest"


class _First(SignedValue, frozen=True):
    count: int


class _Second(SignedValue, frozen=True):
    VERSION = 2

    count: int
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    note: str = ""


def _statement(body: dict[str, object], version: int = 1) -> Statement:
    return Statement("sum", "0" * 64, "", "2027-04-11T07:00:00Z", body, version)


def test_a_field_from_later_is_left_out_where_it_has_its_default() -> None:
    assert canonical.encode(_Second(4)) == canonical.encode(_First(4))
    assert b"reasons" in canonical.encode(_Second(4, {"ill": 1}))


def test_a_statement_names_its_version_from_the_second_on() -> None:
    about = {"election": "0" * 64, "subject": "", "issued": "2027-04-11T07:00:00Z"}
    assert b"version" not in canonical.encode(Statement.of("sum", _First(1), **about))
    assert b'"version":2' in canonical.encode(Statement.of("sum", _Second(1), **about))


def test_an_older_version_is_read_by_its_own_reader_or_by_the_struct_itself() -> None:
    kind = Kind("sum", _Second, "chair")
    assert kind.read(_statement({"count": 3})) == _Second(3)
    renamed = Kind("sum", _Second, "chair", older={1: lambda body: _Second(body["number"])})
    assert renamed.read(_statement({"number": 3})) == _Second(3)
    assert renamed.read(_statement({"count": 3, "note": "x"}, 2)) == _Second(3, {}, "x")


def test_a_newer_version_is_told_in_a_sentence() -> None:
    with pytest.raises(NewerVersion, match="of version 3; this program reads versions up to 2"):
        Kind("sum", _Second, "chair").read(_statement({"whatever": 1}, 3))


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_cannot_be_is_refused(version: int) -> None:
    key = SigningKey.generate()
    envelope = _statement({"count": 1}, version).sign(key)
    with pytest.raises(InvalidInput, match="not a statement"):
        open_statement(envelope, key.public)


def test_every_statement_is_named_by_the_bytes_that_were_signed() -> None:
    rules = read_rules(FROZEN)
    for path, envelope in read_record(FROZEN).envelopes:
        if peek(envelope).type == "tally-sheet":
            payload = base64.b64decode(json.loads(envelope)["payload"])
            station = peek(envelope).subject
            assert rules.sheet_digests(2)[station] == hashlib.sha256(payload).hexdigest(), path
            assert rules.sheet_digests(1)[station] != rules.sheet_digests(2)[station]


def test_old_bodies_are_encoded_again_as_they_were() -> None:
    """What the first version has is always written: the bytes of 0.1 come back from today's structs."""
    for path, envelope in read_record(FROZEN).envelopes:
        statement = peek(envelope)
        kind = KINDS[statement.type]
        if 1 not in kind.older:
            assert canonical.encode(kind.read(statement)) == canonical.encode(statement.body), path


@pytest.mark.parametrize(("kind", "version"), [("audit-seed", 99), ("audit-outcome", 1)])
def test_what_a_later_release_says_is_not_appended_and_not_called_a_forgery(
    centre: Centre, auditor: SigningKey, kind: str, version: int
) -> None:
    about = (centre.rules.election, "", "2027-04-12T09:00:00Z")
    before = (centre.public / "checkpoint").read_bytes()
    with pytest.raises(NewerVersion, match="newer release"):
        centre.append(Statement(kind, *about, {"anything": 1}, version).sign(auditor))
    with pytest.raises(InvalidSignature, match="never admitted"):
        centre.append(Statement(kind, *about, {"anything": 1}, version).sign(SigningKey.generate()))
    assert (centre.public / "checkpoint").read_bytes() == before


def test_a_body_of_another_kind_is_refused() -> None:
    rules = read_rules(FROZEN)
    first = peek(read_record(FROZEN).envelopes[0][1])
    assert body_of(first, FirstDefinition) == rules.definition
    with pytest.raises(InvalidInput, match="not of the kind expected here"):
        body_of(first, DefinitionCore)
    with pytest.raises(InvalidInput, match="not of the kind expected here"):
        body_of(first, KINDS["result"].body)
