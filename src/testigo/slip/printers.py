"""The printer of slips at an address."""

from pathlib import Path

from testigo.slip.printer import FolderPrinter, Printer


def open_printer(address: str) -> Printer:
    """The printer at an address: `folder:PATH`, `tcp:HOST[:PORT]`, `usb:VENDOR:PRODUCT`, `file:DEVICE`.

    `,quiet` after it says that the printer answers no status questions. Nothing is connected yet. Raises
    `InvalidInput`.
    """
    if address.startswith("folder:") and len(address) > len("folder:"):
        return FolderPrinter(Path(address.removeprefix("folder:")))
    from testigo.slip.escpos_printer import EscposPrinter  # loads a heavy library (0.7 s) that few need

    plain = address.removesuffix(",quiet")
    return EscposPrinter(plain, answers=plain == address)
