"""Images: what is read, at which resolution, and what is refused with one sentence."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage


def _written(kind: str, *, dpi: int | None = None, mode: str = "L", size: tuple[int, int] = (120, 160)) -> bytes:
    ramp = np.tile(np.linspace(0, 255, size[0], dtype=np.uint8), (size[1], 1))
    buffer = io.BytesIO()
    options = {} if dpi is None else {"dpi": (dpi, dpi)}
    Image.fromarray(ramp).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG"])
@pytest.mark.parametrize("dpi", [500, 1000])
def test_stated_resolution_is_respected(kind: str, dpi: int) -> None:
    image = FingerImage.read(_written(kind, dpi=dpi))
    assert image.dpi == dpi
    assert image.at_500_dpi().shape == (160 * 500 // dpi, 120 * 500 // dpi)


@pytest.mark.parametrize("dpi", [None, 1, 72, 96])
def test_resolution_that_no_reader_has_counts_as_500(dpi: int | None) -> None:
    assert FingerImage.read(_written("PNG", dpi=dpi)).dpi == 500


def test_given_resolution_overrules_the_file() -> None:
    assert FingerImage.read(_written("PNG", dpi=1000), dpi=508).dpi == 508


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_modes_become_greys(mode: str) -> None:
    pixels = FingerImage.read(_written("PNG", mode=mode)).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape == (160, 120)


def test_transparent_pixels_are_paper() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(buffer, "PNG")
    assert FingerImage.read(buffer.getvalue()).pixels.min() == 255


def test_png_round_trip(tmp_path: Path) -> None:
    image = FingerImage(np.random.default_rng(1).integers(0, 256, (90, 70), dtype=np.uint8), 1000)
    path = tmp_path / "finger.png"
    path.write_bytes(image.to_png())
    again = FingerImage.read(path)
    assert again.dpi == 1000
    assert np.array_equal(again.pixels, image.pixels)


def test_pixels_cannot_be_changed() -> None:
    image = FingerImage(np.zeros((80, 80), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0] = 1


def test_reference_files_are_read(shared_data: Path) -> None:
    folder = shared_data / "fingerprints"
    assert FingerImage.read(folder / "formats" / "info_left_thumb_auth.wsq").pixels.std() > 20
    assert FingerImage.read(folder / "formats" / "info_left_index_auth.jp2").pixels.std() > 20
    assert FingerImage.read(folder / "fvc2002-db1-b" / "101_1.tif").dpi == 500
    assert FingerImage.read(next((folder / "upek").glob("*.png"))).dpi == 500


def test_damaged_wsq_is_refused_and_does_no_harm(shared_data: Path) -> None:
    whole = (shared_data / "fingerprints" / "formats" / "info_left_thumb_auth.wsq").read_bytes()
    for broken in (whole[:300], whole[: len(whole) // 2], b"\xff\xa0" + bytes(500)):
        with pytest.raises(InvalidInput, match="not a whole image"):
            FingerImage.read(broken)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG"])
def test_truncated_image_is_refused(kind: str) -> None:
    data = _written(kind)
    with pytest.raises(InvalidInput, match="not a whole image"):
        FingerImage.read(data[: len(data) * 2 // 3])


def test_text_called_png_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "finger.png"
    path.write_text("this is no picture")
    with pytest.raises(InvalidInput, match=r"finger\.png: this is not a whole image that can be read; give an image"):
        FingerImage.read(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be opened"):
        FingerImage.read(tmp_path / "absent.png")
    with pytest.raises(InvalidInput, match="cannot be opened"):
        FingerImage.read("a\x00b")


def test_decompression_bomb_is_refused_by_its_header() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))
    with pytest.raises(InvalidInput):
        FingerImage.read(bomb + chunk(b"IEND", b""))


@pytest.mark.parametrize("size", [(20, 300), (5000, 300)])
def test_absurd_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(
        InvalidInput, match="pixels is not that of one finger; give one with sides of 64 to 4,096 pixels"
    ):
        FingerImage.read(_written("PNG", size=size))


@pytest.mark.parametrize("dpi", [-5, 0, 72, 100_000])
def test_absurd_resolutions_are_refused(dpi: int) -> None:
    with pytest.raises(InvalidInput, match="resolution"):
        FingerImage.read(_written("PNG"), dpi=dpi)


@pytest.mark.parametrize("array", [np.zeros((80, 80, 3), np.uint8), np.zeros((80, 80)), np.zeros(80, np.uint8)])
def test_arrays_that_are_no_image_are_refused(array: np.ndarray) -> None:
    with pytest.raises(InvalidInput):
        FingerImage(array)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "BMP", "TIFF", "JPEG"]), st.data())
def test_damaged_images_give_an_image_or_a_sentence(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(_written(kind, dpi=500))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        FingerImage.read(bytes(damaged))
    except InvalidInput as error:
        assert str(error).endswith(".")
