"""What an officer changes of the voter at the enrolment desk: name, number, station, whether on the list, enrolment.

All of it is done to the voter who was looked up, in the officer's name, with a reason.
"""

from litestar import Response, get, post
from litestar.di import NamedDependency

from testigo.errors import IllegalStep, InvalidInput
from testigo.register import LARGEST_PHOTOGRAPH, Register
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, redirect

TheRegister = NamedDependency[Register]


@post("/correct", guards=[person], sync_to_thread=False)
def correct(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Another name or document number; what was sent as it is stays."""
    document, officer = _at_desk(request, form.text("document"))
    voter = register.voter(document)
    number, name = (form.text(field, "").strip() for field in ("number", "name"))
    changed = register.correct(
        document,
        officer,
        form.text("reason"),
        number="" if number == voter.document else number,
        name="" if name == voter.name else name,
    )
    return _show(request, changed.document)


@post("/move", guards=[person], sync_to_thread=False)
def move(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Another station or roll."""
    document, officer = _at_desk(request, form.text("document"))
    register.move(document, officer, form.text("reason"), form.text("station"), form.text("roll", ""))
    return _show(request, document)


@post("/remove", guards=[person], sync_to_thread=False)
def remove(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """Off the lists."""
    document, officer = _at_desk(request, form.text("document"))
    register.remove(document, officer, form.text("reason"))
    return _show(request, document)


@post("/restore", guards=[person], sync_to_thread=False)
def restore(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """On the lists again."""
    document, officer = _at_desk(request, form.text("document"))
    register.restore(document, officer, form.text("reason"), form.text("name", ""))
    return _show(request, document)


@post("/withdraw", guards=[person], sync_to_thread=False)
def withdraw(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """The enrolment set aside, so that the fingers can be taken again."""
    document, officer = _at_desk(request, form.text("document"))
    register.withdraw(document, officer, form.text("reason"))
    return _show(request, document)


@post("/photograph", guards=[person], request_max_body_size=LARGEST_PHOTOGRAPH + 64 * 1024, sync_to_thread=False)
def keep_photograph(request: Request, form: FormSent, register: TheRegister) -> Answer:
    """A photograph of the face, in place of the one before."""
    document, officer = _at_desk(request, form.text("document"))
    register.keep_photograph(document, form.file("photograph"), officer)
    return _show(request, document)


@get("/photograph", guards=[person], sync_to_thread=False)
def show_photograph(request: Request, register: TheRegister) -> Response[bytes]:
    """The face of the voter at the desk."""
    session = browser_session.session(request)
    if "document" not in session.data:
        raise IllegalStep("voter.none-at-desk")
    face = register.photograph(session.data["document"])
    if face is None:
        raise InvalidInput("photograph.none", document=session.data["document"])
    return Response(face, media_type="image/jpeg")


ROUTES = (correct, move, remove, restore, withdraw, keep_photograph, show_photograph)


def _at_desk(request: Request, document: str) -> tuple[str, str]:
    """The number of the voter at the desk, whom the form was made for, and the officer's id."""
    session = browser_session.session(request)
    if "document" not in session.data:
        raise IllegalStep("voter.none-at-desk")
    if document != session.data["document"]:
        raise IllegalStep("voter.another-at-desk")
    if session.person is None:
        raise InvalidInput("officer.not-named")
    return document, session.person


def _show(request: Request, document: str) -> Answer:
    session = browser_session.session(request)
    session.data.clear()
    session.data["document"] = document
    return redirect("/voter")
