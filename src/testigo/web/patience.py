"""How long a sender may take: requests that trickle in are ended, and connections have an end in number.

A process serves one after another, and has so many connections and no more: whoever opens them and says nothing must
not keep the machine's own screen out. So another address has `MOST_OF_ADDRESS` connections and all others together
`MOST_OF_OTHERS`; the machine's own screen is not counted. A connection without a request is closed after
`waits.REQUEST` seconds, and a body must come at `SLOWEST` bytes a second at least, after that time.
"""

import asyncio
from collections import Counter
from typing import Any, ClassVar

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from testigo import waits
from testigo.errors import InvalidInput
from testigo.web.source import plain_address

MOST_OF_ADDRESS = 24
MOST_OF_OTHERS = 200
SLOWEST = 64 * 1024
"""Bytes a second: the largest upload, a poll book of 512 MiB, in over two hours; a package of 1 MiB in 16 seconds."""

_LOOK = 1.0


def in_time(app: ASGIApp) -> ASGIApp:
    """An application whose requests' bodies must come in time; else `InvalidInput`, and the connection ends."""

    async def patient(scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        began, received, late = loop.time(), 0, False

        async def next_part() -> HTTPReceiveMessage:
            nonlocal received, late
            until = began + waits.REQUEST + received / SLOWEST
            if until < loop.time() and not late:  # perhaps because this process itself was busy: once more
                until, late = loop.time() + waits.REACH, True
            try:
                async with asyncio.timeout_at(until):
                    message: Any = await receive()
            except TimeoutError:
                raise InvalidInput("request.too-slow") from None
            received += len(message.get("body", b""))
            return message  # type: ignore[no-any-return]

        await app(scope, next_part if scope["type"] == ScopeType.HTTP else receive, send)

    return patient


class Connections(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
    """uvicorn's protocol with a limit for each address, and an end for connections that say nothing."""

    _open: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take the connection, or end it at once where its address has enough."""
        peer = transport.get_extra_info("peername")
        self._from = plain_address(str(peer[0])) if peer else ""
        others = sum(count for address, count in self._open.items() if address)
        self._refused = bool(self._from) and (self._open[self._from] >= MOST_OF_ADDRESS or others >= MOST_OF_OTHERS)
        self._open[self._from] += 1
        if self._refused:
            transport.abort()
            return
        super().connection_made(transport)
        self._silent_since: float | None = self.loop.time()
        self._look = self.loop.call_later(_LOOK, self._end_if_silent)

    def data_received(self, data: bytes) -> None:
        """What came, unless the connection was refused."""
        if not self._refused:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, and its place is free."""
        self._open[self._from] -= 1
        if not self._open[self._from]:
            del self._open[self._from]
        if not self._refused:
            self._look.cancel()
            super().connection_lost(exc)

    def _end_if_silent(self) -> None:
        cycle: Any = self.cycle
        now = self.loop.time()
        if cycle is not None and not cycle.response_complete:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        elif now - self._silent_since > waits.REQUEST:
            self.transport.close()
            return
        self._look = self.loop.call_later(_LOOK, self._end_if_silent)
