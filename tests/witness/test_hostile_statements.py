"""Whoever holds a key can sign anything: whatever stands in a statement, `verify` says what is wrong and goes on.

The places come from the table of kinds, so that a new kind, and a new field, is tried by itself.
"""

import base64
import dataclasses
import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import msgspec.inspect as shapes
import pytest

from hostile import VALUES, at, more, paths, replaced, signed
from testigo import storage
from testigo.count import KINDS, Kind
from testigo.election import Role
from testigo.errors import TestigoError
from testigo.record import PublishedRecord, Statement, read_record
from testigo.record.statement import PAYLOAD_TYPE
from testigo.results import publish_results
from testigo.witness import verify
from testigo.words import languages, set_language

TRIED = int(os.environ.get("TESTIGO_HOSTILE", "120"))
"""Statements that are tried: a draw of some ten thousand, the same at each run. More find more."""

MOST_SECONDS, MOST_KILOBYTES, MOST_CHARACTERS = 10, 500_000, 3000
"""Of one record: processor time, memory beside that of the tests, and of what is said in one finding."""

OF_STATIONS: tuple[Role, ...] = ("chair", "booth", "check-in")


SAID = {name: kind for name, kind in KINDS.items() if name != "booth-sheet"}
"""What a record of stations with one booth has."""


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One place of one kind's statement with another value in it."""

    kind: Kind
    place: tuple[str | int, ...]
    value: Any

    def __str__(self) -> str:
        return f"{self.kind.name} {self.place} = {self.value!r}"[:300]


@pytest.fixture(scope="module")
def published(kept: Any, tmp_path_factory: pytest.TempPathFactory) -> PublishedRecord:
    """The honest record, as it was read."""
    return read_record(kept.publish(tmp_path_factory.mktemp("record") / "public"))


@pytest.fixture(scope="module")
def payloads(published: PublishedRecord) -> dict[str, tuple[int, dict[str, Any]]]:
    """The first statement of each kind: its index, and its plain values."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for index, (_path, envelope) in enumerate(published.envelopes):
        payload = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
        found.setdefault(payload["type"], (index, payload))
    return found


def attempts(payloads: dict[str, tuple[int, dict[str, Any]]]) -> list[Attempt]:
    """Every value in every place of every kind."""
    found = []
    for name, kind in SAID.items():
        _, payload = payloads[name]
        own = [("body", *place) for place in paths(shapes.type_info(kind.body), payload["body"])]
        for place in [("body",), *((one,) for one in Statement.__struct_fields__ if one != "body"), *own]:
            found += [Attempt(kind, place, value) for value in (*VALUES, *more(at(payload, place)))]
    return found


def test_every_kind_and_every_field_is_tried(payloads: Any) -> None:
    tried = attempts(payloads)
    assert {one.kind.name for one in tried} == set(SAID) == set(payloads)
    for kind in SAID.values():
        fields = {one.place[1] for one in tried if one.kind is kind and len(one.place) > 1}
        assert set(kind.body.__struct_encode_fields__) <= fields


def test_whatever_is_signed_verify_says_what_is_wrong_and_goes_on(
    kept: Any, published: PublishedRecord, payloads: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rng = random.Random(2027)
    tried = attempts(payloads)
    drawn = [rng.choice([one for one in tried if one.kind is kind]) for kind in SAID.values()]
    drawn += rng.sample(tried, min(TRIED, len(tried)))
    monkeypatch.setattr(storage, "flush", lambda handle: None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, attempt in enumerate(drawn):
        record = _with(kept, published, payloads, attempt)
        for module in ("testigo.witness.verify", "testigo.results.results_page"):
            monkeypatch.setattr(sys.modules[module], "read_record", lambda path, record=record, **told: record)
        set_language(languages()[number % len(languages())])
        began = time.process_time()
        try:
            report = verify("public", kept.key("root").public)
            _say(report)
            _show(tmp_path / f"{number}", kept.key("root").public)
        except Exception as defect:
            raise AssertionError(f"{attempt}: {defect!r}"[:2000]) from defect
        assert time.process_time() - began < MOST_SECONDS, str(attempt)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KILOBYTES, str(attempt)


def _with(kept: Any, published: PublishedRecord, payloads: Any, attempt: Attempt) -> PublishedRecord:
    """The record with that statement in the honest one's place, signed by who may."""
    index, payload = payloads[attempt.kind.name]
    role = attempt.kind.signer
    key = kept.key(role, payload["subject"] if role in OF_STATIONS else "")
    envelope = signed(PAYLOAD_TYPE, replaced(payload, attempt.place, attempt.value), key)
    path = published.envelopes[index][0]
    envelopes = (*published.envelopes[:index], (path, envelope), *published.envelopes[index + 1 :])
    return dataclasses.replace(published, envelopes=envelopes)


def _say(report: Any) -> None:
    """Everything that the command prints."""
    for finding in report.findings:
        assert len(finding.detail) + len(finding.place) < MOST_CHARACTERS, finding.detail[:500]
    msgspec.json.encode(report.as_json())
    assert all(map(str, report.sentences()))


def _show(folder: Path, root: Any) -> None:
    """The results page, where the record lets itself be counted."""
    try:
        publish_results("public", folder, root=root)
    except TestigoError as error:
        assert len(str(error)) < MOST_CHARACTERS
