"""What the chair does at the check-in desk, with their PIN there: lets a voter through, with a second person beyond the
alarm; gives new tries; takes a check-in back; takes in what the authority allows.
"""

from litestar import Response, get, post
from litestar.di import NamedDependency

from testigo.ballot.reasons import CLERK_REFUSAL_REASONS
from testigo.screens.checkin_visit import FINGERS, remember, visit_of
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.visit import RefusedVoter
from testigo.station.machine.allowance import LARGEST
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect
from testigo.web.source import source_of

TheCheckIn = NamedDependency[CheckIn]


@post("/release", guards=[person], sync_to_thread=False)
def release(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """The chair or a deputy lets the voter through, with their own PIN and a reason."""
    visit, pin, reason = visit_of(check_in, form).id, form.text("pin"), form.text("reason")
    check_in.release(visit, pin, reason, account=form.text("account", ""), source=source_of(request))
    return redirect("/visit")


@post("/agree", guards=[person], sync_to_thread=False)
def agree(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """A second person agrees to what the chair wants, with their own PIN."""
    check_in.agree(visit_of(check_in, form).id, form.text("account"), form.text("pin"), source=source_of(request))
    return redirect("/visit")


@post("/withdraw", guards=[person], sync_to_thread=False)
def withdraw(form: FormSent, check_in: TheCheckIn) -> Answer:
    """Nobody else is asked: back to the visit."""
    check_in.withdraw_release(visit_of(check_in, form).id)
    return redirect("/visit")


@post("/more-tries", guards=[person], sync_to_thread=False)
def more_tries(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """The chair gives the voter new tries."""
    check_in.grant_tries(
        visit_of(check_in, form).id, form.text("pin"), account=form.text("account", ""), source=source_of(request)
    )
    return redirect("/visit")


@get("/refuse", guards=[person], sync_to_thread=False)
def ask_refusal(request: Request, check_in: TheCheckIn) -> Answer:
    """What refusing the visitor for this reason means, before it is done."""
    current, reason = check_in.current(), request.query_params.get("reason", "")
    if current is None or current.stage not in ("finger", "unmatched") or reason not in CLERK_REFUSAL_REASONS:
        return redirect("/visit")
    station = check_in.definition.station(check_in.station_id)
    return page(
        request, "checkin/refuse.html", voter=current, reason=reason, counters=check_in.counters(), station=station,
        fingers=FINGERS,
    )  # fmt: skip


@post("/refuse", guards=[person], sync_to_thread=False)
def refuse(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Turn the visitor away, with a reason: first it is shown, then it is confirmed and counted."""
    visit, reason = visit_of(check_in, form), form.text("reason")
    if "sure" not in form:
        return redirect(f"/refuse?reason={reason}" if reason in CLERK_REFUSAL_REASONS else "/visit")
    refused: RefusedVoter = check_in.refuse(visit.id, reason)
    remember(request, refused=refused)
    return redirect("/visit")


@post("/undo", guards=[person], sync_to_thread=False)
def undo(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """The chair takes the check-in back: no card was handed over."""
    visit, pin, reason = visit_of(check_in, form).id, form.text("pin"), form.text("reason")
    check_in.undo(visit, pin, reason, account=form.text("account", ""), source=source_of(request))
    remember(request, told="undone")
    return redirect("/")


@get("/photograph", guards=[person], sync_to_thread=False)
def photograph(check_in: TheCheckIn) -> Response[bytes]:
    """The face of the visit under way, for people to look at."""
    current = check_in.current()
    picture = check_in.photograph(current.id if current else "")
    return Response(picture, media_type=_media_type(picture), headers={"cache-control": "no-store"})


@post("/allowance", guards=[person], request_max_body_size=LARGEST + 64 * 1024, sync_to_thread=False)
def take_allowance(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Take in how many more releases the authority allows the chair alone."""
    check_in.take_allowance(form.file("allowance"))
    remember(request, told="allowance")
    return redirect("/visit")


def _media_type(picture: bytes) -> str:
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"


ROUTES = (release, agree, withdraw, more_tries, ask_refusal, refuse, undo, photograph, take_allowance)
