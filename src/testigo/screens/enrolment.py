"""The enrolment desk: find the voter, take one to ten fingers with their quality shown, and settle likely duplicates.

Images of a finger that is too poor wait in the officer's session, in memory only, until the officer accepts them with a
reason or takes them again. No document number and no name ever stands in an address.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testigo.errors import IllegalStep, InvalidInput, NotAllowed
from testigo.fingerprint import FingerImage
from testigo.fingerprint.reader import Capture, Reader, ReaderError
from testigo.register import (
    EXCEPTION_KINDS,
    Enrolment,
    FingerException,
    PoorFingers,
    Position,
    Register,
    exception_of,
    exceptions_of,
)
from testigo.screens import TEMPLATES, enrolment_changes, enrolment_lists
from testigo.screens.finger import DeskReader, capture_notice
from testigo.staff.machine import Staff
from testigo.staff.pins import LOCKED
from testigo.web import browser_session
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page, redirect
from testigo.web.pin_page import PIN_PAGE
from testigo.web.sessions import BrowserSessions

TheRegister = NamedDependency[Register]
TheReader = NamedDependency[DeskReader]
LARGEST_ENROLMENT = 40 * 1024 * 1024
VERDICTS = ("different", "same", "undecided")
MOST_CAPTURES = 4
"""Of one finger at one enrolment: more add no evidence, and forty images of ten fingers are the register's limit."""
MOST_DOUBLES = 100
"""Groups of likely doubles on one page; judged ones make room."""
_QUIET_QUARTER = 900.0

Images = list[tuple[str, FingerImage]]
Captured = dict[Position, list[Capture]]


def app(register: Register, officers: Staff, *, reader: Reader | None = None) -> Litestar:
    """The enrolment desk's application. Each desk runs its own; all may work on one register. `reader`: the desk's
    finger reader; without one, images are uploaded.
    """

    def check_officer(form: Form, source: str) -> str:
        return _officer(officers, form.text("account"), form.text("pin"), source)

    routes = [
        *PIN_PAGE,
        desk,
        find,
        show_voter,
        capture,
        enrol,
        accept,
        take_again,
        cases,
        show_case,
        finger_picture,
        settle,
        doubles,
        judge_double,
        *enrolment_changes.ROUTES,
        *enrolment_lists.ROUTES,
    ]
    return application(
        "enrolment", routes, BrowserSessions("testigo-enrolment", idle=_QUIET_QUARTER), title=register.definition.title,
        languages=register.definition.languages, fonts=register.definition.fonts, templates=TEMPLATES,
        register=register, check_person=check_officer, reader=DeskReader(reader),
    )  # fmt: skip


@get("/", guards=[person], sync_to_thread=False)
def desk(request: Request, register: TheRegister) -> Answer:
    """The next voter's document number."""
    browser_session.session(request).data.clear()
    return page(request, "enrolment/find.html", status=register.status())


@post("/find", guards=[person], sync_to_thread=False)
def find(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Look a voter up."""
    data = browser_session.session(request).data
    data.clear()
    data["document"] = register.voter(form.text("document")).document
    return redirect("/voter")


@get("/voter", guards=[person], sync_to_thread=False)
def show_voter(request: Request, register: TheRegister, reader: TheReader) -> Answer:
    """The voter: fingers to be taken, or what the enrolment came to, or which fingers are too poor."""
    data = browser_session.session(request).data
    if "document" not in data:
        return redirect("/")
    voter = register.voter(data["document"])
    enrolment: Enrolment | None = data.get("enrolment")
    poor: PoorFingers | None = data.get("poor")
    return page(
        request, "enrolment/voter.html", voter=voter, station=register.definition.station(voter.station),
        history=register.history(voter.document), rolls=register.definition.rolls,
        kinds=EXCEPTION_KINDS, enrolment=enrolment, poor=poor,
        positions=[(position.value, position.word) for position in Position],
        reader=reader.attached, seconds=round(reader.seconds), notice=capture_notice(request, data.get("failed")),
        captured={position.value: len(taken) for position, taken in _captured(data).items()},
        complaints={
            position.value: capture_notice(request, taken[-1].wrong)
            for position, taken in _captured(data).items() if taken
        },
    )  # fmt: skip


@post("/capture", guards=[person])
async def capture(request: Request, form: FormSent, reader: TheReader) -> Answer:
    """Take one finger with the desk's reader, `finger` = its position, once more or for the first time. A poor image is
    kept only until there is a good one of the finger.
    """
    data = browser_session.session(request).data
    if "document" not in data:
        raise IllegalStep("voter.none-at-desk")
    document, position = data["document"], _position(form.text("finger"))
    data.pop("failed", None)
    if len(_captured(data).get(position, [])) >= MOST_CAPTURES:
        raise IllegalStep("finger.taken-often-enough")
    try:
        taken = await reader.take()
    except ReaderError as error:
        data["failed"] = error
        return redirect("/voter")
    if data.get("document") != document:
        raise IllegalStep("voter.another-at-desk")
    before = _captured(data).get(position, [])
    good = [one for one in before if one.wrong is None]
    if taken.wrong is None:
        _captured(data)[position] = [*good, taken]
    elif not good:
        _captured(data)[position] = [taken]
    data["failed"] = taken.wrong
    return redirect("/voter")


@post("/enrol", guards=[person], request_max_body_size=LARGEST_ENROLMENT, sync_to_thread=False)
def enrol(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Take fingers: what the reader has captured, and the files `finger-1` … `finger-10` (positions of ISO/IEC
    19794-2), one or several of each.
    """
    captured = _captured(browser_session.session(request).data)
    images = [(position.word, one.image) for position in sorted(captured) for one in captured[position]]
    images += _images(form)
    excepted = _exceptions(form, [finger for finger, _ in images])
    if not images and not excepted:
        raise InvalidInput("finger.none-taken")
    return _keep(request, register, images, form.text("because", ""), excepted)


@post("/accept", guards=[person], sync_to_thread=False)
def accept(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Keep fingers that are too poor, with the officer's reason."""
    images: Images | None = browser_session.session(request).data.get("images")
    if images is None:
        raise IllegalStep("finger.none-to-accept")
    excepted = browser_session.session(request).data.get("exceptions", [])
    return _keep(request, register, images, form.text("because"), excepted)


@post("/take-again", guards=[person], sync_to_thread=False)
def take_again(request: Request) -> Answer:
    """Forget the poor images; take the fingers again."""
    data = browser_session.session(request).data
    for name in ("images", "exceptions", "poor", "captured", "failed"):
        data.pop(name, None)
    return redirect("/voter")


@get("/cases", guards=[person], sync_to_thread=False)
def cases(request: Request, register: TheRegister) -> Answer:
    """Likely duplicates that wait for a person; with `?all=yes` the settled ones too."""
    everything = request.query_params.get("all") == "yes"
    return page(request, "enrolment/cases.html", cases=register.cases(open_only=not everything), everything=everything)


@get("/cases/{number:int}", guards=[person], sync_to_thread=False)
def show_case(request: Request, number: FromPath[int], register: TheRegister) -> Answer:
    """Both enrolments side by side."""
    return page(request, "enrolment/case.html", case=register.case(number), verdicts=VERDICTS)


@get("/cases/{number:int}/{side:str}/{place:int}", guards=[person], sync_to_thread=False)
def finger_picture(number: FromPath[int], side: FromPath[str], place: FromPath[int], register: TheRegister) -> Answer:
    """One finger of one side as PNG; `side`: earlier or later, `place`: of its images, from 0."""
    case = register.case(number)
    images = {"earlier": case.earlier, "later": case.later}.get(side)
    if images is None or not 0 <= place < len(images.images):
        raise InvalidInput("case.no-such-image")
    return Response(images.images[place][1].to_png(), media_type="image/png")


@post("/cases/{number:int}", guards=[person], sync_to_thread=False)
def settle(request: Request, number: FromPath[int], form: FormSent, register: TheRegister) -> Answer:
    """The officer's verdict on a case."""
    register.settle(number, form.text("verdict"), browser_session.session(request).person, form.text("note", ""))
    return redirect("/cases")


@get("/doubles", guards=[person], sync_to_thread=False)
def doubles(request: Request, register: TheRegister) -> Answer:
    """Voters who are likely one person by number or name, a bounded list."""
    found = register.doubles()
    shown, more = found.groups[:MOST_DOUBLES], found.more or len(found.groups) > MOST_DOUBLES
    return page(request, "enrolment/doubles.html", groups=shown, count=len(found.groups), more=more)


@post("/doubles", guards=[person], sync_to_thread=False)
def judge_double(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """The officer has looked at the group `double`, and says in `note` who they are."""
    register.judge_double(form.text("double"), browser_session.session(request).person, form.text("note"))
    return redirect("/doubles")


def _officer(officers: Staff, account: str, pin: str, source: str) -> str:
    """The officer's id. Wrong user names and wrong PINs get the same error, after the same effort."""
    try:
        return officers.check(account, pin, ("officer",), source=source).id
    except NotAllowed as refused:
        if refused.code in LOCKED:
            raise
        raise NotAllowed("user-name-or-pin.wrong") from None


def _images(form: Form) -> Images:
    given: Images = []
    for position in Position:
        files = form.files(f"finger-{position.value}")
        given += [(position.word, FingerImage.read(data)) for data in files]
    return given


def _captured(data: dict[str, Any]) -> Captured:
    """What the reader has taken of the voter at the desk."""
    captured: Captured = data.setdefault("captured", {})
    return captured


def _position(number: str) -> Position:
    if number not in {str(position.value) for position in Position}:
        raise InvalidInput("finger.not-one-of-ten")
    return Position(int(number))


def _exceptions(form: Form, taken: Sequence[str]) -> list[FingerException]:
    """Fingers that could not be taken: `exception-1` … `exception-10` with `reason-1` …, and `exception-all` of those
    of which nothing else is said."""
    found: list[FingerException] = []
    for position in Position:
        if kind := form.text(f"exception-{position.value}", ""):
            found.append(exception_of(position.word, kind, form.text(f"reason-{position.value}", "")))
    if kind := form.text("exception-all", ""):
        named = [*taken, *(one.finger for one in found)]
        found += exceptions_of("all", kind, form.text("reason-all", ""), named)
    return found


def _keep(
    request: Request,
    register: Register,
    images: Sequence[tuple[str, FingerImage]],
    because: str,
    excepted: Sequence[FingerException],
) -> Answer:
    session = browser_session.session(request)
    if "document" not in session.data:
        raise IllegalStep("voter.none-at-desk")
    try:
        document, officer = session.data["document"], session.person
        enrolment = register.enrol(document, images, officer, accept_because=because, exceptions=excepted)
    except PoorFingers as poor:
        session.data |= {"poor": poor, "images": list(images), "exceptions": list(excepted)}
        return redirect("/voter")
    session.data = {"document": session.data["document"], "enrolment": enrolment}
    return redirect("/voter")
