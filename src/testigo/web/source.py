"""Where a request comes from: this machine itself, or another address."""

import ipaddress
from typing import Any

from litestar.connection import ASGIConnection

THIS_MACHINE = ("127.0.0.1", "::1")


def source_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address that the request came from, "" for this machine itself (its own screen)."""
    return plain_address(connection.client.host if connection.client else "?")


def plain_address(host: str) -> str:
    """A peer's address in one spelling; "" for this machine itself."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or "?"
    plain = str(getattr(address, "ipv4_mapped", None) or address)
    return "" if plain in THIS_MACHINE else plain
