"""The pages of an image file or PDF, as grey images, within bounds of size and number."""

import contextlib
import io
from collections.abc import Iterator

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageSequence

from testigo.errors import InvalidInput
from testigo.scan.ink import Grey

MAX_PIXELS = 100_000_000
MAX_PAGES = 500
PDF_DPI = 250


def images_of(data: bytes, *, place: str = "") -> Iterator[Grey]:
    """The grey images in a PNG, JPEG or TIFF (every page), or the pages of a PDF, one by one. Raises `InvalidInput`."""
    pages = _pdf_pages(data) if data[:5] == b"%PDF-" else _frames(data)
    try:
        for count, page in enumerate(pages):
            if count == MAX_PAGES:
                raise InvalidInput("scan.too-many-pages", most=MAX_PAGES)
            yield page
    except InvalidInput as error:
        raise error.at(place) from None
    except Exception as error:  # decoders raise anything on damaged files
        raise InvalidInput("scan.unreadable", place=place) from error


def _frames(data: bytes) -> Iterator[Grey]:
    with Image.open(io.BytesIO(data)) as image:
        for frame in ImageSequence.Iterator(image):
            _check_size(frame.width, frame.height)
            yield np.asarray(frame.convert("L"))


def _pdf_pages(data: bytes) -> Iterator[Grey]:
    scale = PDF_DPI / 72
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        for page in document:
            width, height = page.get_size()
            _check_size(round(width * scale), round(height * scale))
            yield np.asarray(page.render(scale=scale, grayscale=True).to_pil().convert("L"))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InvalidInput("scan.too-large", width=width, height=height)
