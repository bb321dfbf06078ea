"""Write what the installed environment consists of, as a CycloneDX 1.5 bill of materials in JSON.

    python tools/sbom.py [FILE]        (`make sbom`; FILE is sbom.json where none is given)

One component for each package that `requirements/runtime.txt`, `fonts.txt` and `model.txt` pin: name, version as it is
installed, licence as its own metadata states it, package URL, and the hashes of its pinned files. A package that is not
installed, or in another version than the pinned one, is an error. The same environment gives the same bytes;
`SOURCE_DATE_EPOCH` dates it.
"""

import json
import os
import re
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from testigo import __version__

ROOT = Path(__file__).resolve().parents[1]
PINS = tuple(ROOT / "requirements" / name for name in ("runtime.txt", "fonts.txt", "model.txt"))

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Component = dict[str, Any]


def pinned(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and SHA-256 of files of every pinned package."""
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        found = _PIN.match(entry)
        if found:
            yield found[1], found[2], sorted(_HASH.findall(entry))


def component(name: str, version: str, hashes: list[str]) -> Component:
    """One package; raises `SystemExit` where another version, or none, is installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        raise SystemExit(f"{name} {version} is pinned and not installed; run: make setup") from None
    if about["Version"] != version:
        raise SystemExit(f"{name} {about['Version']} is installed, pinned is {version}; run: make setup")
    address = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "licenses": licences(about),
        "properties": [{"name": "testigo:pinned-sha256", "value": one} for one in hashes],
    }


def licences(about: metadata.PackageMetadata) -> list[dict[str, Any]]:
    """What the package says of its licence: an SPDX expression, else its classifiers, else its own words."""
    known = dict(about.items())
    if expression := known.get("License-Expression"):
        return [{"expression": expression}]
    classified = [
        one.rpartition(" :: ")[2]
        for one in about.get_all("Classifier") or []
        if one.startswith("License :: ") and not one.endswith("OSI Approved")
    ]
    if classified:
        return [{"license": {"name": name}} for name in sorted(classified)]
    words = (known.get("License") or "").strip().splitlines()
    return [{"license": {"name": words[0][:100]}}] if words else []


def bill(components: list[Component]) -> dict[str, Any]:
    """The whole document. Its serial number follows from its content."""
    ordered = sorted(components, key=lambda one: one["bom-ref"])
    content = json.dumps(ordered, sort_keys=True)
    about: dict[str, Any] = {"component": {"type": "application", "name": "testigo", "version": __version__}}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        about["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": about,
        "components": ordered,
    }


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sbom.json"
    components = [component(*pin) for file in PINS for pin in pinned(file.read_text())]
    out.write_text(json.dumps(bill(components), indent=1, ensure_ascii=False) + "\n")
    without = sorted(one["name"] for one in components if not one["licenses"])
    print(f"{out}: {len(components)} packages; without a licence in their metadata: {', '.join(without) or 'none'}")


if __name__ == "__main__":
    main()
