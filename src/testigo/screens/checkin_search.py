"""The check-in desk looks a voter up: by number, by name, by what a card's barcode says. Nothing is counted before the
clerk confirms a refusal. Where a visit may begin, another desk of the station may be asked, which may ask this one
at the same moment: these pages run beside the others.
"""

from litestar import get, post
from litestar.di import NamedDependency

from testigo.errors import InvalidInput
from testigo.screens import checkin_desks
from testigo.screens.checkin_visit import finding, looked_up, remember, visit_of
from testigo.station.check_in import card_text
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.lookup import LookedUp
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect

TheCheckIn = NamedDependency[CheckIn]
LARGEST_PICTURE = 16 * 1024 * 1024


@post("/find", guards=[person], sync_to_thread=True)
def find(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Look up a document number, a name, or what a scanner typed."""
    return _go_on(request, check_in, check_in.look_up(_typed(form, "document")))


@post("/scan", guards=[person], request_max_body_size=LARGEST_PICTURE + 64 * 1024, sync_to_thread=True)
def scan(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Look up by an identity card: what a scanner typed of it, or a picture of its barcode."""
    pictures = form.files("picture")
    texts = [_typed(form, "card")]
    if pictures:
        from testigo.scan.cards import card_texts  # a desk that scans no pictures needs no OpenCV

        texts = card_texts(pictures[0])
    found = check_in.look_up_card(texts)
    if not found.document and not found.found:
        raise InvalidInput("identity-card.without-number" if any(texts) else "identity-card.nothing-read")
    return _go_on(request, check_in, found)


def _typed(form: Form, field: str) -> str:
    """What a clerk or a scanner typed: scanners type control characters, too, which stand between a card's fields."""
    text = "".join(form.texts(field)[:1])[: card_text.LONGEST]
    return "".join(one if one.isprintable() else "\n" for one in text)


def _go_on(request: Request, check_in: CheckIn, found: LookedUp) -> Answer:
    """One voter and no doubt: the visit begins. Else the clerk chooses, or reads why there is no card."""
    exact = [one for one in found.found if one.how == "exact"]
    if len(exact) == 1 or (found.document and not found.found):
        return _begin(request, check_in, exact[0].document if exact else found.document)
    remember(request, looked_up=found)
    return redirect("/found")


def _begin(request: Request, check_in: CheckIn, document: str) -> Answer:
    return checkin_desks.show(request, check_in.find(document))


@get("/found", guards=[person], sync_to_thread=False)
def show_found(request: Request, check_in: TheCheckIn) -> Answer:
    """Whom it may mean; nothing is decided."""
    found = looked_up(request)
    if found is None or check_in.current() is not None:
        return redirect("/")
    station = check_in.definition.station(check_in.station_id)
    return page(request, "checkin/found.html", looked_up=found, counters=check_in.counters(), station=station)


@post("/choose", guards=[person], sync_to_thread=True)
def choose(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """This is the voter; or the number that was typed is the right one, though it is not found."""
    return _begin(request, check_in, form.text("document"))


@post("/turn-away", guards=[person], sync_to_thread=False)
def turn_away(request: Request, check_in: TheCheckIn) -> Answer:
    """The clerk confirms what the page said: the visitor gets no card, and that is counted."""
    found = finding(request)
    if found is None:
        return redirect("/")
    remember(request, refused=check_in.turn_away(found.document))
    return redirect("/visit")


@post("/back", guards=[person], sync_to_thread=False)
def leave_visit(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """It is another voter: back to the search, and nothing is counted."""
    check_in.leave(visit_of(check_in, form).id)
    remember(request)
    return redirect("/")


@post("/next", guards=[person], sync_to_thread=False)
def next_voter(request: Request) -> Answer:
    """What was found or refused is read: on to the next voter, or the same once more."""
    remember(request)
    return redirect("/")


ROUTES = (find, scan, show_found, choose, turn_away, leave_visit, next_voter)
