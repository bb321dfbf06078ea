"""Who may call a route. Every route names exactly one of these; `web.application` refuses to start with one that does
not.

- `anyone`: the page says nothing that is not public (welcome, PIN entry, style sheet, health).
- `person`: whoever has entered a PIN in this session.
- `own_screen`: the booth's one screen; see `booth.Screen`.
- `machine`: another machine; what it sends is a signed envelope, and the station's room checks the signature.
"""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from testigo.errors import NotAllowed
from testigo.web import browser_session

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]


class PinRequired(NotAllowed):
    """Nobody has entered a PIN in this session; the answer is the page that asks for it."""


def anyone(connection: Connection, handler: BaseRouteHandler) -> None:
    """Everybody may call this."""


def machine(connection: Connection, handler: BaseRouteHandler) -> None:
    """Machines may call this; the signature on what they send is checked by the station's room."""


def person(connection: Connection, handler: BaseRouteHandler) -> None:
    """Only who has entered a PIN in this session."""
    session = browser_session.session_or_none(connection)
    if session is None or not session.person:
        raise PinRequired("pin.required")


def own_screen(connection: Connection, handler: BaseRouteHandler) -> None:
    """Only the screen that belongs to this machine."""
    connection.app.state.screen.admit(connection)


GUARDS: tuple[Guard, ...] = (anyone, machine, person, own_screen)
"""The test that every route has a guard reads this list."""
