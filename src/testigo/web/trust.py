"""Which certificates an `https` server must have: read from the disk once, as that takes longer than most answers."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """What connections to `https` addresses are checked by: the authorities that come with the library, whatever the
    environment names."""
    return httpx.create_ssl_context(trust_env=False)
