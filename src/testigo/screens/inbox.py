"""The centre's inbox: where stations' packages arrive. The same package may come twice, by cable and by road.

Whoever brings a package is not asked who they are: the package itself is signed by its station's chair, and the centre
takes it in only if that key may sign it (`count.Centre.receive`).
"""

from litestar import Litestar, Response, post
from litestar.di import NamedDependency

from testigo.centre import Centre
from testigo.errors import TestigoError
from testigo.record.package import MAX_SIZE
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.guards import machine
from testigo.web.pages import Answer
from testigo.web.sessions import BrowserSessions
from testigo.words import languages, say


def app(centre: Centre) -> Litestar:
    """The inbox of one centre; nobody else may write to its folder meanwhile but through `Centre`."""
    sessions = BrowserSessions("testigo-centre", idle=600)
    title = {code: say(code, "centre.role") for code in languages()}
    spoken = centre.definition.languages
    return application("centre", [take_package], sessions, title=title, languages=spoken, public=True, centre=centre)


@post("/packages", guards=[machine], request_max_body_size=MAX_SIZE, status_code=200)
async def take_package(request: Request, centre: NamedDependency[Centre]) -> Answer:
    """Take in a package: 200 with the receipt, or 409 with the parts of the error why not."""
    data = await request.body()
    try:
        receipt = centre.receive(data)
    except TestigoError as error:
        return Response(error.as_json(), status_code=409)
    return Response({"station": receipt.station, "statements": receipt.statements, "new": receipt.new}, status_code=200)
