"""ESC/POS thermal printers, through `python-escpos`.

Reset, raster image, cut and status are ESC/POS as printers of 8 dots a millimetre and 576 dots a line speak it
(`ESC @`, `GS v 0`, `GS V`, `DLE EOT 4`, `GS r 1`).
"""

import contextlib
import io
import socket
from collections.abc import Callable, Iterator
from typing import Any

from escpos import printer as escpos_printer
from escpos.constants import RT_MASK_NOPAPER, RT_STATUS_PAPER
from escpos.exceptions import Error as EscposError
from PIL import Image
from usb.core import NoBackendError

from testigo import waits
from testigo.errors import InvalidInput
from testigo.slip.printer import PrinterError
from testigo.slip.slip import Slip

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
                raise self._error("the printer has no paper", "put in a new roll; nothing was printed")
            self._send(device, image)
            if self._answers and self._ask(device, _PAPER_STATUS_IN_ORDER) & _PAPER_END_IN_ORDER == _PAPER_END_IN_ORDER:
                raise self._error(
                    "the paper ran out while the slip was printed", "put in a new roll and spoil this slip"
                )

    def _send(self, device: Any, image: Image.Image) -> None:
        try:
            device.hw("INIT")
            device.image(image, impl="bitImageRaster")
            device.cut()
        except (EscposError, OSError) as error:
            problem = f"the printer stopped in the middle of a slip ({_first_line(error)})"
            raise self._error(problem, "spoil this slip") from None

    def _ask(self, device: Any, question: bytes) -> int:
        try:
            answer: bytes = device.query_status(question)
        except (EscposError, OSError) as error:
            raise self._error(f"the printer does not answer ({_first_line(error)})") from None
        if not answer:
            raise self._error(
                "the printer closed the connection", "look whether the slip came out whole; if not, spoil it"
            )
        return answer[0]

    @contextlib.contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            device = self._connect()
            device.open()
        except NoBackendError:
            raise self._error(
                "the printer cannot be reached (this system has no libusb)", "apt-get install libusb-1.0-0"
            ) from None
        except (EscposError, OSError, RuntimeError, ImportError) as error:
            raise self._error(f"the printer cannot be reached ({_first_line(error)})") from None
        try:
            yield device
        finally:
            with contextlib.suppress(OSError, EscposError):
                device.close()

    def _error(self, problem: str, hint: str = "check its power, its cable and its address") -> PrinterError:
        return PrinterError(problem, place=self.address, hint=hint)


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
            return lambda: _Network(host, port, timeout=timeout, profile=_PROFILE)
        if kind == "usb":
            vendor, product = (int(part, 16) for part in parts)
            return lambda: escpos_printer.Usb(vendor, product, timeout=int(timeout * 1000), profile=_PROFILE)
        if kind == "file" and parts[0]:
            return lambda: escpos_printer.File(address.removeprefix("file:"), profile=_PROFILE)
    except (ValueError, IndexError):
        pass
    raise InvalidInput(
        "not a printer's address",
        place=address,
        hint="write folder:PATH, tcp:HOST:PORT, usb:VENDOR:PRODUCT or file:DEVICE",
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
