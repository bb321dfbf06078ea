"""The chair's screen: where the station stands, the one next legal step as a big button, and the counters of its
machines.

The steps themselves, with their checks and statements, are the station's room's (`station.chair.Chair`). The test
before opening runs beside the pages (`background_test`).
"""

from typing import Any

import httpx
from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency

from testigo import waits
from testigo.ballot import Difference, numbered
from testigo.ballot.reasons import (
    CLOSING_REASONS,
    EXTRA_PRINT_REASONS,
    OPENING_REASONS,
    PAUSE_REASONS,
    VOID_REASONS,
    in_words,
)
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.screens import TEMPLATES, incidents
from testigo.screens.background_test import BackgroundTest
from testigo.screens.events import event_data, event_name
from testigo.screens.training_mark import training_mark
from testigo.staff.accounts import PRESIDING, Account
from testigo.station import hours
from testigo.station.chair import Chair
from testigo.station.closing_reports import step_of
from testigo.station.extra_print import EXTRA_PRINT
from testigo.station.machine_names import title
from testigo.station.page_test import PageTest, is_page_sent
from testigo.station.tally_sheet import hours_notes
from testigo.web import browser_session
from testigo.web.application import Answer, application, page, redirect
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import person
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
        open_station, pause, resume, ask_close, close, explain, void_session, allow_print, note_clock_set,
        show_machines, take_out, show_tally_sheet, tally_sheet_pdf, tally_sheet_json, print_again, printed_elsewhere,
        send, package, events,
        *incidents.ROUTES,
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
    if chair.test_run is not None:
        return _running(request, chair, test)
    status = chair.status()
    if status.state == "closed" and chair.tally_sheet() is None:
        named = StationMachine.named
        return page(
            request, "chair/differences.html", differences=_unexplained(chair), booth_named=named, **_about(chair)
        )
    told = browser_session.session(request).data.pop("told", "")
    last = chair.last_test() if status.state in ("installed", "tested") else None
    return page(
        request, "chair/station.html", status=status, told=told, pause_reasons=PAUSE_REASONS, void_reasons=VOID_REASONS,
        centre_address=centre_address, outside=chair.hours.outside, opening_reasons=OPENING_REASONS, last_test=last,
        differences_shown=_DIFFERENCES_SHOWN, lineup=chair.lineup, **_about(chair), **_hours(chair),
        extra_print_reasons=EXTRA_PRINT_REASONS, seconds=_second_persons(request, chair),
        clock_notes=chair.clock_notes(),
    )  # fmt: skip


@get("/readiness", guards=[person], sync_to_thread=False)
def show_readiness(request: Request, chair: TheChair) -> Answer:
    """Before opening: what every machine found when it was last asked in this visit."""
    machines = browser_session.session(request).data.get("readiness", ())
    printed = any(is_page_sent(line) for machine in machines for line in machine.lines)
    return page(request, "chair/readiness.html", machines=machines, printed_page=printed, **_about(chair))


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
        request, "chair/candidates.html", states=chair.states, definition=chair.definition, told=told, **_about(chair)
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
    chair.abandon_test()
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
    return _pdf(report, "zero-report.pdf")


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


@get("/close", guards=[person], sync_to_thread=False)
def ask_close(request: Request, chair: TheChair) -> Answer:
    """Before closing: the counters, and what closing means."""
    return page(
        request, "chair/close.html", status=chair.status(), early=chair.hours.before_closing,
        closing_reasons=CLOSING_REASONS, several=chair.lineup.has_booth_sheets, clock_notes=chair.clock_notes(),
        **_about(chair), **_hours(chair),
    )  # fmt: skip


@post("/close", guards=[person], sync_to_thread=False)
def close(form: FormSent, chair: TheChair) -> Answer:
    """Close the station. Where counters differ, a reason for each is asked before the tally sheet is made."""
    explained = {form.text(f"step-{number}"): form.text(f"reason-{number}", "") for number in _numbers(form, "step")}
    machines = (machine.name for machine in chair.lineup.entry_first)
    lost = {name: reason for name in machines if (reason := form.text(f"{name}-lost", ""))}
    given = {step: reason for step, reason in explained.items() if reason}
    left = chair.close_polls(given, lost=lost, early=form.text("early", ""))
    return redirect("/" if left else "/tally-sheet")


@post("/differences", guards=[person], sync_to_thread=False)
def explain(form: FormSent, chair: TheChair) -> Answer:
    """Reasons in the chair's own words: `reason-N` for the N-th difference of the page."""
    left = _unexplained(chair)
    reasons = [form.text(f"reason-{number}", "") for number in range(1, len(left) + 1)]
    if not all(reasons):
        raise InvalidInput("difference.without-reason")
    for difference, reason in zip(left, reasons, strict=True):
        chair.explain_difference(step_of(difference), reason)
    return redirect("/tally-sheet")


@post("/void", guards=[person], sync_to_thread=False)
def void_session(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """End a session in the booth that nobody will finish; no vote is deposited."""
    chair.void_session(form.text("reason"), booth=_booth_number(form))
    browser_session.session(request).data["told"] = "voided"
    return redirect("/")


@post("/allow-print", guards=[person], sync_to_thread=False)
def allow_print(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Let the voter in the booth print once more; a second person agrees with their PIN."""
    first, source = browser_session.session(request).person, source_of(request)
    second, booth = form.text("account", ""), _booth_number(form)
    chair.allow_print(first, second, form.text("pin", ""), form.text("reason"), booth=booth, source=source)
    browser_session.session(request).data["told"] = "print-allowed"
    return redirect("/")


@get("/machines", guards=[person], sync_to_thread=False)
def show_machines(request: Request, chair: TheChair) -> Answer:
    """Of a station with several desks or booths: which take part, and the form to take one out."""
    return page(request, "chair/machines.html", status=chair.status(), lineup=chair.lineup, **_about(chair))


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


@get("/tally-sheet", guards=[person], sync_to_thread=False)
def show_tally_sheet(request: Request, chair: TheChair) -> Answer:
    """The tally sheet on screen."""
    sheet = chair.tally_sheet()
    if sheet is None:
        raise IllegalStep("tally-sheet.not-made")
    return page(
        request,
        "chair/tally_sheet.html",
        sheet=sheet,
        definition=chair.definition,
        in_words=in_words,
        numbered=numbered,
        hours_notes=hours_notes(sheet),
        **_about(chair),
    )


@get("/tally-sheet.pdf", guards=[person], sync_to_thread=False)
def tally_sheet_pdf(chair: TheChair) -> Answer:
    """The tally sheet's page."""
    return _pdf(chair.tally_sheet_pdf(), f"tally-sheet-{chair.station_id}.pdf")


@get("/tally-sheet.json", guards=[person], sync_to_thread=False)
def tally_sheet_json(chair: TheChair) -> Answer:
    """The signed tally sheet."""
    return Response(chair.tally_sheet_json(), media_type="application/json")


@post("/print", guards=[person], sync_to_thread=False)
def print_again(request: Request, chair: TheChair) -> Answer:
    """Print the tally sheet (again)."""
    chair.print_tally_sheet()
    browser_session.session(request).data["told"] = "printed"
    return redirect("/")


@post("/printed-elsewhere", guards=[person], sync_to_thread=False)
def printed_elsewhere(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """The tally sheet's PDF was carried to another printer and is on paper."""
    chair.note_printed_elsewhere(form.text("reason"))
    browser_session.session(request).data["told"] = "printed-elsewhere"
    return redirect("/")


@post("/send", guards=[person], sync_to_thread=False)
def send(request: Request, form: FormSent, chair: TheChair, centre_address: NamedDependency[str]) -> Answer:
    """Make the package and bring it to the centre's address, if there is one; else it is carried by hand."""
    package = chair.send()
    address = form.text("address", centre_address) or centre_address
    if address:
        _bring(package, address)
    browser_session.session(request).data["told"] = "sent" if address else "to-carry"
    return redirect("/")


@get("/package", guards=[person], sync_to_thread=False)
def package(chair: TheChair) -> Answer:
    """The package, to carry by hand; the same bytes each time."""
    if chair.status().state != "sent":
        raise IllegalStep("package.not-made")
    return Response(
        chair.send(), media_type="application/octet-stream", headers=_saved_as(f"{chair.station_id}-package.json")
    )


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
        **_about(chair),
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


def _running(request: Request, chair: Chair, test: BackgroundTest) -> Answer:
    run = chair.test_run
    if run is None:
        return redirect("/")
    answer = page(request, "chair/test.html", run=run, problem=test.problem, **_about(chair))
    answer.headers["refresh"] = f"{_LOOK_AGAIN}; url=/"
    return answer


def _unexplained(chair: Chair) -> list[Difference]:
    return [difference for difference in chair.differences() if not difference.reason]


def _numbers(form: Form, field: str) -> list[int]:
    """The N of the fields `FIELD-N` that were sent; at most one for each step of the chain is asked."""
    return [number for number in range(1, 10) if f"{field}-{number}" in form]


def _about(chair: Chair) -> dict[str, Any]:
    return {"station": chair.definition.station(chair.station_id), "state": chair.state, "machine_title": title}


def _hours(chair: Chair) -> dict[str, Any]:
    day = chair.definition
    return {"now": hours.now(), "date": day.date, "opens": day.opens, "closes": day.closes}


def _bring(package: bytes, address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise InvalidInput("centre.not-an-address", place=address)
    try:
        with httpx.stream("POST", address, content=package, timeout=waits.ANSWER, trust_env=False) as answer:
            pass  # its status says it; whatever else the server sends is left unread
    except (httpx.InvalidURL, UnicodeError):  # the second: a host name that no name server may be asked for
        raise InvalidInput("centre.not-an-address", place=address) from None
    except httpx.HTTPError as error:
        raise StorageError("centre.does-not-answer", place=address, why=type(error).__name__) from None
    if not answer.is_success:
        raise StorageError("centre.refuses", place=address, status=str(answer.status_code))


def _pdf(data: bytes, name: str) -> Answer:
    return Response(data, media_type="application/pdf", headers=_saved_as(name, "inline"))


def _saved_as(name: str, how: str = "attachment") -> dict[str, str]:
    return {"content-disposition": f'{how}; filename="{name}"'}
