"""Search among many: real probes hidden among synthetic templates; the search beside the matcher on everything.

    python benchmarks/fingerprint_gallery.py ../shared/data/fingerprints --sizes 10000,100000,1000000 --plot gallery.svg

For each genuine pair of the shared sets one impression is hidden in the gallery and another is the probe. A *hit* is a
probe whose first candidate is an impression of its finger. The search looks at a share of the gallery; *exhaustive* is
the matcher on all of it. A gallery is built in a folder (kept with --keep, and taken up again), by all cores.
"""

import argparse
import math
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from testigo.fingerprint import Extractor, FingerImage, Gallery, Prepared, Template, prepare, synthetic
from testigo.fingerprint.evaluation import drawing
from testigo.fingerprint.evaluation.impressions import impressions_in

SETS = ("fvc2002-db1-b", "fvc2002-db3-b", "fvc2004-db1-b", "fvc2004-db2-b", "upek")
HIDDEN = 10**12  # real impressions are numbered from here: set, finger
BLOCK = 2000
FIRST_SEED = 10**9
SERIES = (("search", "seconds", drawing.TEAL), ("matcher on everything", "exhaustive_seconds", drawing.RED))


def prepared_block(first: int) -> list[Prepared]:
    """The synthetic templates of one block, ready."""
    return [prepare(template) for template in synthetic.templates(first, BLOCK)]


def synthetic_prepared(count: int) -> Iterator[Prepared]:
    """`count` synthetic templates, made by all cores, in order."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        starts = range(FIRST_SEED, FIRST_SEED + count, BLOCK)
        made = 0
        for block in pool.map(prepared_block, starts):
            yield from block[: count - made]
            made += len(block)


def real_templates(folder: Path) -> list[tuple[int, int, Template]]:
    """(set and finger as one number, impression, template) of all shared sets."""
    found = []
    for number, name in enumerate(SETS):
        impressions = impressions_in(folder / name)
        templates = Extractor().extract_many([FingerImage.read(one.path) for one in impressions])
        for one, template in zip(impressions, templates, strict=True):
            found.append((HIDDEN + number * 10_000 + one.finger, one.number, template))
    return found


def build(folder: Path, size: int, hidden: list[tuple[int, Template]]) -> float:
    """A gallery of `size` templates, the hidden ones spread among them; seconds it took."""
    began = time.perf_counter()
    places = {int(place): one for place, one in zip(np.linspace(7, size - 1, len(hidden)), hidden, strict=True)}
    with Gallery.create(folder) as gallery:
        for number, one in enumerate(synthetic_prepared(size - len(hidden))):
            while len(gallery) in places:
                gallery.add(*places[len(gallery)])
            gallery.add(number, one)
        while len(gallery) < size:
            gallery.add(*places[len(gallery)])
    return time.perf_counter() - began


def resident() -> float:
    """The most memory this process ever had, GiB, mapped files included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure(gallery: Gallery, probes: list[tuple[int, Prepared]], exhaustive: int) -> dict[str, float]:
    """Hits, times and rates of the search, and of the matcher alone on the first `exhaustive` probes."""
    size = len(gallery)
    everything = np.arange(size)
    gallery.identify(probes[0][1])
    seconds, scan_seconds, found = [], [], []
    for number, probe in probes:
        began = time.perf_counter()
        candidates = gallery.identify(probe)
        seconds.append(time.perf_counter() - began)
        began = time.thread_time()
        gallery.scan([probe], cores=1)
        scan_seconds.append(time.thread_time() - began)
        found.append(bool(candidates) and candidates[0].number == number)
    alone, match_seconds = [], []
    for number, probe in probes[:exhaustive]:
        began = time.perf_counter()
        scores = gallery.compare(probe, everything)
        match_seconds.append(time.perf_counter() - began)
        best = int(np.argmax(scores))
        alone.append(scores[best] > 0 and int(gallery.numbers[best]) == number)
    both = sum(hit for hit, reached in zip(found, alone, strict=False) if reached)
    return {
        "size": size,
        "seconds": statistics.median(seconds),
        "slowest": max(seconds),
        "scan_rate": size / statistics.median(scan_seconds),
        "hits": float(np.mean(found)),
        "exhaustive_hits": float(np.mean(alone)),
        "of_exhaustive": sum(found[: len(alone)]) / max(1, sum(alone)),
        "kept": both / max(1, sum(alone)),
        "exhaustive_seconds": statistics.median(match_seconds),
        "match_rate": size / statistics.median(match_seconds),
        "memory": resident(),
    }


def plot(rows: list[dict[str, float]]) -> drawing.Drawing:
    """Seconds a probe against size, both axes logarithmic."""
    title = "Time of a search against the size of the gallery"
    picture = drawing.Drawing(520, 340, title=title, text="both axes logarithmic")
    low, high = 1e-3, 1e2
    smallest, largest = rows[0]["size"], rows[-1]["size"]

    def x(size: float) -> float:
        return 90 + 380 * math.log(size / smallest) / max(1e-9, math.log(largest / smallest))

    def y(seconds: float) -> float:
        return 280 - 240 * math.log(seconds / low) / math.log(high / low)

    for exponent in range(-3, 3):
        at = y(10.0**exponent)
        picture.line(70, at, 490, at, stroke=drawing.LINE)
        picture.text(62, at + 4, f"{10.0**exponent:g} s", text_anchor="end")
    for row in rows:
        picture.text(x(row["size"]), 300, f"{row['size']:,.0f}", text_anchor="middle")
    for place, (label, key, colour) in enumerate(SERIES):
        points = np.array([(x(row["size"]), y(row[key])) for row in rows])
        picture.path(points, stroke=colour, stroke_width=2)
        for point in points:
            picture.circle(*point, 4, fill=colour)
        picture.text(90, 56 + 18 * place, label, fill=colour)
    picture.text(280, 326, "templates in the gallery", text_anchor="middle")
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that holds the real sets")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="of the galleries")
    parser.add_argument("--probes", type=int, default=1000, help="real probes, at most")
    parser.add_argument("--exhaustive", type=int, default=200, help="probes that the matcher alone is tried on too")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the galleries for another run")
    parser.add_argument("--plot", type=Path, help="draw time against size here: .svg, .png or .html")
    arguments = parser.parse_args()
    real = real_templates(arguments.folder)
    hidden = [(number, template) for number, impression, template in real if impression == 1]
    probes = [(number, prepare(template)) for number, impression, template in real if impression != 1]
    rng = np.random.default_rng(1)
    probes = [probes[k] for k in rng.permutation(len(probes))[: arguments.probes]]
    rows = []
    print(
        "size       build s  scan/s/core  search s (slowest)  hits %   matcher on all s  hits %   search/all %  "
        "of its hits kept %  GiB"
    )
    for size in (int(part) for part in arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory() as scratch:
            folder = (arguments.keep or Path(scratch)) / str(size)
            built = 0.0 if (folder / "gallery.json").exists() else build(folder, size, hidden)
            row = measure(Gallery.open(folder), probes, arguments.exhaustive)
        rows.append(row)
        print(
            f"{size:<10,} {built:<8.0f} {row['scan_rate'] / 1e6:<6.2f}M      {row['seconds']:.3f} "
            f"({row['slowest']:.3f})       {100 * row['hits']:<8.2f} {row['exhaustive_seconds']:<17.3f}"
            f" {100 * row['exhaustive_hits']:<8.2f} {100 * row['of_exhaustive']:<13.2f} "
            f"{100 * row['kept']:<19.2f} {row['memory']:.2f}",
            flush=True,
        )
    if arguments.plot:
        drawing.save(arguments.plot, plot(rows))


if __name__ == "__main__":
    main()
