"""Break the code at random places and see whether a test fails.

    python benchmarks/mutations.py --modules witness record count ballot audit keys --count 90 --seed 1 --jobs 2

Each mutation is one small change of one expression or statement (a comparison turned round, a constant changed, `not`
removed, `and` for `or`, a result replaced by None, a `raise` or a call left out), in a copy of the project in a
temporary folder. The tests of that room run until the first failure. What no test notices has *survived*: it is either
equivalent (no caller can tell the difference) or needs a test. The same seed gives the same changes of the same code.
`--since COMMIT` tries only files that have changed since, as after a release or a run before.

Texts of errors, docstrings and annotations are left alone.
"""

import argparse
import ast
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src") / "testigo"
CARRIED = ("src", "tests", "docs", "tools", "benchmarks", "pyproject.toml", "README.md", "CONTRIBUTING.md")
MEMORY = Path("/dev/shm")
"""Where the copies and all that the tests write lie, if it is there: the tests wait mostly for the disk otherwise."""

OUTCOMES = ("caught", "survived", "timed out")

TESTS = {
    "witness": ("tests/witness",),
    "record": ("tests/record", "tests/witness"),
    "count": ("tests/count", "tests/witness", "tests/centre"),
    "ballot": (
        "tests/ballot",
        "tests/audit/test_logic_and_accuracy.py",
        "tests/audit/test_preferences.py",
        "tests/witness",
        "tests/station/test_day.py",
        "tests/station/chair/test_closing.py",
    ),
    "audit": ("tests/audit", "tests/witness", "tests/centre/test_authority.py", "tests/cli/test_centre.py"),
    "keys": (
        "tests/ground/test_keys.py",
        "tests/record",
        "tests/station/machine/test_orders.py",
        "tests/station/test_install.py",
    ),
    "canonical": ("tests/ground/test_canonical.py", "tests/record", "tests/count"),
    "election": ("tests/election", "tests/witness"),
}
"""Room → tests that are to notice, in the order in which they run."""

EVERY_ROOM = ("tests/words/test_errors.py",)
"""Run after a room's own: it reads the sources and finds codes and sentences that are none."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One change. `start`, `end`: bytes of the file that `after` takes the place of."""

    module: str
    file: str
    line: int
    start: int
    end: int
    before: str
    after: str
    outcome: str = ""


class _Finder(ast.NodeVisitor):
    """Collects what may be changed, leaving out what people read and what only the type checker reads."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:  # not its options: `frozen=True`
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts that people read."""

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.found.append((node, ast.Pass()))

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.found.append((node, ast.Pass()))
            self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            if not (isinstance(node.value, ast.Constant) and node.value.value is None):
                self.found.append((node, ast.Return(ast.Constant(None))))
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        other = COMPARISONS.get(type(node.ops[0]))
        if other:
            self.found.append((node, ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.found.append((node, ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = ARITHMETIC.get(type(node.op))
        if other:
            self.found.append((node, ast.BinOp(node.left, other(), node.right)))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.found.append((node, node.operand))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        match node.value:
            case bool(value):
                self.found.append((node, ast.Constant(not value)))
            case int(value):
                self.found.append((node, ast.Constant(value + 1)))
            case str(value) if value and " " not in value:
                self.found.append((node, ast.Constant(value + "?")))


def mutations_of(module: str, file: Path) -> Iterator[Mutation]:
    """Every change of a file that is known here."""
    source = file.read_bytes()
    lines = source.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    finder = _Finder()
    finder.visit(ast.parse(source))
    for old, new in finder.found:
        start = starts[old.lineno - 1] + old.col_offset
        end = starts[(old.end_lineno or old.lineno) - 1] + (old.end_col_offset or 0)
        text = ast.unparse(ast.fix_missing_locations(new))
        after = f"({text})" if isinstance(new, ast.expr) else text
        before = source[start:end].decode()
        yield Mutation(module, file.relative_to(ROOT).as_posix(), old.lineno, start, end, before, after)


def files_of(module: str) -> list[Path]:
    """The files of a room, or the one file that is the module."""
    folder = ROOT / PACKAGE / module
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def changed_since(commit: str) -> set[Path]:
    """The files of the package that differ from how they were at a commit."""
    command = ["git", "diff", "--name-only", commit, "--", str(PACKAGE)]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {ROOT / name for name in names}


def workshop(folder: Path) -> Path:
    """A copy of the project in which code may be broken."""
    for name in CARRIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, target)
    return folder


def outcome_of(mutation: Mutation, folder: Path, longest: float) -> Mutation:
    """Run the room's tests in the copy with the change in it, at most `longest` seconds, and put the file back."""
    file = folder / mutation.file
    source = file.read_bytes()
    file.write_bytes(source[: mutation.start] + mutation.after.encode() + source[mutation.end :])
    try:
        return replace(mutation, outcome=_test(folder, (*TESTS[mutation.module], *EVERY_ROOM), longest))
    finally:
        file.write_bytes(source)


def _test(folder: Path, tests: tuple[str, ...], longest: float) -> str:
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["TMPDIR"] = str(temporary)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as tried:
        try:
            return "survived" if tried.wait(longest) == 0 else "caught"
        except subprocess.TimeoutExpired:
            os.killpg(tried.pid, signal.SIGKILL)
            return "timed out"
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def run(chosen: list[Mutation], jobs: int, longest: float, quiet: bool) -> list[Mutation]:
    """The outcome of every change, with a bar on standard error and a line for each that survived."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    scratch = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(dir=scratch) as temporary,
        Progress(*columns, console=console, disable=quiet) as progress,
    ):
        free: queue.Queue[Path] = queue.Queue()
        for job in range(jobs):
            folder = Path(temporary) / f"copy-{job}"
            folder.mkdir()
            free.put(workshop(folder))
        bar = progress.add_task("Changes tried", total=len(chosen))

        def one(mutation: Mutation) -> Mutation:
            folder = free.get()
            try:
                tried = outcome_of(mutation, folder, longest)
            finally:
                free.put(folder)
            progress.advance(bar)
            if not (console.is_terminal or quiet):
                console.print(f"{int(progress.tasks[bar].completed)} of {len(chosen)}: {tried.outcome}")
            if tried.outcome != "caught" and not quiet:
                progress.console.print(line_of(tried), markup=False)
            return tried

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(one, chosen))


def line_of(mutation: Mutation) -> str:
    """Where it is, and what was changed, on one line."""
    before, after = (" ".join(text.split())[:70] for text in (mutation.before, mutation.after))
    return f"{mutation.outcome}  {mutation.file}:{mutation.line}  {before}  →  {after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--modules", nargs="+", choices=sorted(TESTS), default=["witness", "record", "count", "ballot", "audit", "keys"]
    )
    parser.add_argument("--since", default="", help="a commit: only files that have changed since")
    parser.add_argument("--count", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--longest", type=float, default=900, help="seconds that the tests may take after a change")
    parser.add_argument("--list", action="store_true", help="only print the changes that would be tried")
    parser.add_argument("--json", action="store_true", help="print all outcomes for programs")
    asked = parser.parse_args()
    files = [(module, file) for module in asked.modules for file in files_of(module)]
    if asked.since:
        changed = changed_since(asked.since)
        files = [(module, file) for module, file in files if file in changed]
    known = [one for module, file in files for one in mutations_of(module, file)]
    chosen = random.Random(asked.seed).sample(known, min(asked.count, len(known)))
    if asked.list:
        print("\n".join(line_of(one) for one in chosen))
        return
    tried = run(chosen, asked.jobs, asked.longest, quiet=asked.json)
    if asked.json:
        print(json.dumps([one.__dict__ for one in tried], indent=1))
        return
    for one in tried:
        print(line_of(one))
    table = Table("room", "changes known", "tried", "caught", "survived", "timed out")
    for module in asked.modules:
        own = [one for one in tried if one.module == module]
        ended = Counter(one.outcome for one in own)
        figures = (sum(one.module == module for one in known), len(own), *map(ended.__getitem__, OUTCOMES))
        table.add_row(module, *map(str, figures))
    Console().print(table)


if __name__ == "__main__":
    main()
