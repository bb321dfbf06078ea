"""Under which names this machine answers itself: a page of another site must not reach it as one of its own.

Who reads a page of `evil.example` can be made to call this machine by that name, because its owner may answer any
question for its address with 127.0.0.1 (DNS rebinding); to the browser it is the same site still, and the page may read
the answers. So whoever comes to a loopback address must call it by one: `127.0.0.1`, `localhost`, `[::1]`. At the other
addresses of a machine names are as its network gives them, and are not judged.
"""

import ipaddress
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from testigo.errors import NotAllowed

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")


def require_own_name(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard of whole applications, beside the one that each route names; raises `NotAllowed`."""
    called, named = connection.scope.get("server"), connection.headers.get("host", "")
    if called is not None and _is_loopback(called[0]) and not _is_own(named):
        raise NotAllowed("page.by-another-name")


def _is_own(named: str) -> bool:
    host, _, port = named.rpartition(":")
    return named in OWN_NAMES or (host in OWN_NAMES and port.isdecimal())


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
