"""The authority's desk for rulings, on this machine's own screen: annulments, corrections, votes on paper, incidents.

Each is looked at before it is signed: what becomes of the figures and the seats. Figures of a correction are entered by
two persons apart from each other. What is signed is kept as a file, and taken into the record where it is kept here.
"""

from pathlib import Path
from typing import cast, get_args

from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testigo import canonical, storage
from testigo.audit.hand_count import tally_keys, tally_of
from testigo.ballot import Incident
from testigo.ballot.incidents import INCIDENT_KINDS, LONGEST_INCIDENT, LONGEST_NAME, IncidentKind
from testigo.centre import Centre, is_log_key_lost
from testigo.centre.centre import PUBLIC
from testigo.centre.rulings import (
    LookedAt,
    Ruling,
    acceptance,
    annulment,
    correction,
    officers_incident,
    paper_lines,
)
from testigo.count import RecordRules, read_rules
from testigo.count.authority import AnnulmentCause
from testigo.count.statements import LONGEST_WHY
from testigo.errors import IllegalStep, InvalidInput
from testigo.screens import TEMPLATES
from testigo.screens.admission import Admission, enter, sessions_of
from testigo.screens.figure_rows import LARGEST_FORM, UNDER_WAY, groups_of, made_of
from testigo.screens.looked_at import digest_of, was_seen
from testigo.web import browser_session
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.double_entry import DoubleEntry
from testigo.web.forms import Form, FormSent
from testigo.web.guards import own_screen
from testigo.web.kept_entries import ENTRIES_FORMAT, KeptEntries
from testigo.web.pages import Answer, page, redirect
from testigo.words import Message, languages, message


class RulingDesk:
    """The desk of one authority. `folder`: with its keys and the record; `out`: of the signed statements."""

    def __init__(self, folder: Path, out: Path) -> None:
        """Raises what the record is refused with."""
        self.folder = folder
        self.out = out
        self.entries = KeptEntries(out / UNDER_WAY / ENTRIES_FORMAT.name)
        self._seen = b""
        self._rules: RecordRules | None = None

    @property
    def rules(self) -> RecordRules:
        """What the record says now; it is read again whenever it has grown."""
        checkpoint = storage.read(self.folder / PUBLIC / "checkpoint", limit=1 << 20)
        if self._rules is None or checkpoint != self._seen:
            self._rules, self._seen = read_rules(self.folder / PUBLIC), checkpoint
        return self._rules

    def entry(self, station: str) -> DoubleEntry:
        """The entries of a correction; raises `IllegalStep` for a station without a tally sheet."""
        rules = self.rules
        if station not in rules.sheets:
            raise IllegalStep("record.no-tally-sheet", station=station[:60])
        return self.entries.get(station, groups_of(rules.definition, tally_keys(rules.definition, station)))

    def corrected(self, station: str, entry: DoubleEntry, reason: str) -> Ruling:
        """The correction with what was entered; raises `InvalidInput` where sums do not come out."""
        rules = self.rules
        tally = made_of(entry, lambda figures: tally_of(rules.definition, station, figures))
        return correction(rules, station, tally, reason)

    def sign(self, ruling: Ruling, seen: LookedAt) -> Path:
        """Keep what was signed as a file, and take it into the record where its key is here."""
        storage.make_folder(self.out)
        file = self.out / f"{ruling.kind}-{ruling.station}-{canonical.digest(seen.envelope)[:8]}.json"
        storage.write_new(file, seen.envelope, mode=0o644)
        if not is_log_key_lost(self.folder):
            Centre.open(self.folder).append(seen.envelope, place=str(file))
        if ruling.kind == "correction":
            self.entries.drop(ruling.station)
        return file


TheDesk = NamedDependency[RulingDesk]


def app(desk: RulingDesk, key: str) -> Litestar:
    """The desk's application. `key`: what the address to enter by ends with."""
    definition = desk.rules.definition
    return application(
        "rulings", [enter, stations, show_station, rule, show_correction, take_figures, enter_again],
        sessions_of("rulings", key),
        title=definition.title, languages=[*definition.languages, *languages()], fonts=definition.fonts,
        templates=TEMPLATES, desk=desk, screen=Admission(key),
    )  # fmt: skip


@get("/", guards=[own_screen], sync_to_thread=False)
def stations(request: Request, desk: TheDesk) -> Answer:
    """Every station with how it stands; those that ask for a ruling first."""
    rules = desk.rules
    found = [
        (rules.definition.station(one.station), one.status, rules.rulings.waits(one.station), _status(one.status))
        for one in rules.count().stations
    ]
    found.sort(key=lambda one: (not one[2], one[1] == "counted"))
    told = browser_session.session(request).data.pop("told", "")
    return page(request, "rulings/stations.html", stations=found, told=told)


@get("/station/{station:str}", guards=[own_screen], sync_to_thread=False)
def show_station(request: Request, station: FromPath[str], desk: TheDesk) -> Answer:
    """What stands of a station, and what may be said of it."""
    rules = desk.rules
    own = rules.definition.station(station)
    status = next(one.status for one in rules.count().stations if one.station == station)
    paper = rules.rulings.on_paper.get(station)
    return page(
        request, "rulings/station.html", station=own, status=status, said=_status(status),
        has_sheet=station in rules.sheets,
        paper=paper[1] if paper else None, paper_lines=paper_lines(paper[1]) if paper else [],
        waits=rules.rulings.waits(station), annulled=station in rules.rulings.annulments,
        causes=[one for one in get_args(AnnulmentCause) if one != "lifted"], longest=LONGEST_WHY,
        kinds=[(kind, message("term", f"incident.{kind}")) for kind in INCIDENT_KINDS],
        longest_incident=LONGEST_INCIDENT, longest_name=LONGEST_NAME,
    )  # fmt: skip


@post("/station/{station:str}", guards=[own_screen], sync_to_thread=False)
def rule(request: Request, station: FromPath[str], form: FormSent, desk: TheDesk) -> Answer:
    """Show what a ruling does before it is signed; with `go` = `sign`, sign it where it is the one that was shown: what
    it names may be another by now."""
    own = desk.rules.definition.station(station)
    ruling = _ruling(desk, station, form)
    seen, signs = ruling.look(desk.folder), form.text("go", "") == "sign"
    if signs and was_seen(form, ruling.body):
        file = desk.sign(ruling, seen)
        browser_session.session(request).data["told"] = str(file)
        return redirect("/")
    sent = {name: text for name, text in form.all_texts() if name not in ("token", "go")} | {
        "seen": digest_of(ruling.body)
    }
    if isinstance(ruling.body, Incident):
        sent["at"] = ruling.body.at
    return page(
        request, "rulings/look.html", status_code=409 if signs else 200, station=own, lines=seen.lines,
        sent=sent, kind=ruling.kind, changed=signs,
    )  # fmt: skip


@get("/station/{station:str}/figures", guards=[own_screen], sync_to_thread=False)
def show_correction(request: Request, station: FromPath[str], desk: TheDesk) -> Answer:
    """The next person's form of a correction; once both have entered, why."""
    entry = desk.entry(station)
    own = desk.rules.definition.station(station)
    return page(request, "rulings/figures.html", station=own, entry=entry, longest=LONGEST_WHY)


@post("/station/{station:str}/figures", guards=[own_screen], request_max_body_size=LARGEST_FORM, sync_to_thread=False)
def take_figures(station: FromPath[str], form: FormSent, desk: TheDesk) -> Answer:
    """Take the next person's figures; those that cannot be are refused before they are compared."""
    entry = desk.entry(station)
    entry.take(form)
    if entry.step == "done":
        desk.corrected(station, entry, "–")
    desk.entries.put(station, entry)
    return redirect(f"/station/{station}/figures")


@post("/station/{station:str}/figures/again", guards=[own_screen], sync_to_thread=False)
def enter_again(station: FromPath[str], desk: TheDesk) -> Answer:
    """Forget what was entered, before it is signed."""
    desk.entry(station)
    desk.entries.drop(station)
    return redirect(f"/station/{station}/figures")


def _status(status: str) -> Message:
    return message("results", f"status_{status}")


def _ruling(desk: RulingDesk, station: str, form: Form) -> Ruling:
    """What the form asks for; raises `InvalidInput` for what no page offers."""
    act, reason = form.text("act"), " ".join(form.text("reason", "").split())
    if act == "annul" and form.text("cause") in get_args(AnnulmentCause):
        return annulment(desk.rules, station, cast(AnnulmentCause, form.text("cause")), reason)
    if act == "accept":
        return acceptance(desk.rules, station)
    if act == "incident" and form.text("kind") in INCIDENT_KINDS:
        kind, name, at = cast(IncidentKind, form.text("kind")), form.text("name", ""), form.text("at", "")
        return officers_incident(desk.rules, station, kind, name, at, reason)
    if act == "correct":
        entry = desk.entry(station)
        if entry.step != "done":
            raise IllegalStep("double-entry.not-done")
        return desk.corrected(station, entry, reason)
    raise InvalidInput("form.not-offered")
