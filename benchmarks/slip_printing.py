"""How long a paper vote takes to set, in milliseconds, and whether memory stays where it is.

python benchmarks/slip_printing.py [--slips 200]
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from slip_reading import EXAMPLES, random_slip

from testigo import election
from testigo.slip import Slip

OUTPUTS: dict[str, Callable[[Slip], bytes]] = {
    "PNG, 203 dpi, black and white": lambda slip: slip.png(),
    "PDF": lambda slip: slip.pdf(),
}


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slips", type=int, default=200)
    count = parser.parse_args().slips
    table = Table(title=f"{count} slips of each kind", title_justify="left")
    for column in ("election", "output", "first ms", "median ms", "99 % ms", "bytes", "memory MB before, after"):
        table.add_column(column, justify="left" if column in ("election", "output") else "right")
    for name in ("municipality", "republic"):
        definition = election.load(EXAMPLES / name / "election.yaml")
        rng = np.random.default_rng(1)
        for output, make in OUTPUTS.items():
            before = _memory()
            times, sizes = [], []
            for _ in track(range(count), description=f"{name}, {output}", transient=True):
                slip = random_slip(definition, definition.stations[0].id, rng)
                begin = time.perf_counter()
                sizes.append(len(make(slip)))
                times.append(1000 * (time.perf_counter() - begin))
            timing = [f"{times[0]:.0f}", f"{np.median(times):.1f}", f"{np.percentile(times, 99):.1f}"]
            table.add_row(name, output, *timing, f"{np.median(sizes):.0f}", f"{before:.0f}, {_memory():.0f}")
    Console(width=120).print(table)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
