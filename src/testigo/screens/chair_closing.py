"""The end of the day on the chair's screen: closing, reasons for differences, the tally sheet, the package."""

import itertools

import httpx
from litestar import Response, get, post
from litestar.di import NamedDependency

from testigo import waits
from testigo.ballot import numbered
from testigo.ballot.reasons import CLOSING_REASONS, in_words
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.screens.chair_view import about, hours_of, unexplained
from testigo.screens.pdf_file import pdf_shown, saved_as
from testigo.station.chair.chair import Chair
from testigo.station.chair.closing_reports import step_of
from testigo.station.chair.tally_sheet import hours_notes
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect

TheChair = NamedDependency[Chair]


@get("/close", guards=[person], sync_to_thread=False)
def ask_close(request: Request, chair: TheChair) -> Answer:
    """Before closing: the counters, and what closing means."""
    return page(
        request, "chair/close.html", status=chair.status(), early=chair.hours.before_closing,
        closing_reasons=CLOSING_REASONS, several=chair.lineup.has_booth_sheets, clock_notes=chair.clock_notes(),
        **about(chair), **hours_of(chair),
    )  # fmt: skip


@post("/close", guards=[person], sync_to_thread=False)
def close(form: FormSent, chair: TheChair) -> Answer:
    """Close the station. Where counters differ, a reason for each is asked before the tally sheet is made."""
    machines = (machine.name for machine in chair.lineup.entry_first)
    lost = {name: reason for name in machines if (reason := form.text(f"{name}-lost", ""))}
    left = chair.close_polls(_reasons(form), lost=lost, early=form.text("early", ""))
    return redirect("/" if left else "/tally-sheet")


@post("/differences", guards=[person], sync_to_thread=False)
def explain(form: FormSent, chair: TheChair) -> Answer:
    """Reasons in the chair's own words for all that has none yet; what was explained meanwhile keeps its reason."""
    given, left = _reasons(form), [step_of(difference) for difference in unexplained(chair)]
    if not all(step in given for step in left):
        raise InvalidInput("difference.without-reason")
    for step in left:
        chair.explain_difference(step, given[step])
    return redirect("/tally-sheet")


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
        **about(chair),
    )


@get("/tally-sheet.pdf", guards=[person], sync_to_thread=False)
def tally_sheet_pdf(chair: TheChair) -> Answer:
    """The tally sheet's page."""
    return pdf_shown(chair.tally_sheet_pdf(), f"tally-sheet-{chair.station_id}.pdf")


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
    if chair.state != "sent":
        raise IllegalStep("package.not-made")
    return Response(
        chair.send(), media_type="application/octet-stream", headers=saved_as(f"{chair.station_id}-package.json")
    )


ROUTES = [
    ask_close, close, explain, show_tally_sheet, tally_sheet_pdf, tally_sheet_json, print_again, printed_elsewhere,
    send, package,
]  # fmt: skip


def _reasons(form: Form) -> dict[str, str]:
    """The reasons that were given, by step: a form sends `step-N` with each `reason-N`."""
    numbers = itertools.takewhile(lambda number: f"step-{number}" in form, itertools.count(1))
    said = ((form.text(f"step-{number}"), form.text(f"reason-{number}", "")) for number in numbers)
    return {step: reason for step, reason in said if reason}


def _bring(package: bytes, address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise InvalidInput("centre.not-an-address", place=address)
    # No other page of the chair is answered meanwhile: a centre that is not reached is said soon.
    patience = httpx.Timeout(waits.ANSWER, connect=waits.REACH)
    try:
        with httpx.stream("POST", address, content=package, timeout=patience, trust_env=False) as answer:
            pass  # its status says it; whatever else the server sends is left unread
    except (httpx.InvalidURL, UnicodeError):  # the second: a host name that no name server may be asked for
        raise InvalidInput("centre.not-an-address", place=address) from None
    except httpx.HTTPError as error:
        raise StorageError("centre.does-not-answer", place=address, why=type(error).__name__) from None
    if not answer.is_success:
        raise StorageError("centre.refuses", place=address, status=str(answer.status_code))
