"""A whole election in memory, made by hand, so that a test can be the attacker at any point of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station_counters import counted
from testigo import canonical
from testigo.audit import Seed, closing_sample, station_deck
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import (
    Ballot,
    BoothReport,
    CheckInReport,
    EventLogs,
    Incident,
    LogicAndAccuracy,
    ManualTally,
    Reconciliation,
    TallySheet,
    ZeroReport,
    deck_digest,
    tally_ballots,
)
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.count import (
    NO_RULINGS,
    Annulment,
    AuditSeed,
    Correction,
    ManualTallyAccepted,
    PublicDraw,
    Rulings,
    boxes_of,
    count_result,
)
from testigo.election import Contest, Definition, MachineKey, MachineKeys, OptionStatus, Role, load, pieces
from testigo.election.option_status import Status
from testigo.keys import SigningKey
from testigo.record import Log, Statement, peek
from testigo.witness import verify

DICE = "616243514325161434521623"
STATIONS = 3
VOTERS = 12

OUT_AND_BACK: tuple[tuple[int, Status], ...] = ((0, "withdrawn"), (0, "restored"))
"""Places of options of the first contest that fills an office, and what the root says before the day."""

Twist = Callable[[str, str, Any], Any]
"""(statement type, subject, body) → the body that is really signed, None for none at all."""


def honest(_type: str, _subject: str, body: Any) -> Any:
    """Change nothing."""
    return body


@dataclass
class Election:
    """An election whose every key the test holds."""

    definition: Definition
    keys: dict[tuple[Role, str], SigningKey] = field(default_factory=dict)
    envelopes: list[bytes] = field(default_factory=list)
    sheets: dict[str, TallySheet] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """Station → digest of its tally sheet's statement."""
    rulings: Rulings = NO_RULINGS

    def key(self, role: Role, station: str = "") -> SigningKey:
        """The key of that role, made at its first use."""
        return self.keys.setdefault((role, station), SigningKey.generate())

    def say(self, kind: str, subject: str, body: Any, key: SigningKey, minute: int) -> None:
        """Sign a statement and keep it for the log."""
        issued = f"2027-04-11T{7 + minute // 60:02d}:{minute % 60:02d}:00Z"
        plain, version = msgspec.to_builtins(body), getattr(body, "VERSION", 1)
        statement = Statement(kind, self.definition.digest, subject, issued, plain, version)
        self.envelopes.append(statement.sign(key))
        digest = canonical.digest(canonical.encode(statement))
        if kind == "tally-sheet":
            self.digests.setdefault(subject, digest)
        if isinstance(body, Annulment | Correction | ManualTally | ManualTallyAccepted):
            self.rulings = self.rulings.add(body, digest, len(self.envelopes) - 1)

    def find(self, kind: str, subject: str = "") -> int:
        """The place in the log of the first statement of that kind and subject."""
        said = ((statement.type, statement.subject) for statement in map(peek, self.envelopes))
        return list(said).index((kind, subject))

    def publish(self, folder: Path) -> Path:
        """Write the record, as whoever holds the log's key can: with whatever is in `envelopes`."""
        log = Log.create(folder, "testigo/test", self.key("log"), root_key=self.key("root").public)
        for envelope in self.envelopes:
            log.append(envelope)
        log.publish()
        return folder


def make_election(definition: Definition, twist: Twist = honest) -> Election:
    """Everything that an honest election says, in order, each body passed through `twist`."""
    election = Election(definition)

    def say(kind: str, subject: str, body: Any, key: SigningKey, minute: int) -> Any:
        twisted = twist(kind, subject, body)
        if twisted is not None:
            election.say(kind, subject, twisted, key, minute)
        return twisted

    root, auditor = election.key("root"), election.key("auditor")
    say("election-definition", "", definition.core(), root, 0)
    for piece in pieces(definition.stations):
        say("station-list", "", piece, root, 0)
    own: tuple[Role, ...] = ("log", "centre", "auditor")
    say("machine-keys", "", MachineKeys(tuple(_admitted(election, role) for role in own)), root, 1)
    for station in definition.stations:
        roles: tuple[Role, ...] = ("chair", "booth", "check-in")
        say("machine-keys", station.id, MachineKeys(tuple(_admitted(election, r, station.id) for r in roles)), root, 2)
    contest = next(one for one in definition.contests if one.referendum is None)
    for number, (option, status) in enumerate(OUT_AND_BACK, 1):
        said = OptionStatus(contest.id, contest.options[option].id, status, "Resolución 12", number)
        say("option-status", "", said, root, 2)
    first = definition.stations[0].id
    say("release-allowance", first, ReleaseAllowance(first, 1, 5, "Resolución 9"), election.key("centre"), 3)
    for station in definition.stations:
        _station_day(election, station.id, say)
    _say_without_effect(election, definition.stations[-1].id, say)
    say("audit-seed", "", AuditSeed(DICE), auditor, 610)
    sample = closing_sample(definition, boxes_of(definition, {}), Seed(DICE))
    say("audit-sample", "", sample, auditor, 611)
    for drawn in sample.ids:
        sheet = election.sheets[drawn]
        paper = PaperTally("hand", sum(sheet.tally.ballots.values()), sheet.tally.contests, spoiled=1)
        say("closing-count", drawn, closing_count(definition, sheet, election.digests[drawn], paper), auditor, 612)
    drawn = say("public-draw", "", PublicDraw(DICE[::-1]), auditor, 613)
    dice = drawn and drawn.digits
    result = count_result(definition, election.sheets, digests=election.digests, draw=dice, rulings=election.rulings)
    say("result", "", result, election.key("centre"), 614)
    return election


def _admitted(election: Election, role: Role, station: str = "") -> MachineKey:
    return MachineKey(key=election.key(role, station).public.hex, role=role, station=station, sealing="")


def _station_day(election: Election, station: str, say: Callable[[str, str, Any, SigningKey, int], Any]) -> None:
    definition, chair = election.definition, election.key("chair", station)
    parts = station_deck(definition, station)
    ballots, counted = sum(len(part.ballots) for part in parts), tuple(part.expected for part in parts)
    say(
        "logic-and-accuracy",
        station,
        LogicAndAccuracy(1, deck_digest(parts), ballots, ballots, "passed", counted, 0, ()),
        chair,
        3,
    )
    say(
        "zero-report",
        station,
        ZeroReport(tally_ballots(definition, station, ()), _counters(definition, station, 0)),
        chair,
        4,
    )
    style = definition.styles_of_station(station)[0]
    ballots = [
        Ballot.mark(
            definition,
            style,
            {
                contest_id: _chosen(definition.contest(contest_id), voter, place)
                for place, contest_id in enumerate(style.contests)
                if voter % 5
            },
        )
        for voter in range(VOTERS)
    ]
    heads = {role: f"{number}" * 64 for number, role in enumerate(("chair", "booth", "check-in"))}
    sheet = TallySheet(
        station=station,
        opened="2027-04-11T07:10:00Z",
        closed="2027-04-11T17:00:00Z",
        tally=tally_ballots(definition, station, ballots),
        reconciliation=_counters(definition, station, VOTERS),
        event_logs=heads,
    )
    _report(election, station, sheet, say)
    sheet = say("tally-sheet", station, sheet, chair, 600) or sheet
    election.sheets[station] = sheet
    election.digests.setdefault(station, "0" * 64)
    say("event-log", station, EventLogs(heads, dict.fromkeys(heads, 9)), chair, 600)


def _say_without_effect(election: Election, station: str, say: Callable[[str, str, Any, SigningKey, int], Any]) -> None:
    """One of each statement about a station that is more than its day, and that changes no figure."""
    definition, root, chair = election.definition, election.key("root"), election.key("chair", station)
    say(
        "incident",
        station,
        Incident(station, 1, "power", "chair", "Ana", "2027-04-11T09:00:00Z", "No light."),
        chair,
        601,
    )
    sheet = election.digests.get(station)
    if sheet is None:
        return
    say(
        "correction", station, Correction(station, sheet, "Nothing changes.", election.sheets[station].tally), root, 602
    )
    nothing = tally_ballots(definition, station, ())
    paper = ManualTally(station, "part", nothing, 0, 0, 0, "A power cut.", "", ("Ana", "Luis"))
    say("manual-tally", station, paper, chair, 603)
    named = election.rulings.on_paper.get(station, ("", paper))[0]
    say("manual-tally-accepted", station, ManualTallyAccepted(station, named), election.key("centre"), 604)
    say("annulment", station, Annulment(station, "ruling", sheet, "Sentencia 1"), root, 605)
    annulled = election.rulings.annulments.get(station, "")
    say("annulment", station, Annulment(station, "lifted", annulled, "Sentencia 2"), root, 606)


def _chosen(contest: Contest, voter: int, place: int) -> tuple[str, ...]:
    """One of the first three options, and of an open list another candidate for every voter in turn."""
    option = contest.options[(voter * voter + place) % 3]
    if contest.preferences is None:
        return (option.id,)
    return option.id, option.preferences[voter % len(option.candidates)]


def _report(election: Election, station: str, sheet: TallySheet, say: Callable[..., Any]) -> None:
    """What the station's booth and check-in sign for themselves."""
    counters, heads = sheet.reconciliation, sheet.event_logs
    box = BoothReport(station, sheet.tally, counters.booth, heads["booth"], 9)
    say("booth-report", station, box, election.key("booth", station), 599)
    came = CheckInReport(station, counters.check_in, heads["check-in"], 9)
    say("check-in-report", station, came, election.key("check-in", station), 599)


def _counters(definition: Definition, station: str, voted: int) -> Reconciliation:
    spoiled = 1 if voted else 0
    return counted(
        registered=definition.station(station).register_size,
        matched=max(voted - 1, 0),
        released=spoiled,
        refused={"impostor": 1} if voted else {},
        released_reasons={"worn-finger": 1} if voted else {},
        release_cap=-(-definition.station(station).register_size * definition.rules.release_cap_percent // 100),
        cards_handed=voted,
        cards_made=44,
        cards_used=voted,
        printed=voted + spoiled,
        spoiled=spoiled,
        spoiled_reasons={"mistake": 1} if voted else {},
        deposited=voted,
        recorded=voted,
    )


@pytest.fixture(scope="session")
def definition(project_root: Path) -> Definition:
    """The municipality with three stations."""
    whole = load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")
    first = whole.stations[0]
    stations = tuple(
        msgspec.structs.replace(first, id=f"01-0{number}", name=f"{first.name} {number}")
        for number in range(1, STATIONS + 1)
    )
    return msgspec.structs.replace(whole, stations=stations, utc_offset="+00:00")


@pytest.fixture(scope="session")
def kept(definition: Definition) -> Election:
    """An honest election for tests that only read it; `dataclasses.replace` it before changing `envelopes`."""
    return make_election(definition)


@pytest.fixture
def elect(definition: Definition) -> Callable[..., Election]:
    """`elect(twist, of=definition)`: an election whose statements go through `twist` before they are signed."""

    def make(twist: Twist = honest, of: Definition = definition) -> Election:
        return make_election(of, twist)

    return make


@pytest.fixture
def caught(elect: Callable[..., Election], tmp_path: Path) -> Callable[..., list[str]]:
    """`caught(code, election or twist)`: what findings of that check that do not hold say; the verdict must be bad."""

    def find(code: str, cheat: Election | Twist) -> list[str]:
        election = cheat if isinstance(cheat, Election) else elect(cheat)
        report = verify(election.publish(tmp_path / "public"), election.key("root").public)
        assert not report.verdict.holds
        return [finding.detail for finding in report.findings if finding.code == code and not finding.holds]

    return find
