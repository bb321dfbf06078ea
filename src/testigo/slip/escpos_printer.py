"""ESC/POS thermal printers, through `python-escpos`.

Reset, raster image, cut and status are ESC/POS as printers of 8 dots a millimetre and 576 dots a line speak it
(`ESC @`, `GS v 0`, `GS V`); what it asks the printer, and what the answers say, is in `printer_status`.
"""

import contextlib
import errno
import io
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from escpos import printer as escpos_printer
from escpos.exceptions import DeviceNotFoundError
from escpos.exceptions import Error as EscposError
from PIL import Image
from usb.core import NoBackendError, USBTimeoutError

from testigo import waits
from testigo.errors import InvalidInput
from testigo.slip.printer import PrinterError
from testigo.slip.printer_status import IN_ORDER, MOST, NOW, PaperQuestion, Verdict, judge
from testigo.slip.slip import Slip
from testigo.slip.spoiled_slip import spoiled_label
from testigo.words import Message, Value, message

_QUIET = 0.1
"""Seconds without a byte after which nothing more is expected of a printer that has said what it was asked."""


class EscposPrinter:
    """A thermal printer at an address: `tcp:HOST[:PORT]`, `usb:VENDOR:PRODUCT` (hexadecimal), or `file:DEVICE`.

    Each slip is a connection of its own. `answers`: whether the printer answers status questions; without (some cheap
    ones, and every `file:`) a slip counts as printed once all its bytes are accepted, and an empty roll is seen only by
    people."""

    def __init__(self, address: str, *, answers: bool = True, timeout: float = waits.DEVICE) -> None:
        self.address = address
        self._answers = answers and not address.startswith("file:")
        self._timeout = timeout
        self._connect = _connector(address, timeout)

    def print_slip(self, slip: Slip) -> None:
        """Print and cut one slip, and wait until the printer says that it came to the end with paper left.

        Raises `PrinterError` wherever that is not certain: also where the printer sends anything else.
        """
        self._print(slip.png())

    def spoil_slip(self, slip: Slip) -> None:
        """Print the strip that goes with the paper into the envelope. Raises `PrinterError`."""
        self._print(spoiled_label(slip))

    def _print(self, png: bytes) -> None:
        image = Image.open(io.BytesIO(png))
        with self._connection() as device:
            self._check_paper(device)
            self._send(device, image)
            if self._answers and not self._has_paper(self._ask(device, IN_ORDER)):
                raise self._error("printer.paper-ran-out")

    def is_ready(self) -> bool:
        """As `Printer.is_ready`."""
        with self._connection() as device:
            self._check_paper(device)
        return self._answers

    def _check_paper(self, device: Any) -> None:
        if not self._answers:
            return
        if not self._has_paper(self._listen(device, None)) or not self._has_paper(self._ask(device, NOW)):
            raise self._error("printer.no-paper")

    def _send(self, device: Any, image: Image.Image) -> None:
        try:
            device.hw("INIT")
            device.image(image, impl="bitImageRaster")
            device.cut()
        except (EscposError, OSError) as error:
            raise self._error("printer.stopped", why=_reason(error)) from None

    def _ask(self, device: Any, question: PaperQuestion) -> Verdict:
        try:
            device._raw(question.command)
        except (EscposError, OSError) as error:
            raise self._error("printer.no-answer", why=_reason(error)) from None
        return self._listen(device, question)

    def _listen(self, device: Any, question: PaperQuestion | None) -> Verdict:
        """What the printer says, until it has been quiet for `_QUIET` after a whole answer, or the time is over."""
        received = b""
        verdict = judge(received, question)
        end = time.monotonic() + self._timeout
        while verdict in ("incomplete", "paper"):
            left = end - time.monotonic()
            wait = min(_QUIET, left) if verdict == "paper" else left
            try:
                piece = device.listen(wait) if wait > 0 else None
            except (EscposError, OSError) as error:
                raise self._error("printer.no-answer", why=_reason(error)) from None
            if piece is None and verdict == "paper":
                break
            if piece is None:
                raise self._error("printer.no-answer", why=message("term", "printer-reason.timed-out"))
            if not piece:
                raise self._error("printer.closed-the-connection")
            received += piece
            verdict = judge(received, question)
        return verdict

    def _has_paper(self, verdict: Verdict) -> bool:
        """Whether there is paper; raises `PrinterError` where the printer is not ready, or that is not certain."""
        if verdict == "not-ready":
            raise self._error("printer.not-ready")
        if verdict == "foreign":
            raise self._error("printer.answers-strangely")
        return verdict == "paper"

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            device = self._connect()
            device.open()
        except NoBackendError:
            raise self._error("printer.libusb-missing") from None
        except (EscposError, OSError, RuntimeError, ImportError) as error:
            raise self._error("printer.unreachable", why=_reason(error)) from None
        try:
            yield device
        finally:
            with contextlib.suppress(OSError, EscposError):
                device.close()

    def _error(self, code: str, **values: Value) -> PrinterError:
        return PrinterError(code, place=self.address, hint="", **values)


class _Network(escpos_printer.Network):  # type: ignore[misc]  # the library has no types
    """The library's printer, but it closes a socket that does not connect, and knows IPv6."""

    def open(self, raise_not_found: bool = True) -> None:
        self.device = socket.create_connection((self.host, self.port), timeout=self.timeout)

    def listen(self, seconds: float) -> bytes | None:
        """What comes next; None where nothing does, `b""` where the other side has closed."""
        try:
            self.device.settimeout(seconds)
            received: bytes = self.device.recv(MOST)
        except TimeoutError:
            return None
        finally:
            self.device.settimeout(self.timeout)
        return received


class _Usb(escpos_printer.Usb):  # type: ignore[misc]
    """The library's printer, but it waits no longer than it is told to."""

    def listen(self, seconds: float) -> bytes | None:
        """What comes next; None where nothing does. Transfers without a byte are passed over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                received = bytes(self.device.read(self.in_ep, MOST, timeout=max(1, int(left * 1000))))
            except USBTimeoutError:
                return None
            if received:
                return received
        return None


_PROFILE = "TM-T20II"
"""A profile of 576 dots a line; only its width matters here."""


def _connector(address: str, timeout: float) -> Callable[[], Any]:
    """A function that makes an unopened device for that address; raises `InvalidInput` for one that says nothing."""
    kind, *parts = address.split(":")
    try:
        if kind == "tcp" and parts[0]:
            host, port = parts[0], int(parts[1]) if len(parts) > 1 else 9100
            if not 0 < port < 1 << 16:
                raise ValueError
            return lambda: _Network(host, port, timeout=timeout, profile=_PROFILE)
        if kind == "usb":
            vendor, product = (int(part, 16) for part in parts)
            return lambda: _Usb(vendor, product, timeout=int(timeout * 1000), profile=_PROFILE)
        if kind == "file" and parts[0]:
            return lambda: escpos_printer.File(address.removeprefix("file:"), profile=_PROFILE)
    except (ValueError, IndexError):
        pass
    raise InvalidInput("printer.unknown-address", place=address)


_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "cut-off",
    errno.EPIPE: "cut-off",
    errno.EHOSTUNREACH: "not-in-the-network",
    errno.ENETUNREACH: "not-in-the-network",
    errno.ETIMEDOUT: "timed-out",
    errno.ENOENT: "not-attached",
    errno.ENODEV: "not-attached",
    errno.EACCES: "not-allowed",
    errno.EBUSY: "in-use",
}


def _reason(error: Exception) -> Message | str:
    """Why a printer failed: in words of our own where there are any, else the system's or the library's name of it,
    such as `EIO`."""
    cause = error if isinstance(error, OSError) else error.__cause__ or error.__context__
    if isinstance(cause, TimeoutError):
        return message("term", "printer-reason.timed-out")
    if isinstance(cause, socket.gaierror):
        return message("term", "printer-reason.unknown-name")
    if isinstance(cause, OSError) and cause.errno in _REASONS:
        return message("term", f"printer-reason.{_REASONS[cause.errno]}")
    if isinstance(error, DeviceNotFoundError):
        return message("term", "printer-reason.not-attached")
    number = cause.errno if isinstance(cause, OSError) else None
    return errno.errorcode.get(number or 0, type(error).__name__)
