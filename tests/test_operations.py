"""docs/operations.md, tried: machines and centre are copied in the middle of the day, and go on elsewhere to the end.

The machines are those of a rehearsal, server processes with real pages; copies are made with the page's own commands.
"""

import contextlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from polling_place import MAYOR, council, villa
from testigo import canonical
from testigo.audit import create_auditor
from testigo.ballot import Marks, tally_ballots
from testigo.centre import Centre
from testigo.election import Station, VotingRules
from testigo.record import read_record
from testigo.register import Register, RegisterKey
from testigo.rehearsal import night
from testigo.rehearsal.chair import ChairDay
from testigo.rehearsal.journal import Journal
from testigo.rehearsal.site import CHAIR_PIN, CLERK_PIN, Site, equip, install, make_site, sign_in
from testigo.station.machine.processes import MachineProcess
from testigo.web.client import Client, SeenPage

STATION = Station("s1", "Escuela Norte", "villa", 4)
RULES = VotingRules(release_cap_percent=100)
DEFINITION = msgspec.structs.replace(villa((STATION,), (MAYOR, council(0)), rules=RULES), languages=("es",))
PEOPLE = "document,name,station,roll\n101,Ana Uno,s1,\n102,Beto Dos,s1,\n103,Carla Tres,s1,\n104,Dino Cuatro,s1,\n"
CHOICES = {"101": ("ana", "c0"), "102": ("beto", "c1"), "103": ("ana", "c2"), "104": ("ana", "c3")}


def shell(command: str, folder: Path) -> str:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_testigo(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "testigo", *arguments], capture_output=True, text=True)


@contextlib.contextmanager
def running(*machines: MachineProcess) -> Iterator[None]:
    """Machines that run during the block; it ends with a power cut."""
    for machine in machines:
        machine.start()
    try:
        for machine in machines:
            machine.wait_until_up()
        yield
    finally:
        for machine in machines:
            machine.cut_power()
            machine.stop()  # gives its port back


class Voters:
    """Who comes to the station, and what the papers in its box say."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.papers: list[Marks] = []
        self.notes = Journal(["s1"]).stations["s1"]

    def check_in(self, document: str) -> str:
        """Through the desk without a finger; the card that the voter draws."""
        with Client(self.site.desks[1].address) as clerk:
            sign_in(clerk, CLERK_PIN)
            assert clerk.send("/find", document=document).name == "unmatched"
            assert clerk.send("/release", pin=CHAIR_PIN, reason="not-enrolled").name == "released"
            clerk.send("/card")
        return self.site.booths[0].trays["villa"].pop()

    def begin(self, card: str, screen: Client) -> None:
        """From the card to the first contest; the browser of a session is one."""
        if screen.get("/").name == "thanks":  # a machine that was started again says that the last vote is recorded
            screen.get("/")
        screen.send("/card", code=card)
        screen.send("/language", language="es")
        assert screen.get("/").name == "contest"

    def vote(self, document: str, card: str = "") -> None:
        """From the card, or from where the screen stands, to the paper in the box."""
        mayor, member = CHOICES[document]
        wishes = {"mayor": (mayor,), "council": (member,)}
        with Client(self.site.booths[0].machine.address) as screen:
            if card:
                self.begin(card, screen)
            page: SeenPage = screen.get("/")
            while page.name == "contest":
                wish = wishes[page.facts["contest"]]
                send = {"page": page.facts["pagenumber"], "option": list(wish), "go": "next", "enough": "yes"}
                page = screen.send(page.path, **send)
            page = screen.send("/print")
            assert page.name == "printed", page.sentence
            assert screen.send("/printed", right="yes").name in ("thanks", "welcome")
        (slip,) = self.site.booths[0].take_slip(self.site.booths[0].box)
        self.notes.papers[slip] = Marks("villa", wishes)


@pytest.fixture
def first(tmp_path: Path) -> tuple[Path, Site, Centre]:
    """An election set up on a first computer: centre, auditor, register, one station ready to be opened."""
    home = tmp_path / "first"
    home.mkdir()
    (home / "election.json").write_bytes(canonical.encode(DEFINITION))
    centre = Centre.create(home / "centre", home / "election.json", create_auditor(home / night.AUDITOR))
    site = make_site(STATION, home)
    install(site, centre)
    key = RegisterKey.generate()
    (home / "voters.csv").write_text(PEOPLE, encoding="utf-8")
    keys = [data for path, data in read_record(centre.public).envelopes if "machine-keys" in path]
    with Register.open(str(home / "register.db"), DEFINITION, key) as register:
        register.import_voters(home / "voters.csv")
        equip(site, centre, register, keys, random.Random(1))
    return home, site, centre


def commands_of(project_root: Path, heading: str) -> str:
    """The line that makes a copy, of those under a heading of docs/operations.md."""
    page = (project_root / "docs" / "operations.md").read_text(encoding="utf-8")
    part = re.split(rf"^#+ {re.escape(heading)}$", page, flags=re.MULTILINE)[1]
    return next(line for line in part.splitlines() if line.startswith(("tar -c", "sqlite3 ", "pg_dump ")))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_station_and_a_centre_move_in_the_middle_of_the_day(
    first: tuple[Path, Site, Centre], tmp_path: Path, project_root: Path
) -> None:
    home, site, _ = first
    voters, chair = Voters(site), ChairDay(site)
    with running(*site.machines):
        chair.prepare()
        chair.open()
        for document in ("101", "102"):
            voters.vote(document, voters.check_in(document))
        with Client(site.booths[0].machine.address) as screen:
            voters.begin(voters.check_in("103"), screen)  # the voter stands in the booth as the power fails
    moved = tmp_path / "second"
    moved.mkdir()
    for role in ("chair", "check-in", "booth"):
        move = commands_of(project_root, "Moving a machine to another computer").replace("/media/stick", str(tmp_path))
        shell(move.replace("/var/lib/testigo-booth machine", f"stations/s1 {role}"), home)
        shell(f"mkdir -p stations/s1 && tar -xpf {tmp_path}/machine.tar -C stations/s1", moved)
    backup = commands_of(project_root, "The centre's folder")
    shell(backup.replace("/media/stick", str(tmp_path)), home)
    shell(f"tar -xpf {tmp_path}/centre.tar", moved)
    shutil.copytree(home / night.AUDITOR, moved / night.AUDITOR)
    shutil.copytree(home / "paper", moved / "paper")
    shutil.rmtree(home)

    there = make_site(STATION, moved)
    there.booths[0].trays = site.booths[0].trays
    voters.site, chair = there, ChairDay(there)
    inbox = MachineProcess("inbox", ["centre", "serve", str(moved / "centre")], moved / "logs" / "centre.log")
    with running(*there.machines, inbox):
        voters.vote("103")  # goes on where the screen was
        voters.vote("104", voters.check_in("104"))
        chair.close_polls()
        chair.send(f"{inbox.address}/packages")
    office = Centre.open(moved / "centre")
    sheet = office.rules.sheets["s1"]
    chosen = tally_ballots(DEFINITION, "s1", [one.ballot(DEFINITION, "s1") for one in voters.notes.papers.values()])
    assert canonical.encode(sheet.tally) == canonical.encode(chosen)
    assert not sheet.reconciliation.differences() and sheet.reconciliation.booth.deposited == 4
    for box in night.draw_boxes(office, night.roll_dice(random.Random(2))):
        assert box == "s1"
        night.count_box(office, there, there.booths[0], voters.notes, np.random.default_rng(3), lambda: None)
    night.publish(office, moved, random.Random(4))
    done = run_testigo("verify", str(moved / "public"), "--root-key", office.key_ring.root.hex)
    assert done.returncode == 0, done.stdout

    last_day = ("--keep-until", "2020-01-01", "--reason", "a trial", "--record", str(moved / "public"), "--yes")
    done = run_testigo("station", "retire", str(moved / "stations" / "s1"), *last_day)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (moved / "stations" / "s1" / "booth").iterdir()} == {
        "retired.json",
        "archive.tar",
        "retirement.pdf",
    }


def test_a_register_is_backed_up_while_desks_work(tmp_path: Path, project_root: Path) -> None:
    """SQLite keeps what is new in a second file while a desk is open: a plain copy of the first one lacks it."""
    (tmp_path / "voters.csv").write_text(PEOPLE, encoding="utf-8")
    key, definition = RegisterKey.generate(), DEFINITION
    with (
        Register.open(str(tmp_path / "register.db"), definition, key) as desk,
        contextlib.closing(open_reader(tmp_path / "register.db")),
    ):
        desk.import_voters(tmp_path / "voters.csv")
        shutil.copy(tmp_path / "register.db", tmp_path / "plain.db")
        shell(commands_of(project_root, "A register in SQLite").replace("/media/stick", str(tmp_path)), tmp_path)
    assert voters_in(tmp_path / "plain.db") < 4
    assert voters_in(tmp_path / "register-backup.db") == 4
    with Register.open(str(tmp_path / "register-backup.db"), definition, key) as restored:
        assert restored.voter("103").name == "Carla Tres"


def open_reader(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


def voters_in(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM voter").fetchone()[0])
