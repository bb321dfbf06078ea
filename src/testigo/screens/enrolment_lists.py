"""Lists on paper at the enrolment desk: any station's poll book and signature list, and which poll books are stale."""

import asyncio

from litestar import Response, get, post
from litestar.di import NamedDependency

from testigo.canonical import utc_now
from testigo.register import PrintedList, Register, list_of, print_list
from testigo.screens.pdf_file import pdf_file
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import person
from testigo.web.pages import Answer, page

TheRegister = NamedDependency[Register]


@get("/lists", guards=[person], sync_to_thread=False)
def lists(request: Request, register: TheRegister) -> Answer:
    """Which station; and the newest poll books."""
    return page(request, "enrolment/lists.html", books=register.poll_books())


@post("/lists", guards=[person])
async def make_list(form: FormSent, register: TheRegister) -> Response[bytes]:
    """Both lists of the station `station` as one PDF."""
    station = register.definition.station(form.text("station").strip()).id
    printed = await asyncio.to_thread(_printed, register, station)
    return pdf_file(printed.pdf, f"{station}.pdf")


def _printed(register: Register, station: str) -> PrintedList:
    return print_list(register.definition, list_of(register, station, utc_now()))


ROUTES = (lists, make_list)
