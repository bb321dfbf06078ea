"""The chair's ways to the other machines: over the station's cable, in the same process, or none."""

import contextlib
import time
from collections.abc import Sequence
from typing import ClassVar, Final, Protocol
from urllib.parse import urlsplit

import httpx

from testigo import waits
from testigo.election import StationMachine
from testigo.errors import InvalidInput, StorageError, TestigoError, read_error
from testigo.station.machine.folder import MachineFolder
from testigo.web.trust import trusted
from testigo.words import message


class Machine(Protocol):
    """The chair's way to one machine."""

    def order(self, envelope: bytes) -> bytes:
        """Hand over an order; the report's envelope. Raises a `TestigoError` where it is refused or cannot be
        reached."""


class LocalMachine:
    """A machine in the same process: for tests and rehearsals of the machines themselves."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def order(self, envelope: bytes) -> bytes:
        """Hand the order over at once."""
        return self._machine.order(envelope)


class NotConnected:
    """A machine to which this chair has no way."""

    def order(self, envelope: bytes) -> bytes:
        """Raises `StorageError`."""
        raise StorageError("machine.does-not-answer", place=message("place", "no-cable"), why="not connected")


def ways_to(
    folder: MachineFolder, booths: Sequence[Machine], desks: Sequence[Machine]
) -> dict[StationMachine, Machine]:
    """Each machine that the root admitted, and the way to it; without `desks` no desk is reached. Raises `InvalidInput`
    where the root admitted another number."""
    machines = folder.machines
    desks = desks or [NotConnected()] * machines.desk_count
    if (len(booths), len(desks)) != (machines.booth_count, machines.desk_count):
        raise InvalidInput(
            "chair.other-machines",
            place=folder.place,
            booths=machines.booth_count,
            desks=machines.desk_count,
            given_booths=len(booths),
            given_desks=len(desks),
        )
    return dict(zip((*machines.booths, *machines.desks), (*booths, *desks), strict=True))


class HttpMachine:
    """A machine on the station's cable: `POST ADDRESS/orders`, the order in, the report out; 409 with the error as
    JSON (`TestigoError.as_json`), which the chair says in its own language."""

    LARGEST_REPORT: Final = 4 * 1024 * 1024
    PATH: ClassVar[str] = "orders"

    def __init__(self, address: str, *, timeout: float = waits.ANSWER) -> None:
        """Raises `InvalidInput` for what is no address of the web."""
        require_address(address)
        self.address = address.rstrip("/")
        self._timeout = timeout

    def order(self, envelope: bytes) -> bytes:
        """Send the order; raises `StorageError` where nobody answers, and what the machine refuses with."""
        return self._sent(envelope, self._timeout)

    def _sent(self, envelope: bytes, timeout: float) -> bytes:
        try:
            status, answer = self._post(envelope, timeout)
        except (httpx.HTTPError, UnicodeError) as error:  # the second: for names that no host can have
            raise StorageError("machine.does-not-answer", place=self.address, why=type(error).__name__) from None
        if status in (200, 201):
            return answer
        raise _refusal(status, answer, self.address)

    def _post(self, envelope: bytes, timeout: float) -> tuple[int, bytes]:
        """Status and body as it came: nothing is unpacked, and no more is read than a report may have."""
        client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, waits.REACH)),
            trust_env=False,
            verify=trusted(),
            headers={"Accept-Encoding": "identity"},
        )
        body, began = bytearray(), time.monotonic()
        with client, client.stream("POST", f"{self.address}/{self.PATH}", content=envelope) as answer:
            for piece in answer.iter_raw():
                body += piece
                if len(body) > self.LARGEST_REPORT:
                    raise InvalidInput("report.too-large", place=self.address, limit=self.LARGEST_REPORT)
                if time.monotonic() - began > timeout:
                    raise httpx.ReadTimeout("piece by piece")
        return answer.status_code, bytes(body)


class HttpDesk(HttpMachine):
    """Another check-in desk on the station's cable: `POST ADDRESS/desks`, a message in, its answer out."""

    PATH = "desks"

    def tell(self, envelope: bytes, within: float) -> bytes:
        """Hand over a message; raises as `order`, also where no answer came within so many seconds."""
        return self._sent(envelope, min(within, self._timeout))


def require_address(text: str) -> None:
    """Raise `InvalidInput` for what is not an address of the web."""
    try:
        address = httpx.URL(text)
        urlsplit(text).port  # noqa: B018  # refuses a bracket alone and a port that none can be, which httpx takes
        good = address.scheme in ("http", "https") and bool(address.host)
    except (httpx.InvalidURL, ValueError):
        good = False
    if not good:
        raise InvalidInput("machine.not-an-address", place=text)


def _refusal(status: int, answer: bytes, address: str) -> TestigoError:
    if status == 409:
        with contextlib.suppress(ValueError):
            return read_error(answer)
    return StorageError("machine.answers-with-error", place=address, status=str(status))
