"""Speed of extraction: the network's file as it is beside the network put together anew, options, stages, batches.

    python benchmarks/fingerprint_extraction.py [folder ...]

Images of the folders (24 of each at most), or synthetic ones. One thread; every variant takes each image in turn within
one run, so that a busy machine slows all alike. Medians of wall clock and processor time; ratios are of processor time.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from testigo.cli.output import table
from testigo.fingerprint import ENDINGS, Extractor, FingerImage, synthetic
from testigo.fingerprint.extraction._leader_graph import maps_graph
from testigo.fingerprint.extraction._onnx import read
from testigo.fingerprint.extraction.extractor import _padded, foreground
from testigo.fingerprint.extraction.network_file import network_bytes
from testigo.fingerprint.parameters import EXTRACTION

Run = Callable[[Any], object]
LEVELS = onnxruntime.GraphOptimizationLevel


def _session(model: bytes, **changed: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if changed.pop("denormal_as_zero", False):
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
    for name, side in changed.pop("fixed", {}).items():
        options.add_free_dimension_override_by_name(name, side)
    for name, value in changed.items():
        setattr(options, name, value)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _file(**changed: Any) -> Run:
    session = _session(network_bytes(), **changed)
    return lambda greys: session.run(None, {"input": greys[np.newaxis, :, :, np.newaxis]})


def _anew(**changed: Any) -> Run:
    session = _session(maps_graph(read(network_bytes())), **changed)
    return lambda greys: session.run(None, {"greys": greys[np.newaxis, np.newaxis]})


def _fixed() -> Run:
    """A session for each size, made when it is first seen."""
    known: dict[tuple[int, ...], Run] = {}

    def run(greys: np.ndarray) -> object:
        height, width = greys.shape
        if greys.shape not in known:
            known[greys.shape] = _anew(fixed={"greys_2": height, "greys_3": width})
        return known[greys.shape](greys)

    return run


def _variants() -> dict[str, Run]:
    return {
        "the file as it is": _file(),
        "put together anew": _anew(),
        "… a session for each size": _fixed(),
        "… denormal numbers as zero": _anew(denormal_as_zero=True),
        "… basic optimisation only": _anew(graph_optimization_level=LEVELS.ORT_ENABLE_BASIC),
        "… no blocked layout": _anew(graph_optimization_level=LEVELS.ORT_ENABLE_EXTENDED),
        "… no memory pattern": _anew(enable_mem_pattern=False),
        "… no memory arena": _anew(enable_cpu_mem_arena=False),
    }


def _crops(images: list[FingerImage]) -> list[np.ndarray]:
    crops = []
    for image in images:
        pixels = image.at_500_dpi()
        top, bottom, left, right = foreground(pixels)
        crops.append(_padded(pixels[top:bottom, left:right], EXTRACTION.multiple))
    return crops


def _timed(variants: Mapping[str, Run], items: list[Any], rounds: int) -> list[tuple[str, str, str, str]]:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for item in items:
            for name, run in variants.items():
                wall, processor = time.perf_counter(), time.process_time()
                run(item)
                if number:  # the first round warms up
                    times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    medians = {
        name: [statistics.median(column) * 1e3 for column in zip(*rows, strict=True)] for name, rows in times.items()
    }
    first = next(iter(medians.values()))[1]
    return [(name, f"{wall:.0f}", f"{cpu:.0f}", f"{first / cpu:.2f}") for name, (wall, cpu) in medians.items()]


def _batches(images: list[FingerImage]) -> list[tuple[str, str, str]]:
    files = [image.to_png() for image in images] * 2
    rows = []
    for workers in (1, 2, 4):
        wall, processor = time.perf_counter(), time.process_time()
        Extractor().extract_many(files, workers=workers)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        rows.append((str(workers), f"{len(files) / wall:.1f}", f"{processor / wall:.2f}"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sets = {"synthetic": [synthetic.generate(seed, 0) for seed in range(8)]}
    if arguments.folders:
        sets = {}
    for folder in arguments.folders:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
        sets[folder.name] = [FingerImage.read(path) for path in found[:: max(1, len(found) // 24)]]
    variants = _variants()
    for name, images in sets.items():
        crops = _crops(images)
        area = statistics.median(crop.size for crop in crops)
        rows = _timed(variants, crops, arguments.rounds)
        table(f"{name}: the network, {area / 1e3:.0f} thousand pixels", ("variant", "ms", "processor ms", "×"), rows)
        whole = {"whole extraction": Extractor().extract}
        table(f"{name}: image to template", ("", "ms", "processor ms", "×"), _timed(whole, images, arguments.rounds))
        columns = ("workers", "images/s", "cores used")
        table(f"{name}: batch, from PNG files in memory", columns, _batches(images))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB, all variants together")


if __name__ == "__main__":
    main()
