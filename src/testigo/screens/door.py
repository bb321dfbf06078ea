"""The PIN page of check-in, chair and enrolment. Who may come in is checked by the role's own room, with its lock-
out.
"""

from collections.abc import Callable

from litestar import get, post

from testigo.screens import visit
from testigo.screens.forms import Form, FormSent
from testigo.screens.guards import anyone, person
from testigo.screens.visit import Request
from testigo.screens.web import Answer, go, page

CheckPerson = Callable[[Form], str]
"""From the PIN form to the person's name in the session; raises `NotAllowed` for a wrong PIN or while locked."""


@get("/pin", guards=[anyone], sync_to_thread=False)
def ask_pin(request: Request) -> Answer:
    """The page that asks for the PIN."""
    return page(request, "pin.html")


@post("/pin", guards=[anyone], sync_to_thread=False)
def enter_pin(request: Request, form: FormSent) -> Answer:
    """Check the PIN; a right one gets a new session, so that a cookie from before is worth nothing."""
    check: CheckPerson = request.app.state.check_person
    visit.renew(request, person=check(form))
    return go("/")


@post("/leave", guards=[person], sync_to_thread=False)
def leave(request: Request) -> Answer:
    """End the session."""
    visit.leave(request)
    return go("/pin")


DOOR = (ask_pin, enter_pin, leave)
"""The routes of a role with a PIN; its application keeps a `CheckPerson` as `check_person`."""
