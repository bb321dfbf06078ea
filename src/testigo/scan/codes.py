"""QR codes in images."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from testigo import storage
from testigo.scan.images import images_of
from testigo.scan.ink import Grey, Ink

_LARGEST_FILE = 64 * 1024 * 1024
_FEW_PIXELS = 6_000_000


def qr_texts_in(file: Path) -> Iterator[str]:
    """The text of every QR code in a photograph or on the pages of a PDF, page after page; raises `InvalidInput` or
    `StorageError` for a file that is neither.

    A picture of few pixels is read again at twice its size: of a page photographed with 2 million pixels, that reads
    twice as many codes.
    """
    for image in images_of(storage.read(file, limit=_LARGEST_FILE), place=str(file)):
        yield from dict.fromkeys([*qr_texts(image), *(_enlarged_texts(image) if image.size < _FEW_PIXELS else ())])


def qr_texts(image: Grey) -> list[str]:
    """The text of every QR code that can be read in a grey image."""
    return [str(code.text) for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def qr_texts_of_ink(ink: Ink) -> list[str]:
    """The same of a piece of a flattened sheet, whose modules are few dots wide: it is enlarged first."""
    return _enlarged_texts(((1 - ink) * 255).astype(np.uint8))


def _enlarged_texts(image: Grey) -> list[str]:
    return qr_texts(np.asarray(cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8))
