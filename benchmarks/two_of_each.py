"""Kill machines and cut cables of a station with two desks and two booths; nothing may be lost, nothing doubled.

    python benchmarks/two_of_each.py --days 4 --kills 200 --cuts 100 --out FOLDER

Each day is an election of its own, held with real `station serve` processes: voters are admitted by chair and clerk,
draw a card of either booth, vote, print, sometimes spoil the paper or walk away, sometimes come again. Meanwhile a
process gets SIGKILL and is started again, or a cable between two machines fails for some seconds: it is out, loses
answers, holds everything back, or says everything twice (`tests/support/cut_cables.py`). One kill in ten happens
while the station is opened, one while it is closed. Then everything is compared with what really happened.

A day whose figures stand in FOLDER already is not held again; of one that was held with other kills, cuts or seed it is
said, and nothing is held. Exits with 1 where anything was lost or doubled.
"""

import argparse
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from failing_day import Outcome, hold_day
from testigo.cli.output import progress, table


def hold_days(out: Path, days: int, kills: int, cuts: int, seed: int, advance: Callable[[], None]) -> list[Outcome]:
    """All days; those whose figures are there already are not held again. Raises `SystemExit` where one of these was
    held otherwise."""
    asked = [((kills + day) // days, (cuts + day) // days, f"{seed}/{day}") for day in range(days)]
    files = [out / f"day-{day}.json" for day in range(days)]
    held = {file: _held(file, one) for file, one in zip(files, asked, strict=True) if file.exists()}
    outcomes = []
    for file, one in zip(files, asked, strict=True):
        if file in held:
            outcomes.append(held[file])
            for _ in range(sum(one[:2])):
                advance()
            continue
        folder = file.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        outcome = hold_day(folder, *one, advance)
        file.write_bytes(msgspec.json.encode(outcome))
        outcomes.append(outcome)
    return outcomes


def _held(file: Path, asked: tuple[int, int, str]) -> Outcome:
    """The figures in a file; raises `SystemExit` where they are not of this day."""
    try:
        outcome = msgspec.json.decode(file.read_bytes(), type=Outcome)
    except msgspec.MsgspecError:
        raise SystemExit(f"{file} does not say how its day was held: choose another --out") from None
    if outcome.asked != asked:
        raise SystemExit(f"{file} was held with {outcome.asked}, not with {asked}: choose another --out")
    return outcome


def _print(outcomes: list[Outcome]) -> None:
    kills = sum((Counter(one.kills) for one in outcomes), Counter[str]())
    cuts = sum((Counter(one.cuts) for one in outcomes), Counter[str]())
    steps = sorted({name.partition(" ")[2] for name in kills})
    machines = sorted({name.partition(" ")[0] for name in kills})
    rows: list[tuple[Any, ...]] = [
        (step, *(kills[f"{machine} {step}"] for machine in machines), sum(kills[f"{m} {step}"] for m in machines))
        for step in steps
    ]
    rows.append(("all", *(sum(kills[f"{m} {s}"] for s in steps) for m in machines), sum(kills.values())))
    table("kill -9, by what was being done", ("step", *machines, "all"), rows)
    hows = sorted({name.rpartition(" ")[2] for name in cuts})
    ways = sorted({name.rpartition(" ")[0] for name in cuts})
    rows = [(way, *(cuts[f"{way} {how}"] for how in hows)) for way in ways]
    rows.append(("all", *(sum(cuts[f"{way} {how}"] for way in ways) for how in hows)))
    table("Cables that failed", ("cable", *hows), rows)
    figures: Counter[str] = Counter()
    for one in outcomes:
        figures.update(one.figures)  # a sum of counters would leave out what is 0
    table("What came of it", ("", ""), [(name, figures[name]) for name in figures])
    for one in outcomes:
        for words in one.wrong:
            print(f"WRONG {words}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill machines and cut cables of a station with two of each.")
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="where the days are kept, and gone on with")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with progress("kills and cuts", arguments.kills + arguments.cuts) as bar:  # type: ignore[arg-type]
        outcomes = hold_days(
            arguments.out, arguments.days, arguments.kills, arguments.cuts, arguments.seed, bar.advance
        )
    _print(outcomes)
    ok = not any(one.wrong for one in outcomes)
    print(f"{'OK' if ok else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
