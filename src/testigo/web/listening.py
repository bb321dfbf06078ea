"""Serving one application: bind its address, say it, serve until it is told to stop."""

import contextlib
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from testigo import storage, waits
from testigo.errors import InvalidInput, StorageError
from testigo.web.metrics import HOST, Collect, MetricsServer, nothing_more
from testigo.web.patience import Connections
from testigo.web.ports import cannot_listen

if TYPE_CHECKING:
    from litestar import Litestar

log = logging.getLogger("testigo.web")


@dataclass(frozen=True)
class Listening:
    """Where a process listens. `port` 0: a free one. `certificate`, `private_key`: PEM files; with them it speaks
    HTTPS. `metrics_port`: where it answers `/metrics` and `/healthz` (`web.metrics`), None for nowhere.
    """

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    private_key: Path | None = None
    metrics_port: int | None = None

    def bind(self) -> socket.socket:
        """The listening socket; raises `StorageError` where the address is taken or not ours, `InvalidInput` where it
        is none.
        """
        if (self.certificate is None) != (self.private_key is None):
            raise InvalidInput("certificate.without-key")
        for file in filter(None, (self.certificate, self.private_key)):
            storage.require_plain(file)
        if not self.host.strip():  # the system would take it for every address of this machine
            raise StorageError("address.of-another-machine", place=f"{self.host}:{self.port}")
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family, backlog=128)
        except OSError as error:
            raise cannot_listen(error, self.host, self.port, "--port") from None

    def address(self, bound: socket.socket) -> str:
        """The address to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{bound.getsockname()[1]}"


def run(
    app: "Litestar",
    listening: Listening,
    collect: Collect = nothing_more,
    *,
    first_page: str = "",
    tell: Callable[[str], object] = lambda address: None,
) -> None:
    """Serve until SIGTERM or SIGINT. The address, with `first_page` at its end, is printed once requests are taken, and
    told to `tell`; nothing of a request is ever logged. `collect`: what the role adds to its metrics.
    """
    role = str(app.state.role)
    with contextlib.ExitStack() as open_:
        bound = open_.enter_context(listening.bind())
        if listening.metrics_port is not None:
            metrics = open_.enter_context(MetricsServer(listening.metrics_port, role, collect))
            log.info("metrics of the %s at http://%s:%d/metrics", role, HOST, metrics.port)
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            lifespan="off", timeout_graceful_shutdown=int(waits.END), timeout_keep_alive=30,
            http=Connections, ssl_certfile=listening.certificate, ssl_keyfile=listening.private_key,
        )  # fmt: skip
        # uvicorn gives a signal back to us after it has shut down; it has been obeyed then, and the exit is a clean
        # one.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        print(f"{listening.address(bound)}{first_page}", flush=True)
        tell(f"{listening.address(bound)}{first_page}")
        log.info("the %s serves at %s", role, listening.address(bound))
        uvicorn.Server(config).run(sockets=[bound])
        log.info("the %s has stopped", role)
