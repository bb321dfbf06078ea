"""Requests that trickle, connections that say nothing, more of them than there are: none keeps a screen out."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from litestar import Litestar, post

from testigo import waits
from testigo.web import patience
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.guards import machine
from testigo.web.listening import Listening
from testigo.web.sessions import BrowserSessions

ELSEWHERE = "127.0.0.66"


@post("/orders", guards=[machine], status_code=200)
async def count(request: Request) -> str:
    """How much came."""
    return str(len(await request.body()))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A machine with little patience, at its address."""
    monkeypatch.setattr(waits, "REQUEST", 1.0)
    monkeypatch.setattr(waits, "REACH", 0.5)
    monkeypatch.setattr(patience, "_LOOK", 0.1)
    app: Litestar = application("booth", [count], BrowserSessions("x", idle=9), title={"es": "E"})
    with Listening().bind() as bound:
        config = uvicorn.Config(
            app, http=patience.Connections, log_level="error", access_log=False, lifespan="off", proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        host, port = bound.getsockname()
        yield host, port
        server.force_exit = server.should_exit = True
        thread.join(10)


def connect(served: tuple[str, int]) -> socket.socket:
    made = socket.create_connection(served, timeout=30, source_address=(ELSEWHERE, 0))
    made.settimeout(30)
    return made


def answer(connection: socket.socket) -> bytes:
    """Everything until the other side ends it."""
    read = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(4096):
            read += part
    return read


def test_attack_a_body_that_trickles_is_ended(served: tuple[str, int]) -> None:
    with connect(served) as slow:
        slow.sendall(b"POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n")
        trickle = threading.Thread(target=_trickle, args=(slow,), daemon=True)
        trickle.start()
        said = answer(slow)
    assert b"422" in said.split(b"\r\n")[0] and b"request.too-slow" in said


def _trickle(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_attack_connections_that_say_nothing_are_closed(served: tuple[str, int], said: bytes) -> None:
    with connect(served) as silent:
        silent.sendall(said)
        assert b"200" not in answer(silent)


def test_attack_thousands_of_connections_keep_the_own_screen_not_out(
    served: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "REQUEST", 60.0)
    with contextlib.ExitStack() as opened:
        others = [opened.enter_context(connect(served)) for _ in range(patience.MOST_OF_ADDRESS + 10)]
        own = httpx.post(f"http://127.0.0.1:{served[1]}/orders", content=b"abc", trust_env=False)
        assert own.text == "3"
        for refused in others[patience.MOST_OF_ADDRESS :]:
            assert answer(refused) == b""
        others[0].sendall(
            b"POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        )
        assert answer(others[0]).endswith(b"2")


def test_an_honest_large_body_takes_its_time(served: tuple[str, int]) -> None:
    body: Any = (b"x" * 4096 for _ in range(60))
    sent = httpx.post(
        f"http://127.0.0.1:{served[1]}/orders", content=body, headers={"transfer-encoding": "chunked"}, trust_env=False
    )
    assert sent.text == str(60 * 4096)
