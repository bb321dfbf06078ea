"""A check-in desk among others: where a voter is who is not taken here, the printed sign-in list, and what other desks
say.
"""

import asyncio
import logging
import threading
from types import TracebackType
from typing import Final

from litestar import get, post
from litestar.di import NamedDependency

from testigo.election import StationMachine
from testigo.screens.checkin_visit import elsewhere, remember
from testigo.screens.orders import answer_order
from testigo.station.check_in.check_in import CheckIn
from testigo.station.check_in.sign_in_list import Agreed
from testigo.station.check_in.visit import AtAnotherDesk, RefusedVoter
from testigo.station.machine.names import title
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import machine, person
from testigo.web.pages import Answer, page, redirect
from testigo.web.source import source_of

TheCheckIn = NamedDependency[CheckIn]

log = logging.getLogger("testigo.web")

_AGAIN: Final = 2.0
"""Seconds until what could not be said is said again."""


@get("/other-desk", guards=[person], sync_to_thread=False)
def show_other_desk(request: Request, check_in: TheCheckIn) -> Answer:
    """To which desk the visitor goes, and what to do where nobody can go there."""
    found = elsewhere(request)
    if found is None or check_in.current() is not None:
        return redirect("/")
    return page(
        request, "checkin/other_desk.html", found=found, desk=StationMachine("check-in", found.desk),
        machine_title=title, releasers=check_in.releasers(), persons=check_in.list_persons(),
        counters=check_in.counters(), station=check_in.definition.station(check_in.station_id),
    )  # fmt: skip


@post("/from-list", guards=[person], sync_to_thread=True)
def admit_from_list(request: Request, form: FormSent, check_in: TheCheckIn) -> Answer:
    """Chair and one more person have found the voter on the printed sign-in list, without a signature."""
    found = elsewhere(request)
    if found is None:
        return redirect("/")
    first = form.text("first", "") or check_in.releasers()[0].id
    agreed = Agreed(first, form.text("first-pin"), form.text("second"), form.text("second-pin"))
    return show(request, check_in.admit_from_list(found.document, agreed, source=source_of(request)))


@post("/desks", guards=[machine], status_code=200)
async def hear(request: Request, check_in: TheCheckIn) -> Answer:
    """What another desk of this station says; the signed answer."""
    body = await request.body()
    return await asyncio.to_thread(answer_order, check_in.tell, body)


def show(request: Request, begun: object) -> Answer:
    """What came of looking a voter up: the visit, why there is none, or another desk."""
    if isinstance(begun, AtAnotherDesk):
        remember(request, other_desk=begun)
        return redirect("/other-desk")
    if isinstance(begun, RefusedVoter):
        remember(request, finding=begun)
    else:
        remember(request)
    return redirect("/visit")


class DeskTeller:
    """Says in the background what a desk owes the others, until they have heard it. Close it before the check-in."""

    def __init__(self, check_in: CheckIn) -> None:
        self._check_in = check_in
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-teller", daemon=True)

    def __enter__(self) -> "DeskTeller":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(_AGAIN):
            try:
                self._check_in.tell_desks()
            except Exception:
                log.exception("what is owed to other desks could not be said; it is said again")


ROUTES = (show_other_desk, admit_from_list, hear)
