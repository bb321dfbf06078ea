"""How fast a public record is appended to, published, opened again and checked.

    python benchmarks/record_append.py [--statements 10000] [--folder DIR] [--every 1000]

Prints one line per size. Statements are small tally sheets. `append` keeps and flushes each statement on the disk under
`--folder`, so its rate is the disk's; `publish` is called after `--every` statements, as a centre does on the night.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from testigo.keys import SigningKey
from testigo.record import Log, Statement, read_record


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(size: int, every: int, folder: Path) -> str:
    """One line of the table: rates per second, and seconds."""
    root, key = SigningKey.generate(), SigningKey.generate()
    votes = {f"option-{number}": number for number in range(20)}
    envelopes = [
        Statement("tally-sheet", "e" * 64, f"station-{n}", "2026-11-21T22:00:00Z", {"votes": votes}).sign(root)
        for n in range(size)
    ]
    log = Log.create(folder / "public", "example.org/benchmark", key, root_key=root.public)
    appending = publishing = 0.0
    for start in range(0, size, every):
        batch = envelopes[start : start + every]
        appending += timed(lambda batch=batch: [log.append(envelope) for envelope in batch])  # type: ignore[misc]
        publishing += timed(log.publish)
    opening = timed(lambda: Log.open(log.folder, key))
    checking = timed(lambda: read_record(log.folder))
    record = read_record(log.folder)
    assert record.ok
    assert record.size == size
    proving = timed(lambda: record.check_consistency(record.checkpoint))
    return (
        f"{size:>10,} {size / appending:>12,.0f} {publishing / -(-size // every) * 1000:>14.1f} {opening:>9.2f} "
        f"{checking:>9.2f} {size / checking:>14,.0f} {proving:>13.3f}"
    )


def main() -> None:
    """Read the arguments, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=10_000, help="largest record, 10000 unless told")
    parser.add_argument("--every", type=int, default=1000, help="statements per checkpoint")
    parser.add_argument("--folder", type=Path, default=None, help="where to write, to choose the disk")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    print(
        f"{'statements':>10} {'append 1/s':>12} {'publish ms':>14} {'open s':>9} {'check s':>9} "
        f"{'checked 1/s':>14} {'consistency s':>13}"
    )
    size = arguments.statements
    for count in sorted({max(size // 100, 1), max(size // 10, 1), size}):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            print(measure(count, arguments.every, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
