"""The chair's screen: where the station stands, the one next legal step as a big button, and the counters of its
machines.

The steps themselves, with their checks and statements, are the station's room's (`station.chair.chair.Chair`). The test
before opening runs beside the pages (`background_test`); the end of the day is in `chair_closing`.
"""

from litestar import Litestar, get, post
from litestar.di import NamedDependency

from testigo.ballot.reasons import EXTRA_PRINT_REASONS, OPENING_REASONS, PAUSE_REASONS, VOID_REASONS
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.screens import TEMPLATES, chair_closing, incidents, paper_count
from testigo.screens.background_test import BackgroundTest
from testigo.screens.chair_view import about, hours_of, unexplained
from testigo.screens.events import event_data, event_name
from testigo.screens.pdf_file import pdf_shown
from testigo.screens.training_mark import training_mark
from testigo.staff.accounts import PRESIDING, Account
from testigo.station.chair.chair import Chair
from testigo.station.chair.closing_reports import step_of
from testigo.station.chair.extra_print import EXTRA_PRINT
from testigo.station.machine.page_test import PageTest, is_page_sent
from testigo.web import browser_session
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent, whole_number
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect
from testigo.web.pin_page import PIN_PAGE
from testigo.web.sessions import BrowserSessions
from testigo.web.source import source_of

TheChair = NamedDependency[Chair]
TheTest = NamedDependency[BackgroundTest]
_QUIET_QUARTER = 900.0
_EVENTS_SHOWN = 200
_DIFFERENCES_SHOWN = 10
LARGEST_STATUSES = 4 * 1024 * 1024
"""Bytes of a form with statements on candidates: one has some 600, and a country of many lists has hundreds."""

_LOOK_AGAIN = 2
"""Seconds after which the page of a running test asks again how far it is."""


def app(chair: Chair, *, centre_address: str = "", test: BackgroundTest | None = None) -> Litestar:
    """The chair's application. `centre_address`: where packages go when the form names no other address. `test`: what
    runs the test before opening; it must end before the chair is closed.
    """

    def check_chair(form: Form, source: str) -> str:
        return chair.sign_in(form.text("account", ""), form.text("pin"), source=source).id

    routes = [
        *PIN_PAGE, station, show_readiness, look_at_machines, show_candidates, take_statuses,
        run_test, abandon_test, zero_report, zero_report_page,
        open_station, pause, resume, void_session, allow_print, note_clock_set, show_machines, take_out, events,
        *incidents.ROUTES, *chair_closing.ROUTES, *paper_count.ROUTES,
    ]  # fmt: skip
    sessions = BrowserSessions(f"testigo-chair-{chair.station_id}", idle=_QUIET_QUARTER)
    return application(
        "chair", routes, sessions, title=chair.definition.title,
        languages=chair.definition.languages, fonts=chair.definition.fonts, templates=TEMPLATES,
        chair=chair, check_person=check_chair, offered_accounts=lambda: chair.staff.accounts(PRESIDING),
        centre_address=centre_address, test=test or BackgroundTest(chair), sample=training_mark(chair.definition),
    )  # fmt: skip


@get("/", guards=[person], sync_to_thread=False)
def station(request: Request, chair: TheChair, test: TheTest, centre_address: NamedDependency[str]) -> Answer:
    """Where the station stands and what may be done next. While the test runs, how far it is."""
    if chair.runs.under_way is not None:
        return _running(request, chair, test)
    status = chair.status()
    if status.state == "closed" and chair.tally_sheet() is None:
        named = StationMachine.named
        return page(
            request, "chair/differences.html", differences=unexplained(chair), booth_named=named, step_of=step_of,
            **about(chair),
        )  # fmt: skip
    told = browser_session.session(request).data.pop("told", "")
    last = chair.runs.last() if status.state in ("installed", "tested") else None
    return page(
        request, "chair/station.html", status=status, told=told, pause_reasons=PAUSE_REASONS, void_reasons=VOID_REASONS,
        centre_address=centre_address, outside=chair.hours.outside, opening_reasons=OPENING_REASONS, last_test=last,
        differences_shown=_DIFFERENCES_SHOWN, lineup=chair.lineup, **about(chair), **hours_of(chair),
        extra_print_reasons=EXTRA_PRINT_REASONS, seconds=_second_persons(request, chair),
        clock_notes=chair.clock_notes(),
    )  # fmt: skip


@get("/readiness", guards=[person], sync_to_thread=False)
def show_readiness(request: Request, chair: TheChair) -> Answer:
    """Before opening: what every machine found when it was last asked in this visit."""
    machines = browser_session.session(request).data.get("readiness", ())
    printed = any(is_page_sent(line) for machine in machines for line in machine.lines)
    return page(request, "chair/readiness.html", machines=machines, printed_page=printed, **about(chair))


@post("/readiness", guards=[person], sync_to_thread=False)
def look_at_machines(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Have every machine look at itself; with `print`, the booth prints a test slip, with `page`=`print` the chair a
    test page. `page`=`out` or `not-out`: what the chair saw of it.
    """
    known: dict[str, PageTest] = {"print": "print", "out": "out", "not-out": "not-out"}
    found = chair.readiness(print_slip="print" in form, page=known.get(form.text("page", ""), "ask"))
    browser_session.session(request).data["readiness"] = found
    return redirect("/readiness")


@get("/candidates", guards=[person], sync_to_thread=False)
def show_candidates(request: Request, chair: TheChair) -> Answer:
    """Which candidates withdrew or died, by what was taken in here, and the form to take in more."""
    told = browser_session.session(request).data.pop("told", "")
    return page(
        request, "chair/candidates.html", states=chair.states, definition=chair.definition, told=told, **about(chair)
    )


@post("/candidates", guards=[person], request_max_body_size=LARGEST_STATUSES, sync_to_thread=False)
def take_statuses(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Take in statements of the root, and show them in the booth."""
    new = chair.take_statuses(form.files("statements"))
    browser_session.session(request).data["told"] = "statuses" if new else "no-new-status"
    return redirect("/candidates")


@post("/test", guards=[person], sync_to_thread=False)
def run_test(test: TheTest) -> Answer:
    """Logic and accuracy test: known ballots in, known counts out. It runs beside the pages."""
    test.begin()
    return redirect("/")


@post("/test/abandon", guards=[person], sync_to_thread=False)
def abandon_test(chair: TheChair) -> Answer:
    """End the test without its end; that is on record, too."""
    chair.runs.abandon()
    return redirect("/")


@post("/zero-report", guards=[person], sync_to_thread=False)
def zero_report(request: Request, chair: TheChair) -> Answer:
    """Make and print the zero report."""
    browser_session.session(request).data["zero-report"] = chair.zero_report()
    return redirect("/")


@get("/zero-report.pdf", guards=[person], sync_to_thread=False)
def zero_report_page(request: Request) -> Answer:
    """The zero report's page, as long as the session that made it lasts."""
    report = browser_session.session(request).data.get("zero-report")
    if report is None:
        raise IllegalStep("zero-report.of-another-visit")
    return pdf_shown(report, "zero-report.pdf")


@post("/open", guards=[person], sync_to_thread=False)
def open_station(form: FormSent, chair: TheChair) -> Answer:
    """Open the station; outside the hours of voting with a reason."""
    chair.open(form.text("reason", ""))
    return redirect("/")


@post("/pause", guards=[person], sync_to_thread=False)
def pause(form: FormSent, chair: TheChair) -> Answer:
    """Interrupt voting, with a reason."""
    chair.pause(form.text("reason"))
    return redirect("/")


@post("/resume", guards=[person], sync_to_thread=False)
def resume(chair: TheChair) -> Answer:
    """Go on voting."""
    chair.resume()
    return redirect("/")


@post("/void", guards=[person], sync_to_thread=False)
def void_session(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """End a session in the booth that nobody will finish; no vote is deposited."""
    booth = _booth_number(form)
    chair.sessions.void(form.text("reason"), booth=booth, seen=_seen(form, booth))
    browser_session.session(request).data["told"] = "voided"
    return redirect("/")


@post("/allow-print", guards=[person], sync_to_thread=False)
def allow_print(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Let the voter in the booth print once more; a second person agrees with their PIN."""
    first, source = browser_session.session(request).person, source_of(request)
    second, booth = form.text("account", ""), _booth_number(form)
    chair.sessions.allow_print(
        first, second, form.text("pin", ""), form.text("reason"), booth=booth, seen=_seen(form, booth), source=source
    )
    browser_session.session(request).data["told"] = "print-allowed"
    return redirect("/")


@get("/machines", guards=[person], sync_to_thread=False)
def show_machines(request: Request, chair: TheChair) -> Answer:
    """Of a station with several desks or booths: which take part, and the form to take one out."""
    return page(request, "chair/machines.html", status=chair.status(), lineup=chair.lineup, **about(chair))


@post("/take-out", guards=[person], sync_to_thread=False)
def take_out(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Have one desk or booth go alone, with a reason; with `lost`, one that will never answer again."""
    chair.take_out(form.text("machine"), form.text("reason"), lost="lost" in form)
    browser_session.session(request).data["told"] = "taken-out"
    return redirect("/")


@post("/clock-set", guards=[person], sync_to_thread=False)
def note_clock_set(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """A machine's clock was set; a second person says so with their PIN."""
    first, source = browser_session.session(request).person, source_of(request)
    chair.note_clock_set(first, form.text("account", ""), form.text("pin"), form.text("machine"), source=source)
    browser_session.session(request).data["told"] = "clock-set"
    return redirect("/")


@get("/events", guards=[person], sync_to_thread=False)
def events(request: Request, chair: TheChair) -> Answer:
    """The chair's event log, newest first."""
    entries = list(reversed(chair.folder.log.entries()))[:_EVENTS_SHOWN]
    return page(
        request,
        "chair/events.html",
        entries=entries,
        count=len(chair.folder.log),
        head=chair.folder.log.head,
        event_name=event_name,
        event_data=event_data,
        **about(chair),
    )


def _second_persons(request: Request, chair: Chair) -> list[Account]:
    """Who may agree to a decision of the person who is signed in."""
    first = chair.staff.account(browser_session.session(request).person)
    return [one for one in chair.staff.accounts(EXTRA_PRINT.second) if not one.same_person(first)]


def _booth_number(form: Form) -> int:
    """Which booth is meant; the first where there is no other."""
    text = form.text("booth", "1")
    if not text.isascii() or not text.isdecimal() or len(text) > 1:
        raise InvalidInput("machine.no-such-name", name=text[:40])
    return int(text)


def _seen(form: Form, booth: int) -> int | None:
    """How many cards that booth had used when the page was shown; None where it did not answer."""
    text = form.text(f"seen-{booth}", "")
    return whole_number(text, -1) if text else None


def _running(request: Request, chair: Chair, test: BackgroundTest) -> Answer:
    run = chair.runs.under_way
    if run is None:
        return redirect("/")
    answer = page(request, "chair/test.html", run=run, problem=test.problem, **about(chair))
    answer.headers["refresh"] = f"{_LOOK_AGAIN}; url=/"
    return answer
