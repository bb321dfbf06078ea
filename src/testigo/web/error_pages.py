"""How an error is shown: as a page with one sentence and what to do, to a machine as JSON."""

import logging
import secrets

from litestar import Response
from litestar.exceptions import HTTPException

from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, NotAllowed, StorageError, TestigoError
from testigo.web import guards
from testigo.web.browser_session import Request
from testigo.web.pages import Answer, Page, language_of, page, redirect
from testigo.words import or_itself, voter_languages

log = logging.getLogger("testigo.web")

STATUSES: tuple[tuple[type[TestigoError], int], ...] = (
    (NotAllowed, 403),
    (IllegalStep, 409),
    (InvalidInput, 422),
    (InvalidSignature, 422),
    (StorageError, 503),
)

OUTSIDE_FAILED = 503
"""Any other error is something around the machine: a printer, a centre."""


def error_page(request: Request, error: TestigoError) -> Answer:
    """An error as a page: one sentence and what to do. A machine gets the parts as JSON."""
    status = status_of(error)
    if is_machine(request):
        return Response(error.as_json(), status_code=status)
    if isinstance(error, guards.PinRequired):
        return redirect("/pin")
    if error.code == "form.of-another-visit":
        instead: Answer | None = request.app.state.after_stale_form()
        if instead is not None:
            return instead
    return _error_page(request, error, status, type(error).__name__)


def status_of(error: TestigoError) -> int:
    """The HTTP status of an error's page."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), OUTSIDE_FAILED)


def show_refusal(request: Request, error: HTTPException) -> Answer:
    """What the web layer itself refuses: no such page, wrong method, too large an upload."""
    known = {
        404: InvalidInput("page.unknown"),
        405: InvalidInput("page.other-method"),
        413: InvalidInput("request.too-large"),
    }
    shown = known.get(error.status_code, InvalidInput("request.malformed"))
    if is_machine(request):
        return Response(shown.as_json(), status_code=error.status_code)
    return _error_page(request, shown, error.status_code, f"http-{error.status_code}")


def show_defect(request: Request, error: Exception) -> Answer:
    """An internal error: the page says so, what stays safe, and the number under which the traceback stands in the
    machine's log; it never stands on a page.
    """
    reference = secrets.token_hex(4)
    log.error("internal error %s at %s", reference, request.route_handler.handler_name, exc_info=error)
    shown = TestigoError("machine.internal-error", reference=reference)
    if is_machine(request):
        return Response(shown.as_json(), status_code=500)
    return _error_page(request, shown, 500, "defect")


def _error_page(request: Request, error: TestigoError, status: int, kind: str) -> Page:
    """The error's own sentence, under words for its kind; all in the visitor's language, or all in the officers' where
    the visitor's has no such sentence.
    """
    language = language_of(request)
    if language in voter_languages() and not error.speaks(language):
        language = request.app.state.officers_language
    about_file = isinstance(error, InvalidInput) and request.state.get("sent_file", False)
    heading, advice = heading_and_advice(error, "file" if about_file else kind, request.app.state.role, language)
    return page(
        request, "error.html", status_code=status, error=error, kind=kind, heading=heading, advice=advice,
        sentence=error.sentence(language), language=language,
    )  # fmt: skip


def heading_and_advice(error: TestigoError, kind: str, role: str, language: str) -> tuple[str, str]:
    """What stands around the sentence of an error on the pages of a role: `error.ROLE.KIND`, else `error.KIND`.

    KIND: the error's code; the first part of it and the given kind, as `card.InvalidInput`; the given kind; or a class
    of its.
    """
    about = (error.code, f"{error.code.partition('.')[0]}.{kind}")
    names = [*about, kind, *(base.__name__ for base in type(error).__mro__), "any"]
    keys = [key for name in names for key in (f"error.{role}.{name}", f"error.{name}")]
    heading = next(filter(None, (or_itself(language, key, "") for key in keys)))
    advice = next(filter(None, (or_itself(language, f"{key}.advice", "") for key in keys)))
    return heading, advice


def is_machine(request: Request) -> bool:
    """Whether the route that was called is for machines."""
    handler = request.scope.get("route_handler")
    return handler is not None and guards.machine in (getattr(handler, "guards", None) or ())
