"""Whether every text of the booth's pages has room, on pages of elections drawn at random, measured in Chromium.

python benchmarks/booth_pages.py [--pages 3000] [--seed 1]

Each page of a whole voter is measured on four screens, each time in another of the four contrasts; voters take turns in
the four text sizes. A fault is a text outside of its tile or cut, a tile, button or bar over another, something too
small to press, or something that cannot be reached by scrolling down.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from booth_measure import SCREENS, faults
from drawn_booths import draw, speak_right_to_left, walk
from open_booth import OpenBooth
from testigo.web.sessions import CONTRASTS, SIZES


def main() -> None:
    """Print one table; exits with 1 where a page has a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    speak_right_to_left()
    measured: Counter[tuple[int, tuple[int, int]]] = Counter()
    wrong: Counter[tuple[int, tuple[int, int]]] = Counter()
    kinds: Counter[str] = Counter()
    shown: list[str] = []
    with sync_playwright() as playwright, Progress(transient=True) as progress:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        task = progress.add_task("pages", total=options.pages)
        for name, size, screen, found in _measured(browser.new_page, options.seed):
            measured[size, screen] += 1
            kinds[name] += 1
            if found:
                wrong[size, screen] += 1
                shown.append(f"{name}, text size {size}, {screen[0]}×{screen[1]}: {found[0]}")
            progress.advance(task)
            if measured.total() >= options.pages:
                break
        browser.close()
    _print(measured, wrong, kinds, shown)
    sys.exit(bool(wrong))


def _measured(new_page: object, seed: int) -> Iterator[tuple[str, int, tuple[int, int], list[str]]]:
    """Each page on each screen: its name, text size, screen and faults."""
    rng = random.Random(seed)
    number = 0
    while True:
        definition = draw(rng)
        with tempfile.TemporaryDirectory() as folder:
            booth = OpenBooth(definition, Path(folder))
            try:
                for card in booth.cards[:2]:
                    size = SIZES[number % len(SIZES)]
                    number += 1
                    page: Page = new_page()  # type: ignore[operator]
                    for name in walk(page, booth, card, size, rng.choice(definition.languages), rng):
                        for screen in SCREENS:
                            yield name, size, screen, measure(page, screen, rng)
                    page.close()
            finally:
                booth.stop()


def measure(page: Page, screen: tuple[int, int], rng: random.Random) -> list[str]:
    """The faults of a page on that screen, in one of the contrasts."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.evaluate("(contrast) => { document.documentElement.dataset.contrast = contrast; }", rng.choice(CONTRASTS))
    return faults(page)


def _print(measured: Counter, wrong: Counter, kinds: Counter[str], shown: list[str]) -> None:
    table = Table(title=f"{measured.total()} pages, {wrong.total()} with a fault", title_justify="left")
    table.add_column("text size")
    for width, height in SCREENS:
        table.add_column(f"{width}×{height}", justify="right")
    for size in SIZES:
        cells = [f"{wrong[size, screen]} of {measured[size, screen]}" for screen in SCREENS]
        table.add_row(str(size), *cells)
    console = Console(width=140)
    console.print(table)
    console.print(", ".join(f"{name} {count}" for name, count in kinds.most_common()))
    for line in shown[:20]:
        console.print(line)


if __name__ == "__main__":
    main()
