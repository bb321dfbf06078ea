"""A way to the pages of an application in this process, without a network: for `web.client.Client`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx


class InProcess(httpx.BaseTransport):
    """Answers requests by an ASGI application, which runs in a thread of its own, because the caller's may already
    serve another. Its pages are called from `host`.
    """

    def __init__(self, application: Any, *, host: str = "127.0.0.1") -> None:
        self._transport = httpx.ASGITransport(app=application, client=(host, 0))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="in-process")
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whole."""
        request.read()
        return self._thread.submit(self._answer, request).result()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        answer = await self._transport.handle_async_request(sent)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)

    def close(self) -> None:
        """Give the thread back."""
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()
