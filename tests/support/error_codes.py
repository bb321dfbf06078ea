"""Where the sources raise errors and make messages: the addresses of their sentences, and the values they give.

An error's code is a literal (or one of two, or an f-string over a short list, or in a table of the module, or in a
variable set so just before), at the
place where the error is made; or in the call of a function whose first parameter is called `code` and which makes the
error. So that all can be found.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "testigo"
NAMED_BY_CALLS = ("error", "finding", "place", "cli", "hardware", "verify")
"""Sections of which every sentence is an error's, or is named by a call of `message`."""

NOT_VALUES = {"place", "hint", "errors", "exit_code", "warning"}


@dataclass(frozen=True)
class Use:
    """One place that names a sentence. `key`: a pattern where not `exact`. `values`: None if unknown."""

    file: Path
    line: int
    section: str
    key: str
    exact: bool
    values: frozenset[str] | None
    hint: str | None = None
    alternatives: tuple[str, ...] = ()
    """All keys that the same call may name."""

    @property
    def where(self) -> str:
        return f"{self.file.relative_to(SOURCES)}:{self.line}"

    @property
    def room(self) -> str:
        return self.file.relative_to(SOURCES).parts[0].removesuffix(".py")


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(SOURCES.rglob("*.py"))}


@cache
def error_classes() -> frozenset[str]:
    """Names of `TestigoError` and everything derived from it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"TestigoError"}
    while more := {name for name, parents in bases.items() if parents & known} - known:
        known |= more
    return frozenset(known)


@cache
def uses() -> list[Use]:
    """Every error that is made, and every message."""
    return [use for file, tree in trees().items() for use in _in_file(file, tree)]


def unclear() -> list[str]:
    """Places where an error is made whose code cannot be found."""
    return [f"{file.relative_to(SOURCES)}:{node.lineno}" for file, node in _unclear()]


def _unclear() -> Iterator[tuple[Path, ast.Call]]:
    for file, tree in trees().items():
        makers = _makers(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _makes_error(node, makers) and not _keys(_code(node), tree):
                inside = _function_around(tree, node)
                if inside is None or (inside.name not in makers and not _forwards(inside, node)):
                    yield file, node


def _in_file(file: Path, tree: ast.Module) -> Iterator[Use]:
    makers, owners = _makers(tree), _own_constructors()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if name in ("message", "Message") and len(node.args) >= 2 and isinstance(node.args[0], ast.Constant):
            for key, exact in _keys(node.args[1], tree):
                values = _values(node) if name == "message" else None
                yield Use(file, node.lineno, str(node.args[0].value), key, exact, values)
        elif _makes_error(node, makers) and name not in owners:
            keys, hint = _keys(_code(node), tree), _hint(node) or makers.get(name)
            for key, exact in keys:
                others = tuple(other for other, _ in keys)
                yield Use(file, node.lineno, "error", key, exact, _values(node), hint, others)


@cache
def _own_constructors() -> frozenset[str]:
    """Error classes that take something else than a code: theirs is in their own `super().__init__`, or inherited."""
    found = set()
    inherit: dict[str, set[str]] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in error_classes() - {"TestigoError", "SeveralErrors"}:
                inits = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
                if not inits:
                    inherit[node.name] = {_name(base) for base in node.bases}
                elif [argument.arg for argument in inits[0].args.args[1:2]] != ["code"]:
                    found.add(node.name)
    while more := {name for name, parents in inherit.items() if parents & found} - found:
        found |= more
    return frozenset(found)


def _makers(tree: ast.Module) -> dict[str, str | None]:
    return _public_makers() | _own_makers(tree)


def _own_makers(tree: ast.Module) -> dict[str, str | None]:
    """Functions of a module whose first parameter is called `code`, and which make an error of it; with the hint that
    they give all of theirs.
    """
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _first_parameter(node) == "code":
            calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _name(one.func) in error_classes()]
            calls = [call for call in calls if isinstance(_code(call), ast.Name) and _name(_code(call)) == "code"]
            if calls:
                found[node.name] = next(filter(None, map(_hint, calls)), None)
    return found


@cache
def _public_makers() -> dict[str, str | None]:
    """Those that other modules may call."""
    makers = [maker for tree in trees().values() for maker in _own_makers(tree).items()]
    return {name: hint for name, hint in makers if not name.startswith("_")}


def _first_parameter(node: ast.FunctionDef) -> str:
    names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
    return names[0] if names else ""


def _makes_error(node: ast.Call, makers: Mapping[str, str | None]) -> bool:
    name = _name(node.func)
    if name == "__init__" and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        return bool(node.args) and _in_error_class(node)
    return (name in error_classes() and name not in _own_constructors()) or name in makers


@cache
def _error_bodies() -> frozenset[int]:
    return frozenset(
        id(call)
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in error_classes() - {"TestigoError", "SeveralErrors"}
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    )


def _in_error_class(node: ast.Call) -> bool:
    return id(node) in _error_bodies()


def _code(node: ast.Call) -> ast.expr | None:
    return node.args[0] if node.args else None


def _keys(node: ast.expr | None, tree: ast.Module) -> list[tuple[str, bool]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(node.value, True)]
    if isinstance(node, ast.IfExp):
        return [*_keys(node.body, tree), *_keys(node.orelse, tree)]
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z0-9-]+" for one in node.values]
        return [("".join(parts), False)]
    if isinstance(node, ast.Subscript):
        return [(code, True) for code in _table(_name(node.value), tree)]
    if isinstance(node, ast.Name):
        return [key for value in _assigned(node, tree) for key in _keys(value, tree)]
    return []


def _assigned(node: ast.Name, tree: ast.Module) -> list[ast.expr]:
    """What a name is set to in the function around it."""
    function = _function_around(tree, node)
    if function is None:
        return []
    return [
        one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign)
        and [_name(target) for target in one.targets] == [node.id]
        and one.value is not node
    ]


def _table(name: str, tree: ast.Module) -> list[str]:
    """The values of a module's dictionary of codes."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if name in map(_name, targets) and isinstance(node.value, ast.Dict):
            return [str(one.value) for one in node.value.values if isinstance(one, ast.Constant)]
    return []


def _values(node: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in node.keywords]
    return None if None in names else frozenset(name for name in names if name) - NOT_VALUES


def _hint(node: ast.Call) -> str | None:
    for keyword in node.keywords:
        if keyword.arg == "hint" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None


def _function_around(tree: ast.Module, call: ast.expr) -> ast.FunctionDef | None:
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= call.lineno <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _forwards(function: ast.FunctionDef, call: ast.Call) -> bool:
    return _first_parameter(function) == "code" and _name(_code(call)) == "code"


def _name(node: ast.AST | None) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
