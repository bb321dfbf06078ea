"""`/metrics` for Prometheus and `/healthz`, on a port of their own that only this machine reaches.

Nothing is measured of single requests. How busy a process is would tell when a voter is in the booth, so its processor
time, memory and open files are not given either, and a machine of a station has its voters in batches
(`screens.metrics`). It answers to this machine's own names alone (`own_name`).
"""

import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from testigo import __version__
from testigo.web.own_name import is_loopback_name
from testigo.web.ports import cannot_listen

HOST = "127.0.0.1"
_SLOWEST_CLIENT = 5.0

Collect = Callable[[], Iterable[Metric]]
"""What a role adds to the metrics that all have."""


def nothing_more() -> Iterable[Metric]:
    """For roles that add nothing."""
    return ()


class MetricsServer:
    """The port, open inside a `with` block. `port`: 0 takes a free one."""

    def __init__(self, port: int, role: str, collect: Collect) -> None:
        """Raises `StorageError` where the port is taken."""
        registry = CollectorRegistry()
        registry.register(_Role(role, collect))

        class Handler(_Handler):
            answers = {  # noqa: RUF012
                "/healthz": ("application/json", lambda: msgspec.json.encode({"status": "ok", "role": role})),
                "/metrics": (CONTENT_TYPE_LATEST, lambda: generate_latest(registry)),
            }

        try:
            self._server = ThreadingHTTPServer((HOST, port), Handler)
        except OSError as error:
            raise cannot_listen(error, HOST, port, "--metrics-port") from None
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    def __enter__(self) -> "MetricsServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Role(Collector):
    def __init__(self, role: str, collect: Collect) -> None:
        self._role = role
        self._collect = collect
        self._started = time.time()

    def collect(self) -> Iterable[Metric]:
        about = InfoMetricFamily("testigo", "The release, and the role of this process.")
        about.add_metric([], {"version": __version__, "role": self._role})
        started = GaugeMetricFamily("testigo_start_time_seconds", "When this process started, Unix time.")
        started.add_metric([], self._started)
        return [about, started, *self._collect()]


class _Handler(BaseHTTPRequestHandler):
    timeout = _SLOWEST_CLIENT
    answers: dict[str, tuple[str, Callable[[], bytes]]]

    def do_GET(self) -> None:
        own = is_loopback_name(self.headers.get("host", ""))
        kind, make = self.answers.get(self.path, ("", None)) if own else ("", None)
        body = make() if make else b""
        self.send_response(200 if make else 404 if own else 403)
        self.send_header("content-type", kind or "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "testigo"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who asks for metrics asks every few seconds."""
