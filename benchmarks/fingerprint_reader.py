"""Fingerprint readers: what the capture process costs, and what the judgement says of real prints and of spoiled ones.

    python benchmarks/fingerprint_reader.py ../shared/data/fingerprints

Needs Debian's libfprint (its virtual image device stands for a reader). A finger is laid before it is waited for, so
times are the machine's alone.
"""

import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import laid_badly
from testigo.cli.output import table
from testigo.fingerprint import FingerImage, synthetic
from testigo.fingerprint.reader import UsbReader, judge
from virtual_reader import VirtualFinger

SETS = ("fvc2002-db1-b", "fvc2002-db3-b", "fvc2004-db1-b", "fvc2004-db2-b", "upek")
WORDS = ("nothing", "TooLittleOfTheFinger", "TooDry", "TooWet", "Smeared")
ROUNDS = 15

SPOILED: dict[str, Callable[[FingerImage, int], FingerImage]] = {
    "as they are": lambda image, n: image,
    "dry 0.4": lambda image, n: laid_badly.dry(image, 0.4, n),
    "dry 0.7": lambda image, n: laid_badly.dry(image, 0.7, n),
    "dry 1": lambda image, n: laid_badly.dry(image, 1.0, n),
    "dry 1, twice": lambda image, n: laid_badly.dry(laid_badly.dry(image, 1.0, n), 1.0, n),
    "wet 0.4": lambda image, n: laid_badly.wet(image, 0.4, n),
    "wet 0.7": lambda image, n: laid_badly.wet(image, 0.7, n),
    "wet 1": lambda image, n: laid_badly.wet(image, 1.0, n),
    "slid 0.45 mm": lambda image, n: laid_badly.slid(image, 9, n * 0.7),
    "slid 0.75 mm": lambda image, n: laid_badly.slid(image, 15, n * 0.7),
    "slid 1.05 mm": lambda image, n: laid_badly.slid(image, 21, n * 0.7),
    "40 mm² of it": lambda image, n: laid_badly.part(image, 40.0),
    "80 mm² of it": lambda image, n: laid_badly.part(image, 80.0),
}


def main(folder: Path) -> None:
    prints = {name: [FingerImage.read(path) for path in sorted((folder / name).iterdir())] for name in SETS}
    table("One reader", ("what", "median"), costs(prints["fvc2002-db1-b"][:ROUNDS]))
    table("Complaints about prints as they are", ("set", "prints", *WORDS), (row(name, prints[name]) for name in SETS))
    good = [image for n, image in enumerate(prints["fvc2002-db1-b"]) if n % 8 in (1, 2, 5, 6)]
    good += [image for n, image in enumerate(prints["upek"]) if n % 8 in (0, 4)]
    made = [synthetic.generate(seed, 0, difficulty=0.3) for seed in range(100, 130)]
    for title, images in (("Real prints, spoiled", good), ("Synthetic prints, spoiled", made)):
        rows = [row(name, [spoil(image, n) for n, image in enumerate(images)]) for name, spoil in SPOILED.items()]
        table(title, ("how", "prints", *WORDS), rows)


def row(name: str, images: Iterable[FingerImage]) -> tuple[object, ...]:
    found = Counter(type(wrong).__name__ if (wrong := judge(image)) else "nothing" for image in images)
    return (name, found.total(), *(found[word] for word in WORDS))


def costs(images: list[FingerImage]) -> list[tuple[str, str]]:
    opening, capturing, judging = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "socket"
        for image in images:
            start = time.perf_counter()
            with UsbReader(virtual=socket) as reader:
                opening.append(time.perf_counter() - start)
                with VirtualFinger(socket) as finger:
                    finger.lay(image)
                    start = time.perf_counter()
                    taken = reader.capture(20)
                    capturing.append(time.perf_counter() - start)
                start = time.perf_counter()
                judge(taken)
                judging.append(time.perf_counter() - start)
                assert reader._process is not None
                status = Path(f"/proc/{reader._process.pid}/status").read_text()
            socket.unlink()
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return [
        ("start the capture process and open the reader (the virtual one waits 100 ms)", milliseconds(opening)),
        ("one image of 388 × 374, with libfprint's own look at it", milliseconds(capturing)),
        ("judge it", milliseconds(judging)),
        ("memory of the capture process", f"{memory / 1024:.0f} MiB"),
    ]


def milliseconds(times: list[float]) -> str:
    return f"{1000 * statistics.median(times):.0f} ms"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
