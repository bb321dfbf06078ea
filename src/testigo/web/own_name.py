"""Under which names this machine answers itself: a page of another site must not reach it as one of its own.

Who reads a page of `evil.example` can be made to call this machine by that name, because its owner may answer any
question for its address with 127.0.0.1, or with 192.168.7.3 (DNS rebinding); to the browser it is the same site still,
and the page may read the answers. So whoever comes to a loopback address must call it by one: `127.0.0.1`, `localhost`,
`[::1]`. At its other addresses it answers to an address written in figures, to its own host name, and to names that
only a network of its own can give: those of one word, and those under `_LOCAL`. Over HTTPS the certificate says who it
is, and the browser compares.
"""

import ipaddress
import socket
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from testigo.errors import NotAllowed

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")

_LOCAL = (".local", ".localdomain", ".internal", ".lan", ".home.arpa", ".test")
"""Ends of names that nobody can register (RFC 6761, 6762, 8375, ICANN resolution 2024.07.29.06), or does not."""


def require_own_name(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard of whole applications, beside the one that each route names; raises `NotAllowed`."""
    called, named = connection.scope.get("server"), connection.headers.get("host", "")
    if called is None:
        return
    if _is_loopback(called[0]):
        if not is_loopback_name(named):
            raise NotAllowed("page.by-another-name")
    elif connection.scope.get("scheme") != "https" and not _is_network_name(named):
        raise NotAllowed("page.by-another-name", hint="page.by-its-address")


def is_loopback_name(named: str) -> bool:
    """Whether a `Host` header calls a machine by a loopback name, with or without a port."""
    host, _, port = named.rpartition(":")
    return named in OWN_NAMES or (host in OWN_NAMES and port.isdecimal())


def _is_network_name(named: str) -> bool:
    """Whether a `Host` header, with or without a port, has a name that no other site can have."""
    host, colon, port = named.rpartition(":") if not named.endswith("]") else (named, "", "")
    name = host if colon and port.isdecimal() else named
    name = name.lower().removesuffix(".")
    try:
        ipaddress.ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        own = name == socket.gethostname().lower()
        return _is_host(name) and (own or "." not in name or name.endswith(_LOCAL))
    return True


def _is_host(name: str) -> bool:
    return bool(name) and name.isascii() and all(part.replace("-", "").isalnum() for part in name.split("."))


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
