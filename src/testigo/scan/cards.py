"""The codes on an identity card: what a picture of its barcode says."""

import zxingcpp

from testigo.errors import InvalidInput
from testigo.scan.images import images_of

_FORMATS = (
    zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.Aztec,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
)


def card_texts(data: bytes) -> list[str]:
    """The text of every code on the first page of an image file or PDF, PDF417 first; empty where none can be read.
    Bytes that are not text are read as Latin letters. Raises `InvalidInput` for a file that is not an image."""
    image = next(images_of(data), None)
    if image is None:
        raise InvalidInput("scan.unreadable")
    codes = zxingcpp.read_barcodes(image, formats=list(_FORMATS))
    ordered = sorted(codes, key=lambda code: _FORMATS.index(code.format))
    return [str(code.text) or bytes(code.bytes).decode("latin-1") for code in ordered]
