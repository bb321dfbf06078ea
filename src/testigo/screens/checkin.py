"""The check-in desk: document number, finger, card. One voter at a time; every visit ends in matched, released or
refused.

The visit itself lives in the station's room (`station.checkin.CheckIn`), also over a restart; after a refusal the page
is kept in the clerk's session until the next voter. No document number and no name ever stands in an address.
"""

from dataclasses import dataclass
from pathlib import Path

from litestar import Litestar, get, post
from litestar.di import NamedDependency

from testigo.errors import IllegalStep, InvalidInput
from testigo.fingerprint import ENDINGS
from testigo.screens import visit
from testigo.screens.door import DOOR
from testigo.screens.forms import Form, FormSent
from testigo.screens.guards import machine, person
from testigo.screens.orders import answer_order
from testigo.screens.sessions import Sessions
from testigo.screens.visit import Request
from testigo.screens.web import Answer, application, go, page
from testigo.station.checkin import CheckIn, Refused
from testigo.station.checkin import Visit as Visitor
from testigo.station.reasons import RELEASE_REASONS, RELEASES_WITHOUT_A_TRY, SAID_REFUSALS

TheCheckIn = NamedDependency[CheckIn]
LARGEST_IMAGE = 8 * 1024 * 1024
LARGEST_POLL_BOOK = 256 * 1024 * 1024
FINGERS = tuple(
    f"{hand}-{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")
)
"""Words for positions 1 to 10 of ISO/IEC 19794-2, as in the catalogues."""
_QUIET_HALF_HOUR = 1800.0


@dataclass(frozen=True)
class ReaderFolder:
    """A finger reader that drops its images into a folder (as most vendors' programs can). None: images are
    uploaded."""

    folder: Path | None

    def capture(self) -> bytes:
        """The newest image. All images there are taken away, so that no later voter is compared with them; files that
        are no images are left alone. Raises `InvalidInput` where there is none.
        """
        inside = self.folder.iterdir() if self.folder else ()
        files = [file for file in inside if file.is_file() and file.suffix.lower() in ENDINGS]
        if not files:
            raise InvalidInput(
                "the reader has given no image", mend="ask the voter to put the finger on the reader again"
            )
        newest = max(files, key=lambda file: file.stat().st_mtime_ns)
        if newest.stat().st_size > LARGEST_IMAGE:
            raise InvalidInput("the reader's image is too large", mend="check the reader's settings")
        image = newest.read_bytes()
        for file in files:
            file.unlink(missing_ok=True)
        return image


TheReader = NamedDependency[ReaderFolder]


def app(check_in: CheckIn, *, reader_folder: Path | None = None) -> Litestar:
    """The check-in's application. `reader_folder`: where a finger reader drops its images."""

    def check_clerk(form: Form) -> str:
        check_in.check_pin("clerk", form.text("pin"))
        return "clerk"

    routes = [*DOOR, desk, find, show_visit, try_finger, release, refuse, hand_card, next_voter, load_poll_book, obey]
    sessions = Sessions(f"testigo-check-in-{check_in.station_id}", idle=_QUIET_HALF_HOUR)
    return application(
        "check-in", routes, sessions, title=check_in.definition.title, check_in=check_in, check_person=check_clerk,
        reader=ReaderFolder(reader_folder),
    )  # fmt: skip


@get("/", guards=[person], sync_to_thread=False)
def desk(request: Request, check_in: TheCheckIn) -> Answer:
    """The next voter's document number; or the visit under way."""
    if check_in.current() is not None or _refused(request) is not None:
        return go("/visit")
    return page(
        request, "checkin/find.html", state=check_in.state, counters=check_in.counters(),
        station=check_in.definition.station(check_in.station_id),
    )  # fmt: skip


@post("/find", guards=[person], sync_to_thread=False)
def find(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Look the document number up in the poll book."""
    visit.session(request).held.pop("refused", None)
    found = check_in.find(form.text("document"))
    if isinstance(found, Refused):
        visit.session(request).held["refused"] = found
    return go("/visit")


@get("/visit", guards=[person], sync_to_thread=False)
def show_visit(request: Request, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """Where the visit stands: finger, admitted, unmatched, or refused."""
    station = check_in.definition.station(check_in.station_id)
    counters = check_in.counters()
    current = check_in.current()
    if current is not None:
        return page(
            request, f"checkin/{current.stage}.html", voter=current, counters=counters, station=station,
            reader=reader.folder is not None, refusals=SAID_REFUSALS, fingers=FINGERS,
            release_reasons=RELEASES_WITHOUT_A_TRY if current.stage == "finger" else RELEASE_REASONS,
        )  # fmt: skip
    refused = _refused(request)
    if refused is None:
        return go("/")
    elsewhere = check_in.definition.station(refused.where) if refused.where else None
    return page(
        request, "checkin/refused.html", refused=refused, elsewhere=elsewhere, counters=counters, station=station
    )


@post("/finger", guards=[person], request_max_body_size=LARGEST_IMAGE + 64 * 1024, sync_to_thread=False)
def try_finger(form: FormSent, check_in: TheCheckIn, reader: TheReader) -> Answer:
    """One try: the uploaded image, or the reader's newest."""
    image = form.file("image") if form.files("image") or reader.folder is None else reader.capture()
    check_in.try_finger(_current(check_in).id, image)
    return go("/visit")


@post("/release", guards=[person], sync_to_thread=False)
def release(form: FormSent, check_in: TheCheckIn) -> Answer:
    """The chair lets the voter through, with the chair's own PIN and a reason."""
    check_in.release(_current(check_in).id, form.text("pin"), form.text("reason"))
    return go("/visit")


@post("/refuse", guards=[person], sync_to_thread=False)
def refuse(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Turn the visitor away, with a reason."""
    visit.session(request).held["refused"] = check_in.refuse(_current(check_in).id, form.text("reason"))
    return go("/visit")


@post("/card", guards=[person], sync_to_thread=False)
def hand_card(check_in: TheCheckIn) -> Answer:
    """The voter has drawn a card: the visit is over."""
    check_in.hand_card(_current(check_in).id)
    return go("/")


@post("/next", guards=[person], sync_to_thread=False)
def next_voter(request: Request) -> Answer:
    """A refusal was read: on to the next voter."""
    visit.session(request).held.pop("refused", None)
    return go("/")


@post("/poll-book", guards=[person], request_max_body_size=LARGEST_POLL_BOOK, sync_to_thread=False)
def load_poll_book(form: FormSent, check_in: TheCheckIn) -> Answer:
    """Load the station's poll book, before opening."""
    check_in.load_poll_book(form.file("poll-book"))
    return go("/")


@post("/orders", guards=[machine], status_code=200)
async def obey(request: Request, check_in: TheCheckIn) -> Answer:
    """The chair's signed order; answers this machine's signed report."""
    return answer_order(check_in.order, await request.body())


def _refused(request: Request) -> Refused | None:
    refused: Refused | None = visit.session(request).held.get("refused")
    return refused


def _current(check_in: CheckIn) -> Visitor:
    current = check_in.current()
    if current is None:
        raise IllegalStep("nobody is being checked in", mend="enter the voter's document number first")
    return current
