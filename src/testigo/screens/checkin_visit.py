"""What the pages of the check-in desk share: the visit that a form is about, and what the clerk's session remembers.

The clerk's session holds what was looked up and whom the last page refused, never longer than until the next voter. No
document number and no name ever stands in an address.
"""

from testigo.errors import IllegalStep
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.lookup import LookedUp
from testigo.station.check_in.visit import AtAnotherDesk, RefusedVoter, Visit
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import Form

FINGERS = tuple(
    f"{hand}-{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")
)
"""Words for positions 1 to 10 of ISO/IEC 19794-2, as in the catalogues."""


def visit_of(check_in: CheckIn, form: Form) -> Visit:
    """The visit that a form is about, which must be the one under way: a page that was left open shows another."""
    current = check_in.current()
    if current is None:
        raise IllegalStep("visit.none")
    if form.text("visit", "") != current.id:
        raise IllegalStep("visit.of-another-page")
    return current


def looked_up(request: Request) -> LookedUp | None:
    """What the last search found; None where there was none."""
    found: LookedUp | None = browser_session.session(request).data.get("looked-up")
    return found


def refused_voter(request: Request) -> RefusedVoter | None:
    """Whom the last page refused, counted; None where nobody was."""
    refused: RefusedVoter | None = browser_session.session(request).data.get("refused")
    return refused


def finding(request: Request) -> RefusedVoter | None:
    """Why the voter that was looked up would be refused, not counted yet; None where nothing was found out."""
    found: RefusedVoter | None = browser_session.session(request).data.get("finding")
    return found


def elsewhere(request: Request) -> AtAnotherDesk | None:
    """The voter who was looked up and is another desk's; None where there is none."""
    found: AtAnotherDesk | None = browser_session.session(request).data.get("other-desk")
    return found


def remember(request: Request, **what: object) -> None:
    """Keep this, and nothing else of any voter."""
    data = browser_session.session(request).data
    for name in ("refused", "finding", "looked-up", "other-desk", "told"):
        data.pop(name, None)
    data.update({name.replace("_", "-"): value for name, value in what.items()})
