"""The poll book on paper at the check-in, for the chair: for the hour in which machines do not go on."""

import asyncio

from litestar import Response, post
from litestar.di import NamedDependency

from testigo.register import print_list
from testigo.screens.pdf_file import pdf_file
from testigo.station.check_in.check_in import CheckIn
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import person
from testigo.web.source import source_of

TheCheckIn = NamedDependency[CheckIn]


@post("/voter-list", guards=[person])
async def print_voter_list(request: Request, form: FormSent, check_in: TheCheckIn) -> Response[bytes]:
    """Poll book and signature list as PDF for the chair or a deputy, with their own PIN; who has a card is ticked."""
    account, pin = form.text("account", ""), form.text("pin")
    what = await asyncio.to_thread(check_in.voter_list, account, pin, source=source_of(request))
    printed = await asyncio.to_thread(print_list, check_in.definition, what)
    return pdf_file(printed.pdf, f"{check_in.station_id}.pdf")


ROUTES = (print_voter_list,)
