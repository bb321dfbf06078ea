"""The machines of a station that is tried out on one computer: each a real server process, that can be stopped, or lose
its power.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from testigo import waits
from testigo.errors import StorageError
from testigo.web.trust import trusted
from testigo.words import Message

_LOOK_EVERY = 0.05


class MachineProcess:
    """One server process, started by a `testigo` command, with a log file beside its folder.

    Its port is reserved until `stop`: it must be known to others before the process runs, and be the same after a
    power cut.
    """

    def __init__(
        self, name: Message | str, arguments: list[str], log: Path, *, port: socket.socket | None = None
    ) -> None:
        """`port`: one that was reserved before; else one is now."""
        self.name = name
        self._reservation = port or reserve_port()
        self.port: int = self._reservation.getsockname()[1]
        self.address = address_of(self._reservation)
        self._arguments = arguments
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; `wait_until_up` tells when it answers."""
        command = [sys.executable, "-m", "testigo", *self._arguments, "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"}
            )

    def wait_until_up(self) -> None:
        """Wait until the server answers; raises `StorageError` with the end of its log if it does not."""
        until = time.monotonic() + waits.START
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if self._health() == 200:
                    return
            time.sleep(_LOOK_EVERY)
        last = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        raise StorageError("machine.not-started", place=self._log, name=self.name, why=" / ".join(last))

    def _health(self) -> int:
        address = f"{self.address}/health"
        return httpx.get(address, timeout=waits.ANSWER, trust_env=False, verify=trusted()).status_code

    def cut_power(self) -> None:
        """End the process at once, with nothing flushed and nobody told (`kill -9`)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end, wait for it, and give its port back."""
        self._end(signal.SIGTERM)
        self._reservation.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(waits.ANSWER)  # longer than the process itself waits for its last requests
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def reserve_port() -> socket.socket:
    """A free port of this computer, kept free for one server.

    The socket is bound and never listens. With SO_REUSEADDR on both, the server may bind and listen beside it, while
    the kernel gives the port to nobody else: neither to another program that asks for a free one, nor to an outgoing
    connection, of which a rehearsal makes thousands.
    """
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind(("127.0.0.1", 0))
    return reservation


def address_of(port: socket.socket) -> str:
    """Where the server of a reserved port will answer."""
    return f"http://127.0.0.1:{port.getsockname()[1]}"
