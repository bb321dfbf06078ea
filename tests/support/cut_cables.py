"""Cables between the machines of one computer that can be cut: each a small TCP proxy before a machine's address.

How a cable fails: `cut` (connections break, new ones are refused at once), `answers-lost` (a request is delivered, its
answer is not), `held` (nothing passes until the cable is whole again, then everything does), `twice` (somebody on the
cable says every request again once it was answered; of the second answer nobody hears).
"""

import contextlib
import socket
import struct
import threading
from typing import Final, Literal
from urllib.parse import urlsplit

Failure = Literal["", "cut", "answers-lost", "held", "twice"]

FAILURES: Final[tuple[Failure, ...]] = ("cut", "cut", "answers-lost", "held", "twice")
"""To be drawn from; half of what happens to cables is that they are out."""

_PIECE = 65536
_RESET = struct.pack("ii", 1, 0)  # a closed connection says so at once (RST), with nothing sent any more


class Cable:
    """The way to one machine, at whose `target` it answers. `address`: what the other machine is told."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._state = threading.Condition()
        self._failure: Failure = ""
        self._open: set[socket.socket] = set()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, how: Failure) -> None:
        """From now on the cable fails so; "" makes it whole."""
        with self._state:
            self._failure = how
            if how == "cut":
                for one in self._open:
                    _reset(one)
                self._open.clear()
            self._state.notify_all()

    def close(self) -> None:
        """Take the cable away."""
        self._closed = True
        self.fail("cut")
        # An `accept` that waits does not notice that its socket is closed.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._failure == "cut":
                _reset(near)
            else:
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """One connection: machines make a new one for each request."""
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            opened.enter_context(near)
            self._enter(opened, near)
            request = self._request(near)
            far = opened.enter_context(socket.create_connection(self._target))
            self._enter(opened, far)
            far.sendall(request)
            answer = _rest(far)
            failure = self._wait_while_held()
            if failure == "answers-lost" or failure == "cut":
                _reset(near)
                return
            near.sendall(answer)
            if failure == "twice":
                self._say_again(request)

    def _enter(self, opened: contextlib.ExitStack, one: socket.socket) -> None:
        with self._state:
            self._open.add(one)
        opened.callback(self._open.discard, one)

    def _request(self, near: socket.socket) -> bytes:
        """A whole request, once the cable lets it through."""
        data = b""
        while not _is_whole(data):
            piece = near.recv(_PIECE)
            if not piece:
                raise ConnectionError
            data += piece
        if self._wait_while_held() == "cut":
            raise ConnectionError
        return data

    def _wait_while_held(self) -> Failure:
        with self._state:
            self._state.wait_for(lambda: self._failure != "held")
            return self._failure

    def _say_again(self, request: bytes) -> None:
        with socket.create_connection(self._target) as far:
            far.sendall(request)
            _rest(far)


def _is_whole(data: bytes) -> bool:
    """Whether an HTTP request has come with all of its body."""
    head, found, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found) and len(body) >= (int(lengths[0].split(b":")[1]) if lengths else 0)


def _rest(far: socket.socket) -> bytes:
    """The whole answer, by its length or up to the end of the connection."""
    data = b""
    while not (data and _is_whole(data) and b"content-length:" in data.lower()):
        piece = far.recv(_PIECE)
        if not piece:
            break
        data += piece
    return data


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # A thread that reads from it wakes up; closing alone would leave it waiting.
        one.shutdown(socket.SHUT_RDWR)
    one.close()
