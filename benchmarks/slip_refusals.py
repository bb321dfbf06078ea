"""Whether damaged and marked slips are read, and if not, whether the reason that is given is the true one.

    python benchmarks/slip_refusals.py [--slips 20] [--seed 1] [--jobs 2] [--only damage,strokes,colours]
                                       [--scripts latin,arabic,hebrew] [--json FILE]

*damage*: paper that nobody wrote on, of every kind of `paper_damage.py`. *strokes*: every pen and way of
`paper_strokes.py`, through each part of a slip in turn, and correction tape, scanned or photographed. *colours*:
highlighters, in colour and in grey. Elections are the two examples and elections in several scripts (`--scripts`,
tests/support/eight_scripts.py); each way of strokes has one of them. Prints for each kind how many slips were read,
refused for a true reason, refused for another, and **misread**: choices that are not those of the text. Of marked slips
*read* should be 0: a person reads them otherwise. In the end: how many slips were misread, and the upper limit of the
rate (exact, 95 %). Exits 1 where one was misread.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from paper_damage import HONEST, KINDS
from paper_strokes import HIGHLIGHTERS, PARTS, PENS, WAYS, highlighted, stroke, taped
from rich.console import Console
from rich.progress import track
from rich.table import Table
from slip_reading import EXAMPLES, picture, printed, random_slip

from testigo import election
from testigo.slip_reader import SlipReader
from testigo.slip_reader.legal_print import LegalPrint, Region

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from eight_scripts import SCRIPTS, loaded

BLURRED = {"slip-part.not-legible", "slip-part.one-of-two", "paper-vote.corners-not-seen", "paper-vote.none-seen"}
BENT = {"slip-part.bent", "paper-vote.corners-not-seen", "paper-vote.none-seen"}
SHADOW = {"slip-part.in-shadow"}
ALTERED = {"slip-part.marked", "slip-part.strange", "slip-part.gone", "slip-part.coloured"}
TRUE: dict[str, set[str]] = {
    "poor photograph": BLURRED | {"slip-part.bent"},
    "oblique": BLURRED,
    "curled": BENT,
    "rolled": BENT,
    "crumpled": BENT | SHADOW,
    "shadow": SHADOW,
    "soft shadow": SHADOW,
    "lamp": SHADOW,
    "strokes": ALTERED | {"paper-vote.rows-not-as-printed", "slip-part.not-legible", "slip-part.one-of-two"},
    "colours": {"slip-part.coloured", "slip-part.marked", "slip-part.strange"},
}
"""Of each kind the reasons that are true. Scans and good photographs have none: they are to be read."""


COLUMNS = ("kind", "slips", "read", "refused, true reason", "refused, other reason", "MISREAD", "other reasons")


@dataclass(frozen=True)
class Task:
    """Slips of one election, each taken through all kinds. `script`: "" for the example of that `name`."""

    what: str
    kinds: tuple[str, ...]
    name: str
    script: str
    places: range
    seed: int


@dataclass(frozen=True)
class Outcome:
    """Of one slip."""

    what: str
    kind: str
    name: str
    place: int
    result: str
    reason: str


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slips", type=int, default=20, help="of each kind and election")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="damage,strokes,colours")
    parser.add_argument("--scripts", default="latin,arabic,hebrew")
    parser.add_argument("--json", type=Path, help="file for all outcomes")
    given = parser.parse_args()
    tasks = list(_tasks(given))
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for done in track(pool.map(_read, tasks), total=len(tasks), description="slips", transient=True):
            outcomes += done
            if given.json:
                given.json.write_text(json.dumps([asdict(one) for one in outcomes]))
    _print(outcomes)
    sys.exit(any(one.result == "MISREAD" for one in outcomes))


def _tasks(given: argparse.Namespace) -> Iterator[Task]:
    elections = [
        ("municipality", ""),
        ("republic", ""),
        *(("", script) for script in given.scripts.split(",") if script),
    ]
    kinds = {
        "damage": [tuple(KINDS)],
        "strokes": [*(tuple(f"{pen}/{way}" for way in WAYS) for pen in PENS), ("tape",)],
        "colours": [tuple(f"{colour}/{layers}" for layers in ("colour", "grey")) for colour in HIGHLIGHTERS],
    }
    for first in range(0, given.slips, _AT_ONCE):
        places = range(first, min(first + _AT_ONCE, given.slips))
        for what in given.only.split(","):
            for group, some in enumerate(kinds[what]):
                turn = (first // _AT_ONCE + group) % len(elections)
                for name, script in elections if what == "damage" else [elections[turn]]:
                    yield Task(what, some, name, script, places, given.seed)


_AT_ONCE = 6


def _read(task: Task) -> list[Outcome]:
    cv2.setNumThreads(1)
    definition = _definition(task)
    station = definition.stations[0].id
    reader, style = SlipReader(definition), definition.styles_of_station(station)[0]
    regions = LegalPrint(definition, station, style).regions
    outcomes = []
    for place in task.places:
        rng = np.random.default_rng([task.seed, place, *f"{task.what} {task.kinds[0]}".encode()])
        slip = random_slip(definition, station, rng)
        paper = printed(slip)
        for turn, kind in enumerate(task.kinds):
            if kind.partition("/")[0] in PENS:
                kind += "/" + PARTS[(place + turn) % len(PARTS)]
            readings = reader.read(_picture(task.what, kind, paper, regions, rng))
            wrong = any(one.choices is not None and one.choices != slip.ballot for one in readings)
            refused = readings[0].refused
            result = "MISREAD" if wrong else "read" if refused is None else "refused"
            reason = refused.key if refused else ""
            outcomes.append(Outcome(task.what, kind, task.name or task.script, place, result, reason))
    return outcomes


def _definition(task: Task) -> election.Definition:
    if not task.script:
        return election.load(EXAMPLES / task.name / "election.yaml")
    languages = {"arabic": "es, ar", "hebrew": "es, he"}.get(task.script, "es")
    with tempfile.TemporaryDirectory() as folder:
        return loaded(Path(folder), SCRIPTS[task.script], languages)


def _picture(what: str, kind: str, slip: np.ndarray, regions: Sequence[Region], rng: np.random.Generator) -> bytes:
    if what == "damage":
        return picture(KINDS[kind](slip, rng), jpeg="photo" in kind)
    taken = HONEST[str(rng.choice(["scan", "photograph"]))]
    if what == "strokes":
        mark = taped if kind == "tape" else stroke(*kind.split("/"))
        return picture(taken(mark(slip, regions, rng), rng), jpeg=True)
    colour, _, layers = kind.partition("/")
    marked = highlighted(colour)(slip, regions, rng)
    if layers == "grey":
        return picture(taken(cv2.cvtColor(marked, cv2.COLOR_BGR2GRAY), rng), jpeg=True)
    state = rng.bit_generator.state
    taken_layers = []
    for layer in cv2.split(marked):  # the same picture three times
        rng.bit_generator.state = state
        taken_layers.append(taken(layer, rng))
    return picture(cv2.merge(taken_layers), jpeg=True)


def _print(outcomes: list[Outcome]) -> None:
    console = Console(width=150)
    for what in dict.fromkeys(one.what for one in outcomes):
        some = [one for one in outcomes if one.what == what]
        groups = {"strokes": 3, "colours": 2}.get(what, 1)
        for depth in range(groups):
            table = Table(title=what, title_justify="left")
            for column in (
                "kind",
                "slips",
                "read",
                "refused, true reason",
                "refused, other reason",
                "MISREAD",
                "other reasons",
            ):
                table.add_column(column, justify="left" if column in ("kind", "other reasons") else "right")
            kinds = dict.fromkeys(one.kind.split("/")[min(depth, one.kind.count("/"))] for one in some)
            for kind in kinds:
                table.add_row(kind, *_row([one for one in some if kind in one.kind.split("/")]))
            console.print(table)
    wrong = sum(one.result == "MISREAD" for one in outcomes)
    limit = f", so at most {1 - 0.05 ** (1 / len(outcomes)):.3%} (95 %)"
    console.print(f"{len(outcomes)} damaged slips, {wrong} misread{'' if wrong else limit}")


def _row(some: list[Outcome]) -> list[str]:
    count = Counter(one.result for one in some)
    other = Counter(
        one.reason.partition(".")[2]
        for one in some
        if one.result == "refused" and one.reason not in TRUE.get(one.kind, TRUE.get(one.what, set()))
    )
    refused = count["refused"] - other.total()
    said = ", ".join(f"{reason} {times}" for reason, times in other.most_common(3))
    return [str(len(some)), str(count["read"]), str(refused), str(other.total()), str(count["MISREAD"]), said]


if __name__ == "__main__":
    main()
