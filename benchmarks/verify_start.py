"""How long `testigo verify --help` takes to answer, and how much memory `testigo verify` takes for a small record.

    python benchmarks/verify_start.py [--before OTHER/src] [--record tests/data/records/0.1/honest] [--runs 5]

Prints medians of wall clock, CPU time and peak memory of the process, for this release's sources, and for those of
another working copy (`--before`), each run in turn with the same Python.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("wall clock, s", "CPU, s", "peak memory, MiB")


def run(source: Path, arguments: list[str]) -> tuple[float, float, float]:
    """One process: wall clock and CPU in seconds, peak memory in MiB."""
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    command = [sys.executable, "-m", "testigo", *arguments]
    began = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, {**os.environ, "PYTHONPATH": str(source)}, file_actions=quiet)
    _, status, used = os.wait4(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{source}: {arguments} failed"
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def medians(source: Path, arguments: list[str], runs: int) -> list[float]:
    """Medians of some runs, after one that fills the caches."""
    run(source, arguments)
    return [statistics.median(column) for column in zip(*(run(source, arguments) for _ in range(runs)), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="the src folder of another working copy")
    parser.add_argument("--record", type=Path, default=ROOT / "tests" / "data" / "records" / "0.1" / "honest")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print figures for programs")
    asked = parser.parse_args()
    sources = {"before": asked.before, "now": ROOT / "src"} if asked.before else {"now": ROOT / "src"}
    commands = {"verify --help": ["verify", "--help"], "verify RECORD": ["verify", str(asked.record.resolve())]}
    found = {
        (command, which): medians(source, arguments, asked.runs)
        for command, arguments in commands.items()
        for which, source in sources.items()
    }
    if asked.json:
        rows = [
            {"command": command, "sources": which, **dict(zip(COLUMNS, figures, strict=True))}
            for (command, which), figures in found.items()
        ]
        print(json.dumps(rows, indent=2))
        return
    table = Table("command", "sources", *COLUMNS)
    for (command, which), (wall, cpu, memory) in found.items():
        table.add_row(command, which, f"{wall:.2f}", f"{cpu:.2f}", f"{memory:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
