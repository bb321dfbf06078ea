"""A small election with real keys, and stations that make real signed tally sheets out of made-up ballots."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from station_counters import changed as change_counters
from station_counters import counted
from testigo import record
from testigo.audit import create_auditor
from testigo.ballot import Ballot, TallySheet, ZeroReport, tally_ballots
from testigo.centre import Centre
from testigo.election import STATION_ROLES, Definition, MachineKey, MachineKeys
from testigo.keys import SigningKey

ISSUED = "2027-04-11T22:00:00Z"

ELECTION = """
id: prueba
title: {es: Elección de prueba, en: Test election}
date: 2027-04-11
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es, en]
rolls: [general, native]
parties:
  - {id: red, abbreviation: R, name: {es: Rojos, en: Reds}}
  - {id: blue, abbreviation: B, name: {es: Azules, en: Blues}}
districts:
  - id: land
    name: {es: Tierra, en: Land}
    districts:
      - {id: north, name: {es: Norte, en: North}}
      - {id: south, name: {es: Sur, en: South}}
stations:
  - {id: n1, name: Escuela Norte, district: north, register-size: 40, roll-sizes: {native: 5}}
  - {id: n2, name: Liceo Norte, district: north, register-size: 30}
  - {id: s1, name: Escuela Sur, district: south, register-size: 50}
contests:
  - id: president
    district: land
    title: {es: Presidencia, en: President}
    kind: choose-one
    options:
      - {id: ana, name: Ana Mora, party: red}
      - {id: luis, name: Luis Vera, party: blue}
      - {id: eva, name: Eva Luna}
  - id: list
    district: land
    title: {es: Lista nacional, en: National list}
    kind: party-list
    method: dhondt
    seats: 5
    options:
      - {id: red, name: {es: Rojos, en: Reds}, party: red, candidates: [A Uno, B Dos, C Tres, D Cuatro, E Cinco]}
      - {id: blue, name: {es: Azules, en: Blues}, party: blue, candidates: [F Uno, G Dos, H Tres, I Cuatro, J Cinco]}
  - id: north-council
    district: north
    title: {es: Concejo del Norte, en: Northern council}
    kind: choose-up-to
    choose: 2
    seats: 2
    options:
      - {id: c1, name: Carla Paz, party: red}
      - {id: c2, name: Dino Sol, party: blue}
      - {id: c3, name: Elsa Mar}
  - id: native-seat
    district: land
    roll: native
    title: {es: Escaño indígena, en: Native seat}
    kind: choose-one
    options:
      - {id: k1, name: Kari Yumo}
      - {id: k2, name: Toro Wai}
"""


@dataclass
class Machines:
    """A station's three keys, and what it signs with the chair's."""

    definition: Definition
    station: str
    keys: dict[str, SigningKey] = field(default_factory=lambda: {role: SigningKey.generate() for role in STATION_ROLES})

    @property
    def machine_keys(self) -> MachineKeys:
        return MachineKeys(
            tuple(
                MachineKey(key=self.keys[role].public.hex, role=role, station=self.station, sealing="")
                for role in STATION_ROLES
            )
        )

    def zero_report(self, **changed: int) -> ZeroReport:
        """What the station says before opening."""
        registered = self.definition.station(self.station).register_size
        counters = counted(**{"registered": registered} | changed)
        return ZeroReport(tally_ballots(self.definition, self.station, ()), counters)

    def statement(
        self, kind: str, body: object, *, key: SigningKey | None = None, election: str | None = None
    ) -> bytes:
        statement = record.Statement(
            kind,
            election or self.definition.digest,
            self.station,
            ISSUED,
            msgspec.to_builtins(body),
            getattr(body, "VERSION", 1),
        )
        return statement.sign(key or self.keys["chair"])

    def package(self, sheet: TallySheet, *, extra: tuple[bytes, ...] = (), election: str | None = None) -> bytes:
        envelopes = [
            self.statement("zero-report", self.zero_report(), election=election),
            self.statement("tally-sheet", sheet, election=election),
            *extra,
        ]
        return record.pack(
            envelopes,
            self.keys["chair"],
            election=election or self.definition.digest,
            subject=self.station,
            issued=ISSUED,
        )


def make_sheet(definition: Definition, station_id: str, ballots: int, seed: int = 1, **changed: int) -> TallySheet:
    """A sheet of random ballots whose reconciliation holds, but for the counters in `changed`."""
    rng = random.Random(f"{seed} {station_id}")
    styles = definition.styles_of_station(station_id)
    cast = []
    for _ in range(ballots):
        style = rng.choice(styles)
        choices = {}
        for contest_id in style.contests:
            contest = definition.contest(contest_id)
            names = [option.id for option in contest.options]
            choices[contest_id] = tuple(rng.sample(names, rng.randint(0, contest.choose)))
        cast.append(Ballot.mark(definition, style, choices))
    released = min(1, ballots)
    counters = counted(
        registered=definition.station(station_id).register_size,
        matched=ballots - released,
        released=released,
        refused={"not-on-register": 1},
        released_reasons={"worn-finger": released},
        release_cap=3,
        cards_made=200,
        cards_used=ballots,
        printed=ballots + 1,
        spoiled=1,
        spoiled_reasons={"mistake": 1},
        deposited=ballots,
        recorded=ballots,
        cards_handed=ballots,
    )
    return TallySheet(
        station=station_id,
        opened="2027-04-11T11:00:00Z",
        closed="2027-04-11T21:00:00Z",
        tally=tally_ballots(definition, station_id, cast),
        reconciliation=change_counters(counters, **changed),
        event_logs=dict.fromkeys(STATION_ROLES, "0" * 64),
    )


def move_centre(folder: Path, to: Path) -> Path:
    """A copy of a centre's folder in `to`, a new folder, with its newest checkpoint beside it: it goes on there."""
    to.mkdir()
    shutil.copy(folder.with_name(f"{folder.name}.checkpoint"), to)
    return Path(shutil.copytree(folder, to / folder.name))


@pytest.fixture(scope="session")
def definition_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("election") / "election.yaml"
    file.write_text(ELECTION)
    return file


@pytest.fixture
def centre(tmp_path: Path, definition_file: Path) -> Centre:
    """A new centre that admitted its auditor, whose folder is beside it, and nobody else yet."""
    return Centre.create(tmp_path / "centre", definition_file, create_auditor(tmp_path / "auditor"))


@pytest.fixture
def auditor(centre: Centre) -> SigningKey:
    """The auditor's key, which the centre does not have."""
    return SigningKey.load(centre.folder.with_name("auditor") / "key.pem")


@pytest.fixture
def machines(centre: Centre) -> dict[str, Machines]:
    """The stations' machines, admitted."""
    made = {station.id: Machines(centre.definition, station.id) for station in centre.definition.stations}
    for one in made.values():
        centre.admit(one.machine_keys)
    return made


@pytest.fixture
def sheet_of(definition_file: Path) -> Callable[..., TallySheet]:
    """`sheet_of(station, ballots, seed=1, **changed counters)`."""
    from testigo.election import load

    definition = load(definition_file)
    return lambda station, ballots=20, seed=1, **changed: make_sheet(definition, station, ballots, seed, **changed)
