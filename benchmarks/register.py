"""How fast the register is: import, poll books, the search for duplicates.

    python benchmarks/register.py [--voters 100000] [--register postgresql://…]

Prints a table. The database is a new SQLite file unless an address of an empty database is given.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from testigo.cli.output import progress, table
from testigo.election import Contest, Definition, District, Option, Station
from testigo.fingerprint import extract, synthetic
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook, Register, RegisterKey, make_poll_book
from testigo.register.gallery import EnrolledPrint, PersonGallery
from testigo.register.made_up_names import made_up_name

STATION_VOTERS = 1_000
SEARCHED = 500  # persons in the gallery, two fingers each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=100_000)
    parser.add_argument("--register", default="")
    arguments = parser.parse_args()
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        _registers(Path(folder), arguments.voters, arguments.register, rows)
    _search(rows)
    table("Register", ("what", "measured"), rows)


def _registers(folder: Path, voters: int, address: str, rows: list[tuple[str, str]]) -> None:
    definition = _definition(voters)
    file = folder / "voters.csv"
    rng = random.Random(1)
    numbers = rng.sample(range(1_000_000, 90_000_000), voters)
    lines = (
        f"V-{number},{made_up_name(rng)},{1 if place < STATION_VOTERS else 2}" for place, number in enumerate(numbers)
    )
    file.write_text("\n".join(["document,name,station", *lines]))
    centre, machine = SigningKey.generate(), OpeningKey.generate()
    with Register.open(address or str(folder / "register.db"), definition, RegisterKey.generate()) as register:
        with progress("Import", voters) as bar:
            seconds = _timed(lambda: register.import_voters(file, bar.advance))
        rows.append((f"import of {voters:,} voters, {register._engine.dialect.name}", f"{seconds:.2f} s"))
        seconds = _timed(register.doubles)
        rows.append((f"likely doubles among {voters:,} voters, by number and name", f"{seconds:.2f} s"))
        books: list[bytes] = []
        seconds = _timed(lambda: books.append(make_poll_book(register, "1", machine.public, centre)))
    rows.append(
        (f"make a poll book: {STATION_VOTERS:,} voters, {voters - STATION_VOTERS:,} elsewhere", f"{seconds:.2f} s")
    )
    seconds = _timed(lambda: PollBook.open(books[0], definition.digest, "1", machine, centre.public))
    rows.append((f"open it ({len(books[0]) / 1e6:.1f} MB)", f"{seconds:.2f} s"))


def _search(rows: list[tuple[str, str]]) -> None:
    """Two fingers against two fingers of each person. Few real templates, repeated: the time is that of as many."""
    templates = [extract(synthetic.generate(seed, 0)) for seed in range(20)]
    probes = [
        EnrolledPrint.of(number + 1, finger, 50, extract(synthetic.generate(100 + finger, 0)))
        for number, finger in enumerate((2, 7))
    ]
    gallery = PersonGallery()
    for person in range(SEARCHED):
        pair = [templates[person % 20], templates[(person * 7 + 3) % 20]]
        gallery.add(person + 1, [EnrolledPrint.of(1, 2, 50, pair[0]), EnrolledPrint.of(2, 7, 50, pair[1])])
    gallery.search(probes)
    seconds = _timed(lambda: gallery.search(probes))
    rows.append((f"search an enrolment of 2 fingers among {SEARCHED} × 2", f"{seconds:.2f} s"))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _definition(voters: int) -> Definition:
    return Definition(
        id="benchmark",
        title={"en": "Benchmark"},
        date="2026-11-29",
        opens="08:00",
        closes="18:00",
        languages=("en",),
        districts=(District("all", {"en": "All"}),),
        stations=(Station("1", "One", "all", STATION_VOTERS), Station("2", "Two", "all", voters)),
        contests=(Contest("mayor", "all", {"en": "Mayor"}, "choose-one", (Option("a", {"en": "A"}),)),),
    )


if __name__ == "__main__":
    main()
