"""Every codec of the fingerprint room against inputs that nobody would send in good faith.

    python benchmarks/fingerprint_fuzz.py [--inputs 1000000] [--images 200000] [--seed 1] [--only jpeg2000]

`--inputs` damaged records over all template codecs, `--images` damaged files over all image codecs. Prints a table:
accepted, refused with a `TestigoError`, ended within the decoder's own process (WSQ, JPEG 2000, compressed TIFF), and
anything else, which must be 0: another exception, a crash, more than 10 seconds, or an input that was accepted and
then not written again, read again as the same, and matched. Exits 1 otherwise, with the seed of each such input.

An input is a valid sample changed one to six times: bits, bytes, numbers of 16 and 32 bits set to 0, to the largest,
to the length at hand and near it; cuts, repeats, splices with another sample; then, every other time, lengths and
checksums put right, so that what lies behind them is reached. One in fifty is plain noise behind a valid mark. Number
`n` of a codec depends on the seed and `n` alone. Inputs are read in a worker process, which a crash ends and a new one
continues; the decoders that run apart from the desk run inside that worker, with the memory they have there.
"""

import argparse
import multiprocessing
import os
import random
import resource
import signal
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fingerprint_fuzz_samples import image_samples, template_samples

from testigo.cli.output import Bar, console, progress, table
from testigo.errors import TestigoError
from testigo.fingerprint import FingerImage, Template, decode_template, encode_template, match
from testigo.fingerprint.images import _apart, image_file
from testigo.fingerprint.templates.formats import FORMATS, decode_all, name_of

SLOWEST = 10.0  # seconds; then an input counts as hanging
MATCHED = 25  # one of so many accepted templates is compared
REWRITTEN = 10  # one of so many accepted images is written and read again
APART_MEMORY = 1 << 30
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

Reader = Callable[[bytes, int], None]
Repair = Callable[[bytearray], None]


@dataclass
class Codec:
    """`samples`: valid inputs; `read`: raises TestigoError to refuse; `repair`: puts lengths right, in place."""

    name: str
    samples: list[bytes]
    read: Reader
    repair: Repair | None = None
    mark: bytes = b""
    apart: bool = False


@dataclass
class Counts:
    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    contained: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0
    memory: float = 0.0  # MB that the worker grew by

    def row(self, name: str) -> tuple[object, ...]:
        numbers = (self.inputs, self.accepted, self.refused, self.contained, len(self.wrong))
        return (
            name,
            *(f"{number:,}" for number in numbers),
            f"{self.slowest * 1000:.0f}",
            f"{self.memory:.0f}",
            f"{self.seconds:.0f}",
        )


# Inputs.


def damaged(codec: Codec, seed: int, number: int) -> bytes:
    """Input `number` of a codec."""
    rng = random.Random(f"{seed} {codec.name} {number}")
    if rng.random() < 0.02:
        return codec.mark + rng.randbytes(rng.randrange(200))
    data = bytearray(rng.choice(codec.samples))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if not data:
            break
        rng.choice(CHANGES)(data, rng, codec.samples)
    if codec.repair and rng.random() < 0.5:
        codec.repair(data)
    return bytes(data)


def _place(data: bytearray, rng: random.Random) -> int:
    """Somewhere in the input; headers more often than the rest."""
    return rng.randrange(min(len(data), 64)) if rng.random() < 0.5 else rng.randrange(len(data))


def _bit(data: bytearray, rng: random.Random, _samples: list[bytes]) -> None:
    data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _byte(data: bytearray, rng: random.Random, _samples: list[bytes]) -> None:
    data[_place(data, rng)] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, rng.randrange(256)))


def _number(data: bytearray, rng: random.Random, _samples: list[bytes]) -> None:
    order, size = rng.choice("<>"), rng.choice((2, 4))
    value = rng.choice((*NUMBERS, len(data) + rng.randint(-4, 4))) & ((1 << 8 * size) - 1)
    at = _place(data, rng)
    data[at : at + size] = struct.pack(order + ("H" if size == 2 else "I"), value)


def _cut(data: bytearray, rng: random.Random, _samples: list[bytes]) -> None:
    at = _place(data, rng)
    del data[at : at + rng.choice((1, 2, 4, 6, rng.randrange(1, 200), len(data)))]


def _repeat(data: bytearray, rng: random.Random, _samples: list[bytes]) -> None:
    at = _place(data, rng)
    data[at:at] = data[at : at + rng.randrange(1, 200)] * rng.choice((1, 1, 2, 20))


def _splice(data: bytearray, rng: random.Random, samples: list[bytes]) -> None:
    other = rng.choice(samples)
    start, at = rng.randrange(len(other)), _place(data, rng)
    data[at:] = other[start : start + rng.randrange(1, 4000)]


CHANGES = (_bit, _byte, _number, _bit, _byte, _number, _cut, _repeat, _splice)


def repair_template(data: bytearray) -> None:
    """State the lengths that are there, as each format does."""
    if len(data) < 20:
        return
    if data[4:7] == b" 20" and (data[8] or data[9]):
        data[8:10] = struct.pack(">H", len(data) & 0xFFFF)
    else:
        data[8:12] = struct.pack(">I", len(data))
    if data[4:7] == b"030" and data[12:15] == b"\x00\x01\x00":
        data[15:19] = struct.pack(">I", len(data) - 15)


def repair_record(data: bytearray) -> None:
    if len(data) < 50:
        return
    if data[4:7] == b"010":
        data[8:14], data[32:36] = struct.pack(">HI", 0, len(data)), struct.pack(">I", len(data) - 32)
    else:
        data[8:12], data[16:20] = struct.pack(">I", len(data)), struct.pack(">I", len(data) - 16)


def repair_png(data: bytearray) -> None:
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4


# What must hold of an input.


def read_template(data: bytes, number: int) -> None:
    views = decode_all(data)
    name = name_of(data)
    for view in views:
        for to in (name, list(FORMATS)[number % len(FORMATS)]):
            record = encode_template(view.template, to, position=view.position)
            (again,) = decode_all(record)
            assert again.position == view.position
            assert len(again.template) == len(view.template)
            assert encode_template(again.template, to, position=view.position) == record
            if to in ("iso-2005", "iso-2011"):
                assert again.template == view.template
        if number % MATCHED == 0:
            match(view.template, _known())
            match(_known(), view.template)


def _known() -> Template:
    global _template
    if _template is None:
        _template = decode_template(template_samples()["iso-2005"][0])
    return _template


_template: Template | None = None


def read_image(data: bytes, number: int) -> None:
    image = FingerImage.read(data)
    if number % REWRITTEN == 0:
        again = FingerImage.read(image.to_bytes(("png", "bmp", "tiff", "fir-2005", "fir-2011")[number // 10 % 5]))
        assert again.dpi == image.dpi
        assert (again.pixels == image.pixels).all()


def _decode_here(data: bytes, size: tuple[int, int], place: str) -> Any:
    """What `image_file` does in another process, in this one."""
    try:
        answer = _apart.decode(data, image_file.FORMATS)
    except Exception as error:
        raise image_file.unreadable(place) from error
    return image_file.greys_of(answer, size, place)


# The worker and its watchdog.


def run(codec: Codec, inputs: int, seed: int, bar: Bar) -> Counts:
    counts = Counts()
    started = time.perf_counter()
    while counts.inputs < inputs:
        _work(codec, counts, inputs, seed, bar)
    counts.seconds = time.perf_counter() - started
    return counts


def _work(codec: Codec, counts: Counts, inputs: int, seed: int, bar: Bar) -> None:
    """One worker from the first input not done to the last, or to the one that ends it."""
    fork = multiprocessing.get_context("fork")
    now, done = fork.Value("q", counts.inputs), fork.Value("q", counts.inputs)
    tallies = [fork.Value("q", 0) for _ in range(2)]
    slowest, memory = fork.Value("d", 0.0), fork.Value("d", 0.0)
    ours, theirs = fork.Pipe(duplex=False)
    worker = fork.Process(
        target=_loop, args=(codec, counts.inputs, inputs, seed, now, done, tallies, slowest, memory, theirs)
    )
    worker.start()
    theirs.close()
    hung, seen, since, shown = False, counts.inputs, time.perf_counter(), counts.inputs
    while worker.is_alive():
        worker.join(0.2)
        bar.advance(done.value - shown)
        shown = done.value
        if now.value != seen:
            seen, since = now.value, time.perf_counter()
        elif worker.is_alive() and time.perf_counter() - since > SLOWEST:
            hung = True
            worker.kill()
            worker.join()
    try:
        while ours.poll():
            counts.wrong.append(ours.recv())
    except EOFError:
        pass
    counts.accepted += tallies[0].value
    counts.refused += tallies[1].value
    counts.slowest, counts.memory = max(counts.slowest, slowest.value), max(counts.memory, memory.value)
    counts.inputs = done.value
    if done.value < inputs:  # the worker did not get to the end
        counts.inputs += 1
        if codec.apart:
            counts.contained += 1
        else:
            how = "hangs" if hung else signal.Signals(-worker.exitcode).name if (worker.exitcode or 0) < 0 else "ends"
            counts.wrong.append(f"{codec.name} {done.value}: {how}")


def _loop(
    codec: Codec,
    first: int,
    inputs: int,
    seed: int,
    now: "Synchronized[int]",
    done: "Synchronized[int]",
    tallies: "list[Synchronized[int]]",
    slowest: "Synchronized[float]",
    memory: "Synchronized[float]",
    report: Any,
) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # decoders in C complain there
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if codec.apart:
        image_file._decode_apart = _decode_here
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + APART_MEMORY, taken + APART_MEMORY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(first, inputs):
        data = damaged(codec, seed, number)
        now.value = number + 1
        started = time.perf_counter()
        try:
            codec.read(data, number)
            tallies[0].value += 1
        except TestigoError:
            tallies[1].value += 1
        except BaseException:
            report.send(f"{codec.name} {number}: {traceback.format_exc(limit=-2)}")
        slowest.value = max(slowest.value, time.perf_counter() - started)
        done.value = number + 1
        if number % 256 == 0 or number + 1 == inputs:
            memory.value = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def codecs() -> tuple[list[Codec], list[Codec]]:
    templates = [
        Codec(name, samples, read_template, repair_template, samples[0][:8])
        for name, samples in template_samples().items()
    ]
    repairs: dict[str, Repair] = {"png": repair_png, "fir-2005": repair_record, "fir-2011": repair_record}
    images = [
        Codec(name, samples, read_image, repairs.get(name), samples[0][:8], name in ("wsq", "jpeg2000", "tiff-packed"))
        for name, samples in image_samples().items()
    ]
    return templates, images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one codec by its name")
    arguments = parser.parse_args()
    results: dict[str, Counts] = {}
    match(_known(), _known())  # compiled before anything is timed
    for group, total in zip(codecs(), (arguments.inputs, arguments.images), strict=True):
        chosen = [codec for codec in group if arguments.only in ("", codec.name)]
        for codec in chosen:
            share = -(-total // len(group))
            with progress(codec.name, share) as bar:
                results[codec.name] = run(codec, share, arguments.seed, bar)
    columns = ("codec", "inputs", "accepted", "refused", "contained", "wrong", "slowest ms", "grew by MB", "s")
    table(f"Damaged inputs, seed {arguments.seed}", columns, [counts.row(name) for name, counts in results.items()])
    wrong = [line for counts in results.values() for line in counts.wrong]
    for line in wrong[:20]:
        console.print(line)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
