"""Speed of the fingerprint engine: first calls, generation, extraction, preparation, comparison.

    python benchmarks/fingerprint_speed.py [../shared/data/fingerprints/fvc2002-db1-b ...]

Synthetic fingers of 288 × 384 pixels; medians; one thread unless said. The scan is that of a gallery of 40,000 in
memory. Of each folder given, of impressions
`FINGER_IMPRESSION.ext`, every pair is compared: processor time of one core, the least of three runs. "First" is the
first call in a new process with numba's disk cache as it is; `--cold` empties that cache before.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import testigo.fingerprint
from testigo.cli.output import table
from testigo.fingerprint import Extractor, FingerImage, Gallery, Matcher, match, prepare, quality, synthetic
from testigo.fingerprint.evaluation.impressions import impressions_in

FIRST = """
import time
start = time.perf_counter()
import testigo.fingerprint as f
imported = time.perf_counter()
from testigo.fingerprint import synthetic
image = synthetic.generate(1, 0)
generated = time.perf_counter()
template = f.extract(image)
extracted = time.perf_counter()
f.match(template, template)
matched = time.perf_counter()
f.quality(image, template)
judged = time.perf_counter()
print(imported - start, generated - imported, extracted - generated, matched - extracted, judged - matched)
"""


def _median_ms(action: Callable[[int], object], repeats: int) -> float:
    times = []
    for number in range(repeats):
        began = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def _first_calls() -> list[tuple[str, str]]:
    answer = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    names = ("import", "first synthetic impression", "first extraction", "first comparison", "first quality")
    return [(name, f"{float(seconds):.2f} s") for name, seconds in zip(names, answer.stdout.split(), strict=True)]


def _least(action: Callable[[], object]) -> float:
    """Seconds of this thread's processor time."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        action()
        times.append(time.thread_time() - began)
    return min(times)


def _scans() -> list[tuple[str, str]]:
    """The gallery's first stage: one probe, and sixteen probes of nine minutiae together."""
    many = [prepare(template) for template in synthetic.templates(5, 2_000, synthetic.LIKE_FVC2004_DB1)]
    gallery = Gallery()
    for number in range(40_000):
        gallery.add(number, many[number % len(many)])
    alone = _least(lambda: gallery.scan(many[:1], cores=1)) / len(gallery)
    few = [one.best(9) for one in many[:16]]
    together = _least(lambda: gallery.scan(few, cores=1)) / len(gallery) / len(few)
    return [
        ("scan, a template", f"{alone * 1e9:.0f} ns, {1e-6 / alone:.1f} million a second"),
        ("scan, a template, one of 16 probes of 9 minutiae", f"{together * 1e9:.0f} ns"),
    ]


def _comparisons(folders: list[Path]) -> list[tuple[str, str]]:
    """Every pair of each folder: all, those of different fingers, and these without ending at the prefilter."""
    rows = []
    seconds = count = 0.0
    for folder in folders:
        impressions = impressions_in(folder)
        templates = Extractor().extract_many([FingerImage.read(one.path) for one in impressions])
        ready = [prepare(template) for template in templates]
        finger = np.array([one.finger for one in impressions])
        matcher = Matcher(ready)
        impostors = [np.flatnonzero(finger != own) for own in finger]
        all_pairs = _least(lambda m=matcher, r=ready: [m.scores(probe) for probe in r]) / len(ready) ** 2
        pairs = sum(map(len, impostors))
        others = _least(
            lambda m=matcher, r=ready, o=impostors: [m.scores(one, rows) for one, rows in zip(r, o, strict=True)]
        )
        seconds, count = seconds + others, count + pairs
        looked = [(i, int(j)) for i, rows in enumerate(impostors) for j in rows[::40]]
        whole = _least(lambda r=ready, p=looked: [match(r[i], r[j]) for i, j in p]) / len(looked)
        rows.append((f"{folder.name}: a comparison", f"{all_pairs * 1e6:.1f} µs"))
        rows.append(
            (f"{folder.name}: of different fingers", f"{others / pairs * 1e6:.1f} µs, {pairs / others:,.0f} a second")
        )
        rows.append((f"{folder.name}: the same, without prefilter, one call each", f"{whole * 1e6:.0f} µs"))
    if folders:
        rows.append(("all: of different fingers", f"{seconds / count * 1e6:.1f} µs, {count / seconds:,.0f} a second"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", action="store_true", help="empty numba's disk cache first")
    parser.add_argument("folders", type=Path, nargs="*", help="sets whose pairs are compared too")
    arguments = parser.parse_args()
    if arguments.cold:
        for cache in Path(testigo.fingerprint.__file__).parent.rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
    rows = _first_calls()
    rows.append(("synthetic finger", f"{_median_ms(synthetic.Finger, 10):.0f} ms"))
    fingers = [synthetic.Finger(seed) for seed in range(10)]
    rows.append(("synthetic impression", f"{_median_ms(lambda n: fingers[n].impression(0), 10):.0f} ms"))
    images = [finger.impression(n) for finger in fingers for n in range(2)]
    for threads in (1, 2):
        extractor = Extractor(threads=threads)
        extractor.extract(images[0])
        milliseconds = _median_ms(lambda n, e=extractor: e.extract(images[n]), len(images))
        rows.append((f"extraction, {threads} thread{'s' * (threads > 1)}", f"{milliseconds:.0f} ms"))
    began = time.perf_counter()
    templates = Extractor().extract_many(images)
    rows.append(
        ("extraction, batch on all cores", f"{(time.perf_counter() - began) / len(images) * 1e3:.0f} ms an image")
    )
    rows.append(("quality (NFIQ 2)", f"{_median_ms(lambda n: quality(images[n], templates[n]), len(images)):.0f} ms"))
    rows.append(("preparation", f"{_median_ms(lambda n: prepare(templates[n]), len(images)) * 1e3:.0f} µs"))
    ready = [prepare(template) for template in templates]
    matcher = Matcher(ready)
    microseconds = _median_ms(lambda n: matcher.scores(ready[n]), len(ready)) * 1e3 / len(ready)
    rows.append(("comparison, prepared, one to many", f"{microseconds:.0f} µs"))
    rows.append(
        (
            "comparison, prepared, single calls",
            f"{_median_ms(lambda n: match(ready[0], ready[n]), len(ready)) * 1e3:.0f} µs",
        )
    )
    rows += _scans()
    rows += _comparisons(arguments.folders)
    sizes = [len(template) for template in templates]
    table(f"Speed; templates of {min(sizes)} to {max(sizes)} minutiae", ("what", "time"), rows)


if __name__ == "__main__":
    main()
