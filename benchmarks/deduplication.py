"""How long it takes to find every person who is enrolled twice, what it needs, and what it finds.

    python benchmarks/deduplication.py [--persons 2000 --persons 10000] [--workers 2] [--difficulty 0.5]

Makes a register of synthetic people with two index fingers each (no images, but everything else real: database,
encryption, work folder, worker processes), of whom one in a hundred is enrolled twice, half of these with their hands
changed. Then runs `testigo register deduplicate`'s own function over it, and prints a table, and from several sizes
what a whole country would take.
"""

import argparse
import contextlib
import functools
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
from sqlalchemy import select

from testigo.cli.output import Bar, progress, table
from testigo.election import Contest, Definition, District, Option, Station
from testigo.errors import TestigoError
from testigo.fingerprint import FingerImage, Position, warm_up
from testigo.fingerprint.synthetic import TemplateFinger
from testigo.register import Register, RegisterKey, enrolment
from testigo.register.deduplication import STANDARD, Summary, deduplicate
from testigo.register.tables import changing, voters
from testigo.register.work_folder import Outcome
from testigo.register.workers import Workers
from testigo.words import Message

HANDS = (Position.RIGHT_INDEX, Position.LEFT_INDEX)
TWICE = 100  # one person in so many is enrolled twice
FIRST = 10_000_000  # document number
PAGE = 1_000  # enrolments a transaction
GREY = FingerImage(np.full((64, 64), 200, np.uint8))


class Planted(msgspec.Struct):
    """`pairs`: (earlier, later) document numbers of those enrolled twice; `changed`: later ones with hands changed."""

    pairs: dict[tuple[str, str], bool]


class Stages:
    """Times the stages of a run, and shows them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun: tuple[str, float] | None = None
        self._bars = contextlib.ExitStack()
        self._bar: Bar | None = None

    def stage(self, name: Message, total: int, done: int = 0) -> None:
        self.end()
        self._begun = str(name), time.monotonic()
        self._bar = self._bars.enter_context(progress(str(name), total))

    def advance(self, steps: int) -> None:
        if self._bar is not None:
            self._bar.advance(steps)

    def note(self, what: Message | TestigoError) -> None:
        print(what)

    def end(self) -> None:
        self._bars.close()
        if self._begun is not None:
            name, begun = self._begun
            self.seconds[name] = time.monotonic() - begun


class Memory(threading.Thread):
    """Watches what the command and its workers hold for themselves (without files mapped by all), in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.command = self.worker = self.mapped = 0
        self._ended = threading.Event()

    def run(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(2):
            self.command = max(self.command, own.memory_full_info().uss)
            for child in own.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    used = child.memory_full_info()
                    self.worker = max(self.worker, used.uss)
                    self.mapped = max(self.mapped, used.rss)

    def end(self) -> None:
        self._ended.set()
        self.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--persons", type=int, action="append", help="of a register; may be given several times")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--difficulty", type=float, default=0.5, help="of the prints: 0.5 as FVC2002 DB1, 0.8 as 2004")
    parser.add_argument("--fingers", type=int, default=STANDARD.fingers, help="searched for, of each person")
    parser.add_argument("--minutiae", type=int, default=STANDARD.minutiae, help="scanned with, of these fingers")
    parser.add_argument("--prefiltered", type=float, default=STANDARD.prefiltered, help="share after the scan")
    parser.add_argument("--most", type=int, default=STANDARD.most, help="persons that the matcher looks at")
    parser.add_argument("--sample", type=int, default=1, help="look only at every so many-th block")
    parser.add_argument("--plan", type=int, default=20_000_000, help="persons to plan for, from the two largest runs")
    parser.add_argument("--folder", type=Path, help="where register and work folder are made")
    arguments = parser.parse_args()
    warm_up()
    measured: list[Measured] = []
    for persons in arguments.persons or [2_000, 10_000]:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            measured.append(measure(Path(folder), persons, arguments))
    names = [name for name, _ in measured[0].rows]
    rows = [(name, *(dict(one.rows)[name] for one in measured)) for name in names]
    table("Duplicates in a whole register", ("", *("measured" for _ in measured)), rows)
    if len(measured) > 1:
        table(f"On paper, for {arguments.plan:,} persons", ("", "extrapolated"), plan(measured, arguments.plan))


class Measured(msgspec.Struct):
    """One run. `seconds`: of all workers, looking; `loading`: of the command, opening templates; `disk`: bytes."""

    persons: int
    seconds: float
    loading: float
    disk: int
    rows: list[tuple[str, str]]


def plan(measured: list[Measured], persons: int) -> Iterator[tuple[str, str]]:
    """What a larger register would take, from the two largest runs: a person costs a + b · (persons before)."""
    one, two = sorted(measured, key=lambda run: run.persons)[-2:]
    costs = [run.seconds / run.persons for run in (one, two)]
    b = max(0.0, (costs[1] - costs[0]) / ((two.persons - one.persons) / 2))
    a = costs[0] - b * one.persons / 2
    looking = persons * (a + b * persons / 2)
    yield "a person, whoever was before", f"{1e3 * a:,.2f} ms"
    yield "a person, for each million before", f"{1e9 * b:,.0f} ms"
    yield "looking, core-hours", f"{looking / 3600:,.0f}"
    for cores in (64, 512, 4096):
        yield f"looking with {cores:,} cores", f"{looking / 3600 / cores:,.1f} h"
    yield "opening templates, one core", f"{two.loading / two.persons * persons / 3600:,.1f} h"
    yield "disk for the work folder", f"{two.disk / two.persons * persons / 1e9:,.0f} GB"


def measure(folder: Path, persons: int, arguments: argparse.Namespace) -> Measured:
    """One register: made, searched, judged."""
    rows: list[tuple[str, str]] = []
    chosen = {name: getattr(arguments, name) for name in ("fingers", "minutiae", "prefiltered", "most")}
    parameters = msgspec.structs.replace(STANDARD, **chosen)
    with Register.open(str(folder / "register.db"), definition(persons), RegisterKey.generate()) as register:
        made = time.monotonic()
        planted = enrol_people(register, folder, persons, arguments.difficulty)
        made = time.monotonic() - made
        stages, memory, disk = Stages(), Memory(), Disk(folder / "work")
        memory.start()
        disk.start()
        begun, processor = time.monotonic(), processor_seconds()
        opened = functools.partial(sampled, arguments.workers, arguments.sample)
        summary = deduplicate(register, folder / "work", opened, stages, parameters=parameters)
        stages.end()
        seconds, processor = time.monotonic() - begun, processor_seconds() - processor
        memory.end()
        disk.end()
        rows += [
            ("persons, fingers", f"{summary.persons:,}, {summary.prints:,}"),
            ("the register made", f"{made:,.0f} s"),
            *((f"{name.lower()}", f"{taken:,.1f} s") for name, taken in stages.seconds.items()),
            ("in all, with starting", f"{seconds:,.1f} s"),
            ("processor time of all", f"{processor:,.0f} s"),
        ]
        looking = stages.seconds["Looking for duplicates"]
        share = sum(looked_at(document(number), arguments.sample) for number in range(persons)) / persons
        if share < 1:
            rows += [("looked at", f"{share:.3f} of the persons, against all before them")]
        rows += speeds(summary, looking, share)
        rows += [
            ("memory of its own: command, a worker", f"{memory.command / 1e6:,.0f} MB, {memory.worker / 1e6:,.0f} MB"),
            ("a worker with mapped files", f"{memory.mapped / 1e6:,.0f} MB"),
            ("work folder", f"{disk.most / 1e6:,.0f} MB, {disk.most / max(1, summary.persons):,.0f} bytes a person"),
        ]
        rows += judged(register, summary, planted, arguments.sample)
    return Measured(persons, summary.seconds / share, stages.seconds["Opening templates"], disk.most, rows)


class Disk(threading.Thread):
    """Watches how large the work folder grows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._folder = folder
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(2):
            with contextlib.suppress(OSError):
                sizes = [file.stat().st_blocks * 512 for file in self._folder.rglob("*")]
                self.most = max(self.most, sum(sizes))

    def end(self) -> None:
        self._ended.set()
        self.join()


@contextlib.contextmanager
def sampled(workers: int, every: int) -> Iterator[Any]:
    """This machine's workers; of the blocks only every so many-th is looked at, the others are taken for empty."""
    with Workers.local(workers) as real:
        yield real if every == 1 else Sampled(real, every)


class Sampled:
    """Workers that leave most blocks out."""

    def __init__(self, workers: Workers, every: int) -> None:
        self._workers = workers
        self._every = every

    def run(self, task: Any, given: Sequence[Any], numbers: Sequence[int], after: Any) -> Iterator[tuple[int, Any]]:
        yield from self._workers.run(task, given, numbers[:: self._every], after)
        for number in numbers:
            if number % self._every:
                yield number, Outcome(given[1], number, 0, 0, 0, 0.0, ())


def speeds(summary: Summary, looking: float, share: float) -> Iterator[tuple[str, str]]:
    """What was looked at in a second."""
    persons, processor = max(1.0, summary.persons * share), max(summary.seconds, 1e-9)
    prints = summary.pairs * summary.prints / max(1, summary.persons)
    yield "pairs of persons a second", f"{summary.pairs / looking:,.0f}"
    yield "processor time of the workers, looking", f"{processor:,.0f} s"
    yield "a person, processor time", f"{1000 * processor / persons:,.2f} ms"
    yield "pairs of persons a second of processor time", f"{summary.pairs / processor:,.0f}"
    yield "prints passed a second of processor time, all stages", f"{prints / processor:,.0f}"
    yield "looking, all persons, on two free cores", f"{processor / share / 2 / 60:,.1f} min"
    yield "comparisons by the matcher, a person", f"{summary.compared / persons:,.1f}"


def judged(register: Register, summary: Summary, planted: Planted, every: int) -> Iterator[tuple[str, str]]:
    """Who was found, who was not, and who should not have been."""
    names = register.documents({enrolment for pair in summary.found for enrolment in (pair.earlier, pair.later)})
    found = {(names[pair.earlier], names[pair.later]) for pair in summary.found}
    for what, kind in (("same hands", False), ("hands changed", True)):
        wanted = {pair for pair, changed in planted.pairs.items() if changed is kind and looked_at(pair[1], every)}
        yield f"enrolled twice, {what}: found", f"{len(wanted & found)} of {len(wanted)}"
    yield "false cases (expected by the limit)", f"{len(found - set(planted.pairs))} ({summary.false_cases:,.2f})"
    yield "limit", f"{summary.least_score:.2f}"


def enrol_people(register: Register, folder: Path, persons: int, difficulty: float) -> Planted:
    """So many enrolments; one in `TWICE` is somebody's second, at a random place after the first."""
    rng = random.Random(persons)
    seconds = set(rng.sample(range(max(20, persons // 10), persons), persons // TWICE))
    used: set[int] = set()
    planted = Planted({})
    file = folder / "people.csv"
    file.write_text("\n".join(["document,name,station", *(f"{document(n)},Nombre Apellido,1" for n in range(persons))]))
    register.import_voters(file)
    with progress("Making the register", persons) as bar:
        for start in range(0, persons, PAGE):
            with changing(register._engine) as connection:
                page = select(voters.c.id, voters.c.document).where(voters.c.document.in_(names(start, persons)))
                ids = {name: id_ for id_, name in connection.execute(page)}
                for number in range(start, min(start + PAGE, persons)):
                    person, changed = number, False
                    if number in seconds:
                        person = next(one for one in rng.sample(range(number), 20) if one not in seconds | used)
                        used.add(person)
                        changed = rng.random() < 0.5
                        planted.pairs[document(person), document(number)] = changed
                    taken = fingers(person, int(number in seconds), changed, difficulty)
                    enrolment.keep(connection, ids[document(number)], document(number), taken, "O", "", register._key)
                    bar.advance()
    return planted


def fingers(person: int, impression: int, changed: bool, difficulty: float) -> list[enrolment.ExtractedPrint]:
    """Both index fingers, as taken at a desk."""
    seeds = [2 * person + 1, 2 * person] if changed else [2 * person, 2 * person + 1]
    return [
        enrolment.ExtractedPrint(place, hand, GREY, TemplateFinger(seed).impression(impression, difficulty), 80 - place)
        for place, (hand, seed) in enumerate(zip(HANDS, seeds, strict=True), start=1)
    ]


def names(start: int, persons: int) -> list[str]:
    return [document(number) for number in range(start, min(start + PAGE, persons))]


def looked_at(later: str, every: int) -> bool:
    """Whether the block of this person was looked at."""
    return (int(later[1:]) - FIRST) // STANDARD.block % every == 0


def document(number: int) -> str:
    return f"V{FIRST + number}"


def processor_seconds() -> float:
    """User and system time of this process and all it started that has ended."""
    times = psutil.Process().cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def definition(persons: int) -> Definition:
    return Definition(
        id="benchmark",
        title={"en": "Benchmark"},
        date="2026-11-29",
        opens="08:00",
        closes="18:00",
        languages=("en",),
        districts=(District("all", {"en": "All"}),),
        stations=(Station("1", "One", "all", persons),),
        contests=(Contest("mayor", "all", {"en": "Mayor"}, "choose-one", (Option("a", {"en": "A"}),)),),
    )


if __name__ == "__main__":
    main()
