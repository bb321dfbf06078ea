"""ESC/POS thermal printers, through `python-escpos`.

Reset, raster image, cut and status are ESC/POS as printers of 8 dots a millimetre and 576 dots a line speak it
(`ESC @`, `GS v 0`, `GS V`, `DLE EOT 4`, `GS r 1`).
"""

import contextlib
import errno
import io
import socket
from collections.abc import Callable, Iterator
from typing import Any

from escpos import printer as escpos_printer
from escpos.constants import RT_MASK_NOPAPER, RT_STATUS_PAPER
from escpos.exceptions import DeviceNotFoundError
from escpos.exceptions import Error as EscposError
from PIL import Image
from usb.core import NoBackendError

from testigo import waits
from testigo.errors import InvalidInput
from testigo.slip.printer import PrinterError
from testigo.slip.slip import Slip
from testigo.words import Message, Value, message

_PAPER_STATUS_IN_ORDER = b"\x1dr\x01"
"""`GS r 1`: unlike `DLE EOT`, it is answered in its turn, after everything sent before it has been printed."""

_PAPER_END_IN_ORDER = 0x0C


class EscposPrinter:
    """A thermal printer at an address: `tcp:HOST[:PORT]`, `usb:VENDOR:PRODUCT` (hexadecimal), or `file:DEVICE`.

    Each slip is a connection of its own. `answers`: whether the printer answers status questions; without (some cheap
    ones, and every `file:`) a slip counts as printed once all its bytes are accepted, and an empty roll is seen only by
    people."""

    def __init__(self, address: str, *, answers: bool = True, timeout: float = waits.DEVICE) -> None:
        self.address = address
        self._answers = answers and not address.startswith("file:")
        self._connect = _connector(address, timeout)

    def print_slip(self, slip: Slip) -> None:
        """Print and cut one slip, and wait until the printer says that it came to the end with paper left."""
        image = Image.open(io.BytesIO(slip.png()))
        with self._connection() as device:
            if self._answers and self._ask(device, RT_STATUS_PAPER) & RT_MASK_NOPAPER == RT_MASK_NOPAPER:
                raise self._error("printer.no-paper")
            self._send(device, image)
            if self._answers and self._ask(device, _PAPER_STATUS_IN_ORDER) & _PAPER_END_IN_ORDER == _PAPER_END_IN_ORDER:
                raise self._error("printer.paper-ran-out")

    def _send(self, device: Any, image: Image.Image) -> None:
        try:
            device.hw("INIT")
            device.image(image, impl="bitImageRaster")
            device.cut()
        except (EscposError, OSError) as error:
            raise self._error("printer.stopped", why=_reason(error)) from None

    def _ask(self, device: Any, question: bytes) -> int:
        try:
            answer: bytes = device.query_status(question)
        except (EscposError, OSError) as error:
            raise self._error("printer.no-answer", why=_reason(error)) from None
        if not answer:
            raise self._error("printer.closed-the-connection")
        return answer[0]

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
            return lambda: escpos_printer.Usb(vendor, product, timeout=int(timeout * 1000), profile=_PROFILE)
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
