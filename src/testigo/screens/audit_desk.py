"""The auditor's desk: closing counts by hand, on this machine's own screen.

Two persons enter the figures of a box apart from each other, a third decides where they differ; then the page shows
what will be signed, with all that looks wrong, and an auditor signs it. Nothing leaves the desk but signed statements
in its folder, which the centre appends.
"""

from pathlib import Path

from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testigo.audit import AuditDesk, Seed, closing_count, closing_sample, doubts_of
from testigo.audit.hand_count import closing_keys, paper_of
from testigo.count import ClosingCount
from testigo.errors import IllegalStep, InvalidInput
from testigo.screens import TEMPLATES
from testigo.screens.admission import Admission, enter, sessions_of
from testigo.screens.figure_rows import LARGEST_FORM, UNDER_WAY, groups_of, made_of
from testigo.screens.looked_at import digest_of, was_seen
from testigo.web import browser_session
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.double_entry import DoubleEntry
from testigo.web.forms import FormSent
from testigo.web.guards import own_screen
from testigo.web.kept_entries import ENTRIES_FORMAT, KeptEntries
from testigo.web.pages import Answer, page, redirect
from testigo.words import languages


class CountingDesk:
    """One auditor's desk. `out`: folder of the signed statements, and below it of what was entered so far, by station,
    until it is signed.
    """

    def __init__(self, auditor: AuditDesk, out: Path) -> None:
        """Raises `InvalidInput` where the entries kept there are none."""
        self.auditor = auditor
        self.out = out
        self.entries = KeptEntries(out / UNDER_WAY / ENTRIES_FORMAT.name)

    def entry(self, station: str) -> DoubleEntry:
        """The entries of a box; raises `IllegalStep` for a station without a tally sheet."""
        rules = self.auditor.rules
        if station not in rules.sheets:
            raise IllegalStep("record.no-tally-sheet", station=station[:60])
        if rules.sheets[station].booth_sheets:  # of several boxes each is counted on the command line
            booths = [box.booth for box in rules.boxes() if box.station == station]
            raise InvalidInput("closing-count.which-booth", station=station, booths=booths)
        return self.entries.get(station, groups_of(rules.definition, closing_keys(rules.definition, station)))

    def begun(self, station: str) -> DoubleEntry | None:
        """The entries of a box, where there are any."""
        return self.entry(station) if self.entries.has_begun(station) else None

    @property
    def drawn(self) -> tuple[str, ...]:
        """The boxes that the dice draw, in their order."""
        rules = self.auditor.rules
        if rules.seed is None:
            return ()
        return closing_sample(rules.definition, rules.boxes_of_sample(), Seed(rules.seed)).ids

    def count(self, station: str, entry: DoubleEntry) -> ClosingCount:
        """The count of what was entered, compared with the tally sheet; raises `InvalidInput` where sums do not come
        out.
        """
        rules = self.auditor.rules
        paper = made_of(entry, lambda figures: paper_of(rules.definition, station, figures))
        digest = rules.sheet_digests(ClosingCount.VERSION)[station]
        return closing_count(rules.definition, rules.sheets[station], digest, paper)


TheDesk = NamedDependency[CountingDesk]


def app(desk: CountingDesk, key: str) -> Litestar:
    """The desk's application. `key`: what the address to enter by ends with."""
    definition = desk.auditor.rules.definition
    return application(
        "audit", [enter, boxes, show_box, take_entry, begin_again, sign], sessions_of("audit", key),
        title=definition.title, languages=[*definition.languages, *languages()], fonts=definition.fonts,
        templates=TEMPLATES, desk=desk, screen=Admission(key),
    )  # fmt: skip


@get("/", guards=[own_screen], sync_to_thread=False)
def boxes(request: Request, desk: TheDesk) -> Answer:
    """The boxes that were drawn, then the others, each with how far it is."""
    rules = desk.auditor.rules
    drawn = desk.drawn
    order = [*drawn, *(station.id for station in rules.definition.stations if station.id not in drawn)]
    shown = [
        (rules.definition.station(one), one in drawn, len(rules.counts.of(one)), desk.begun(one))
        for one in order
        if one in rules.sheets and not rules.sheets[one].booth_sheets
    ]
    told = browser_session.session(request).data.pop("told", "")
    return page(request, "audit/boxes.html", boxes=shown, told=told, out=desk.out)


@get("/box/{station:str}", guards=[own_screen], sync_to_thread=False)
def show_box(request: Request, station: FromPath[str], desk: TheDesk) -> Answer:
    """The form of the next person, or what will be signed."""
    entry, rules = desk.entry(station), desk.auditor.rules
    if entry.step != "done":
        return page(request, "audit/entry.html", entry=entry, station=rules.definition.station(station))
    return _look(request, desk, station, desk.count(station, entry))


@post("/box/{station:str}", guards=[own_screen], request_max_body_size=LARGEST_FORM, sync_to_thread=False)
def take_entry(station: FromPath[str], form: FormSent, desk: TheDesk) -> Answer:
    """Take the next person's figures; figures that cannot be on paper are refused before they are compared."""
    entry = desk.entry(station)
    entry.take(form)
    if entry.step == "done":
        desk.count(station, entry)
    desk.entries.put(station, entry)
    return redirect(f"/box/{station}" if entry.step in ("third", "done") else "/")


@post("/box/{station:str}/again", guards=[own_screen], sync_to_thread=False)
def begin_again(station: FromPath[str], desk: TheDesk) -> Answer:
    """Forget what was entered, before it is signed."""
    desk.entry(station)
    desk.entries.drop(station)
    return redirect(f"/box/{station}")


@post("/box/{station:str}/sign", guards=[own_screen], sync_to_thread=False)
def sign(request: Request, station: FromPath[str], form: FormSent, desk: TheDesk) -> Answer:
    """Sign the count that the page showed, or show it as it is now; with the reason where the box was counted
    before."""
    entry = desk.entry(station)
    if entry.step != "done":
        raise IllegalStep("double-entry.not-done")
    count = desk.count(station, entry)
    if not was_seen(form, count):
        return _look(request, desk, station, count, changed=True)
    desk.auditor.keep(desk.auditor.closing_count(desk.auditor.again(count, form.text("why", ""))), desk.out)
    desk.entries.drop(station)
    browser_session.session(request).data["told"] = station
    return redirect("/")


def _look(request: Request, desk: CountingDesk, station: str, count: ClosingCount, *, changed: bool = False) -> Answer:
    """What will be signed of a box. `changed`: it is not what was shown before."""
    rules = desk.auditor.rules
    return page(
        request, "audit/count.html", status_code=409 if changed else 200, count=count, entry=desk.entry(station),
        station=rules.definition.station(station), seen=digest_of(count), changed=changed,
        doubts=doubts_of(count, rules.sheets[station], drawn=station in desk.drawn), earlier=rules.counts.of(station),
    )  # fmt: skip
