"""The machines of a rehearsal: each a real server process on this computer, that can be stopped, or lose its power."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from testigo.errors import StorageError

_START_LIMIT = 60.0


class Machine:
    """One server process, started by a `testigo` command, with a log file beside its folder."""

    def __init__(self, name: str, arguments: list[str], log: Path, port: int | None = None) -> None:
        self.name = name
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
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
        until = time.monotonic() + _START_LIMIT
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/health", timeout=2.0).status_code == 200:
                    return
            time.sleep(0.05)
        last = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        raise StorageError(f"machine {self.name} did not start ({' / '.join(last)})", place=str(self._log))

    def cut_power(self) -> None:
        """End the process at once, with nothing flushed and nobody told (`kill -9`)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end and wait for it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
