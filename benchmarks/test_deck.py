"""How long the test before opening takes, by options: ballots, parts, seconds a whole run takes.

    python benchmarks/test_deck.py [--options 2,8,60,100] [--choose 1,3]

A station is installed with one contest, and its chair runs the test with the booth in the same process: pages, paper
set and read back, record and count, as on voting day. Processor seconds are of this process; on a machine with other
work, wall seconds say little.
"""

import argparse
import itertools
import tempfile
import time
from pathlib import Path

from testigo.audit import station_deck
from testigo.canonical import utc_now
from testigo.election import Contest, Definition, District, MachineKey, MachineKeys, Option, Station, pack_station_file
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.screens.page_voter import PageVoter
from testigo.slip import FolderPrinter
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.install import install_station, load_keys
from testigo.station.machine.ways import LocalMachine


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--options", default="2,4,8,16,60,100", help="options of the contest")
    parser.add_argument("--choose", default="1", help="how many may be chosen")
    given = parser.parse_args()
    print("options choose parts ballots | seconds cpu-seconds cpu-seconds/ballot longest-step")
    for choose in map(int, given.choose.split(",")):
        for options in map(int, given.options.split(",")):
            _measure(_election(options, choose), options, choose)


def _election(options: int, choose: int) -> Definition:
    names = tuple(Option(f"o{number}", {"es": f"Candidatura {number} Pérez Ñandú"}) for number in range(options))
    kind = "choose-one" if choose == 1 else "choose-up-to"
    contest = Contest("council", "villa", {"es": "Concejo"}, kind, names, seats=choose, choose=choose)
    return Definition(
        id="villa", title={"es": "Elección"}, date="2026-11-29", opens="08:00", closes="18:00", languages=("es", "en"),
        districts=(District("villa", {"es": "Villa"}),), stations=(Station("s", "Escuela", "villa", 100),),
        contests=(contest,),
    )  # fmt: skip


def _measure(election: Definition, options: int, choose: int) -> None:
    parts = station_deck(election, "s")
    with tempfile.TemporaryDirectory() as folder:
        place = _installed(election, Path(folder) / "s")
        with Booth(place / "booth", FolderPrinter(place / "slips"), screen=PageVoter) as booth:
            machine = LocalMachine(booth)
            with Chair(place / "chair", booths=[machine], desks=[machine]) as chair:
                wall, cpu, steps = time.perf_counter(), time.process_time(), [time.perf_counter()]
                passed = chair.runs.run(parts, on_step=lambda done, of: steps.append(time.perf_counter()))
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert passed
    ballots = sum(len(part.ballots) for part in parts)
    longest = max(later - earlier for earlier, later in itertools.pairwise(steps))
    times = f"{wall:7.1f} {cpu:11.1f} {cpu / ballots:18.3f} {longest:12.1f}"
    print(f"{options:7} {choose:6} {len(parts):5} {ballots:7} | {times}", flush=True)


def _installed(election: Definition, place: Path) -> Path:
    root = SigningKey.generate()
    about = {"election": election.digest, "subject": "", "issued": utc_now()}
    core = Statement.of("election-definition", election.core(), **about).sign(root)
    pins = {"chair_pin": "482913", "clerk_pin": "750126"}
    request = install_station(place, pack_station_file(core, election, "s"), root.public, "s", **pins)
    centre = MachineKey(SigningKey.generate().public.hex, "centre", "", "")
    keys = MachineKeys((centre, *request.keys))
    load_keys(place, [Statement.of("machine-keys", keys, **about).sign(root)])
    return place


if __name__ == "__main__":
    main()
