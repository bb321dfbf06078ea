"""Rehearsals with many seeds: how many end in success?

    python benchmarks/rehearsals.py --seeds 20
    python benchmarks/rehearsals.py --seeds 12 --also 388011 1006 --days 12

For each seed the set-up of `make demo` (3 stations, 60 voters): machines installed, everybody enrolled at two desks,
likely duplicates settled, poll books and cards made. The first `--days` of them are held to the end: the whole voting
day, closing, paper counts, result, verification. Success: no promise was broken. What chance explains is listed and
fails nothing. Exits with 1 where one did not end in success.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from testigo.cli.output import errors, print_json, progress, table
from testigo.election import load
from testigo.errors import TestigoError
from testigo.rehearsal import SyntheticFingers, cut_out, hold, prepare

ELECTION = Path(__file__).parents[1] / "src" / "testigo" / "examples" / "republic" / "election.yaml"


@dataclass
class Ended:
    """How one rehearsal ended. `whole`: it was a whole day; `unexpected`: broken promises, none where it succeeded."""

    seed: int
    whole: bool
    seconds: float
    second_numbers: str = "-"
    false_cases: int = 0
    by_chance: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """In a word."""
        return "FAILURE" if self.unexpected else "success"


class _NoBar:
    def advance(self, steps: int = 1) -> None:
        """Nobody watches."""


@contextlib.contextmanager
def _unwatched(_title: str, _total: int) -> Iterator[_NoBar]:
    yield _NoBar()


def rehearse(seed: int, whole: bool, stations: int, voters: int) -> Ended:
    """One rehearsal, in a folder that is gone afterwards."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            definition = cut_out(load(ELECTION), stations, voters)
            step = hold if whole else prepare
            done = step(definition, SyntheticFingers(seed), seed, Path(folder) / "rehearsal", _unwatched)
        except TestigoError as error:
            return Ended(seed, whole, time.monotonic() - began, unexpected=(str(error),))
    seconds, notes = len(done.population.second_numbers), done.enrolment
    failed = tuple(finding.detail for finding in done.report.failures) if done.report else ()
    return Ended(
        seed,
        whole,
        time.monotonic() - began,
        f"{seconds - len(notes.missed)} of {seconds}",
        notes.false_cases,
        tuple(done.chances),
        (*done.surprises, *done.mismatches, *failed),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="how many, beginning with --first")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--also", type=int, nargs="*", default=[], help="further seeds, held before the others")
    parser.add_argument("--days", type=int, default=3, help="how many of them are held to the end")
    parser.add_argument("--stations", type=int, default=3)
    parser.add_argument("--voters", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1, help="rehearsals at a time; each uses two cores and more")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    arguments = parser.parse_args()
    seeds = [*arguments.also, *range(arguments.first, arguments.first + arguments.seeds)]
    ended = []
    with ProcessPoolExecutor(arguments.jobs) as jobs, progress("Rehearsals", len(seeds)) as bar:
        runs = [
            jobs.submit(rehearse, seed, place < arguments.days, arguments.stations, arguments.voters)
            for place, seed in enumerate(seeds)
        ]
        for run in as_completed(runs):
            ended.append(run.result())
            errors.print(f"Seed {ended[-1].seed}: {ended[-1].verdict} in {ended[-1].seconds:.0f} s")
            bar.advance()
    ended.sort(key=lambda one: seeds.index(one.seed))
    success = sum(not one.unexpected for one in ended)
    if arguments.json:
        print_json({"success": success, "of": len(ended), "rehearsals": [asdict(one) for one in ended]})
    else:
        _print(ended, success)
    sys.exit(0 if success == len(ended) else 1)


def _print(ended: list[Ended], success: int) -> None:
    rows = [
        (
            one.seed,
            "whole day" if one.whole else "enrolment",
            f"{one.seconds:.0f}",
            one.second_numbers,
            one.false_cases,
            len(one.by_chance),
            one.verdict,
        )
        for one in ended
    ]
    columns = ("Seed", "What", "Seconds", "Second numbers found", "False cases", "Other chance", "Ended in")
    table("Rehearsals", columns, rows)
    for one in ended:
        for words in one.by_chance:
            print(f"Seed {one.seed}, by chance: {words}")
        for words in one.unexpected:
            print(f"Seed {one.seed}, unexpected: {words}")
    print(f"{success} of {len(ended)} ended in success.")


if __name__ == "__main__":
    main()
