"""One whole day of `failing_station`: the election around it, and the comparison with what really happened."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from cut_cables import Cable
from failing_station import FailingDay, Truth
from polling_place import MAYOR, council, villa
from testigo import canonical, storage
from testigo.audit import create_auditor
from testigo.ballot import differences_in, tally_ballots
from testigo.centre import Centre
from testigo.election import Definition, Station, StationMachine, StationMachines, write_definition
from testigo.record import Grade, read_record
from testigo.register import Register, RegisterKey
from testigo.rehearsal.enrolment import write_voters
from testigo.rehearsal.people import Person, make_people
from testigo.rehearsal.population import Population
from testigo.rehearsal.site import Site, equip, install, make_site
from testigo.slip import FolderPrinter
from testigo.station.booth.booth import Booth
from testigo.station.chair.statement_store import PACKAGE
from testigo.station.check_in.check_in import CheckIn
from testigo.witness import verify

SIZE = StationMachines(2, 2)
_VOTERS_OF_AN_EVENT = 4


class Outcome(msgspec.Struct):
    """What a day came to. `asked`: with how many kills and cuts, and by which seed, it was held; `kills`, `cuts`: how
    many there were, by what. `figures`: by name. `wrong`: whatever was lost, doubled or not as it must be, in words."""

    asked: tuple[int, int, str]
    kills: dict[str, int]
    cuts: dict[str, int]
    figures: dict[str, int]
    wrong: list[str]


def hold_day(folder: Path, kills: int, cuts: int, seed: str, advance: Callable[[], None] = lambda: None) -> Outcome:
    """An election with one station, from its definition to the published result, in an empty folder."""
    rng = random.Random(seed)
    definition = _definition(20 + _VOTERS_OF_AN_EVENT * (kills + cuts))
    people = make_people(definition, rng, lambda voters, place: 0)
    centre, site, cables = _prepare(folder, definition, people, rng)
    day = FailingDay(site, definition, people, cables, seed)
    failed = ""
    try:
        day.hold(kills, cuts, advance)
    except Exception as error:  # what it was stands among what is wrong; the figures are still of interest
        failed = f"the day did not end: {type(error).__name__}: {error}"
    wrong = [*day.truth.wrong, failed] if failed else [*day.truth.wrong]
    figures = {"kills": kills, "cut cables": cuts}
    if not failed:
        figures |= _compare(site, day, centre, wrong)
        _verify(folder, centre, site, wrong)
    return Outcome(
        (kills, cuts, seed),
        {" ".join(what): count for what, count in day.truth.kills.items()},
        {" ".join(what): count for what, count in day.truth.cuts.items()},
        figures,
        [f"{folder.name}: {words}" for words in wrong],
    )


def _definition(voters: int) -> Definition:
    station = Station("s1", "Escuela Norte", "villa", voters)
    return msgspec.structs.replace(villa((station,), (MAYOR, council(1))), languages=("es",))


def _prepare(
    folder: Path, definition: Definition, people: list[Person], rng: random.Random
) -> tuple[Centre, Site, dict[tuple[str, str], Cable]]:
    storage.make_folder(folder)
    write_definition(definition, folder / "election.json")
    centre = Centre.create(folder / "centre", folder / "election.json", create_auditor(folder / "auditor"))
    cables: dict[tuple[str, str], Cable] = {}

    def cable(by: StationMachine, to: StationMachine, address: str) -> str:
        if by == to:
            return address
        return cables.setdefault((by.name, to.name), Cable(address)).address

    site = make_site(definition.stations[0], folder, SIZE, cables=cable)
    install(site, centre)
    key = RegisterKey.generate()
    voters = write_voters(Population(people), folder / "voters.csv")
    keys = [data for path, data in read_record(centre.public).envelopes if "machine-keys" in path]
    with Register.open(f"sqlite:///{folder / 'register.db'}", definition, key) as register:
        register.import_voters(voters)
        equip(site, centre, register, keys, rng)
    return centre, site, cables


def _compare(site: Site, day: FailingDay, centre: Centre, wrong: list[str]) -> dict[str, int]:
    """The machines' files and the tally sheet with what the people wrote down; figures of both."""
    truth = day.truth
    doubles = _compare_desks(site, day, wrong)
    recorded = sum(_compare_booth(site, number, truth, wrong) for number in truth.papers)
    centre.receive(storage.read(site.folder / "chair" / "statements" / f"{PACKAGE}.json"))
    sheet = centre.rules.sheets[site.station.id]
    papers = [marks for booth in truth.papers.values() for marks in booth.values()]
    chosen = tally_ballots(
        day.definition, site.station.id, [one.ballot(day.definition, site.station.id) for one in papers]
    )
    if canonical.encode(sheet.tally) != canonical.encode(chosen):
        wrong.append("the tally sheet is not what the papers in the boxes say")
    drawn = sum(citizen.cards for citizen in day.citizens)
    on_sheet = {
        "checked in": (sheet.reconciliation.check_in.checked_in, drawn),
        "cards handed": (sheet.reconciliation.check_in.cards_handed, drawn),
        "doubles": (sheet.reconciliation.check_in.doubles, doubles),
        "entered": (sheet.reconciliation.check_in.entered, sheet.reconciliation.check_in.from_list),
        "cards used": (sheet.reconciliation.booth.cards_used, sum(truth.cards_used.values())),
        "recorded": (sheet.reconciliation.booth.recorded, len(papers)),
    }
    wrong += [
        f"the tally sheet has {got} {name}, and there were {real}"
        for name, (got, real) in on_sheet.items()
        if got != real
    ]
    unexplained = [f"{one.left}={one.right}" for one in sheet.reconciliation.differences() if not one.reason]
    left = sum(truth.left.values())
    expected = {"cards_used=printed-spoiled"} if left else set()
    odd = {f"{one.left}={one.right}" for one in sheet.reconciliation.differences()} - expected
    wrong += [f"the tally sheet has a difference: {step}" for step in sorted({*unexplained, *odd})]
    return {
        "visits": sum(citizen.visits for citizen in day.citizens),
        "cards drawn": drawn,
        "papers in the boxes": len(papers),
        "recorded votes": recorded,
        "spoiled papers": sum(truth.spoiled.values()),
        "sessions left": left,
        "admitted from the list": sheet.reconciliation.check_in.from_list,
        "doubles, all by careless people": doubles,
        "votes lost": max(0, len(papers) - recorded),
        "votes doubled": max(0, recorded - len(papers)),
    }


def _compare_desks(site: Site, day: FailingDay, wrong: list[str]) -> int:
    """What the desks know of the voters; returns how many cards careless people gave out twice."""
    voted: Counter[str] = Counter()
    for number in site.desks:
        with CheckIn(site.folder / StationMachine("check-in", number).name) as desk:
            now = desk._day.now
            voted.update(list(now.voted))
            if desk.state != "closed" or now.visit is not None or now.claims.owed:
                wrong.append(f"desk {number} is {desk.state}, owes {now.claims.owed}")
            lent = {document for document, to in now.claims.lent.items() if not to.hour}
            wrong += [f"desk {number} has lent {document} for ever" for document in sorted(lent)]
    for citizen in day.citizens:
        document = citizen.person.document
        if voted[document] != citizen.cards:
            wrong.append(f"{document} drew {citizen.cards} cards, and desks admitted {voted[document]}")
        if citizen.cards - citizen.careless > 1 or (citizen.visits and not citizen.cards):
            wrong.append(f"{document} came {citizen.visits} times and drew {citizen.cards} cards")
    return sum(citizen.cards - 1 for citizen in day.citizens if citizen.cards > 1)


def _compare_booth(site: Site, number: int, truth: Truth, wrong: list[str]) -> int:
    """The box of a booth with the papers in it; returns how many votes it has."""
    papers = truth.papers[number]
    with Booth(site.folder / StationMachine("booth", number).name, FolderPrinter(site.folder / "unused")) as booth:
        counters, box = booth.counters(), booth._box
        records = list(box.records()) if box is not None else []
    doubled = [slip for slip, count in Counter(record.slip for record in records).items() if count > 1]
    wrong += [f"booth {number}: {slip} is in the box twice" for slip in doubled]
    wrong += [f"booth {number}: {slip} is lost" for slip in sorted({*papers} - {record.slip for record in records})]
    for record in records:
        chosen = papers.get(record.slip)
        if chosen is None:
            wrong.append(f"booth {number}: {record.slip} was recorded and never put into the box")
        elif canonical.encode(msgspec.to_builtins(record.ballot)) != canonical.encode(msgspec.to_builtins(chosen)):
            wrong.append(f"booth {number}: {record.slip} was recorded otherwise than chosen")
    spoiled = counters.spoiled - len(list(site.booths[number - 1].spoiled_envelope.glob("*.png")))
    power_cuts = counters.spoiled_reasons.get("power-cut", 0)  # of some of these no paper came out
    if not 0 <= spoiled <= power_cuts:
        wrong.append(f"booth {number} counts {counters.spoiled} spoiled papers, {spoiled} more than there are")
    if counters.cards_used != truth.cards_used[number] or sum(counters.voided.values()) != truth.left[number]:
        wrong.append(f"booth {number}: {counters} is not what happened")
    steps = {f"{one.left}={one.right}" for one in differences_in(counters.chain, {})}
    if steps - ({"cards_used=printed-spoiled"} if truth.left[number] else set()):
        wrong.append(f"booth {number} does not come out: {sorted(steps)}")
    return len(records)


def _verify(folder: Path, centre: Centre, site: Site, wrong: list[str]) -> None:
    """The published record, as everybody checks it: nothing fails, and nothing is unexplained."""
    centre.publish_result()
    report = verify(centre.public, centre.key_ring.root)
    storage.write(folder / "verify.json", json.dumps([str(one) for one in report.findings]).encode())
    # No box is drawn and counted here, and no tie settled by dice: that is said, as incomplete.
    good = (Grade.OK, Grade.NOTE, Grade.EXPLAINED)
    left = [("audit-seed", Grade.INCOMPLETE), ("seats", Grade.INCOMPLETE)]
    odd = [one for one in report.findings if one.grade not in good and (one.code, one.grade) not in left]
    wrong += [f"verify: {one.code}, {one.grade}: {one.detail}" for one in odd]
