"""The pages of an image file or PDF, as grey images, within bounds of size and number."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageSequence

from testigo.errors import InvalidInput
from testigo.scan.ink import Colours, Grey

MAX_PIXELS = 100_000_000
MAX_PAGES = 500
PDF_DPI = 250


class Page(msgspec.Struct, frozen=True):
    """One image. `colours`: None where it has none."""

    grey: Any
    colours: Any = None


def images_of(data: bytes, *, place: str = "") -> Iterator[Grey]:
    """The grey images in a PNG, JPEG or TIFF (every page), or the pages of a PDF, one by one. Raises `InvalidInput`."""
    for page in pages_of(data, place=place):
        yield page.grey


def pages_of(data: bytes, *, place: str = "") -> Iterator[Page]:
    """The same with their colours."""
    pages = _pdf_pages(data) if data[:5] == b"%PDF-" else _frames(data)
    try:
        yield from pages
    except InvalidInput as error:
        raise error.at(place) from None
    except Exception as error:  # decoders raise anything on damaged files
        raise InvalidInput("scan.unreadable", place=place) from error


def _frames(data: bytes) -> Iterator[Page]:
    with Image.open(io.BytesIO(data)) as image:
        _check_number(getattr(image, "n_frames", 1))
        for frame in ImageSequence.Iterator(image):
            _check_size(frame.width, frame.height)
            yield _page(frame)


def _pdf_pages(data: bytes) -> Iterator[Page]:
    scale = PDF_DPI / 72
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        _check_number(len(document))
        for page in document:
            width, height = page.get_size()
            _check_size(round(width * scale), round(height * scale))
            yield _page(page.render(scale=scale).to_pil())


def _page(image: Image.Image) -> Page:
    grey = np.asarray(image.convert("L"))
    if image.mode in ("1", "L", "I", "I;16", "F", "LA"):
        return Page(grey)
    colours = np.asarray(image.convert("RGB"))
    return Page(grey, colours if _has_colour(colours) else None)


def _has_colour(colours: Colours) -> bool:
    few = colours[::8, ::8].astype(np.int16)
    return bool(((few.max(axis=2) - few.min(axis=2)) > 25).any())


def _check_number(pages: int) -> None:
    """Before the first is read: nobody waits for 500 pages to hear that there are too many."""
    if pages > MAX_PAGES:
        raise InvalidInput("scan.too-many-pages", most=MAX_PAGES)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InvalidInput("scan.too-large", width=width, height=height)
