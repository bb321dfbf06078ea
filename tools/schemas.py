"""Write the JSON Schemas of everything that a public record holds, so that others can write verifiers.

    python tools/schemas.py [FOLDER]        (`make schemas`; FOLDER is docs/schemas where none is given)

One file for each kind of statement and version: the newest from the table of kinds, those before as they were
published, since no release writes them any more; the envelope, the log's entry, the package in which a station's
statements travel, and what `testigo verify --json` prints. A test compares the folder with what is written here.
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
    schemas = {f"{kind.name}-{kind.body.VERSION}.json": statement_schema(kind) for kind in KINDS.values()}
    schemas["envelope.json"] = envelope_schema()
    schemas["entry.json"] = _of_struct(Entry)
    schemas["package.json"] = _of_struct(PackagePayload)
    schemas["verify.json"] = _open(_of_struct(ReportFile))
    written = {name: {"$schema": DIALECT, "$id": name, **_tidy(schema)} for name, schema in schemas.items()}
    return dict(sorted((_published() | written).items()))


def _published() -> dict[str, Schema]:
    """The schemas of versions before the newest, which never change."""
    names = [f"{kind.name}-{version}.json" for kind in KINDS.values() for version in range(1, kind.body.VERSION)]
    return {name: json.loads((FOLDER / name).read_text("utf-8")) for name in names}


def statement_schema(kind: Kind) -> Schema:
    """A whole statement of the newest version, the payload of its envelope. Version 1 is not named in it."""
    version = kind.body.VERSION
    (body,), definitions = msgspec.json.schema_components([kind.body], ref_template="#/$defs/{name}")
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
