"""The check-in desk: look the voter up, finger, card. One voter at a time; every visit ends in matched, released or
refused, or it is left because it was the wrong entry.

The visit itself lives in the station's room (`station.check_in`), also over a restart; after a refusal the page
is kept in the clerk's session until the next voter. Looking up: `checkin_search`; what the chair does here:
`checkin_chair`; other desks of the station: `checkin_desks`.
"""

import asyncio

from litestar import Litestar, get, post
from litestar.di import NamedDependency

from testigo.ballot.reasons import CLERK_REFUSAL_REASONS, UNDO_REASONS
from testigo.fingerprint.reader import NothingSeen, Reader, ReaderError, Unclear
from testigo.screens import TEMPLATES, checkin_chair, checkin_desks, checkin_list, checkin_search
from testigo.screens.checkin_visit import FINGERS, elsewhere, finding, refused_voter, remember, visit_of
from testigo.screens.finger import DeskReader, capture_notice
from testigo.screens.orders import answer_order
from testigo.screens.training_mark import training_mark
from testigo.station.check_in.book import POLL_BOOK_LIMIT
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.visit import Visit
from testigo.web import browser_session
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import machine, person
from testigo.web.pages import Answer, page, redirect
from testigo.web.pin_page import PIN_PAGE
from testigo.web.sessions import BrowserSessions

TheCheckIn = NamedDependency[CheckIn]
LARGEST_IMAGE = 8 * 1024 * 1024
_QUIET_HALF_HOUR = 1800.0

TheReader = NamedDependency[DeskReader]


def app(check_in: CheckIn, *, reader: Reader | None = None) -> Litestar:
    """The check-in's application. `reader`: the desk's finger reader; without one, images are uploaded."""

    def check_clerk(form: Form, source: str) -> str:
        return check_in.sign_in(form.text("account", ""), form.text("pin"), source=source).id

    routes = [
        *PIN_PAGE,
        *checkin_search.ROUTES,
        *checkin_chair.ROUTES,
        *checkin_desks.ROUTES,
        desk,
        show_visit,
        try_finger,
        practise_finger,
        hand_card,
        load_poll_book,
        *checkin_list.ROUTES,
        obey,
    ]
    check_in.reader = reader
    sessions = BrowserSessions(f"testigo-check-in-{check_in.station_id}", idle=_QUIET_HALF_HOUR)
    return application(
        "check-in", routes, sessions, title=check_in.definition.title,
        languages=check_in.definition.languages, fonts=check_in.definition.fonts, templates=TEMPLATES,
        check_in=check_in, check_person=check_clerk, offered_accounts=lambda: check_in.staff.accounts(("clerk",)),
        reader=DeskReader(reader), sample=training_mark(check_in.definition),
    )  # fmt: skip


@get("/", guards=[person], sync_to_thread=False)
def desk(request: Request, check_in: TheCheckIn) -> Answer:
    """The next voter's document number; or the visit under way."""
    if check_in.current() is not None or refused_voter(request) is not None or finding(request) is not None:
        return redirect("/visit")
    if elsewhere(request) is not None:
        return redirect("/other-desk")
    return page(
        request, "checkin/find.html", state=check_in.state, counters=check_in.counters(),
        station=check_in.definition.station(check_in.station_id), allowed=check_in.allowed_releases,
        told=browser_session.session(request).data.get("told", ""), releasers=check_in.releasers(),
        owed=check_in.owed,
    )  # fmt: skip


@get("/visit", guards=[person], sync_to_thread=False)
def show_visit(request: Request, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """Where the visit stands: finger, unmatched, second, admitted; or why there is no card for the visitor."""
    station, counters = check_in.definition.station(check_in.station_id), check_in.counters()
    current = check_in.current()
    if current is not None:
        return page(
            request, f"checkin/{current.stage}.html", voter=current, counters=counters, station=station,
            reader=reader.attached, notice=capture_notice(request, _failed(request, current)),
            refusals=CLERK_REFUSAL_REASONS, fingers=FINGERS, seconds=round(reader.seconds),
            releasers=check_in.releasers(), release_reasons=check_in.release_reasons(current),
            second_persons=check_in.second_persons(), undo_reasons=UNDO_REASONS, beyond=check_in.beyond(current),
            allowed=check_in.allowed_releases,
        )  # fmt: skip
    refused, found = refused_voter(request), finding(request)
    shown = refused or found
    if shown is None:
        return redirect("/")
    return page(
        request, "checkin/refused.html", refused=shown, counted=refused is not None, counters=counters, station=station,
        elsewhere=check_in.other_station(shown.where) if shown.where else None,
    )  # fmt: skip


@post("/finger", guards=[person], request_max_body_size=LARGEST_IMAGE + 64 * 1024)
async def try_finger(request: Request, form: FormSent, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """One try: the uploaded image, or what the reader takes now. It costs the voter no try where the reader saw no
    finger; a finger without ridges costs one. A poor image is tried all the same, and what is wrong with it is said if
    it does not match.
    """
    visit, data = visit_of(check_in, form), browser_session.session(request).data
    data.pop("failed", None)
    uploaded = form.file("image") if form.files("image") or not reader.attached else None
    try:
        taken = await reader.take(uploaded)
    except ReaderError as error:
        data["failed"] = (visit.id, error)
        if isinstance(error, Unclear | NothingSeen):
            check_in.finger_unread(visit.id)
        return redirect("/visit")
    # By its own id: should the desk have gone on to another visitor meanwhile, this image is nobody's.
    tried = check_in.try_finger(visit.id, taken.image)
    if taken.wrong is not None and tried.stage != "admitted":
        data["failed"] = (visit.id, taken.wrong)
    return redirect("/visit")


@post("/practise-finger", guards=[person], sync_to_thread=False)
def practise_finger(form: FormSent, check_in: TheCheckIn) -> Answer:
    """In a training, one try whose result the clerk chooses by a button."""
    check_in.practise_finger(visit_of(check_in, form).id, matches=form.text("matches") == "yes")
    return redirect("/visit")


@post("/card", guards=[person], sync_to_thread=False)
def hand_card(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """The voter has drawn a card: the visit is over."""
    check_in.hand_card(visit_of(check_in, form).id)
    remember(request)
    return redirect("/")


@post("/poll-book", guards=[person], request_max_body_size=POLL_BOOK_LIMIT, sync_to_thread=False)
def load_poll_book(form: FormSent, check_in: TheCheckIn) -> Answer:
    """Load the station's poll book, before opening."""
    check_in.load_poll_book(form.file("poll-book"))
    return redirect("/")


@post("/orders", guards=[machine], status_code=200)
async def obey(request: Request, check_in: TheCheckIn) -> Answer:
    """The chair's signed order; answers this machine's signed report. It may ask other desks first, which may ask this
    one: so it runs beside the pages."""
    body = await request.body()
    return await asyncio.to_thread(answer_order, check_in.order, body)


def _failed(request: Request, current: Visit) -> ReaderError | None:
    """What went wrong at the last capture of this visit."""
    visit_id, error = browser_session.session(request).data.get("failed", ("", None))
    return error if visit_id == current.id else None
