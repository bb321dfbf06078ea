"""Speed of the fingerprint engine: first calls, generation, extraction, preparation, comparison.

    python benchmarks/fingerprint_speed.py

Synthetic fingers of 288 × 384 pixels; medians; one thread unless said. "First" is the first call in a new process with
numba's disk cache as it is; `--cold` empties that cache before.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import testigo.fingerprint
from testigo.cli.output import table
from testigo.fingerprint import Extractor, Matcher, match, prepare, quality, synthetic

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", action="store_true", help="empty numba's disk cache first")
    if parser.parse_args().cold:
        shutil.rmtree(Path(testigo.fingerprint.__file__).parent / "__pycache__", ignore_errors=True)
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
    sizes = [len(template) for template in templates]
    table(f"Speed; templates of {min(sizes)} to {max(sizes)} minutiae", ("what", "time"), rows)


if __name__ == "__main__":
    main()
