"""A whole election in one call: set up, enrol, vote, close, count, audit, publish, verify."""

import random
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from testigo import canonical, storage
from testigo.audit import create_auditor
from testigo.ballot import tally_ballots
from testigo.centre import Centre
from testigo.count import ClosingCount, Result
from testigo.election import Definition, StationMachines, write_definition
from testigo.errors import InvalidInput
from testigo.record import read_record
from testigo.register import Register, RegisterKey
from testigo.rehearsal import chance, night
from testigo.rehearsal.chair import ChairDay
from testigo.rehearsal.chance import Chance
from testigo.rehearsal.day import StationDay
from testigo.rehearsal.enrolment import EnrolmentDesks, EnrolmentNotes, make_officer, write_voters
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.journal import Journal
from testigo.rehearsal.population import Population, make_population
from testigo.rehearsal.site import Site, equip, install, make_site
from testigo.station.machine.processes import MachineProcess
from testigo.witness import VerificationReport, verify
from testigo.words import Message, message

AT_ONCE = 3
"""Stations whose machines run at the same time: three processes each, or more."""


class Bar(Protocol):
    """A progress bar."""

    def advance(self, steps: int = 1) -> None:
        """Some more steps are done."""


Progress = Callable[[Message, int], AbstractContextManager[Bar]]
"""Title and number of steps → a progress bar."""


@dataclass
class Rehearsal:
    """What a rehearsal was and what came of it. `mismatches`: where counts are not what voters really chose.

    Without `report` it was not held to its end.
    """

    out: Path
    definition: Definition
    population: Population
    journal: Journal
    enrolment: EnrolmentNotes = field(default_factory=EnrolmentNotes)
    dice: str = ""
    result: Result | None = None
    closing_counts: list[ClosingCount] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    report: VerificationReport | None = None

    @property
    def ok(self) -> bool:
        """Whether no promise was broken."""
        verified = self.report is not None and self.report.verdict.holds
        return verified and not self.mismatches and not self.surprises

    @property
    def surprises(self) -> list[str]:
        """Whatever broke a promise."""
        too_often = [f"more than chance explains: {one}" for one in self.error_rates if not one.explains]
        return [*self.enrolment.surprises, *self.journal.surprises, *too_often]

    @property
    def chances(self) -> list[str]:
        """Whatever was not the usual outcome, and chance explains."""
        return [*self.enrolment.chances, *self.journal.chances]

    @property
    def error_rates(self) -> list[Chance]:
        """How often the matcher erred, beside how often it may."""
        return [chance.impostors_matched(self.journal), chance.voters_not_matched(self.journal)]


def hold(
    definition: Definition,
    fingers: Fingers,
    seed: int,
    out: Path,
    progress: Progress,
    size: StationMachines = StationMachines(),  # noqa: B008  # immutable
) -> Rehearsal:
    """Hold the election. `definition`: as `plan.cut_out` makes it; `out`: a folder that is not there yet; `size`: how
    many desks and booths each station has.

    Raises `InvalidInput` where there are more voters than fingers, `StorageError` where something is in `out` already.
    """
    generator = random.Random(seed)
    rehearsal, centre, sites = _prepare(definition, fingers, generator, out, progress, size)
    with _running(progress, message("cli", "progress.starting-centre"), _inbox(centre, out)) as inbox:
        _hold_day(rehearsal, sites, fingers, seed, f"{inbox.address}/packages", progress)
    centre = Centre.open(centre.folder)
    _hold_night(rehearsal, centre, sites, seed, generator, progress)
    with progress(message("cli", "progress.verifying"), 1) as bar:
        root = centre.key_ring.root
        rehearsal.report = verify(out / "public", root)
        bar.advance()
    _compare_with_wishes(rehearsal, centre)
    return rehearsal


def prepare(definition: Definition, fingers: Fingers, seed: int, out: Path, progress: Progress) -> Rehearsal:
    """Only the set-up: everything up to the poll books, cards and trays of every station. As `hold` otherwise."""
    rehearsal, _, sites = _prepare(definition, fingers, random.Random(seed), out, progress, StationMachines())
    for site in sites:
        for machine in site.machines:
            machine.stop()
    return rehearsal


def _prepare(
    definition: Definition,
    fingers: Fingers,
    generator: random.Random,
    out: Path,
    progress: Progress,
    size: StationMachines,
) -> tuple[Rehearsal, Centre, list[Site]]:
    voters = sum(station.register_size for station in definition.stations)
    if fingers.persons is not None and fingers.persons < voters:
        raise InvalidInput(
            "voters.more-than-fingers", count=voters, persons=message("term", "persons", count=fingers.persons)
        )
    with _begun(out):
        population = make_population(definition, generator)
        rehearsal = Rehearsal(out, definition, population, Journal([station.id for station in definition.stations]))
        write_definition(definition, out / "election.json")
        auditor = create_auditor(out / night.AUDITOR)
        centre = Centre.create(out / "centre", out / "election.json", auditor)
    return rehearsal, centre, _set_up(rehearsal, centre, fingers, generator, progress, size)


@contextmanager
def _begun(out: Path) -> Iterator[None]:
    """The empty folder. Where the block fails, it is left as it was: without a centre, `clear` would not know it."""
    storage.require_empty(out)
    with storage.making_folder(out):
        try:
            yield
        except BaseException:
            for name in [one.name for one in out.iterdir()]:
                shutil.rmtree(out / name) if (out / name).is_dir() else (out / name).unlink()
            raise


def _set_up(
    rehearsal: Rehearsal,
    centre: Centre,
    fingers: Fingers,
    generator: random.Random,
    progress: Progress,
    size: StationMachines,
) -> list[Site]:
    """Machines installed, keys admitted, everybody enrolled, poll books and cards handed out."""
    out, definition = rehearsal.out, rehearsal.definition
    sites = [make_site(station, out, size) for station in definition.stations]
    with progress(message("cli", "progress.installing"), len(sites)) as bar:
        for site in sites:
            install(site, centre)
            bar.advance()
    key = RegisterKey.generate()
    register_folder = storage.make_folder(out / "register", mode=0o700)
    key.save(register_folder / "register.key")
    voters = write_voters(rehearsal.population, register_folder / "voters.csv")
    with Register.open(str(register_folder / "register.db"), definition, key) as register:
        register.import_voters(voters)
    _enrol(rehearsal, fingers, register_folder, progress)
    keys = [data for path, data in read_record(centre.public).envelopes if "machine-keys" in path]
    with (
        progress(message("cli", "progress.poll-books"), len(sites)) as bar,
        Register.open(str(register_folder / "register.db"), definition, key) as register,
    ):
        for site in sites:
            equip(site, centre, register, keys, generator)
            bar.advance()
    return sites


def _enrol(rehearsal: Rehearsal, fingers: Fingers, folder: Path, progress: Progress) -> None:
    """Two enrolment desks, each a process of its own, work on one register."""
    pin = make_officer(folder / "officers")
    arguments = ["register", "serve", "--election", str(rehearsal.out / "election.json")]
    arguments += ["--register", str(folder / "register.db"), "--key", str(folder / "register.key")]
    arguments += ["--officers", str(folder / "officers")]
    desks = [
        MachineProcess(
            message("term", "enrolment-desk", number=str(desk)),
            arguments,
            rehearsal.out / "logs" / f"enrolment-{desk}.log",
        )
        for desk in range(1, 3)
    ]
    population = rehearsal.population
    with (
        _running(progress, message("cli", "progress.starting-desks"), *desks),
        progress(message("cli", "progress.enrolling"), len(population.people)) as bar,
    ):
        addresses = [desk.address for desk in desks]
        rehearsal.enrolment = EnrolmentDesks(addresses, pin, fingers, bar.advance).enrol(population)
    for person in rehearsal.enrolment.missed:
        population.not_found(person)


def _hold_day(
    rehearsal: Rehearsal, sites: list[Site], fingers: Fingers, seed: int, inbox: str, progress: Progress
) -> None:
    """All stations, a few at a time, each from its first PIN to its package."""
    visits = sum(len(rehearsal.population.visits[site.station.id]) for site in sites)
    with progress(message("cli", "progress.voting-day"), visits) as bar, ThreadPoolExecutor(AT_ONCE) as stations:
        days = [
            stations.submit(_hold_station, rehearsal, site, fingers, f"{seed}/{site.station.id}", inbox, bar.advance)
            for site in sites
        ]
        for day in days:
            day.result()


def _hold_station(
    rehearsal: Rehearsal, site: Site, fingers: Fingers, seed: str, inbox: str, advance: Callable[[], None]
) -> None:
    with _machines(*site.machines):
        chair = ChairDay(site)
        chair.prepare()
        chair.open()
        day = StationDay(site, rehearsal.definition, fingers, rehearsal.journal, seed)
        for visit in rehearsal.population.visits[site.station.id]:
            day.receive(visit)
            advance()
        storage.write(site.paper / "tally-sheet.pdf", chair.close_polls())
        storage.write(site.folder / "statements.package", chair.send(inbox))


def _hold_night(
    rehearsal: Rehearsal, centre: Centre, sites: list[Site], seed: int, generator: random.Random, progress: Progress
) -> None:
    """Couriers bring by road what already came by cable; dice, paper counts, result."""
    with progress(message("cli", "progress.taking-in"), len(sites)) as bar:
        for site in sites:
            centre.receive(storage.read(site.folder / "statements.package"))
            bar.advance()
    rehearsal.dice = night.roll_dice(generator)
    drawn = set(night.draw_boxes(centre, rehearsal.dice))
    places = [(site, place) for site in sites for place in site.booths]
    boxes = deque(one for one in places if night.box_of(*one).id in drawn)
    papers = sum(len(list(place.box.glob("*.png"))) for _, place in boxes)
    with progress(message("cli", "progress.counting-paper", count=len(boxes)), papers) as bar:
        for number, (site, place) in enumerate(boxes):
            notes = rehearsal.journal.stations[site.station.id]
            photographer = np.random.default_rng(seed + number)
            counted = night.count_box(centre, site, place, notes, photographer, bar.advance)
            rehearsal.closing_counts.append(counted)
    with progress(message("cli", "progress.publishing"), 1) as bar:
        rehearsal.result = night.publish(centre, rehearsal.out, generator)
        bar.advance()


def _compare_with_wishes(rehearsal: Rehearsal, centre: Centre) -> None:
    """The one check that only a rehearsal can make: do the tally sheets say what the voters chose?"""
    for station, notes in rehearsal.journal.stations.items():
        wished = (marks.ballot(rehearsal.definition, station) for marks in notes.papers.values())
        chosen = tally_ballots(rehearsal.definition, station, wished)
        sheet = centre.rules.sheets.get(station)
        if sheet is None or canonical.encode(sheet.tally) != canonical.encode(chosen):
            rehearsal.mismatches.append(f"station {station}: the tally sheet is not what its voters chose")


def _inbox(centre: Centre, out: Path) -> MachineProcess:
    return MachineProcess(
        message("term", "centre-inbox"), ["centre", "serve", str(centre.folder)], out / "logs" / "centre.log"
    )


@contextmanager
def _running(
    progress: Progress, title: Message, machine: MachineProcess, *more: MachineProcess
) -> Iterator[MachineProcess]:
    """Machines that run during the block, with a progress bar while they start; the first one is given."""
    with ExitStack() as stack:
        with progress(title, 1 + len(more)) as bar:
            stack.enter_context(_machines(machine, *more, advance=bar.advance))
        yield machine


@contextmanager
def _machines(*machines: MachineProcess, advance: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Machines that run during the block; `advance` is told of each that answers."""
    try:
        for machine in machines:
            machine.start()
        for machine in machines:
            machine.wait_until_up()
            advance()
        yield
    finally:
        for machine in machines:
            machine.stop()


def clear(out: Path) -> None:
    """Remove what an earlier rehearsal left in `out`; anything else there is left alone and refused later."""
    if (out / "election.json").exists() and (out / "centre").exists():
        with storage.explained(out):
            shutil.rmtree(out)
