"""The JSON Schemas in docs/schemas are those of today's statements, and fit every record that is kept.

`jsonschema` is not among the development dependencies: `json_schema` in tests/support checks the keywords that our
schemas use, and refuses any other.
"""

import base64
import copy
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from json_schema import errors
from testigo.count import KINDS
from testigo.errors import InvalidInput
from testigo.keys import SigningKey
from testigo.record import Statement, pack
from testigo.record.tiles import decode_bundle
from testigo.witness import verify

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
RECORDS = sorted((ROOT / "tests" / "data" / "records").glob("*/honest"))
HONEST = ROOT / "tests" / "data" / "records" / "0.1" / "honest"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The program that writes them."""
    spec = importlib.util.spec_from_file_location("schemas", ROOT / "tools" / "schemas.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def schema(name: str) -> dict[str, Any]:
    """A schema as it is published."""
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())
    return read


def payload(envelope: bytes) -> dict[str, Any]:
    """What an envelope holds."""
    held: dict[str, Any] = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return held


def statements(record: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Schema and payload of each statement of a record."""
    for file in sorted((record / "statements").iterdir()):
        statement = payload(file.read_bytes())
        yield f"{statement['type']}-{statement.get('version', 1)}", statement


def test_the_published_schemas_are_those_of_today(tool: ModuleType) -> None:
    published = {file.name: file.read_text() for file in SCHEMAS.glob("*.json")}
    assert published == {name: tool.encode(one) for name, one in tool.all_schemas().items()}, "run `make schemas`"


def test_writing_them_removes_what_is_no_more(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "old-1.json").write_text("{}")
    tool.main(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in SCHEMAS.glob("*.json")}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.parent.name}-{record.name}")
def test_every_statement_of_every_kept_record_fits(record: Path) -> None:
    for name, statement in statements(record):
        assert errors(statement, schema(name)) == [], name


def test_a_record_made_now_fits(kept: Any, tmp_path: Path) -> None:
    seen = set()
    for name, statement in statements(kept.publish(tmp_path / "public")):
        assert errors(statement, schema(name)) == [], name
        seen.add(statement["type"])
    assert seen >= {"election-definition", "station-list", "tally-sheet", "result", "closing-count", "public-draw"}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(item)


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.since == "0.1"])
def test_a_statement_with_a_field_more_or_of_another_kind_does_not_fit(kind: str) -> None:
    name, statement = next((name, one) for name, one in statements(HONEST) if one["type"] == kind)
    for changed in ({"extra": 1}, {"type": "other"}, {"version": 9}, {"election": "x"}, {"issued": "now"}):
        assert errors(statement | changed, schema(name)), changed
    for missing in statement:
        assert errors({key: value for key, value in statement.items() if key != missing}, schema(name)), missing
    more = copy.deepcopy(statement)
    more["body"]["extra"] = 1
    assert errors(more, schema(name))
    for field in statement["body"]:
        less = copy.deepcopy(statement)
        del less["body"][field]
        try:
            KINDS[kind].read(msgspec.convert(less, Statement))
        except InvalidInput:
            assert errors(less, schema(name)), field


def test_envelopes_entries_packages_and_reports_fit() -> None:
    envelopes = [file.read_bytes() for file in sorted((HONEST / "statements").iterdir())]
    for envelope in envelopes:
        assert errors(json.loads(envelope), schema("envelope")) == []
    bundle = (HONEST / "tile" / "entries" / "000.p" / "22").read_bytes()
    for entry in decode_bundle(bundle, 22):
        assert errors(json.loads(entry), schema("entry")) == []
    sent = [one for one in envelopes if payload(one)["subject"] == "01-01-1" and payload(one)["type"] != "machine-keys"]
    about = payload(sent[0])
    package = pack(sent, SigningKey.generate(), election=about["election"], subject="01-01-1", issued=about["issued"])
    assert errors(json.loads(package), schema("envelope")) == []
    assert errors(payload(package), schema("package")) == []
    report = json.loads(msgspec.json.encode(verify(HONEST).as_json()))
    assert errors(report, schema("verify")) == []
    assert list(report["findings"][0]) == ["code", "grade", "place", "detail"]
