"""The PIN page of check-in, chair and enrolment. Who may come in is checked by the role's own room, with its lock-out.

Where several accounts may come in, the page offers them by name; where only one may, it asks for the PIN alone.
"""

from collections.abc import Callable, Sequence

from litestar import get, post

from testigo.staff.accounts import Account
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import anyone, person
from testigo.web.pages import Answer, page, redirect
from testigo.web.source import source_of

CheckPerson = Callable[[Form, str], str]
"""From the PIN form (`account`, `pin`) and its source (`source_of`) to the account's id, which is the session's person;
raises `NotAllowed` for a wrong PIN or while locked."""

OfferedAccounts = Callable[[], Sequence[Account]]
"""Who may come in. An application that gives none has people type their user name."""


@get("/pin", guards=[anyone], sync_to_thread=False)
def ask_pin(request: Request) -> Answer:
    """The page that asks for the PIN."""
    offered: OfferedAccounts | None = request.app.state.get("offered_accounts")
    return page(request, "pin.html", accounts=offered() if offered else (), typed=offered is None)


@post("/pin", guards=[anyone], sync_to_thread=False)
def enter_pin(request: Request, form: FormSent) -> Answer:
    """Check the PIN; a right one gets a new session, so that a cookie from before is worth nothing."""
    check: CheckPerson = request.app.state.check_person
    browser_session.renew(request, person=check(form, source_of(request)))
    return redirect("/")


@post("/leave", guards=[person], sync_to_thread=False)
def leave(request: Request) -> Answer:
    """End the session."""
    browser_session.leave(request)
    return redirect("/pin")


PIN_PAGE = (ask_pin, enter_pin, leave)
"""The routes of a role with a PIN; its application keeps a `CheckPerson` as `check_person`, and may keep
`OfferedAccounts` as `offered_accounts`."""
