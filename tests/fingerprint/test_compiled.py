"""The disk cache of compiled kernels: whatever a kernel depends on makes it be compiled again."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from testigo.fingerprint import _compiled, warm_up
from testigo.fingerprint.search import _scan

ROOM = Path(_compiled.__file__).parent


def test_a_kernel_is_compiled_again_when_one_that_it_calls_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`_scan.prefilter` calls `_leads.differences`: numba alone would go on using the old one."""
    warm_up()
    kernel: Any = _scan.prefilter
    cached = kernel._cache._cache_file
    assert cached._load_index()
    for name in _compiled.TOGETHER:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOM / name, tmp_path / name)
    assert _compiled.stamp(tmp_path) == _compiled.stamp(ROOM)
    _compiled.stamp.cache_clear()
    with (tmp_path / "matching" / "_leads.py").open("a") as file:
        file.write("# changed\n")
    monkeypatch.setattr(cached, "_source_stamp", (cached._source_stamp[0], _compiled.stamp(tmp_path)))
    assert not cached._load_index()


def test_every_file_that_kernels_are_made_of_is_watched() -> None:
    """Those with kernels that use other files, and these files; of `parameters` the fields are watched."""
    imports = re.compile(r"^from testigo\.fingerprint\.([\w.]+) import ([^\n(]+)", re.M)
    kernels = 0
    for file in ROOM.rglob("_*.py"):
        text = file.read_text(encoding="utf-8")
        if "_compiled import compiled" not in text:
            continue
        kernels += 1
        names = {str(file.relative_to(ROOM))}
        for module, imported in imports.findall(text):
            path = module.replace(".", "/")
            names |= {f"{path}.py", *(f"{path}/{name.split()[0]}.py" for name in imported.split(","))}
        used = {name for name in names if (ROOM / name).is_file()} - {"_compiled.py", "parameters.py"}
        assert len(used) == 1 or used <= set(_compiled.TOGETHER)
    assert kernels > 8


def test_parameters_in_another_order_are_other_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """numba knows a named tuple by the types of its fields: two numbers that change places look the same to it."""
    before = _compiled.stamp(ROOM)
    monkeypatch.setattr(_compiled.MatchingParameters, "_fields", _compiled.MatchingParameters._fields[::-1])
    _compiled.stamp.cache_clear()
    assert _compiled.stamp(ROOM) != before
    monkeypatch.undo()
    _compiled.stamp.cache_clear()
    assert _compiled.stamp(ROOM) == before
