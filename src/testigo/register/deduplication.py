"""Likely duplicates among all who are enrolled: each person against all enrolled before, once.

Enrolment searches each newcomer at the desk (`gallery`). This is the same question asked of a whole register: after
registers were joined, after a better matcher, or where desks worked apart. The steps (docs/adr gives the reasons):

1. **Load.** Everybody's templates, the best of each finger, are opened page by page into the work folder (`prints`).
2. **Look.** The persons are cut into numbered blocks. `search_block` is one block's task and a pure function of folder
   and number, so that it may run in any process on any machine, and again where a worker died (`workers`). For each
   person in it the gallery scans those enrolled before, with the person's best fingers together, whatever the finger or
   hand; then it prefilters the most similar; then the matcher compares all fingers of the most similar few, and all
   fingers together decide (`gallery.person_score`). Each outcome is kept as it comes in (`work_folder`).
3. **Open.** What was found becomes cases, in one transaction, none that is there already. People settle them.

Whatever ends a run, the same command goes on where it ended.
"""

import gc
import heapq
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo import __version__, storage
from testigo.errors import IllegalStep, InvalidInput, TestigoError
from testigo.fingerprint import THRESHOLD, Prepared
from testigo.register import prints
from testigo.register.enrolment import Kept
from testigo.register.gallery import DuplicateCandidate, least_score, person_score
from testigo.register.prints import Part, Prints
from testigo.register.register import Register
from testigo.register.work_folder import Loaded, Outcome, Pair, Parameters, Run, WorkFolder
from testigo.register.workers import Workers
from testigo.words import Message, message

PAGE = 200
"""Enrolments decrypted at a time."""

BLOCK = 256
"""Persons a block: seconds of work, so that little is lost with a worker and little time goes into handing out."""

PROBES_TOGETHER = 8
"""Persons looked for together: going through all prints costs half as much as looking at them for one person."""

STANDARD = Parameters(
    block=BLOCK, fingers=2, minutiae=18, prefiltered=0.005, least_prefiltered=64, most=16, false_cases=0.0
)
"""Measured on synthetic prints of 6,000 persons at difficulty 0.8 (like FVC2004 DB1): with 9 minutiae of each of two
fingers 599 of 600 persons searched are among the first 0.5 % after the scan (`benchmarks/deduplication_scan.py`).
"""


class Watcher(Protocol):
    """Whoever shows how a run goes on."""

    def stage(self, name: Message, total: int, done: int = 0) -> None:
        """The next stage begins, of so many persons or cases, of which so many were done before."""

    def advance(self, steps: int) -> None:
        """Some more are done."""

    def note(self, what: Message | TestigoError) -> None:
        """Something that the person at the screen should know."""


class Summary(msgspec.Struct, frozen=True):
    """What a run came to.

    `pairs`: of persons, each looked at once; `compared`: pairs of prints that the matcher saw; `found`: likely
    duplicates; `opened`: cases opened by this run, the others had one or were set aside since; `least_score`: from
    which two persons were likely one; `false_cases`: that chance makes at that score; `seconds`: processor time.
    """

    persons: int
    prints: int
    pairs: int
    compared: int
    found: tuple[Pair, ...]
    opened: tuple[int, ...]
    least_score: float
    false_cases: float
    seconds: float


def least_pair_score(persons: int, false_cases: float) -> float:
    """The score from which two of so many persons are likely one.

    `false_cases`: so many may chance make among all pairs, each looked at once; 0: as at the enrolment desk, where each
    newcomer may make one case in a hundred (`gallery.least_score`), half as many in a whole run.
    """
    if not false_cases:
        return least_score(persons)
    return max(THRESHOLD, math.log10(max(_pairs(persons), 1) / false_cases))


def expected_false_cases(persons: int, least: float) -> float:
    """How many cases chance makes among all pairs of so many persons."""
    return float(_pairs(persons) * 10.0**-least)


def deduplicate(
    register: Register,
    folder: Path,
    open_workers: Callable[[], AbstractContextManager[Workers]],
    watcher: Watcher,
    *,
    parameters: Parameters = STANDARD,
    dry_run: bool = False,
) -> Summary:
    """Search the whole register for persons enrolled twice, and open cases; goes on where an earlier run ended.

    `folder`: for the run alone; it is taken away at the end, or after a `dry_run`, which opens no cases, left with
    its results and without fingerprints. `open_workers`: called where work is left (`Workers.local`,
    `Workers.cluster`). Raises what `WorkFolder.working` does, `IllegalStep` where a block could not be done (cases are
    opened for the others), `StorageError` where workers or disk fail.
    """
    extent = register.extent()
    run = Run(__version__, extent.election, extent.key, extent.newest, parameters)
    with WorkFolder.working(folder, run) as work:
        work.clear_unfinished()
        if work.run.newest < extent.newest:
            watcher.note(message("cli", "deduplicate.newer-enrolments"))
        loaded, outcomes = _done_before(work, watcher)
        failed: list[int] = []
        if loaded is None or len(outcomes) < _blocks(work, loaded):
            with open_workers() as workers:
                loaded, outcomes = _load(register, work, loaded, outcomes, extent.holding, watcher)
                failed = _look(work, loaded, outcomes, workers, watcher)
        if not failed:
            work.remove_prints()
        summary = _conclude(register, work, loaded, outcomes.values(), watcher, dry_run)
        if failed:
            total = _blocks(work, loaded)
            raise IllegalStep("blocks.not-done", place=folder, count=len(failed), total=total, blocks=_listed(failed))
        if not dry_run:
            work.remove()
    return summary


def search_block(folder: str, identity: str, block: int) -> Outcome:
    """One block's task, run by a worker: its persons against all enrolled before them."""
    work, loaded, all_prints = _joined(folder, identity)
    size, least = work.run.parameters.block, least_pair_score(loaded.total, work.run.parameters.false_cases)
    persons = range(block * size, min((block + 1) * size, loaded.total))
    begun, found, compared = time.thread_time(), [], 0
    for first in range(persons.start, persons.stop, PROBES_TOGETHER):
        together = range(first, min(first + PROBES_TOGETHER, persons.stop))
        for pair, looked in _most_similar(all_prints, together, work.run.parameters):
            compared += looked
            if pair.score >= least:
                found.append(pair)
    pairs = sum(persons)  # person n meets n others
    return Outcome(identity, block, len(persons), pairs, compared, time.thread_time() - begun, tuple(found))


def forget() -> None:
    """Let go of the folder that this worker has open: what is deleted leaves the disk only then."""
    _joined.cache_clear()
    gc.collect()


def _done_before(work: WorkFolder, watcher: Watcher) -> tuple[Loaded | None, dict[int, Outcome]]:
    loaded = work.loaded
    outcomes: dict[int, Outcome] = {}
    if loaded is not None:
        for block in range(_blocks(work, loaded)):
            try:
                outcome = work.outcome(block, loaded)
            except InvalidInput as error:
                watcher.note(error)
                continue
            if outcome is not None:
                outcomes[block] = outcome
    return loaded, outcomes


def _load(
    register: Register,
    work: WorkFolder,
    loaded: Loaded | None,
    outcomes: dict[int, Outcome],
    holding: int,
    watcher: Watcher,
) -> tuple[Loaded, dict[int, Outcome]]:
    """All parts, made where they are missing; outcomes of other people are none."""
    size = work.run.parameters.block * max(1, prints.PART // work.run.parameters.block)
    watcher.stage(message("cli", "deduplicate.opening-templates"), holding)
    prints.write_parts(work, size, lambda newest: _people(register, newest, work.run.newest), watcher.advance)
    now = prints.count_parts(work)
    if loaded is not None and now != loaded:
        watcher.note(message("cli", "deduplicate.enrolments-set-aside"))
        outcomes = {}
    work.all_loaded(now)
    return now, outcomes


def _people(register: Register, newest: int, until: int) -> Iterator[tuple[int, Sequence[Kept]]]:
    while page := register.kept_after(newest, until, PAGE):
        yield from page
        newest = page[-1][0]


def _look(
    work: WorkFolder, loaded: Loaded, outcomes: dict[int, Outcome], workers: Workers, watcher: Watcher
) -> list[int]:
    """Add the outcomes that are missing; the blocks that no worker survived."""
    missing = [block for block in range(_blocks(work, loaded)) if block not in outcomes]
    done = sum(outcome.persons for outcome in outcomes.values())
    watcher.stage(message("cli", "deduplicate.looking"), loaded.total, done)
    failed = []
    identity = work.identity(loaded)
    for block, outcome in workers.run(search_block, (str(storage.resolved(work.path)), identity), missing, forget):
        if outcome is None:
            failed.append(block)
        else:
            work.keep(outcome)
            outcomes[block] = outcome
            watcher.advance(outcome.persons)
    return sorted(failed)


def _conclude(
    register: Register,
    work: WorkFolder,
    loaded: Loaded,
    outcomes: Iterable[Outcome],
    watcher: Watcher,
    dry_run: bool,
) -> Summary:
    done = list(outcomes)
    found = sorted((pair for outcome in done for pair in outcome.found), key=lambda pair: -pair.score)
    watcher.stage(message("cli", "deduplicate.opening-cases"), len(found))
    opened: tuple[int, ...] = ()
    if not dry_run:
        opened = register.open_missing_cases([_candidate(pair) for pair in found])
    watcher.advance(len(found))
    least = least_pair_score(loaded.total, work.run.parameters.false_cases)
    return Summary(
        persons=loaded.total,
        prints=loaded.prints,
        pairs=sum(outcome.pairs for outcome in done),
        compared=sum(outcome.compared for outcome in done),
        found=tuple(found),
        opened=opened,
        least_score=least,
        false_cases=expected_false_cases(loaded.total, least),
        seconds=sum(outcome.seconds for outcome in done),
    )


def _candidate(pair: Pair) -> tuple[int, DuplicateCandidate]:
    return pair.later, DuplicateCandidate(pair.earlier, pair.score, pair.later_impression, pair.earlier_impression)


@lru_cache(maxsize=1)
def _joined(folder: str, identity: str) -> tuple[WorkFolder, Loaded, Prints]:
    """The folder as this worker sees it, opened once for many blocks."""
    work = WorkFolder.join(Path(folder))
    loaded = work.loaded
    if loaded is None or work.identity(loaded) != identity:
        raise IllegalStep("worker.another-folder-or-release", place=folder)
    return work, loaded, Prints(work, loaded)


def _most_similar(all_prints: Prints, numbers: Sequence[int], parameters: Parameters) -> Iterator[tuple[Pair, int]]:
    """Each of these persons with the few most alike of all enrolled before; with how many comparisons it took.

    `numbers` rise by one: so the persons, all of one part, can be looked for together.
    """
    home, place = all_prints.place(numbers[0])
    part = all_prints.parts[home]
    probes = [part.prints_of(place + k) for k in range(len(numbers))]
    likely: list[list[tuple[float, int, int]]] = [[] for _ in probes]
    for other in range(home + 1):
        before = [place + k if other == home else len(all_prints.parts[other]) for k in range(len(probes))]
        prefiltered = _prefiltered(all_prints.parts[other], probes, before, parameters)
        for list_, alike in zip(likely, prefiltered, strict=True):
            list_ += [(similarity, other, person) for similarity, person in alike]
    for k, list_ in enumerate(likely):
        chosen = heapq.nlargest(parameters.most, list_)
        for other in sorted({other for _, other, _ in chosen}):
            persons = [person for _, at, person in chosen if at == other]
            theirs = all_prints.parts[other].compare(probes[k], persons)
            for person, (scores, rows) in zip(persons, theirs, strict=True):
                pair = _pair(part, place + k, all_prints.parts[other].enrolment(person), rows, scores)
                yield pair, scores.size


def _prefiltered(
    part: Part, probes: Sequence[Sequence[Prepared]], before: Sequence[int], parameters: Parameters
) -> Iterator[list[tuple[float, int]]]:
    """For each person in `probes`, of the first `before` persons of a part the most similar, with their similarity."""
    searched = [own[: parameters.fingers] for own in probes]
    reduced = [[one.best(max(1, parameters.minutiae // len(few))) for one in few] for few in searched]
    scanned = part.scan(reduced, max(before))
    for few, similarity, those in zip(searched, scanned, before, strict=True):
        if not those:
            yield []
            continue
        kept = min(those, max(parameters.least_prefiltered, math.ceil(parameters.prefiltered * those)))
        persons = np.argpartition(-similarity[:those], max(0, kept - 1))[:kept]
        near = part.prefilter(few, persons)
        yield heapq.nlargest(parameters.most, zip(near.tolist(), persons.tolist(), strict=True))


def _pair(part: Part, place: int, earlier: int, rows: NDArray[Any], scores: NDArray[np.float64]) -> Pair:
    """All fingers of both, whatever their positions."""
    own = part.rows[part.rows_of([place])[0]]
    probe, candidate = np.unravel_index(int(scores.argmax()), scores.shape)
    return Pair(
        earlier=earlier,
        later=part.enrolment(place),
        score=person_score(scores, own["finger"].tolist()),
        earlier_impression=int(rows["number"][candidate]),
        later_impression=int(own["number"][probe]),
    )


def _pairs(persons: int) -> int:
    return persons * (persons - 1) // 2


def _blocks(work: WorkFolder, loaded: Loaded) -> int:
    return -(-loaded.total // work.run.parameters.block)


def _listed(blocks: Sequence[int]) -> str:
    return ", ".join(str(block) for block in blocks[:5]) + (" …" if len(blocks) > 5 else "")
