"""The paper vote: its layout, its QR code, and where it is printed. It is read again by the room `slip_reader`.

`slip` sets one ballot in words, `sample_slip` the same as a sample that nobody can count, `first_slip`
as the first releases did, `texts` says what paper says in all languages, `lengths` says whether it is too long; `qr`
holds what its QR code says, `printer` what a printer is, `printers` opens the one at an address; `escpos_printer` is
for thermal printers.

A new paper size is a template beside `slip.typ`; a new printer is a class with `print_slip` and a line in
`printers.open_printer`.
"""

from testigo.slip.printer import FolderPrinter, Printer, PrinterError
from testigo.slip.printers import open_printer
from testigo.slip.qr import QrVote
from testigo.slip.slip import Slip, station_line, style_line

__all__ = [
    "FolderPrinter",
    "Printer",
    "PrinterError",
    "QrVote",
    "Slip",
    "open_printer",
    "station_line",
    "style_line",
]
