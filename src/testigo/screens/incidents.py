"""What happened, in words, on the chair's screen: incidents, and what witnesses do not agree with.

A person sees what will be signed, and signs it on the page that shows it.
"""

from typing import cast, get_args

from litestar import get, post
from litestar.di import NamedDependency

from testigo.ballot.incidents import INCIDENT_KINDS, LONGEST_INCIDENT, LONGEST_NAME, IncidentBy
from testigo.errors import InvalidInput
from testigo.station.chair.chair import Chair
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect
from testigo.words import message

TheChair = NamedDependency[Chair]
_KINDS = [(kind, message("term", f"incident.{kind}")) for kind in INCIDENT_KINDS]
_TELLERS = [(by, message("term", f"incident-by.{by}")) for by in ("chair", "witness")]


@get("/incidents", guards=[person], sync_to_thread=False)
def show_incidents(request: Request, chair: TheChair) -> Answer:
    """What was told so far, and the form for more."""
    told = browser_session.session(request).data.pop("told", "")
    return page(
        request, "chair/incidents.html", incidents=chair.incidents, told=told, look=None, state=chair.state,
        station=chair.definition.station(chair.station_id), kinds=_KINDS, tellers=_TELLERS,
        longest=LONGEST_INCIDENT, longest_name=LONGEST_NAME,
    )  # fmt: skip


@post("/incidents", guards=[person], sync_to_thread=False)
def tell_incident(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Show what will be signed; with `go` = `sign`, sign it."""
    kind, by = form.text("kind"), form.text("by")
    if kind not in INCIDENT_KINDS or by not in get_args(IncidentBy):
        raise InvalidInput("form.not-offered")
    told = (kind, cast(IncidentBy, by), form.text("name"), form.text("words"))
    if form.text("go", "") == "sign":
        chair.tell_incident(*told)
        browser_session.session(request).data["told"] = "incident"
        return redirect("/incidents")
    return page(
        request, "chair/incidents.html", incidents=chair.incidents, told="", look=chair.look_at_incident(*told),
        station=chair.definition.station(chair.station_id), kinds=_KINDS, tellers=_TELLERS, state=chair.state,
        longest=LONGEST_INCIDENT, longest_name=LONGEST_NAME,
    )  # fmt: skip


ROUTES = [show_incidents, tell_incident]
