"""Whether what `testigo election check` accepts is carried out: lawful elections drawn at the limits, each checked, and
each accepted one taken through paper votes, reader, QR codes, test deck, zero report, booth pages, tally sheet, result.

python benchmarks/definitions.py [--count 300] [--seed 1] [--kind left|right|fonts] [--carry 300] [--slips 6]
                                 [--deck 40] [--processes 2] [--only SEED] [--outcomes FILE]

Election n of `--seed` s is that of seed 1000 s + n; `--only` takes one of them; `--carry`: only the first so many are
carried out, the others checked. `--kind`: languages that read from the left, from the right, or names in scripts for
which an election has fonts of its own. `--outcomes`: a file with a line of JSON for each election; those that are in it
are not taken again, so that the command goes on where it was stopped. The smallest are taken first.

Prints how many were accepted, the refusals by their code, the failures by step with the seeds, and the processor's
seconds of each step. Exits 1 where a step failed or fewer than 97 % were accepted.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from carried_out import carry_out
from drawn_definitions import KINDS, draw, write
from testigo.election import load
from testigo.errors import SeveralErrors

ACCEPTED = 0.97


@dataclass
class Outcome:
    """Of one election. `refused`: codes of `check`'s errors, with what it said."""

    seed: int
    refused: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--carry", type=int, default=300)
    parser.add_argument("--deck", type=int, default=40, help="ballots of the test deck that are cast")
    parser.add_argument("--slips", type=int, default=6, help="options of each contest that are printed alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int, help="the seed of a single election")
    parser.add_argument("--outcomes", type=Path, help="file that outcomes are added to, and known ones read from")
    parser.add_argument("--kind", choices=KINDS, default="left")
    given = parser.parse_args()
    seeds = [given.only] if given.only is not None else [1000 * given.seed + place for place in range(given.count)]
    known = _known(given.outcomes)
    waits = sorted((seed for seed in seeds if seed not in known), key=lambda seed: _size(seed, given.kind))
    carried = set(seeds[: given.carry])
    with ProcessPoolExecutor(given.processes) as pool:
        waiting = [
            pool.submit(_outcome, seed, given.kind, given.slips, given.deck if seed in carried else 0) for seed in waits
        ]
        for one in track(as_completed(waiting), total=len(waiting), description="elections", transient=True):
            known[one.result().seed] = one.result()
            if given.outcomes:
                with given.outcomes.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(one.result()), ensure_ascii=False) + "\n")
    outcomes = [known[seed] for seed in seeds]
    _print(outcomes)
    accepted = sum(not one.refused for one in outcomes)
    sys.exit(any(one.failures for one in outcomes) or accepted < ACCEPTED * len(outcomes))


def _known(file: Path | None) -> dict[int, Outcome]:
    """The outcomes in a file, by seed."""
    lines = file.read_text("utf-8").splitlines() if file and file.exists() else []
    return {one.seed: one for one in (Outcome(**json.loads(line)) for line in lines)}


def _size(seed: int, kind: str) -> int:
    """The texts of an election: those with few are taken first."""
    drawn = draw(seed, **KINDS[kind]).payload
    options = [option for contest in drawn["contests"] for option in contest["options"]]
    return len(drawn["languages"]) * sum(1 + len(option.get("candidates", ())) for option in options)


def _outcome(seed: int, kind: str, slips: int, deck: int) -> Outcome:
    """`deck`: 0 where the election is only checked."""
    outcome = Outcome(seed)
    with tempfile.TemporaryDirectory() as folder:
        try:
            definition = load(write(draw(seed, **KINDS[kind]), Path(folder)))
        except SeveralErrors as error:
            outcome.refused = [(one.code, str(one).partition("election.json:")[2]) for one in error.errors]
            return outcome
        if not deck:
            return outcome
        carried = carry_out(definition, Path(folder) / "station", slips=slips, deck=deck)
    outcome.failures, outcome.seconds = carried.failures, carried.seconds
    return outcome


def _print(outcomes: list[Outcome]) -> None:
    console = Console(width=140)
    accepted = [one for one in outcomes if not one.refused]
    carried = [one for one in accepted if one.seconds]
    whole = sum(not one.failures for one in carried)
    console.print(f"{len(outcomes)} elections drawn, {len(accepted)} accepted ({len(accepted) / len(outcomes):.1%})")
    console.print(f"{len(carried)} of these taken through all steps, {whole} of them without a failure")
    refused = Counter(code for one in outcomes for code in {code for code, _ in one.refused})
    said = {code: words for one in reversed(outcomes) for code, words in one.refused}
    _table(
        console,
        "Refused by check",
        ("code", "elections", "such as"),
        [(*row, said[row[0]]) for row in refused.most_common()],
    )
    failed = Counter(step for one in accepted for step in {step for step, _ in one.failures})
    first = {step: f"{one.seed}: {what}" for one in reversed(accepted) for step, what in reversed(one.failures)}
    _table(
        console,
        "Failed later",
        ("step", "elections", "such as"),
        [(*row, first[row[0]]) for row in failed.most_common()],
    )
    seconds = Counter[str]()
    for one in carried:
        seconds.update(one.seconds)
    rows = [
        (step, f"{spent / len(carried):.2f}", f"{max(one.seconds.get(step, 0.0) for one in carried):.2f}")
        for step, spent in seconds.items()
    ]
    _table(console, "Processor seconds of each election", ("step", "mean", "most"), rows)


def _table(console: Console, title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*map(str, row))
    if rows:
        console.print(table)


if __name__ == "__main__":
    main()
