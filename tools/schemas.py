"""Write the JSON Schemas of everything that a public record holds, so that others can write verifiers.

    python tools/schemas.py [FOLDER]        (`make schemas`; FOLDER is docs/schemas where none is given)

One file for each kind of statement and version, from the table of kinds; the envelope, the log's entry, the package in
which a station's statements travel, and what `testigo verify --json` prints. A test compares the folder with what is
written here. Only the newest version of a kind is written again; an older one's schema is what its release published.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from testigo.count import KINDS, Kind
from testigo.election import METHODS
from testigo.record.entry import Entry
from testigo.record.package import FIRST_TYPE as FIRST_PACKAGE_TYPE
from testigo.record.package import PAYLOAD_TYPE as PACKAGE_TYPE
from testigo.record.package import PackagePayload
from testigo.record.statement import PAYLOAD_TYPE
from testigo.witness import ReportFile

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LARGEST = 2**53 - 1
"""Whole numbers in signed JSON are within ± this (`canonical`)."""

Schema = dict[str, Any]

_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_INSTANT = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}


def all_schemas() -> dict[str, Schema]:
    """File name → schema."""
    schemas = {
        f"{kind.name}-{version}.json": _published(kind, version) or statement_schema(kind, version)
        for kind in KINDS.values()
        for version in range(1, kind.body.VERSION + 1)
    }
    schemas["envelope.json"] = envelope_schema()
    schemas["entry.json"] = _of_struct(Entry)
    schemas["package.json"] = _of_struct(PackagePayload)
    schemas["verify.json"] = _open(_of_struct(ReportFile))
    return {name: {"$schema": DIALECT, "$id": name, **_tidy(schema)} for name, schema in sorted(schemas.items())}


def _published(kind: Kind, version: int) -> Schema | None:
    """The schema that an earlier release published of this version; None for the newest version."""
    file = FOLDER / f"{kind.name}-{version}.json"
    if version == kind.body.VERSION or not file.exists():
        return None
    published: Schema = json.loads(file.read_text(encoding="utf-8"))
    return published


def statement_schema(kind: Kind, version: int) -> Schema:
    """A whole statement, the payload of its envelope. Version 1 is not named in it."""
    body, definitions = _body(kind, version)
    since = f" Since release {kind.since}." if version == 1 else ""
    return {
        "title": f"{kind.name}, version {version}",
        "description": f"A statement signed by the {kind.signer} key.{since}",
        "type": "object",
        "properties": {
            "type": {"const": kind.name},
            "election": _DIGEST,
            "subject": {"const": ""} if kind.subject == "election" else {"type": "string"},
            "issued": _INSTANT,
            "body": body,
            "version": {"const": version},
        },
        "required": ["type", "election", "subject", "issued", "body", *(["version"] if version > 1 else [])],
        "additionalProperties": False,
        "$defs": definitions,
    }


def envelope_schema() -> Schema:
    """A DSSE envelope of one signature."""
    signature = {
        "type": "object",
        "properties": {"keyid": _DIGEST, "sig": {"type": "string", "pattern": "^[A-Za-z0-9+/]{86}==$"}},
        "required": ["keyid", "sig"],
        "additionalProperties": False,
    }
    return {
        "title": "envelope",
        "description": "A DSSE envelope. payload: base64 of canonical JSON. keyid: SHA-256 of the raw public key. sig: "
        "Ed25519 over DSSE's pre-authentication encoding, base64.",
        "type": "object",
        "properties": {
            "payload": {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"},
            "payloadType": {"enum": sorted([PAYLOAD_TYPE, PACKAGE_TYPE, FIRST_PACKAGE_TYPE])},
            "signatures": {"type": "array", "items": signature, "minItems": 1, "maxItems": 1},
        },
        "required": ["payload", "payloadType", "signatures"],
        "additionalProperties": False,
    }


def _body(kind: Kind, version: int) -> tuple[Schema, dict[str, Schema]]:
    """The body of that version, and what it refers to. A version that is converted when it is read, and whose shape the
    table does not give, is any object.
    """
    shape = kind.shapes.get(version)
    if shape is None and version in kind.older:
        return {"type": "object"}, {}
    (body,), definitions = msgspec.json.schema_components([shape or kind.body], ref_template="#/$defs/{name}")
    if shape is None and version == 1 < kind.body.VERSION:
        definitions = {name: _of_first_version(one) for name, one in definitions.items()}
    return body, definitions


def _of_first_version(schema: Schema) -> Schema:
    """Without what came later: a field of the first version has no default (`canonical.SignedValue`)."""
    if "properties" not in schema:
        return schema
    required = set(schema.get("required", ()))
    return schema | {"properties": {name: one for name, one in schema["properties"].items() if name in required}}


def _of_struct(struct: type) -> Schema:
    (reference,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    own = definitions.pop(reference["$ref"].rpartition("/")[2])
    return own | ({"$defs": definitions} if definitions else {})


def _open(schema: Schema) -> Schema:
    """What later releases may add fields to."""
    return {
        key: _open(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if key != "additionalProperties"
    }


def _tidy(value: Any) -> Any:
    """Descriptions on one line; bounds of whole numbers."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    tidied = {key: _tidy(item) for key, item in value.items()}
    if isinstance(value.get("description"), str):
        tidied["description"] = " ".join(value["description"].split())
    if value.get("enum") == sorted(METHODS):
        # A list here would change with every new method, and it is the definition's reader who must know the rule.
        tidied = {key: item for key, item in tidied.items() if key != "enum"} | {"type": "string"}
    if value.get("type") == "integer":
        tidied = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST} | tidied
    return tidied


def encode(schema: Schema) -> str:
    """The file's content."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write every schema, and remove those of kinds that are no more."""
    schemas = all_schemas()
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.json"):
        if file.name not in schemas:
            file.unlink()
    for name, schema in schemas.items():
        (folder / name).write_text(encode(schema), encoding="utf-8")
    print(f"{len(schemas)} schemas in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
