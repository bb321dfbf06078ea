"""The check-in desk: document number, finger, card. One voter at a time; every visit ends in matched, released or
refused.

The visit itself lives in the station's room (`station.checkin.CheckIn`), also over a restart; after a refusal the page
is kept in the clerk's session until the next voter. No document number and no name ever stands in an address.
"""

import asyncio

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency

from testigo.ballot.reasons import CLERK_REFUSAL_REASONS, RELEASE_REASONS, RELEASES_WITHOUT_A_TRY
from testigo.errors import IllegalStep
from testigo.fingerprint.reader import NothingSeen, Reader, ReaderError, Unclear
from testigo.register import print_list
from testigo.screens import TEMPLATES
from testigo.screens.finger import DeskReader, capture_notice
from testigo.screens.orders import answer_order
from testigo.screens.pdf_file import pdf_file
from testigo.screens.training_mark import training_mark
from testigo.station.checkin import POLL_BOOK_LIMIT, CheckIn
from testigo.station.visit import RefusedVoter, Visit
from testigo.web import browser_session
from testigo.web.application import Answer, application, page, redirect
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import machine, person
from testigo.web.pin_page import PIN_PAGE
from testigo.web.sessions import BrowserSessions

TheCheckIn = NamedDependency[CheckIn]
LARGEST_IMAGE = 8 * 1024 * 1024
FINGERS = tuple(
    f"{hand}-{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")
)
"""Words for positions 1 to 10 of ISO/IEC 19794-2, as in the catalogues."""
_QUIET_HALF_HOUR = 1800.0

TheReader = NamedDependency[DeskReader]


def app(check_in: CheckIn, *, reader: Reader | None = None) -> Litestar:
    """The check-in's application. `reader`: the desk's finger reader; without one, images are uploaded."""

    def check_clerk(form: Form) -> str:
        return check_in.sign_in(form.text("account", ""), form.text("pin")).id

    routes = [
        *PIN_PAGE,
        desk,
        find,
        show_visit,
        try_finger,
        practise_finger,
        release,
        refuse,
        hand_card,
        next_voter,
        load_poll_book,
        print_voter_list,
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
    if check_in.current() is not None or _refused(request) is not None:
        return redirect("/visit")
    return page(
        request, "checkin/find.html", state=check_in.state, counters=check_in.counters(),
        station=check_in.definition.station(check_in.station_id), releasers=check_in.releasers(),
    )  # fmt: skip


@post("/find", guards=[person], sync_to_thread=False)
def find(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Look the document number up in the poll book."""
    browser_session.session(request).data.pop("refused", None)
    found = check_in.find(form.text("document"))
    if isinstance(found, RefusedVoter):
        browser_session.session(request).data["refused"] = found
    return redirect("/visit")


@get("/visit", guards=[person], sync_to_thread=False)
def show_visit(request: Request, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """Where the visit stands: finger, admitted, unmatched, or refused."""
    station = check_in.definition.station(check_in.station_id)
    counters = check_in.counters()
    current = check_in.current()
    if current is not None:
        return page(
            request, f"checkin/{current.stage}.html", voter=current, counters=counters, station=station,
            reader=reader.attached, notice=capture_notice(request, _failed(request, current)),
            refusals=CLERK_REFUSAL_REASONS, fingers=FINGERS, seconds=round(reader.seconds),
            releasers=check_in.releasers(),
            release_reasons=RELEASES_WITHOUT_A_TRY if current.stage == "finger" else RELEASE_REASONS,
        )  # fmt: skip
    refused = _refused(request)
    if refused is None:
        return redirect("/")
    elsewhere = check_in.other_station(refused.where) if refused.where else None
    return page(
        request, "checkin/refused.html", refused=refused, elsewhere=elsewhere, counters=counters, station=station
    )


@post("/finger", guards=[person], request_max_body_size=LARGEST_IMAGE + 64 * 1024)
async def try_finger(request: Request, form: FormSent, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """One try: the uploaded image, or what the reader takes now. It costs the voter no try where the reader saw no
    finger; a finger without ridges costs one. A poor image is tried all the same, and what is wrong with it is said if
    it does not match.
    """
    visit, data = _current(check_in), browser_session.session(request).data
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
    check_in.practise_finger(_current(check_in).id, matches=form.text("matches") == "yes")
    return redirect("/visit")


@post("/release", guards=[person], sync_to_thread=False)
def release(form: FormSent, check_in: TheCheckIn) -> Answer:
    """The chair or a deputy lets the voter through, with their own PIN and a reason."""
    visit, pin, reason = _current(check_in).id, form.text("pin"), form.text("reason")
    check_in.release(visit, pin, reason, account=form.text("account", ""))
    return redirect("/visit")


@post("/refuse", guards=[person], sync_to_thread=False)
def refuse(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Turn the visitor away, with a reason."""
    browser_session.session(request).data["refused"] = check_in.refuse(_current(check_in).id, form.text("reason"))
    return redirect("/visit")


@post("/card", guards=[person], sync_to_thread=False)
def hand_card(check_in: TheCheckIn) -> Answer:
    """The voter has drawn a card: the visit is over."""
    check_in.hand_card(_current(check_in).id)
    return redirect("/")


@post("/voter-list", guards=[person])
async def print_voter_list(form: FormSent, check_in: TheCheckIn) -> Response[bytes]:
    """Poll book and sign-in list as PDF for the chair or a deputy, with their own PIN."""
    what = check_in.voter_list(form.text("account", ""), form.text("pin"))
    printed = await asyncio.to_thread(print_list, check_in.definition, what)
    return pdf_file(printed.pdf, f"{check_in.station_id}.pdf")


@post("/next", guards=[person], sync_to_thread=False)
def next_voter(request: Request) -> Answer:
    """A refusal was read: on to the next voter."""
    browser_session.session(request).data.pop("refused", None)
    return redirect("/")


@post("/poll-book", guards=[person], request_max_body_size=POLL_BOOK_LIMIT, sync_to_thread=False)
def load_poll_book(form: FormSent, check_in: TheCheckIn) -> Answer:
    """Load the station's poll book, before opening."""
    check_in.load_poll_book(form.file("poll-book"))
    return redirect("/")


@post("/orders", guards=[machine], status_code=200)
async def obey(request: Request, check_in: TheCheckIn) -> Answer:
    """The chair's signed order; answers this machine's signed report."""
    return answer_order(check_in.order, await request.body())


def _refused(request: Request) -> RefusedVoter | None:
    refused: RefusedVoter | None = browser_session.session(request).data.get("refused")
    return refused


def _failed(request: Request, current: Visit) -> ReaderError | None:
    """What went wrong at the last capture of this visit."""
    visit_id, error = browser_session.session(request).data.get("failed", ("", None))
    return error if visit_id == current.id else None


def _current(check_in: CheckIn) -> Visit:
    current = check_in.current()
    if current is None:
        raise IllegalStep("visit.none")
    return current
