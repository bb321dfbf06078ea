"""Who does the blocks of a long run: processes of this machine, or the workers of a `dask.distributed` cluster.

The same code runs on both; this machine's processes are a small cluster that lives as long as the command. What passes
between command and workers is a folder's name, block numbers and what came of them, never a fingerprint. But
whoever can reach a scheduler can have its workers run any code, so it speaks TLS with certificates on both sides:
those of `Certificates`, and for this machine's processes such as are made for the one run and kept nowhere. Without
TLS only this machine's own scheduler is spoken to.
"""

import contextlib
import ipaddress
import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from testigo import waits
from testigo.errors import IllegalStep, InvalidInput, StorageError, TestigoError

CONNECTING = waits.ANSWER
"""Seconds for a scheduler to answer and for its first worker to be there."""

SILENCE = 300
"""Seconds without any worker after which a run is given up; it can be taken up again."""

MOST_A_CORE = 4
"""Processes of a machine for each of its cores; more only fill its memory."""

DEATHS = 3
"""Workers that may die of one block before it is left undone."""

WINDOW = 1_000
"""Blocks handed to the scheduler at a time: enough for hundreds of workers, few for its memory."""

_Outcome = TypeVar("_Outcome")


class Certificates(msgspec.Struct, frozen=True):
    """PEM files for a cluster's TLS: who signs its certificates, and our own certificate with its key."""

    authority: Path
    certificate: Path
    key: Path


def require_few(count: int) -> None:
    """Raise `InvalidInput` for more than `MOST_A_CORE` processes for each core of this machine."""
    most = MOST_A_CORE * _cores()
    if count > most:
        raise InvalidInput("workers.too-many", count=str(count)[:20], cores=_cores(), most=most)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


class Workers:
    """Workers that are there. Made by `local` or `cluster`, both to be used in a `with` block."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    @contextlib.contextmanager
    def local(cls, count: int | None = None) -> Iterator["Workers"]:
        """So many processes of this machine, as many as it has cores unless told; they end with the block."""
        import dask
        from distributed import Client, LocalCluster

        settings = {
            "distributed.scheduler.allowed-failures": DEATHS - 1,
            "distributed.scheduler.worker-saturation": 1.0,  # no block waits with a worker, to be blamed for its death
            "distributed.scheduler.http.routes": [],  # no pages about us, not even on this machine
            "distributed.worker.http.routes": [],
        }
        _quieten()
        with (
            dask.config.set(settings),
            LocalCluster(
                n_workers=count or _cores(),
                threads_per_worker=1,
                security=True,
                memory_limit=None,  # mapped files would count, whose pages the kernel can take back at any time
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            client.register_plugin(_leave_interrupts_to_the_command())
            yield cls(client)

    @classmethod
    @contextlib.contextmanager
    def cluster(cls, address: str, certificates: Certificates | None = None) -> Iterator["Workers"]:
        """The workers of the scheduler at `tls://HOST:PORT`, or at `tcp://…` of this machine.

        Raises `InvalidInput` for other addresses and missing certificates, `StorageError` where nobody answers.
        """
        from distributed import Client

        _check(address, certificates)
        _quieten()
        try:
            client = Client(address, security=_security(certificates), timeout=CONNECTING)
        except (OSError, TypeError, ValueError) as error:  # ssl's errors are OSErrors
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise StorageError("scheduler.does-not-answer", place=address, why=why) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=CONNECTING)
            except TimeoutError:
                raise StorageError("scheduler.without-workers", place=address, scheduler=address) from None
            yield cls(client)

    def run(
        self, task: Callable[..., _Outcome], given: Sequence[object], numbers: Sequence[int], after: Callable[[], None]
    ) -> Iterator[tuple[int, _Outcome | None]]:
        """`task(*given, number)` of each number, as they come; None where the workers that took it died every time.

        `after` is run once by every worker when all is done. Raises the `TestigoError` that a task raised,
        `StorageError` where scheduler or workers are gone.
        """
        waiting = iter(numbers)
        pending: dict[Any, int] = {}
        try:
            while True:
                for number in waiting:
                    pending[self._client.submit(task, *given, number, pure=False)] = number
                    if len(pending) >= WINDOW:
                        break
                if not pending:
                    return
                for future in self._some_done(list(pending)):
                    yield pending.pop(future), self._outcome(future)
        finally:
            self._end(list(pending), after)

    def _some_done(self, pending: list[Any]) -> list[Any]:
        from distributed import wait

        while True:
            try:
                return list(wait(pending, timeout=SILENCE, return_when="FIRST_COMPLETED").done)
            except CancelledError:
                raise _scheduler_gone() from None
            except TimeoutError:
                if not self._client.nthreads():
                    raise StorageError("workers.gone") from None

    def _outcome(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker:
            return None
        except TestigoError:
            raise
        except CancelledError:
            raise _scheduler_gone() from None
        except RuntimeError as error:
            if "deserialization" not in str(error):  # dask's word for a task that is not installed where it shall run
                raise
            raise IllegalStep("worker.of-another-release") from None

    def _end(self, pending: list[Any], after: Callable[[], None]) -> None:
        with contextlib.suppress(Exception):  # whoever is gone has nothing open
            self._client.cancel(pending)
            self._client.run(after)


def _scheduler_gone() -> StorageError:
    return StorageError("scheduler.gone")


def _check(address: str, certificates: Certificates | None) -> None:
    parts = urlsplit(address)
    try:
        whole = bool(parts.hostname and parts.port)
    except ValueError:
        whole = False
    if parts.scheme not in ("tls", "tcp") or not whole:
        raise InvalidInput("scheduler.not-an-address", place=address[:80])
    if parts.scheme == "tls" and certificates is None:
        raise InvalidInput("scheduler.certificates-required", place=address)
    if parts.scheme == "tcp" and not _is_this_machine(parts.hostname or ""):
        raise InvalidInput("scheduler.without-tls", place=address)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _security(certificates: Certificates | None) -> Any:
    from distributed import Security

    if certificates is None:
        return None
    for file in (certificates.authority, certificates.certificate, certificates.key):
        if not file.is_file():
            raise StorageError("file.not-found", place=file)
    return Security(
        tls_ca_file=str(certificates.authority),
        tls_client_cert=str(certificates.certificate),
        tls_client_key=str(certificates.key),
        require_encryption=True,
    )


def _leave_interrupts_to_the_command() -> Any:
    """Ctrl-C reaches all processes of a terminal; ours then end in order when the command ends, without a word."""
    from distributed import WorkerPlugin

    class Undisturbed(WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Undisturbed()


def _quieten() -> None:
    """dask logs what it repairs by itself; what it cannot repair reaches us as an error."""
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
