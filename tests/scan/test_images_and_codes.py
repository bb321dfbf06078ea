"""Images and PDF pages within bounds, QR codes in them."""

import io

import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from testigo.errors import InvalidInput
from testigo.scan import images
from testigo.scan.codes import qr_texts
from testigo.scan.images import images_of


def png_of(*sizes: tuple[int, int]) -> bytes:
    made = io.BytesIO()
    first, *others = [Image.new("L", size, 255) for size in sizes]
    first.save(made, "TIFF", save_all=True, append_images=others)
    return made.getvalue()


def test_every_page_of_a_file_is_read() -> None:
    assert [page.shape for page in images_of(png_of((30, 20), (10, 40)))] == [(20, 30), (40, 10)]


def test_a_pdf_is_read_page_by_page() -> None:
    made = io.BytesIO()
    Image.new("RGB", (144, 72), "white").save(made, "PDF", resolution=72)
    (page,) = images_of(made.getvalue())
    assert page.shape == (250, 500)


def test_too_many_pages_and_too_large_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PAGES", 2)
    monkeypatch.setattr(images, "MAX_PIXELS", 1000)
    with pytest.raises(InvalidInput, match=r"scan\.tif: it has more than 2 pages"):
        list(images_of(png_of(*[(5, 5)] * 3), place="scan.tif"))
    with pytest.raises(InvalidInput, match="an image of 100 × 20 pixels is too large"):
        list(images_of(png_of((100, 20))))


@given(st.binary(max_size=200), st.sampled_from([b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"II*\x00"]))
def test_whatever_is_no_image_is_refused_in_a_sentence(data: bytes, start: bytes) -> None:
    with pytest.raises(InvalidInput):
        list(images_of(start + data, place="x"))


def test_codes_are_read_and_their_absence_is_none() -> None:
    made = io.BytesIO()
    segno.make("TESTIGO 1", micro=False).save(made, kind="png", scale=4)
    (page,) = images_of(made.getvalue())
    assert qr_texts(page) == ["TESTIGO 1"]
    assert qr_texts(np.full((50, 50), 255, np.uint8)) == []
