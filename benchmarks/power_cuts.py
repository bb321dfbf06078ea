"""Kill the booth's process at random moments while votes are deposited; nothing may be lost, nothing doubled.

    python benchmarks/power_cuts.py --kills 200

A booth on a real folder takes one voter after the other: card, language, choices, review, print, sometimes a spoiled
paper, deposit. It says each slip number before the voter confirms and after the booth has. At a random moment it gets
SIGKILL; the next booth on the same folder goes on from what it finds. In the end the box must hold exactly the
confirmed votes, each once, and the counters must reconcile.

What this shows is that the order of writes is right. It does not show that a disk keeps what it said it has flushed;
the kernel outlives the process here. `tests/station/booth/test_booth.py` pulls the plug at every single
write, torn ones too.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from testigo.canonical import SignedValue
from testigo.cli.output import progress, table
from testigo.election import Contest, Definition, District, Option, Station, StationMachine, pack_station_file
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.slip import Slip
from testigo.station.booth.booth import Booth
from testigo.station.booth.session import SessionView
from testigo.station.install import install_station, load_keys
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.ways import LocalMachine
from testigo.words import languages

LONGEST_LIFE = 0.5
"""Seconds that a booth's process lives, from when it is up: up to some ten votes."""

DIES_YOUNG = 0.2
"""The share of processes whose seconds count from their start: those are killed while they start and recover."""


def definition(voters: int) -> Definition:
    """One station, one contest."""
    options = tuple(Option(f"option-{number}", {"es": f"Opción {number}"}) for number in range(5))
    return Definition(
        id="power-cuts",
        title={"es": "Cortes de luz"},
        date="2026-11-29",
        opens="08:00",
        closes="18:00",
        languages=("es",),
        districts=(District("d", {"es": "D"}),),
        stations=(Station("s", "Mesa", "d", voters),),
        contests=(Contest("mayor", "d", {"es": "Alcaldía"}, "choose-one", options),),
    )


def open_booth(folder: Path, voters: int) -> list[str]:
    """Install a station, have its booth tested and opened; the codes of its cards."""
    election, root = definition(voters), SigningKey.generate()

    def sign(type_: str, body: SignedValue) -> bytes:
        about = {"election": election.digest, "subject": "", "issued": "2026-11-21T12:00:00Z"}
        return Statement.of(type_, body, **about).sign(root)

    station_file = pack_station_file(sign("election-definition", election.core()), election, "s")
    request = install_station(folder, station_file, root.public, "s", chair_pin="482913", clerk_pin="750126")
    load_keys(folder, [sign("machine-keys", request)])
    chair = MachineFolder(folder / "chair", "chair")
    with Booth(folder / "booth", _SilentPrinter()) as booth:
        deck = booth.make_cards(spare=0)
        own = StationMachine("booth")
        sender = OrderSender(chair, {own: LocalMachine(booth)})
        for name in ("test", "zero", "open"):
            sender.give(own, name)
    chair.close()
    languages()  # every process that is made from this one has the words, and lives for votes
    return [card.code for card in deck.cards]


class _SilentPrinter:
    """A printer that always works, and remembers the last slip."""

    number = ""

    def spoil_slip(self, slip: Slip) -> None:
        """Nothing is kept."""

    def print_slip(self, slip: Slip) -> None:
        self.number = slip.number


def vote_until_killed(folder: Path, codes: list[str], pipe: int) -> None:
    """The booth's process: says `up -` when it has started, `yes SLIP` when the voter presses yes, `in SLIP` once
    `confirm` has returned."""

    def say(word: str, slip: str) -> None:
        os.write(pipe, f"{word} {slip}\n".encode())

    printer, rng = _SilentPrinter(), random.Random()
    booth = Booth(folder, printer)
    say("up", "-")
    used = booth.counters().cards_used
    for code in ["", *codes[used:]]:
        if code:
            booth.accept_card(code)
        while (session := booth.current()) is not None:
            if session.stage == "voting":
                booth.choose("mayor", (f"option-{rng.randrange(5)}",))
            if session.stage != "printed":
                _go_on(booth, session)
            elif rng.random() < 0.15 and session.spoils_left:
                booth.spoil("mistake")
            else:
                say("yes", session.paper[-1])
                booth.confirm()
                say("in", session.paper[-1])
    say("end", "-")


def _go_on(booth: Booth, session: SessionView) -> None:
    """The next step from what the screen shows."""
    if session.stage == "language":
        booth.choose_language("es")
    elif session.stage == "voting":
        booth.review()
    elif session.stage == "review":
        booth.print()
    else:
        booth.confirm()


@dataclass
class Outcome:
    """What many power cuts came to. `recovered`: in the box, though the power failed before that was said. `lost`:
    confirmed, not in the box. `strange`: in the box, and no voter said yes.
    """

    kills: int
    recovered: int
    confirmed: int
    recorded: int
    lost: int
    doubled: int
    strange: int
    reconciles: bool
    seconds: float

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.strange) and self.reconciles


def cut(folder: Path, kills: int, voters: int, advance: Callable[[], None] = lambda: None) -> Outcome:
    """Open a station under `folder`, kill its booth `kills` times, and look at what is left."""
    codes = open_booth(folder, voters)
    begun, said_yes, said_in = time.monotonic(), [], []
    for _ in range(kills):
        words = _one_life(folder / "booth", codes, random.uniform(0.0, LONGEST_LIFE))
        said_yes += [slip for word, slip in words if word == "yes"]
        said_in += [slip for word, slip in words if word == "in"]
        advance()
    with Booth(folder / "booth", _SilentPrinter()) as booth:
        recovered = len({record.slip for record in booth._box.records()} - {*said_in}) if booth._box else 0
        while (session := booth.current()) is not None:
            _go_on(booth, session)
            said_yes.extend(session.paper[-1:])
        counters = booth.counters()
        recorded = Counter(record.slip for record in booth._box.records()) if booth._box else Counter()
    chain = {counters.cards_used, counters.printed - counters.spoiled, counters.deposited, counters.recorded}
    return Outcome(
        kills, recovered, len(said_in), counters.recorded,
        lost=len(set(said_in) - set(recorded)),
        doubled=sum(count - 1 for count in recorded.values()),
        strange=len(set(recorded) - set(said_yes)),
        reconciles=len(chain) == 1 and len(recorded) == counters.recorded,
        seconds=time.monotonic() - begun,
    )  # fmt: skip


def _one_life(folder: Path, codes: list[str], life: float) -> list[tuple[str, str]]:
    """Start a booth's process, kill it `life` seconds after it is up, or has begun to start; what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            vote_until_killed(folder, codes, writing)
        finally:
            os._exit(1)
    os.close(writing)
    said = b"" if random.random() < DIES_YOUNG else os.read(reading, 65536)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    lines = said.decode().splitlines()
    return [(word, slip) for word, _, slip in (line.partition(" ") for line in lines)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the booth at random moments while votes are deposited.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--voters", type=int, default=5000, help="cards made; the run ends early when they are used up")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, progress("power cuts", arguments.kills) as bar:
        outcome = cut(Path(home) / "station", arguments.kills, arguments.voters, bar.advance)
    rows = [(name.replace("_", " "), value) for name, value in vars(outcome).items()]
    table("Power cuts in the booth", ("", ""), [(n, f"{v:.1f}" if isinstance(v, float) else v) for n, v in rows])
    print("OK" if outcome.ok else "FAILED")
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())
