"""How long a clerk needs for a queue of voters, and how many keys: the real check-in pages in real Chromium.

python benchmarks/clerk_queue.py [--voters 200] [--seed 1]

Every kind of visit of `tests/support/clerk_queue.py` is in it: mistyped numbers, names, barcodes, fingers that fail,
voters without one, a restart of the process in the middle. Each voter must end with one card. Keys are a clerk's: what
a scanner types costs none; 65 milliseconds go by for each. What the page was not allowed to do is an error.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from clerk_queue import KINDS, Clerk, Count, Desk, line_up, prepare
from testigo.cli.output import errors, table


def main() -> None:
    """Print one table; exits with 1 where not every voter has one card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    queue = line_up(options.voters, options.seed)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = prepare(Path(folder), queue)
        desk = Desk(place)
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        clerk = Clerk(desk, chromium.new_context())
        counts = [clerk.serve(one) for one in track(queue, "voters", console=errors, transient=True)]
        counters = place.check_in.counters()
        chromium.close()
        desk.stop()
        place.stop()
    _print(counts)
    print(f"cards handed {counters.cards_handed}, refused {dict(counters.refused)}, undone {dict(counters.undone)}")
    sys.exit(counters.cards_handed != len(queue) or counters.checked_in != len(queue))


def _print(counts: list[Count]) -> None:
    rows = []
    for kind in (*KINDS, "all"):
        own = [one for one in counts if kind in (one.kind, "all")]
        if not own:
            continue
        seconds = sorted(one.seconds for one in own)
        means = (statistics.mean(getattr(one, what) for one in own) for what in ("keys", "clicks", "pages"))
        times = (f"{statistics.median(seconds):.1f}", f"{seconds[-1]:.1f}")
        wrong = sum(len(one.wrong) for one in own)
        rows.append((kind, str(len(own)), *times, *(f"{mean:.1f}" for mean in means), str(wrong)))
    table("", ("visit", "voters", "s median", "s most", "keys", "clicks", "pages", "errors"), rows)
    print(f"scanned again, because keys came late: {sum(one.again for one in counts)}")
    for said in sorted({f"{one.kind}: {error}" for one in counts for error in one.wrong}):
        print(said)


if __name__ == "__main__":
    main()
